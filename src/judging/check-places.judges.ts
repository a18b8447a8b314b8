/** Judges of where and how often checks arrive: port, path, interval. Knows nothing of their results. */
import { wasAbsent } from './absences.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import { earlyMs, roundingMs } from './order.ts';
import type { CheckReading, InstanceReading } from './reading.ts';
import { numericTrait, propagationOf, wordTrait } from './reading.ts';
import { isDoubt } from './unseen-checks.ts';

/** Checks that reached an instance, not those that were worked out. */
function seenChecks(subject: Subject): readonly CheckReading[] {
  return [...subject.instances.values()].flatMap(({ ledger }) =>
    ledger.checks.filter((check) => !isDoubt(check)),
  );
}

export const checkPort: Judge = judgeOf('health.port', (subject) => {
  const { check, port } = subject.configuration;
  const seen = seenChecks(subject);
  const due = (one: CheckReading) =>
    check.port === null ? portsOf(subject, one).map((own) => own ?? port) : [check.port];
  const astray = seen.filter((one) => {
    const ports = due(one);
    return ports.length > 0 && !ports.includes(one.port);
  });
  const [first] = astray;
  return {
    breaches:
      first === undefined
        ? []
        : [placeBreach(astray, `port ${due(first).at(-1)}`, `port ${first.port}`)],
    sometimes: { checks: seen.length },
    kept: `${counted(seen.length, 'check')} on the port they belong to`,
  };
});

/**
 * The ports that an instance may have had when a check of it began, the newest last; null: the service's. Whoever comes
 * back with another one while it drains has both: what drains is not what was listed again. None: not known, as of
 * somebody who drains since before the history began.
 */
function portsOf(subject: Subject, { instance, started }: CheckReading): (number | null)[] {
  const lateMs = propagationOf(subject);
  const listed = subject.header.instances.find(({ name }) => name === instance);
  if (listed === undefined && subject.known.has(instance)) return [];
  let ports = listed === undefined ? [] : [listed.port];
  let drainedMs = Number.NEGATIVE_INFINITY;
  for (const change of subject.changes) {
    if (change.instance !== instance || change.outcome === 'rejected') continue;
    if (change.fromMs > started.toMs) break;
    if (change.kind === 'removed') drainedMs = change.toMs + subject.effective.drainMs;
    else {
      const isOver = Math.max(change.toMs, drainedMs) + lateMs < started.fromMs;
      ports = isOver ? [change.port] : [...ports, change.port];
    }
  }
  return ports;
}

export const checkPath: Judge = judgeOf('health.http.path', (subject) => {
  const { check } = subject.configuration;
  if (check.method !== 'http') return 'TCP checks ask for no path';
  // one that makes a connection and asks nothing is cut short in real time, and another kind of check in stepped time
  const seen = seenChecks(subject).filter(
    ({ method }) => method === 'http' || subject.time === 'stepped',
  );
  const astray = seen.filter(({ path }) => path !== check.path);
  const [first] = astray;
  return {
    breaches: first === undefined ? [] : [placeBreach(astray, check.path, first.path ?? 'no path')],
    sometimes: { checks: seen.length },
    kept: `${counted(seen.length, 'check')} asked for ${check.path}`,
  };
});

function placeBreach(astray: readonly CheckReading[], expected: string, observed: string): Breach {
  return {
    why: `${counted(astray.length, 'check')} came to ${observed} instead of ${expected}`,
    expected,
    observed,
    lines: astray.map(({ startedLine }) => startedLine),
  };
}

/** Gaps that make a mean. */
const gapsToJudge = 5;

/** In real time a busy machine delays timers; a mean twice as long as allowed is no delay any more … */
const tooLongInRealTime = 2;
/** … nor is it one where of so many gaps each is half as long again as allowed: delays come and go. */
const eachTooLong = { gaps: 10, share: 1.5 };

interface Gap {
  readonly name: string;
  readonly before: CheckReading;
  readonly check: CheckReading;
  /** At the least and at the most, between two starts. */
  readonly leastMs: number;
  readonly mostMs: number;
  readonly limitMs: number;
}

export const checkInterval: Judge = judgeOf('health.interval', (subject) => {
  const gaps = gapsOf(subject);
  const meanMs = mean(gaps.map(({ leastMs }) => leastMs));
  const kept = `${counted(gaps.length, 'gap')} between checks, ${meanMs.toFixed(0)} ms in the mean, none too long`;
  const sometimes = {
    [`${gapsToJudge} gaps between checks`]: gaps.length >= gapsToJudge ? gaps.length : 0,
  };
  if (subject.time === 'stepped') {
    const tooLong = gaps.filter(({ leastMs, limitMs }) => leastMs > limitMs + roundingMs);
    const breaches = [...tooLong.map((gap) => gapBreach(subject, gap)), ...stopped(subject)];
    return { breaches, sometimes, kept };
  }
  return {
    ...inRealTime(subject, gaps, meanMs),
    sometimes,
    kept: kept.replace('none too long', 'in time'),
  };
});

/** Members without a check from the last one to the end of the history; under another configuration other intervals hold. */
function stopped(subject: Subject): readonly Breach[] {
  if (subject.whole.instances !== subject.instances) return [];
  return [...subject.instances.values()].flatMap((instance): Breach[] => {
    const unchecked = neverChecked(subject, instance);
    if (unchecked !== null) return [unchecked];
    const last = instance.ledger.checks.at(-1);
    if (last === undefined || last.check < 0) return [];
    const sinceMs = { fromMs: last.started.fromMs, toMs: subject.endMs };
    if (wasAbsent(subject, instance.name, sinceMs, propagationOf(subject))) return [];
    const silentMs = subject.endMs - last.started.toMs;
    const limitMs = limitOf(subject, last);
    if (silentMs <= limitMs + roundingMs) return [];
    return [
      {
        why: `${instance.name} was not checked any more for the last ${silentMs} ms, the interval is ${subject.effective.intervalMs} ms`,
        expected: `at most ${limitMs} ms from check to check`,
        observed: `none in ${silentMs} ms`,
        lines: [last.startedLine],
      },
    ];
  });
}

