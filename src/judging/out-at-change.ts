/**
 * Who was out when another configuration came stays out until its checks say otherwise, whatever else that configuration
 * says. Told of those only whom clients were seen to be kept from before, and who have failed ever since in a way that
 * nothing calls a pass. Knows no algorithm.
 */
import type { Subject } from './assessment.ts';
import { knownBefore, type Ledger } from './check-ledger.ts';
import { isNormal, timingOf } from './check-results.ts';
import { isNeverNormal } from './health-results.judges.ts';
import { cycleOf } from './membership.ts';
import { isBefore } from './order.ts';
import {
  type CheckReading,
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

/** Where nobody came, went or got another weight, so that there is nothing else to remember anybody by. */
export function temptedAfterChange(subject: Subject): readonly TemptationAfterChange[] {
  const { later, whole } = subject;
  const reconfigurations = whole.reconfigurations.filter(({ outcome }) => outcome !== 'rejected');
  const change = reconfigurations.find(({ line }) => line === later?.lines[0]);
  if (later === null || change === undefined || whole.changes.length > 0) return [];
  const next = reconfigurations.find(({ line }) => line > change.line);
  const isUnder = ({ opened, openedLine, placed }: Placed) =>
    isBefore(change, { fromMs: opened.fromMs, line: openedLine }, subject.time) &&
    (next === undefined || isBefore(placed, next, subject.time));
  const out = outAtChange(subject, change);
  if (out.length === 0) return [];
  return unremembered(subject, whole.connections.filter(isPlaced)).flatMap((connection) => {
    if (!isUnder(connection)) return [];
    const barred = out.filter((one) => stillFails(subject, one, connection));
    const others = othersIn(subject, later.reading, change, connection);
    return barred.length > 0 && others.length > 0
      ? [{ connection, others, barred: barred.map(({ name }) => name) }]
      : [];
  });
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
  later: Reading,
  change: Moment,
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
