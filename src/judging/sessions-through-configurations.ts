/**
 * Clients that come back after another configuration which is no reason to forget them: persistence lasts as long as
 * before, and their instance was a member and passed its checks all the while, by whichever of the two. Knows no
 * scheduler. Only in stepped time, where it is certain what each check came to.
 */
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { Subject } from './assessment.ts';
import { isNormal, timingOf } from './check-results.ts';
import type { CheckReading, Reconfiguration } from './reading.ts';
import { type Pair, pairsOf } from './sessions.ts';

export function pairsThroughConfigurations(subject: Subject): readonly Pair[] {
  const { whole, time, later } = subject;
  if (time !== 'stepped' || later === null) return [];
  const asked = whole.reconfigurations.filter(({ outcome }) => outcome !== 'rejected');
  const end = asked.findIndex((one) => !isKeepingSessions(subject, one));
  const kept = end < 0 ? asked : asked.slice(0, end);
  const untilLine = asked[kept.length]?.line ?? Number.POSITIVE_INFINITY;
  const connections = whole.connections.filter(({ openedLine }) => openedLine < untilLine);
  return pairsOf({ ...subject, connections }).filter((pair) => {
    const between = kept.filter(
      ({ line }) => pair.first.openedLine < line && line < pair.second.placed.line,
    );
    return pair.isGuaranteed && between.length > 0 && isIn(subject, pair, kept);
  });
}

function isKeepingSessions(subject: Subject, { configuration }: Reconfiguration): boolean {
  return (
    configuration !== null &&
    configuration.persistenceMs === subject.configuration.persistenceMs &&
    configuration.scheduling !== 'source-ip'
  );
}

/** Whether the instance of the first was there from the beginning and gave nobody a reason to take it for unhealthy. */
function isIn(
  { header, whole, time }: Subject,
  { first, second }: Pair,
  asked: readonly Reconfiguration[],
): boolean {
  const name = first.placed.instance;
  const untilLine = second.placed.line;
  const isMember = header.instances.some((one) => one.name === name && one.weight > 0);
  const isUntouched = !whole.changes.some(
    ({ instance, kind, weight, line }) =>
      instance === name && line < untilLine && !(kind === 'reweighed' && weight > 0),
  );
  const configurations = asked.flatMap(({ configuration }) => configuration ?? []);
  const checks = whole.instances.get(name)?.ledger.checks ?? [];
  const isPassing = checks
    .filter(({ startedLine }) => startedLine < untilLine)
    .every((check) => configurations.every((one) => isPassingUnder(one, check, time)));
  return isMember && isUntouched && isPassing;
}

function isPassingUnder(
  configuration: ServiceConfiguration,
  check: CheckReading,
  time: Subject['time'],
): boolean {
  const { timeoutMs } = configuration.check;
  return (
    check.result === 'passed' &&
    (check.method === 'tcp' || isNormal(check.reply, configuration)) &&
    timingOf(check, { time, timeoutMs }) === 'in time'
  );
}