/** When the first check comes is not said; after so many intervals none comes. */
const intervalsToBegin = 10;

/** A member that nothing was asked since it was listed for the last time, or since the beginning. */
function neverChecked(subject: Subject, { name, ledger }: InstanceReading): Breach | null {
  if (subject.header.checks === 'none') return null;
  const since = memberSince(subject, name);
  if (since === null) return null;
  const { intervalMs, timeoutMs } = subject.effective;
  const silentMs = subject.endMs - since.toMs;
  const limitMs = propagationOf(subject) + intervalsToBegin * (intervalMs + timeoutMs);
  const isChecked = ledger.checks.some(
    // one of before the listing may have begun at its very instant
    ({ check, started, startedLine }) =>
      check >= 0 &&
      (started.toMs > since.fromMs || (started.toMs === since.fromMs && startedLine > since.line)),
  );
  if (isChecked || silentMs <= limitMs) return null;
  return {
    why: `${name} was not checked once in the ${silentMs} ms since it was ${since.how}, the interval is ${intervalMs} ms`,
    expected: 'a check each interval',
    observed: `none in ${silentMs} ms`,
    lines: [since.line],
  };
}

/** Since when it certainly is a member: the last registration, or the configuration that everything here is under. */
function memberSince({ changes, header, epochs }: Subject, name: string) {
  const change = changes.findLast(({ instance }) => instance === name);
  if (change !== undefined) {
    const isListed = change.kind === 'registered' && change.outcome === 'accepted';
    return isListed ? { ...change, how: 'registered' } : null;
  }
  const from = epochs[0]?.from;
  const isMember = header.instances.some((listed) => listed.name === name);
  if (!isMember || from === undefined) return null;
  return { fromMs: from.toMs, toMs: from.toMs, line: Math.max(0, from.line ?? 0), how: 'deployed' };
}

/** How long after the start of a check the next one starts at the latest. */
function limitOf(subject: Subject, { concluded, started }: CheckReading): number {
  const { intervalMs, timeoutMs } = subject.effective;
  const slackMs = numericTrait(subject, 'health.timerSlackMs', 0);
  const tookMs = Math.min(timeoutMs, concluded.toMs - started.fromMs);
  // one check at a time: the next waits for the end of one that takes longer than the interval
  return (isFromEnd(subject) ? intervalMs + tookMs : Math.max(intervalMs, tookMs)) + slackMs;
}

/** Whoever does not say from where the interval counts may count from either; from the end is longer. */
function isFromEnd(subject: Subject): boolean {
  return (wordTrait(subject, 'health.intervalFrom') ?? 'end') === 'end';
}

/** One gap says more about the machine than about the balancer; the mean of many does not. */
function inRealTime({ time }: Subject, gaps: readonly Gap[], meanMs: number) {
  const limitMs = mean(gaps.map((gap) => gap.limitMs));
  const isEachTooLong =
    gaps.length >= eachTooLong.gaps &&
    gaps.every((gap) => gap.leastMs > eachTooLong.share * gap.limitMs);
  const isMeanTooLong = gaps.length >= gapsToJudge && meanMs > tooLongInRealTime * limitMs;
  const isTooLong = isMeanTooLong || isEachTooLong;
  const breach: Breach = {
    why: `${counted(gaps.length, 'gap')} between checks lasted ${meanMs.toFixed(0)} ms in the mean, ${limitMs.toFixed(0)} ms are allowed`,
    expected: `at most ${limitMs.toFixed(0)} ms from check to check`,
    observed: `${meanMs.toFixed(0)} ms in the mean`,
    lines: gaps.map(({ check }) => check.startedLine),
  };
  const isInTime = mean(gaps.map(({ mostMs }) => mostMs)) <= limitMs + earlyMs(time);
  const doubt = {
    doubt: `${breach.observed}, ${limitMs.toFixed(0)} ms are allowed: the machine may be to blame`,
  };
  return { breaches: isTooLong ? [breach] : [], ...(isInTime ? {} : doubt) };
}

function gapBreach(subject: Subject, { name, before, check, leastMs, limitMs }: Gap): Breach {
  return {
    why: `${name} waited ${leastMs} ms for its next check, the interval is ${subject.effective.intervalMs} ms`,
    expected: `at most ${limitMs} ms from check to check`,
    observed: `${leastMs} ms`,
    lines: [before.startedLine, check.startedLine],
  };
}

function gapsOf(subject: Subject): readonly Gap[] {
  return [...subject.instances.values()].flatMap(({ name, ledger }) =>
    ledger.checks.flatMap((check, index): Gap[] => {
      const before = ledger.checks[index - 1];
      if (before === undefined || before.check < 0 || check.check < 0) return [];
      // how long nothing is waited for is the timeout's matter, where the next check waits for that
      const { timeoutMs, intervalMs } = subject.effective;
      if (before.replied === null && (isFromEnd(subject) || timeoutMs >= intervalMs)) return [];
      const betweenMs = { fromMs: before.started.fromMs, toMs: check.started.toMs };
      if (wasAbsent(subject, name, betweenMs, propagationOf(subject))) return [];
      const limitMs = limitOf(subject, before);
      const leastMs = check.started.fromMs - before.started.toMs;
      const mostMs = check.started.toMs - before.started.fromMs;
      return [{ name, before, check, leastMs, mostMs, limitMs }];
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
