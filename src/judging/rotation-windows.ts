/**
 * What traffic shows of one instance between two of its checks, under weighted round robin without persistence: in
 * rotation it gets a connection within two cycles, out of it none. Knows no threshold.
 */
import type { Subject } from './assessment.ts';
import { knownBefore, knownPossibly } from './check-ledger.ts';
import { cycleOf, epochOf } from './membership.ts';
import {
  isPlaced,
  numericTrait,
  type Placed,
  propagationOf,
  schedulersOf,
  wordTrait,
} from './reading.ts';
import { hasOthers, isSequential } from './rotation.ts';

/** One connection as seen from one instance: how many of its results the balancer had at least and at most. */
export interface Look {
  readonly connection: Placed;
  readonly known: number;
  readonly possible: number;
  readonly isHere: boolean;
  /** Its place among all that were placed. */
  readonly index: number;
  /** Whether the one placed before it was certainly decided before it. */
  readonly isNext: boolean;
  /** Cycle of all members: no shorter than that of those in rotation. */
  readonly cycle: number;
}

export interface Window {
  readonly shows: 'in' | 'out' | 'nothing';
  readonly looks: readonly Look[];
  /** Lines of the connections that reached the instance. */
  readonly here: readonly number[];
  readonly lines: readonly number[];
}

/** Wherever in its cycle a scheduler stands, one connection less than two cycles hold a whole one. */
const cyclesToSee = 2;

/**
 * As many connections in a row as certainly reach everybody who takes turns: of several schedulers, each of which may
 * pass somebody over for all of two cycles but two, one at least has had one connection more then.
 */
export function connectionsToSee(
  subject: Subject,
  cycle: number,
  { afterChange }: { readonly afterChange: boolean },
): number {
  const washout = afterChange ? numericTrait(subject, 'wrr.washoutCycles', 0) : 0;
  const passedOver = (cyclesToSee + washout) * Math.max(1, cycle) - 2;
  return schedulersOf(subject) * passedOver + 1;
}

/** Whether absence from a few cycles means anything here; a reason where it does not. */
export function whyNoWindows(subject: Subject): string | null {
  const { scheduling, persistenceMs } = subject.configuration;
  if (scheduling !== 'weighted-round-robin') return 'not weighted round robin';
  if (persistenceMs > 0) return 'session persistence is on';
  return Number.isFinite(schedulersOf(subject))
    ? null
    : 'declared: an unknown number of schedulers';
}

const looksKnown = new WeakMap<Subject, Map<string, readonly Look[]>>();

/** Worked out once a reading: many judges ask. */
export function looksOf(subject: Subject, instance: string): readonly Look[] {
  const own = looksKnown.get(subject) ?? new Map<string, readonly Look[]>();
  looksKnown.set(subject, own);
  const looks = own.get(instance) ?? looksAt(subject, instance);
  own.set(instance, looks);
  return looks;
}

function looksAt(subject: Subject, instance: string): readonly Look[] {
  const ledger = subject.instances.get(instance)?.ledger;
  if (ledger === undefined) return [];
  const propagationMs = propagationOf(subject);
  const cycles = new Map<object, number>();
  let last: Placed | null = null;
  const looks: Look[] = [];
  for (const [index, connection] of subject.connections.filter(isPlaced).entries()) {
    const isNext = last !== null && isSequential(subject, last, connection);
    last = connection;
    const epoch = epochOf(subject.epochs, connection);
    if (epoch === null || (epoch.members.get(instance)?.weight ?? 0) === 0) continue;
    const cycle = cycles.get(epoch) ?? cycleOf(epoch.members.values());
    cycles.set(epoch, cycle);
    const known = knownBefore(ledger, connection, propagationMs);
    const possible = Math.max(known, knownPossibly(ledger, connection));
    looks.push({
      connection,
      known,
      possible,
      isHere: connection.placed.instance === instance,
      index,
      isNext,
      cycle,
    });
  }
  return looks;
}

/** By number of results known: the connections decided with exactly so many. */
export function windowsOf(
  subject: Subject,
  instance: string,
): (known: number, around: { readonly afterChange: boolean }) => Window {
  const byCount = new Map<number, Look[]>();
  for (const look of looksOf(subject, instance)) {
    if (look.known !== look.possible) continue;
    const own = byCount.get(look.known) ?? [];
    byCount.set(look.known, own);
    own.push(look);
  }
  const isSteady = areOthersSteady(subject, instance);
  return (known, { afterChange }) =>
    showing(subject, byCount.get(known) ?? [], { afterChange: afterChange || !isSteady });
}

/** As many looks in a row as show whether an instance is in rotation. */
export function looksNeeded(
  subject: Subject,
  looks: readonly Look[],
  { afterChange }: { readonly afterChange: boolean },
): number {
  return connectionsToSee(subject, looks[0]?.cycle ?? 1, { afterChange });
}

/** `afterChange`: somebody may have entered or left just before, so the declared wash-out is due first. */
export function showing(
  subject: Subject,
  looks: readonly Look[],
  { afterChange }: { readonly afterChange: boolean },
): Window {
  const here = looks.filter(({ isHere }) => isHere).map(({ connection }) => connection.placed.line);
  const lines = looks.map(({ connection }) => connection.placed.line);
  const needed = looksNeeded(subject, looks, { afterChange });
  const areEnough = inARow(subject, looks) >= Math.max(1, needed);
  const isIn = here.length > 0 && !isForWantOfOthers(subject, looks, areEnough);
  const shows = isIn ? 'in' : here.length === 0 && areEnough ? 'out' : 'nothing';
  return { shows, looks, here, lines };
}

/** How many were decided one right after the other: of several at once, in real time, those in between may be missing. */
function inARow({ time }: Subject, looks: readonly Look[]): number {
  if (time === 'stepped') return looks.length;
  let longest = 0;
  let run = 0;
  let lastIndex = -1;
  for (const { index, isNext } of looks) {
    run = isNext && index === lastIndex + 1 ? run + 1 : 1;
    lastIndex = index;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** With nobody left in rotation whoever is out may be used, and so is everybody else. */
function isForWantOfOthers(subject: Subject, looks: readonly Look[], areEnough: boolean): boolean {
  if (wordTrait(subject, 'schedule.noneEligible') === 'refuse') return false;
  const used = new Set(looks.map(({ connection }) => connection.placed.instance));
  const isEverybodyUsed = ({ connection }: Look) =>
    [...(epochOf(subject.epochs, connection)?.members.values() ?? [])].every(
      ({ name, weight }) => weight === 0 || used.has(name),
    );
  if (areEnough && !looks.some(isEverybodyUsed)) return false;
  return !looks.some(
    ({ isHere, connection }) =>
      isHere && hasOthers(subject, connection.placed.instance, connection),
  );
}

/** Whether the results of all other instances were alike throughout, so that none of them entered or left. */
function areOthersSteady(subject: Subject, instance: string): boolean {
  return [...subject.instances.values()].every(({ name, ledger }) => {
    const count = ledger.checks.length;
    const isSteady = ledger.notPassed[count] === 0 || ledger.notFailed[count] === 0;
    return name === instance || isSteady;
  });
}
