/**
 * What a history says, indexed once for all judges: connections, checks, members and behaviours, with the lines they
 * stand on. Knows no clause; what does not add up is noted as a defect, never thrown, and never passed over.
 */
import type {
  CheckReplyScript,
  HistoryHeader,
  Outcome,
  Reply,
  TimeKind,
  When,
} from '../history/vocabulary.ts';
import type { EffectiveDurations, Refusal, Traits } from '../spec/behaviour.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { Ledger } from './check-ledger.ts';
import type { Epoch } from './membership.ts';

export interface Reading {
  readonly header: HistoryHeader;
  readonly time: TimeKind;
  /** Null: not deployed, or not to be resolved. */
  readonly configuration: ServiceConfiguration | null;
  readonly effective: EffectiveDurations | null;
  readonly traits: Traits;
  /** In the order of opening. */
  readonly connections: readonly ConnectionReading[];
  readonly instances: ReadonlyMap<string, InstanceReading>;
  /** Instances that were heard of before the history began: those not listed may drain. */
  readonly known: ReadonlySet<string>;
  /** Times during which the set of members and their weights stood still. */
  readonly epochs: readonly Epoch[];
  readonly changes: readonly MembershipChange[];
  /** What was asked for and changed nothing: who makes everything anew then may begin anew. */
  readonly touches: readonly Touch[];
  /** All that happened, also after another configuration was asked for, which everything above leaves out. */
  readonly whole: WholeReading;
  /** What follows the first configuration that changes anything, read as a history of its own; null: none did. */
  readonly later: LaterReading | null;
  /** What follows each of the next ones, as far as they are read. */
  readonly laterStill: readonly LaterReading[];
  /** What follows the first one with the connections that were held then; null also where nothing that counts them was asked for. */
  readonly laterWithHeld: LaterReading | null;
  readonly endedWhy: 'complete' | 'budget' | 'interrupted' | 'error' | null;
  readonly endMs: number;
  /** What does not add up; any of it makes every judge inconclusive. */
  readonly defects: readonly string[];
}

interface LaterReading {
  readonly reading: Reading;
  /** By line of it: the line of this history. */
  readonly lines: readonly number[];
}

/** Works out something of a reading the first time that a judge asks for it. */
export function onceAReading<One extends object, Result>(
  work: (reading: One) => Result,
): (reading: One) => Result {
  const known = new WeakMap<One, { readonly result: Result }>();
  return (reading) => {
    const before = known.get(reading) ?? { result: work(reading) };
    known.set(reading, before);
    return before.result;
  };
}

/** Where lines of what follows stand in the whole history. */
export function linesInWhole(
  { lines }: Pick<LaterReading, 'lines'>,
  own: readonly number[],
): readonly number[] {
  return own.map((line) => lines[line] ?? line);
}

export interface WholeReading extends Pick<Reading, 'connections' | 'instances' | 'changes'> {
  readonly reconfigurations: readonly Reconfiguration[];
  /** Lists of instances that said nothing new, or nothing but another order. */
  readonly relistings: readonly Touch[];
}

export interface Reconfiguration extends When {
  readonly line: number;
  readonly outcome: Outcome['is'];
  /** Null: not accepted, or not to be resolved. */
  readonly configuration: ServiceConfiguration | null;
}

export interface InstanceReading {
  readonly name: string;
  readonly ledger: Ledger;
  readonly behaviours: readonly BehaviourReading[];
  /** From when on it may turn traffic away; Infinity: it never does. */
  readonly refusingFromMs: number;
}

export interface BehaviourReading extends When {
  readonly line: number;
  readonly traffic: Reply;
  readonly checks: readonly CheckReplyScript[];
  readonly afterwards: CheckReplyScript;
}

export interface MembershipChange extends When {
  readonly line: number;
  readonly kind: 'registered' | 'reweighed' | 'removed';
  readonly instance: string;
  readonly weight: number;
  readonly port: number | null;
  readonly outcome: Outcome['is'];
}

export interface Touch extends When {
  readonly line: number;
}

export interface ConnectionReading {
  readonly connection: number;
  readonly source: string;
  readonly port: number;
  readonly opened: When;
  readonly openedLine: number;
  readonly placed: Placement | null;
  readonly refused: (When & { readonly line: number; readonly how: Refusal }) | null;
  readonly carried: readonly Carried[];
  readonly closed: Closed | null;
}
interface Placement extends When {
  readonly line: number;
  readonly instance: string;
  readonly port: number;
}
export interface Carried extends When {
  readonly line: number;
  readonly bytesSent: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}
interface Closed extends When {
  readonly line: number;
  readonly by: 'client' | 'instance' | 'balancer';
  readonly how: 'closed' | 'reset';
  readonly learned: boolean;
}
/** A connection that reached an instance. */
export type Placed = ConnectionReading & { readonly placed: Placement };

export interface CheckReading {
  readonly check: number;
  readonly instance: string;
  readonly method: 'tcp' | 'http';
  readonly port: number;
  readonly path: string | null;
  readonly started: When;
  readonly startedLine: number;
  readonly reply: Reply | null;
  readonly replied: (When & { readonly line: number }) | null;
  /** The balancer gave up. */
  readonly abandoned: (When & { readonly line: number }) | null;
  readonly result: 'passed' | 'failed' | 'unknown';
  /** When the balancer came to its result; `line` null: worked out, so it stands on none. */
  readonly concluded: When & { readonly line: number | null };
}

/** The decision on a connection, be it that nobody got it; null: it never came. */
export function decided(connection: ConnectionReading): Placed | null {
  if (isPlaced(connection)) return connection;
  const { refused } = connection;
  if (refused === null) return null;
  return { ...connection, placed: { ...refused, instance: '', port: 0 } };
}

export function isPlaced(connection: ConnectionReading): connection is Placed {
  return connection.placed !== null;
}

/** A numeric trait, or what the clause book assumes without a declaration. */
export function numericTrait(
  { traits }: Pick<Reading, 'traits'>,
  name: string,
  fallback: number,
): number {
  const declared = Number(traits[name]?.reading);
  return Number.isFinite(declared) && declared >= 0 ? declared : fallback;
}

/** Whether the history has refused checks, too, which no instance sees. */
export function areChecksTold({ time, header }: Pick<Reading, 'time' | 'header'>): boolean {
  return time === 'stepped' || header.checks === 'told';
}

/** Infinity: an unknown number is declared. */
export function schedulersOf(reading: Pick<Reading, 'traits'>): number {
  const declared = Number(wordTrait(reading, 'wrr.schedulers') ?? 1);
  return Number.isFinite(declared) ? declared : Number.POSITIVE_INFINITY;
}

/** How long after the answer an accepted change may take to be in effect, as declared. */
export function propagationOf(reading: Pick<Reading, 'traits'>): number {
  return numericTrait(reading, 'change.propagationMs', 0);
}

export function wordTrait(reading: Pick<Reading, 'traits'>, name: string): string | null {
  const declared = reading.traits[name]?.reading;
  return declared === undefined ? null : String(declared);
}
