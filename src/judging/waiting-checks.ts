/**
 * Whether a check that was waiting when a shorter interval came goes on waiting by the longer one: a shorter interval holds
 * from then on (docs/adapter-protocol.md, reconfigure). A check that was under way may end as it began before the next one
 * waits, and changes and timers may take what is declared.
 */
import { isUnchangedMember } from './absences.ts';
import type { Breach, Subject } from './assessment.ts';
import { numericTrait, propagationOf } from './reading.ts';

/** Sums of times are doubles: two that are equal differ by less than this after days. */
const roundingMs = 1e-6;

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
    const last = ledger.checks.findLast(({ check }) => check >= 0);
    if (last === undefined || !isUnchangedMember({ header, ...whole }, name)) return [];
    const next = instances.get(name)?.ledger.checks.find(({ check }) => check >= 0);
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
