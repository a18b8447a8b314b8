/**
 * Whether another interval holds once it is accepted: a shorter one from then on, also for a check that was waiting by the
 * longer one, a longer one from the next check on (docs/adapter-protocol.md, reconfigure). A check that was under way may
 * end as it began before the next one waits, and changes and timers may take what is declared.
 */
import { isUnchangedMember } from './absences.ts';
import { type Breach, counted, type Subject } from './assessment.ts';
import type { Ledger } from './check-ledger.ts';
import { roundingMs } from './order.ts';
import { linesInWhole, numericTrait, propagationOf } from './reading.ts';
import { isDoubt } from './unseen-checks.ts';

/** By instance that was checked before: the breach, or null where its next check came in time. */
export function waitingStill(subject: Subject): readonly (Breach | null)[] {
  const { later, effective, header, whole, time } = subject;
  if (later === null || time !== 'stepped' || header.checks === 'none') return [];
  const { effective: shorter, instances, endMs } = later.reading;
  const change = whole.reconfigurations.find(({ line }) => line === later.lines[0]);
  if (change === undefined || shorter === null || shorter.intervalMs >= effective.intervalMs)
    return [];
  const slackMs = numericTrait(subject, 'health.timerSlackMs', 0) + propagationOf(subject);
  const limitMs = shorter.intervalMs + Math.max(effective.timeoutMs, shorter.timeoutMs) + slackMs;
  return [...subject.instances.values()].flatMap(({ name, ledger }): readonly (Breach | null)[] => {
    const last = ledger.checks.findLast((check) => !isDoubt(check));
    if (last === undefined || !isUnchangedMember({ header, ...whole }, name)) return [];
    const next = instances.get(name)?.ledger.checks.find((check) => !isDoubt(check));
    const waitedMs = (next?.started.fromMs ?? endMs) - change.toMs;
    if (waitedMs <= limitMs + roundingMs) return next === undefined ? [] : [null];
    return [
      {
        why: `after another configuration was accepted: ${name} was not checked for ${waitedMs} ms, the interval is ${shorter.intervalMs} ms`,
        expected: `a check within ${limitMs} ms, also where one was waiting by the longer interval`,
        observed: next === undefined ? `none in ${waitedMs} ms` : `one after ${waitedMs} ms`,
        lines: [change.line, later.lines[next?.startedLine ?? -1] ?? last.startedLine],
      },
    ];
  });
}

/**
 * By instance whose check was waiting by a shorter interval when a longer one was accepted: the breach, or null where it
 * came when it was due all the same.
 */
export function putOff(subject: Subject): readonly (Breach | null)[] {
  const { later, effective, header, whole, time } = subject;
  if (later === null || time !== 'stepped' || header.checks === 'none') return [];
  const { effective: longer, endMs } = later.reading;
  const change = whole.reconfigurations.find(({ line }) => line === later.lines[0]);
  if (change === undefined || longer === null || longer.intervalMs <= effective.intervalMs)
    return [];
  const slackMs = numericTrait(subject, 'health.timerSlackMs', 0) + propagationOf(subject);
  // whoever counts from the end of a check waits for as long as that took
  const limitMs = effective.intervalMs + effective.timeoutMs + slackMs;
  // of the whole history: what begins while the change takes effect belongs to neither configuration
  return [...whole.instances.values()].flatMap(({ name, ledger }): readonly (Breach | null)[] => {
    const seen = ledger.checks.filter((check) => !isDoubt(check));
    const last = seen.findLast(({ startedLine }) => startedLine < change.line);
    const next = seen.find(({ startedLine }) => startedLine > change.line);
    // one that is under way ends as it began, and the next may wait by either
    if (last === undefined || last.concluded.toMs >= change.fromMs) return [];
    if (!isUnchangedMember({ header, ...whole }, name)) return [];
    const untilMs = Math.min(endMs, next?.started.fromMs ?? endMs);
    const waitedMs = untilMs - last.started.toMs;
    if (waitedMs <= limitMs + roundingMs) return next === undefined ? [] : [null];
    return [
      {
        why: `after another configuration was accepted: ${name} was not checked for ${waitedMs} ms since its last check, the interval was ${effective.intervalMs} ms then`,
        expected: `a check within ${limitMs} ms, and the longer interval after it`,
        observed: next === undefined ? `none in ${waitedMs} ms` : `one after ${waitedMs} ms`,
        lines: [last.startedLine, change.line, ...(next === undefined ? [] : [next.startedLine])],
      },
    ];
  });
}

/** From here on an interval is so much longer that whoever checks early keeps none as short as the one before. */
const muchLonger = 4;
const gapsToJudge = 3;
/** Between checks that come by an interval, and by no other. */
const nearlyShare = 0.02;

/**
 * By instance that was checked at the shorter interval, neither sooner nor later: the breach, or null where it is checked
 * at that no more. Who checks more often than it must does nothing wrong, but not at this very interval.
 */
export function checkedAsBefore(subject: Subject): readonly (Breach | null)[] {
  const { later, effective, header, whole, time } = subject;
  if (later === null || time !== 'stepped' || header.checks === 'none') return [];
  const { effective: longer, instances } = later.reading;
  const { intervalMs } = effective;
  if (longer === null || longer.intervalMs < muchLonger * intervalMs) return [];
  const isBySame = (gapMs: number) => Math.abs(gapMs - intervalMs) <= nearlyShare * intervalMs;
  return [...subject.instances.values()].flatMap(({ name, ledger }): readonly (Breach | null)[] => {
    const before = gapsMs(ledger);
    const seen = instances.get(name)?.ledger;
    if (seen === undefined || !isUnchangedMember({ header, ...whole }, name)) return [];
    if (before.length < gapsToJudge || !before.every(isBySame)) return [];
    const after = gapsMs(seen);
    if (after.length < gapsToJudge || !after.every(isBySame)) return after.length > 0 ? [null] : [];
    return [
      {
        why: `after another configuration was accepted: ${name} was checked every ${after[0]} ms as before, the interval is ${longer.intervalMs} ms`,
        expected: 'a longer interval from the next check on',
        observed: `${counted(after.length, 'gap')} of ${after[0]} ms`,
        lines: linesInWhole(
          later,
          seen.checks.map(({ startedLine }) => startedLine),
        ),
      },
    ];
  });
}

function gapsMs({ checks }: Ledger): readonly number[] {
  const seen = checks.filter((check) => !isDoubt(check));
  return seen
    .slice(1)
    .map(({ started }, index) => started.fromMs - (seen[index]?.started.fromMs ?? 0));
}
