/**
 * Judge of how soon a failed instance is out of rotation: from the start of its last passed check, by what interval,
 * timeout and threshold add up to, whether or not any further check was seen.
 */
import { lastRegistration } from './absences.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { isNeverNormal } from './health-results.judges.ts';
import type { Judge } from './judge.ts';
import {
  type BehaviourReading,
  type CheckReading,
  type InstanceReading,
  numericTrait,
  propagationOf,
  wordTrait,
} from './reading.ts';
import { hasOthers } from './rotation.ts';
import { type Look, looksNeeded, looksOf, showing, whyNoWindows } from './rotation-windows.ts';

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

/**
 * From the start of the last passed check: the clause book's sums, and what the implementation declares on top. Where it
 * does not say how an interval is counted, the longer one.
 */
function limitOf(subject: Subject): number {
  const { intervalMs, timeoutMs } = subject.effective;
  const failures = subject.configuration.check.unhealthyThreshold;
  const slackMs = failures * numericTrait(subject, 'health.timerSlackMs', 0);
  const sumMs =
    wordTrait(subject, 'health.intervalFrom') === 'start'
      ? intervalMs + (failures - 1) * Math.max(intervalMs, timeoutMs) + timeoutMs
      : failures * (intervalMs + timeoutMs);
  return sumMs + slackMs + propagationOf(subject);
}

interface Limits {
  readonly limitMs: number;
  readonly graceMs: number;
}

function judgeFailure(
  subject: Subject,
  instance: InstanceReading,
  behaviour: BehaviourReading,
  limits: Limits,
): { readonly breach: Breach | null } | null {
  if (!isFailing(subject, behaviour)) return null;
  const untilLine = endOf(subject, instance, behaviour);
  const last = lastPassOf(instance, behaviour, untilLine);
  const looks = looksOf(subject, instance.name);
  const wasHere = looks.some(
    ({ isHere, connection }) => isHere && connection.placed.line < behaviour.line,
  );
  if (last === null || !wasHere) return null;
  // since it came back nothing was asked, and when checks begin again is not said
  const back = lastRegistration(subject, instance.name, behaviour.line);
  if (back !== null && back.line > last.startedLine) return null;
  // failed only after the next check was due: nothing can have been found out before
  const fromMs = Math.max(last.started.toMs, behaviour.toMs - subject.effective.intervalMs);
  const dueMs = fromMs + limits.limitMs + limits.graceMs;
  const later = looks.filter(
    ({ connection }) =>
      connection.opened.fromMs > dueMs &&
      connection.placed.line < untilLine &&
      hasOthers(subject, instance.name, connection),
  );
  const after = showing(subject, later, { afterChange: true });
  if (after.shows === 'nothing') return null;
  if (after.shows === 'out' || wasOutAtFirst(subject, later)) return { breach: null };
  const lines = [last.startedLine, behaviour.line, ...after.here];
  return { breach: lateBreach(instance.name, after.here.length, limits.limitMs, lines) };
}

/** Until when it behaves so; whoever is registered anew starts from the beginning. */
function endOf(
  subject: Subject,
  { name, behaviours }: InstanceReading,
  { line: sinceLine }: BehaviourReading,
): number {
  const endings = [...behaviours, ...subject.changes.filter(({ instance }) => instance === name)];
  const lines = endings.map(({ line }) => line).filter((line) => line > sinceLine);
  return Math.min(Number.POSITIVE_INFINITY, ...lines);
}

/** The last check passed before the failure; null: there is none, or one that was under way may still have passed. */
function lastPassOf(
  { ledger }: InstanceReading,
  { line }: BehaviourReading,
  untilLine: number,
): CheckReading | null {
  const passed = ledger.checks.filter(({ result }) => result === 'passed');
  const isOver = passed.every(
    ({ startedLine, replied }) =>
      startedLine > untilLine || (startedLine <= line && (replied?.line ?? 0) <= line),
  );
  return (isOver && passed.findLast(({ startedLine }) => startedLine < line)) || null;
}

/** Out in time: that it came back with all its checks failing is no matter of detection. */
function wasOutAtFirst(subject: Subject, later: readonly Look[]): boolean {
  const first = later.slice(0, looksNeeded(subject, later, { afterChange: true }));
  return showing(subject, first, { afterChange: true }).shows === 'out';
}

function lateBreach(
  name: string,
  connections: number,
  limitMs: number,
  lines: readonly number[],
): Breach {
  return {
    why: `${name} still got ${counted(connections, 'connection')} more than ${limitMs} ms after its last passed check began`,
    expected: `out of rotation within ${limitMs} ms`,
    observed: 'in rotation',
    lines,
  };
}

/** Fails every check from now on, in a way that no setting calls a pass. */
function isFailing(subject: Subject, { checks, afterwards }: BehaviourReading): boolean {
  const { reply } = afterwards;
  // a silent instance still takes the connection that a TCP check makes
  const isHttp = subject.configuration.check.method === 'http';
  const isNoAnswer = reply === 'refused' || (isHttp && reply === 'silence');
  return checks.length === 0 && (isNoAnswer || (isHttp && isNeverNormal(reply)));
}
