/**
 * Who was out when another configuration came stays out until its checks say otherwise, whatever else that configuration
 * says, and who was in stays in. Of those out only whom clients were seen to be kept from before is told, and who have
 * failed ever since in a way that nothing calls a pass. Knows no algorithm.
 */
import type { Breach, Subject } from './assessment.ts';
import { knownBefore, type Ledger } from './check-ledger.ts';
import { isNormal, timingOf } from './check-results.ts';
import { isNeverNormal } from './health-results.judges.ts';
import { cycleOf } from './membership.ts';
import { isBefore } from './order.ts';
import {
  type CheckReading,
  decided,
  isPlaced,
  type Placed,
  propagationOf,
  type Reading,
} from './reading.ts';
import { resultsBeyond } from './rotation.ts';
import { connectionsToSee } from './rotation-windows.ts';

/** A connection after the change that some could take while others were still out. */
export interface TemptationAfterChange {
  readonly connection: Placed;
  readonly others: readonly string[];
  readonly barred: readonly string[];
}

export function temptedAfterChange(subject: Subject): readonly TemptationAfterChange[] {
  const first = firstChange(subject);
  if (first === null) return [];
  const out = outAtChange(subject, first.change);
  if (out.length === 0) return [];
  return unremembered(subject, subject.whole.connections.filter(isPlaced)).flatMap((connection) => {
    if (!first.isUnder(connection)) return [];
    const barred = out.filter((one) => stillFails(subject, one, connection));
    const others = othersIn(subject, first, connection);
    return barred.length > 0 && others.length > 0
      ? [{ connection, others, barred: barred.map(({ name }) => name) }]
      : [];
  });
}

/** So many, and nobody taken between them, are no accident. */
const clientsTurnedAway = 4;

/**
 * Clients that nobody took after another configuration had come, although somebody was in before it and had no check
 * since: only failures take anybody out.
 */
export function turnedAwayAfterChange(subject: Subject): readonly Breach[] {
  const first = firstChange(subject);
  if (first === null || subject.connections.some((one) => !isPlaced(one))) return [];
  const { configuration } = first.later;
  // another algorithm may have nobody for reasons of its own
  if (configuration?.scheduling !== subject.configuration.scheduling) return [];
  const wasHere = (name: string) =>
    subject.connections.some(({ placed }) => placed?.instance === name);
  const isUnasked = (name: string, decision: Placed) =>
    checksUntil(subject, name, decision).every(
      ({ startedLine }) => startedLine < first.change.line,
    );
  const refused = subject.whole.connections.flatMap((connection) => {
    const decision = connection.refused === null ? null : decided(connection);
    if (decision === null || !first.isUnder(decision)) return [];
    const names = othersIn(subject, first, decision).filter(
      (name) => wasHere(name) && isUnasked(name, decision),
    );
    return names.length === 0 ? [] : [{ decision, names }];
  });
  if (refused.length < clientsTurnedAway) return [];
  return refused.map(({ decision, names }) => ({
    why: `connection ${decision.connection} was refused after another configuration was accepted, although ${names.join(', ')} had been in rotation and not been checked since`,
    expected: `${names.join(', ')} in rotation until checks say otherwise`,
    observed: 'nobody in rotation',
    lines: [decision.placed.line],
  }));
}

interface FirstChange {
  readonly change: Moment & { readonly toMs: number };
  /** What follows it. */
  readonly later: Reading;
  readonly isUnder: (decision: Placed) => boolean;
}

/** Where nobody came, went or got another weight, so that there is nothing else to remember anybody by. */
function firstChange({ later, whole, time }: Subject): FirstChange | null {
  const reconfigurations = whole.reconfigurations.filter(({ outcome }) => outcome !== 'rejected');
  const change = reconfigurations.find(({ line }) => line === later?.lines[0]);
  if (later === null || change === undefined || whole.changes.length > 0) return null;
  const next = reconfigurations.find(({ line }) => line > change.line);
  const isUnder = ({ opened, openedLine, placed }: Placed) =>
    isBefore(change, { fromMs: opened.fromMs, line: openedLine }, time) &&
    (next === undefined || isBefore(placed, next, time));
  return { change, later: later.reading, isUnder };
}

