/**
 * From a check as the instance saw it to its result and to when the balancer came to it. Certain only where every
 * time inside the intervals gives the same; what the configuration calls normal is the only rule known here.
 */
import type { Reply, TimeKind, When } from '../history/vocabulary.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { CheckReading } from './reading.ts';

export type CheckSeen = Omit<CheckReading, 'result' | 'concluded'>;

export interface ResultRules {
  readonly time: TimeKind;
  /** Whether a silent TCP check was told of as such: over sockets the kernel takes its connection. */
  readonly areAllTold: boolean;
  readonly timeoutMs: number;
  readonly configuration: ServiceConfiguration;
  readonly endMs: number;
}

/**
 * In real time an instance sees a check start after the balancer's timer did, later by the testbed's lag; trials
 * with more lag than a quarter of the timeout are void (design, decision 5), so this share is certainly in time.
 */
export const certainShare = 0.75;

/** `seen`: the checks of one instance in the order of their starts. */
export function concludeChecks(
  seen: readonly CheckSeen[],
  rules: ResultRules,
): readonly CheckReading[] {
  const checks = seen.map((check, index): CheckReading => {
    const result = resultOf(check, rules, seen[index + 1]);
    const concluded = conclusionOf(check, rules, seen, index);
    // named one by one: a history has thousands, and a spread is slow
    return {
      check: check.check,
      instance: check.instance,
      method: check.method,
      port: check.port,
      path: check.path,
      started: check.started,
      startedLine: check.startedLine,
      reply: check.reply,
      replied: check.replied,
      abandoned: check.abandoned,
      result,
      concluded,
    };
  });
  return checks.map((check, index) =>
    isOrderDoubtful(checks[index - 1], check) || isOrderDoubtful(check, checks[index + 1])
      ? { ...check, result: 'unknown' }
      : check,
  );
}

/** Two results that overlap and differ: which one counted last is anyone's guess. */
function isOrderDoubtful(first: CheckReading | undefined, second: CheckReading | undefined) {
  if (first === undefined || second === undefined) return false;
  return first.concluded.toMs > second.concluded.fromMs && first.result !== second.result;
}

function resultOf(
  check: CheckSeen,
  rules: ResultRules,
  following: CheckSeen | undefined,
): CheckReading['result'] {
  if (check.reply === 'refused') return 'failed';
  if (!isAnswer(check) || wasGivenUpFirst(check)) return silentResult(check, rules, following);
  if (check.method === 'http' && !isNormal(check.reply, rules.configuration)) return 'failed';
  const timing = timingOf(check, rules);
  if (timing === 'unknown') return 'unknown';
  return timing === 'in time' ? 'passed' : 'failed';
}

/** An answer that can pass: any status over HTTP, a taken connection over TCP. */
function isAnswer(check: CheckSeen): boolean {
  if (check.method === 'tcp') return check.reply === 'accepted' || typeof check.reply === 'number';
  return typeof check.reply === 'number';
}

export function isNormal(reply: Reply | null, configuration: ServiceConfiguration): boolean {
  return (
    typeof reply === 'number' &&
    configuration.check.normalCodes.some(({ from, to }) => from <= reply && reply <= to)
  );
}

/** Whether the reply came within the timeout, for all times inside the intervals. */
export function timingOf(
  check: CheckSeen,
  rules: Pick<ResultRules, 'time' | 'timeoutMs'>,
): 'in time' | 'late' | 'unknown' {
  if (check.replied === null) return 'unknown';
  const longestMs = check.replied.toMs - check.started.fromMs;
  const shortestMs = check.replied.fromMs - check.started.toMs;
  if (shortestMs > rules.timeoutMs) return 'late';
  const limitMs = rules.time === 'stepped' ? rules.timeoutMs : certainShare * rules.timeoutMs;
  // a reply exactly at the timeout is in time, as the adapter protocol says
  return longestMs <= limitMs ? 'in time' : 'unknown';
}

/** Without an answer: failed once the timeout is over; given up long before, the balancer's reason is not known. */
function silentResult(
  check: CheckSeen,
  rules: ResultRules,
  following: CheckSeen | undefined,
): CheckReading['result'] {
  // a connection that a TCP check of a real balancer makes is taken by the kernel whatever the instance does next
  if (check.method === 'tcp' && !rules.areAllTold) return 'unknown';
  if (check.abandoned !== null) {
    const waitedMs = check.abandoned.toMs - check.started.fromMs;
    const share = rules.time === 'stepped' ? 1 : certainShare;
    return waitedMs >= share * rules.timeoutMs ? 'failed' : 'unknown';
  }
  const dueMs = check.started.toMs + rules.timeoutMs;
  if (rules.time === 'stepped') return rules.endMs > dueMs ? 'failed' : 'unknown';
  return following !== undefined && following.started.fromMs > dueMs ? 'failed' : 'unknown';
}

function wasGivenUpFirst(check: CheckSeen): boolean {
  return (
    check.abandoned !== null &&
    (check.replied === null || check.abandoned.line < check.replied.line)
  );
}

/** Not before the check started, nor before an answer that counted was sent or the balancer was seen to give up; at the latest when it showed. */
function conclusionOf(
  check: CheckSeen,
  rules: ResultRules,
  seen: readonly CheckSeen[],
  index: number,
): CheckReading['concluded'] {
  const { replied, abandoned, started } = check;
  if (
    replied !== null &&
    (isAnswer(check) || check.reply === 'refused') &&
    !wasGivenUpFirst(check)
  ) {
    const isLate = replied.fromMs - started.toMs > certainShare * rules.timeoutMs;
    return {
      fromMs: isLate ? started.fromMs : replied.fromMs,
      toMs: replied.toMs,
      line: replied.line,
    };
  }
  if (abandoned !== null) {
    // in stepped time it is the testbed that stops listening, in real time the balancer is seen to
    const { fromMs } = rules.time === 'stepped' ? started : abandoned;
    return { fromMs, toMs: abandoned.toMs, line: abandoned.line };
  }
  return { fromMs: started.fromMs, ...silentConclusion(started, rules, seen, index) };
}

function silentConclusion(
  started: When,
  rules: ResultRules,
  seen: readonly CheckSeen[],
  index: number,
): { readonly toMs: number; readonly line: number | null } {
  const dueMs = started.toMs + rules.timeoutMs;
  if (rules.time === 'stepped') return { toMs: dueMs, line: null };
  // a later check that started after the timeout shows that the balancer had come to it
  const later = seen[index + 1];
  if (later !== undefined && later.started.fromMs > dueMs) {
    return { toMs: later.started.toMs, line: later.startedLine };
  }
  return { toMs: Number.POSITIVE_INFINITY, line: null };
}
