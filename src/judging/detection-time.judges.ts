/**
 * Judge of how soon a failed instance is out of rotation: from the start of its last passed check, by what interval,
 * timeout and threshold add up to, whether or not any further check was seen.
 */
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { isNeverNormal } from './health-results.judges.ts';
import type { Judge } from './judge.ts';
import { type BehaviourReading, type InstanceReading, numericTrait, wordTrait } from './reading.ts';
import { hasOthers, propagationOf } from './rotation.ts';
import { looksNeeded, looksOf, showing, whyNoWindows } from './rotation-windows.ts';

/** In real time a busy machine delays the balancer's timers: only twice the time, or a second more, is too late. */
const graceMinMs = 1000;

export const detectionTime: Judge = judgeOf('health.detection-time', (subject) => {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const limitMs = limitOf(subject);
  const graceMs = subject.time === 'stepped' ? 0 : Math.max(graceMinMs, limitMs);
  const judged = [...subject.instances.values()].flatMap((instance) =>
    instance.behaviours.flatMap(
      (behaviour) => judgeFailure(subject, instance, behaviour, { limitMs, graceMs }) ?? [],
    ),
  );
  return {
    breaches: judged.flatMap(({ breach }) => breach ?? []),
    sometimes: { 'failed instances looked for after the limit': judged.length },
    kept: `${counted(judged.length, 'failed instance')} out of rotation within ${limitMs} ms of the last passed check`,
  };
});

/** From the start of the last passed check: the clause book's sums, and what the implementation declares on top. */
function limitOf(subject: Subject): number {
  const { intervalMs, timeoutMs } = subject.effective;
  const failures = subject.configuration.check.unhealthyThreshold;
  const slackMs = failures * numericTrait(subject, 'health.timerSlackMs', 0);
  const sumMs =
    wordTrait(subject, 'health.intervalFrom') === 'end'
      ? failures * (intervalMs + timeoutMs)
      : intervalMs + (failures - 1) * Math.max(intervalMs, timeoutMs) + timeoutMs;
  return sumMs + slackMs + propagationOf(subject);
}

function judgeFailure(
  subject: Subject,
  { name, ledger, behaviours }: InstanceReading,
  behaviour: BehaviourReading,
  { limitMs, graceMs }: { readonly limitMs: number; readonly graceMs: number },
): { readonly breach: Breach | null } | null {
  if (!isFailing(subject, behaviour)) return null;
  const last = ledger.checks.findLast(
    ({ startedLine, result }) => startedLine < behaviour.line && result === 'passed',
  );
  // whoever is registered anew starts from the beginning
  const endings = [...behaviours, ...subject.changes.filter(({ instance }) => instance === name)];
  const untilLine = Math.min(
    Number.POSITIVE_INFINITY,
    ...endings.map(({ line }) => line).filter((line) => line > behaviour.line),
  );
  // an answer that was under way when the instance failed may still have passed
  const isOver = ledger.checks.every(
    ({ result, startedLine, replied }) =>
      result !== 'passed' ||
      startedLine > untilLine ||
      (startedLine <= behaviour.line && (replied?.line ?? 0) <= behaviour.line),
  );
  if (last === undefined || !isOver) return null;
  const looks = looksOf(subject, name);
  if (!looks.some(({ isHere, connection }) => isHere && connection.placed.line < behaviour.line))
    return null;
  // failed only after the next check was due: nothing can have been found out before
  const { intervalMs } = subject.effective;
  const fromMs = Math.max(last.started.toMs, behaviour.toMs - intervalMs);
  const later = looks.filter(
    ({ connection }) =>
      connection.opened.fromMs > fromMs + limitMs + graceMs &&
      connection.placed.line < untilLine &&
      hasOthers(subject, name, connection),
  );
  const after = showing(subject, later, { afterChange: true });
  if (after.shows === 'nothing') return null;
  // out in time: that it came back with all its checks failing is no matter of detection
  const first = showing(
    subject,
    later.slice(0, looksNeeded(subject, later, { afterChange: true })),
    {
      afterChange: true,
    },
  );
  if (after.shows === 'out' || first.shows === 'out') return { breach: null };
  const breach = {
    why: `${name} still got ${counted(after.here.length, 'connection')} more than ${limitMs} ms after its last passed check began`,
    expected: `out of rotation within ${limitMs} ms`,
    observed: 'in rotation',
    lines: [last.startedLine, behaviour.line, ...after.here],
  };
  return { breach };
}

/** Fails every check from now on, in a way that no setting calls a pass. */
function isFailing(subject: Subject, { checks, afterwards }: BehaviourReading): boolean {
  const { reply } = afterwards;
  // a silent instance still takes the connection that a TCP check makes
  const isHttp = subject.configuration.check.method === 'http';
  const isNoAnswer = reply === 'refused' || (isHttp && reply === 'silence');
  return checks.length === 0 && (isNoAnswer || (isHttp && isNeverNormal(reply)));
}