/** Those whom no session can have brought where they went: memory is another clause's matter. */
function unremembered({ whole, configuration }: Subject, connections: readonly Placed[]) {
  const configurations = [configuration, ...whole.reconfigurations.map((one) => one.configuration)];
  if (configurations.every((one) => one?.persistenceMs === 0)) return connections;
  const known = new Set<string>();
  return connections.filter(({ source }) => {
    const isKnown = known.has(source);
    known.add(source);
    return !isKnown;
  });
}

interface Out {
  readonly name: string;
  /** Its first failure of all that came since, among its checks. */
  readonly start: number;
}
type Moment = { readonly fromMs: number; readonly line: number };

/** Members that had failed beyond doubt by then, and whom no client was sent to for two cycles. */
function outAtChange(subject: Subject, change: Moment): readonly Out[] {
  const members = subject.header.instances;
  const needed = subject.configuration.check.unhealthyThreshold + resultsBeyond;
  const toSee = connectionsToSee(subject, cycleOf(members), { afterChange: true });
  return members.flatMap(({ name }): readonly Out[] => {
    const ledger = subject.whole.instances.get(name)?.ledger;
    if (ledger === undefined) return [];
    const known = knownBy(subject, ledger, change);
    const start = ledger.checks.slice(0, known).findLastIndex((one) => !isUndeniable(one)) + 1;
    if (known - start < needed) return [];
    const seen = subject.connections.filter(
      (one) =>
        isPlaced(one) &&
        isBefore(one.placed, change, subject.time) &&
        knownBefore(ledger, one, propagationOf(subject)) - start >= needed,
    );
    const isShunned = seen.every(({ placed }) => placed?.instance !== name);
    return isShunned && seen.length >= toSee ? [{ name, start }] : [];
  });
}

function knownBy(subject: Subject, ledger: Ledger, { fromMs, line }: Moment): number {
  const asked = { opened: { fromMs, toMs: fromMs }, openedLine: line };
  return knownBefore(ledger, asked, propagationOf(subject));
}

/** Failed under every configuration there is. */
function isUndeniable({ result, reply }: CheckReading): boolean {
  return result === 'failed' && (reply === null || reply === 'refused' || isNeverNormal(reply));
}

function checksUntil({ whole }: Subject, name: string, { placed }: Placed) {
  const checks = whole.instances.get(name)?.ledger.checks ?? [];
  return checks.filter(({ started }) => started.fromMs <= placed.toMs);
}

function stillFails(subject: Subject, { name, start }: Out, connection: Placed): boolean {
  return checksUntil(subject, name, connection).slice(start).every(isUndeniable);
}

/** Members that passed every check by the one configuration and by the other, and takes traffic: in rotation throughout. */
function othersIn(
  subject: Subject,
  { later, change }: FirstChange,
  connection: Placed,
): readonly string[] {
  const needed = subject.configuration.check.healthyThreshold + 1;
  return subject.header.instances.flatMap(({ name, weight }) => {
    const { ledger, refusingFromMs = 0 } = subject.whole.instances.get(name) ?? {};
    const isIn =
      weight > 0 &&
      refusingFromMs === Number.POSITIVE_INFINITY &&
      ledger !== undefined &&
      knownBy(subject, ledger, change) >= needed &&
      checksUntil(subject, name, connection).every((one) => isPassingUnder(later, one));
    return isIn ? [name] : [];
  });
}

function isPassingUnder({ configuration, effective, time }: Reading, check: CheckReading): boolean {
  if (check.result !== 'passed' || configuration === null || effective === null) return false;
  const isHttp = check.method === 'http' && configuration.check.method === 'http';
  return (
    (!isHttp || isNormal(check.reply, configuration)) &&
    timingOf(check, { time, timeoutMs: effective.timeoutMs }) === 'in time'
  );
}
