/**
 * Instances that go out with fewer failed checks than the threshold asks for while others fail as well, and stayed in
 * with as many when they failed alone: only the results of others can be why.
 */
import type { Breach, Subject } from './assessment.ts';
import { counted } from './assessment.ts';
import { type InstanceReading, isPlaced } from './reading.ts';
import { type Window, windowsOf } from './rotation-windows.ts';

/** To be asked only where windows show who is in rotation. */
export function jointCounts(subject: Subject): readonly Breach[] {
  const { whole } = subject;
  if (whole.changes.length > 0 || whole.reconfigurations.length > 0) return [];
  return [...subject.instances.values()].flatMap((one) => jointlyOut(subject, one) ?? []);
}

function jointlyOut(subject: Subject, instance: InstanceReading): Breach | null {
  const { name, ledger } = instance;
  const { checks, failStreak, notPassed } = ledger;
  const { unhealthyThreshold } = subject.configuration.check;
  const hadSome = subject.connections.some((one) => isPlaced(one) && one.placed.instance === name);
  if (checks.some(({ result }) => result === 'unknown') || !hadSome) return null;
  const window = windowsOf(subject, name);
  let aloneMax = 0;
  let isSeenBefore = false;
  // up to so many in all nothing takes it out, however somebody counts its own
  for (let known = 0; known <= checks.length; known++) {
    if ((notPassed[known] ?? 0) >= unhealthyThreshold) return null;
    const streak = failStreak[known] ?? 0;
    const shown = window(known, { afterChange: true });
    if (shown.shows === 'in') isSeenBefore = true;
    if (shown.shows === 'nothing' || (shown.shows === 'in' && streak === 0)) continue;
    const areOthersFailing = streak > 0 && haveOthersFailed(subject, instance, known);
    if (shown.shows === 'in' && !areOthersFailing) aloneMax = Math.max(aloneMax, streak);
    if (shown.shows === 'in') continue;
    const isTelling = isSeenBefore && streak <= aloneMax && areOthersFailing;
    return isTelling && areAlike(instance, known) ? jointBreach(instance, known, shown) : null;
  }
  return null;
}

/** Whether somebody else failed a check since the last one that it passed. */
function haveOthersFailed(
  subject: Subject,
  { name, ledger }: InstanceReading,
  known: number,
): boolean {
  const sinceMs = ledger.knownMs[known - (ledger.failStreak[known] ?? 0)] ?? 0;
  const untilMs = ledger.knownMs[known] ?? 0;
  return [...subject.instances.values()].some(
    (other) =>
      other.name !== name &&
      other.ledger.checks.some(
        ({ result, concluded }) =>
          result !== 'passed' && concluded.toMs > sinceMs && concluded.fromMs <= untilMs,
      ),
  );
}

/** Its failures so far were of one kind, of which one alone may count as more than another one. */
function areAlike({ ledger }: InstanceReading, known: number): boolean {
  const failed = ledger.checks.slice(0, known).filter(({ result }) => result === 'failed');
  return new Set(failed.map(({ reply }) => reply)).size === 1;
}

function jointBreach({ name, ledger }: InstanceReading, known: number, { lines }: Window): Breach {
  const streak = ledger.failStreak[known] ?? 0;
  const own = ledger.checks.slice(known - streak, known);
  return {
    why: `${name} left rotation after ${counted(streak, 'failed check')} of its own while others failed theirs, and stayed after as many when it failed alone`,
    expected: `the results of ${name} decide on ${name}`,
    observed: 'out of rotation',
    lines: [...lines, ...own.map(({ startedLine }) => startedLine)],
  };
}
