/**
 * Judges of what makes a check pass: its status, its lateness, its TCP connection. An instance that answers steadily
 * is in rotation or out of it once every threshold has passed with a margin; who is charged with that is said here.
 */
import type { Reply } from '../history/vocabulary.ts';
import { isUnchangedMember, lastRegistration } from './absences.ts';
import {
  type Assessment,
  type Breach,
  counted,
  judgeOf,
  type Subject,
  subjectOfLater,
} from './assessment.ts';
import { knownBefore } from './check-ledger.ts';
import { certainShare, isNormal, timingOf } from './check-results.ts';
import type { Judge } from './judge.ts';
import {
  type BehaviourReading,
  type CheckReading,
  type InstanceReading,
  linesInWhole,
  propagationOf,
} from './reading.ts';
import { hasOthers } from './rotation.ts';
import { type Look, looksOf, showing, type Window, whyNoWindows } from './rotation-windows.ts';

/** Steady answers beyond both thresholds, so that one or two too many is a matter of counting. */
const margin = 3;
/** A status is judged on quick replies only. */
const quickShare = 0.5;

/** Answers of one kind in a row, long enough, and what traffic shows after them. */
interface Steady {
  readonly instance: string;
  readonly kind: string;
  readonly reply: Reply | null;
  readonly window: Window;
  readonly checkLines: readonly number[];
}

/** `kindOf`: null where a check is no evidence. */
function steadyAnswers(
  subject: Subject,
  kindOf: (check: CheckReading, instance: InstanceReading) => string | null,
): readonly Steady[] {
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  const needed = unhealthyThreshold + healthyThreshold + margin;
  const found: Steady[] = [];
  for (const instance of subject.instances.values()) {
    const { checks } = instance.ledger;
    let looks: readonly Look[] | null = null;
    let start = 0;
    while (start < checks.length) {
      const first = checks[start] as CheckReading;
      const kind = kindOf(first, instance);
      let end = start + 1;
      while (end < checks.length && kindOf(checks[end] as CheckReading, instance) === kind) end++;
      if (kind !== null && end - start >= needed) {
        looks ??= looksOf(subject, instance.name);
        const [from, to] = [start + needed, end];
        const window = showing(
          subject,
          looks.filter(({ known, possible }) => from <= known && possible <= to),
          { afterChange: true },
        );
        const checkLines = checks.slice(start, end).map(({ startedLine }) => startedLine);
        found.push({ instance: instance.name, kind, reply: first.reply, window, checkLines });
      }
      start = end;
    }
  }
  return found.filter(({ window }) => window.shows !== 'nothing');
}

function breachOf(one: Steady, expected: 'in' | 'out', because: string): Breach {
  const place = { in: 'in rotation', out: 'out of rotation' };
  const observed = one.window.shows === 'in' ? 'in' : 'out';
  return {
    why: `${one.instance} is ${place[observed]} although ${because}`,
    expected: place[expected],
    observed: `${place[observed]}: ${one.window.here.length} of ${one.window.lines.length} connections went there`,
    lines: [...(observed === 'in' ? one.window.here : one.window.lines), ...one.checkLines],
  };
}

export const httpCodes: Judge = judgeOf('health.http.codes', (subject) => {
  const why = subject.configuration.check.method === 'http' ? whyNoWindows(subject) : 'TCP checks';
  if (why !== null) return why;
  const steady = steadyAnswers(subject, (check) => quickCode(check, subject));
  const breaches: Breach[] = [];
  for (const one of steady) {
    const right = isNormal(one.reply, subject.configuration) ? 'in' : 'out';
    if (one.window.shows === right) continue;
    const because = `all its checks were answered ${one.reply}, which is ${right === 'in' ? '' : 'not '}normal`;
    const isCodesFault =
      right === 'in'
        ? isAloneIn(steady, one) && !hasPassed(subject, one.reply)
        : !isHealthIgnored(steady, one) && hadAlternative(subject, one);
    if (isCodesFault) {
      breaches.push(breachOf(one, right, because));
    }
  }
  breaches.push(
    ...everybodyOut(
      subject,
      (check) => {
        const code = quickCode(check, subject);
        return code !== null && isNormal(check.reply, subject.configuration) ? code : null;
      },
      (code) => `were answered ${code}, which is normal`,
    ),
  );
  return {
    breaches,
    sometimes: { 'steady codes seen in traffic': steady.length, ...perCode(steady) },
    kept: `${counted(new Set(steady.map(({ kind }) => kind)).size, 'code')} in or out of rotation as configured: ${[...new Set(steady.map(({ kind }) => kind))].toSorted().join(', ')}`,
  };
});

/** Somebody who had answered nothing else, for longer than it takes to go out, got a connection: the code passes. */
function hasPassed(subject: Subject, reply: Reply | null): boolean {
  const answers = subject.configuration.check.unhealthyThreshold + 1;
  return [...subject.instances.values()].some(({ name, ledger }) => {
    const isPassing = (known: number) =>
      known >= answers &&
      ledger.checks.slice(known - answers, known).every((check) => check.reply === reply);
    return looksOf(subject, name).some((look) => look.isHere && isPassing(look.known));
  });
}

/** Clients that nobody takes although somebody never answered anything but one kind that passes: whoever misreads all that passes has nobody left. */
function everybodyOut(
  subject: Subject,
  passingKindOf: (check: CheckReading) => string | null,
  saying: (kind: string) => string,
): readonly Breach[] {
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  const needed = unhealthyThreshold + healthyThreshold + margin;
  return [...subject.instances.values()].flatMap(({ name, ledger, refusingFromMs }): Breach[] => {
    const [first] = ledger.checks;
    const kind = first === undefined ? null : passingKindOf(first);
    const isMember =
      isUnchangedMember(subject, name) && refusingFromMs === Number.POSITIVE_INFINITY;
    const since = ledger.checks[needed - 1]?.startedLine;
    if (first === undefined || kind === null || !isMember || since === undefined) return [];
    if (!ledger.checks.every((check) => passingKindOf(check) === kind)) return [];
    const later = subject.connections.filter(
      (one) => one.openedLine > since && knownBefore(ledger, one, propagationOf(subject)) >= needed,
    );
    const refused = later.flatMap((one) => one.refused?.line ?? []);
    if (refused.length < clientsTurnedAway || refused.length < later.length) return [];
    if (hasPassed(subject, first.reply)) return [];
    return [
      {
        why: `${counted(refused.length, 'client')} in a row were turned away although all checks of ${name} ${saying(kind)}`,
        expected: `${name} in rotation`,
        observed: 'nobody in rotation',
        lines: [...refused, ...ledger.checks.map(({ startedLine }) => startedLine)],
      },
    ];
  });
}

/** So many, and nobody taken between them, are no accident. */
const clientsTurnedAway = 4;

function quickCode(check: CheckReading, subject: Subject): string | null {
  if (check.method !== 'http' || typeof check.reply !== 'number' || check.replied === null)
    return null;
  const tookMs = check.replied.toMs - check.started.fromMs;
  return tookMs <= quickShare * subject.effective.timeoutMs ? String(check.reply) : null;
}

function perCode(steady: readonly Steady[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of steady) counts[`code ${kind}`] = (counts[`code ${kind}`] ?? 0) + 1;
  return counts;
}

/** Where nobody else is left, whoever is out may be used all the same. */
function hadAlternative(subject: Subject, { instance, window }: Steady): boolean {
  return window.looks.some(
    ({ isHere, connection }) => isHere && hasOthers(subject, instance, connection),
  );
}

/** Results in a row that are enough whatever the threshold, if any counts at all. */
const beyondAnyThreshold = 3;

/**
 * Whether somebody who only answers what nothing calls normal, and somebody who does not answer, both have connections
 * while others could take them: no reading of a status or of a timeout explains both.
 */
export function isNothingHeeded(subject: Subject): boolean {
  if (subject.configuration.check.method !== 'http') return false;
  const needed = subject.configuration.check.unhealthyThreshold + beyondAnyThreshold;
  const isTaken = (isKind: (reply: Reply | null) => boolean) =>
    [...subject.instances.values()].some(({ name, ledger }) => {
      const { checks, failStreak } = ledger;
      const isAlike = checks.every(({ reply, result }) => isKind(reply) && result === 'failed');
      return (
        checks.length >= needed &&
        isAlike &&
        looksOf(subject, name).some(
          ({ isHere, known, connection }) =>
            isHere && (failStreak[known] ?? 0) >= needed && hasOthers(subject, name, connection),
        )
      );
    });
  return isTaken(isNeverNormal) && isTaken((reply) => reply === null);
}

/** Out although normal: the code is to blame only if nobody with the same code is in. */
function isAloneIn(steady: readonly Steady[], one: Steady): boolean {
  return !steady.some((other) => other.kind === one.kind && other.window.shows === 'in');
}

/** In although not normal: not the code's fault where a code that nothing can make normal keeps its place too. */
function isHealthIgnored(steady: readonly Steady[], one: Steady): boolean {
  const never = steady.filter(({ reply }) => isNeverNormal(reply));
  const isSomeoneOut = steady.some(({ window }) => window.shows === 'out');
  return (
    never.some(({ window }) => window.shows === 'in') && !isSomeoneOut && one.window.shows === 'in'
  );
}

/** Neither profile lets a status below 200 or above 499 be normal. */
export function isNeverNormal(reply: Reply | null): boolean {
  return typeof reply === 'number' && (reply < 200 || reply > 499);
}

export const responseTimeout: Judge = judgeOf('health.timeout', (subject) => {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const steady = steadyAnswers(subject, (check, instance) => delayKind(check, instance, subject));
  const judged = steady.filter(({ kind }) => kind !== 'quick');
  const quick = steady.filter(({ kind, window }) => kind === 'quick' && window.shows === 'in');
  const breaches: Breach[] = [];
  for (const one of judged) {
    const right = one.kind === 'in time' ? 'in' : 'out';
    if (one.window.shows === right) continue;
    const limit = `the timeout of ${subject.effective.timeoutMs} ms`;
    // out although in time: the status is to blame unless somebody is in rotation with quick replies
    if (right === 'in' && quick.length > 0) {
      breaches.push(breachOf(one, 'in', `all its checks were answered well within ${limit}`));
    }
    if (right === 'out' && hadAlternative(subject, one) && !isNothingHeeded(subject))
      breaches.push(breachOf(one, 'out', `all its checks were answered after ${limit}`));
  }
  const count = (kind: string) => judged.filter((one) => one.kind === kind).length;
  return {
    breaches,
    sometimes: {
      'steady delays seen in traffic': judged.length,
      ...(count('late') > 0 ? { 'later than the timeout': count('late') } : {}),
      ...(count('in time') > 0 ? { 'slow but in time': count('in time') } : {}),
    },
    kept: `${counted(count('late'), 'instance')} answering too late out of rotation, ${counted(count('in time'), 'instance')} answering slowly but in time in it`,
  };
});

/** A reply that takes this share of the timeout is slow, yet certainly in time. */
const slowShare = 0.15;

function delayKind(
  check: CheckReading,
  instance: InstanceReading,
  subject: Subject,
): string | null {
  const { timeoutMs } = subject.effective;
  const told = toldAnswer(check, instance);
  const reply = check.reply ?? told?.reply ?? null;
  const isPassing =
    check.method === 'tcp' ? reply === 'accepted' : isNormal(reply, subject.configuration);
  if (!isPassing) return null;
  if (check.replied !== null) {
    const timing = timingOf(check, { time: subject.time, timeoutMs });
    if (timing === 'late') return 'late';
    const leastMs = check.replied.fromMs - check.started.toMs;
    const mostMs = check.replied.toMs - check.started.fromMs;
    const share = subject.time === 'stepped' ? 1 : certainShare;
    if (timing !== 'in time' || mostMs > share * timeoutMs) return null;
    return leastMs >= slowShare * timeoutMs ? 'in time' : 'quick';
  }
  if (told === null || check.abandoned === null) return null;
  if (told.afterMs > timeoutMs) return 'late';
  const waitedMs = check.abandoned.toMs - check.started.fromMs;
  const isGivenUpEarly = Math.max(waitedMs, told.afterMs) <= certainShare * timeoutMs;
  return isGivenUpEarly ? 'in time' : null;
}

/** What the instance was told to answer to this check, where its script is over. */
function toldAnswer(check: CheckReading, { behaviours, ledger }: InstanceReading) {
  const behaviour = behaviours.findLast(({ line }) => line < check.startedLine);
  if (behaviour === undefined) return null;
  if (behaviour.checks.length === 0) return behaviour.afterwards;
  const since = ledger.checks.filter(
    ({ startedLine }) => behaviour.line < startedLine && startedLine < check.startedLine,
  ).length;
  return since >= behaviour.checks.length ? behaviour.afterwards : null;
}

export const tcpChecks: Judge = judgeOf('health.tcp', (subject) => {
  if (subject.configuration.check.method !== 'tcp') return takesNobodyLater(subject);
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const accepted = steadyAnswers(subject, ({ result }) =>
    result === 'passed' ? 'accepted' : null,
  );
  const refused = [...subject.instances.values()].flatMap((one) => refusedFor(subject, one));
  const breaches = [
    ...accepted
      .filter(({ window }) => window.shows !== 'in')
      // who never gets anything although others that accept do is the scheduler's matter
      .filter((one) => isAloneIn(accepted, one))
      .map((one) => breachOf(one, 'in', 'all its checks were accepted')),
    ...refused
      .filter((one) => one.window.shows !== 'out' && hadAlternative(subject, one))
      .map((one) => breachOf(one, 'out', 'it refused all its checks')),
    ...askingMore(subject),
    ...takesNobody(subject),
  ];
  return {
    breaches,
    sometimes: {
      'accepting instances seen in traffic': accepted.length,
      'refusing instances seen in traffic': refused.length,
    },
    kept: `${counted(accepted.length, 'accepting instance')} in rotation, ${counted(refused.length, 'refusing one')} out of it`,
  };
});

function takesNobody(subject: Subject): readonly Breach[] {
  return everybodyOut(
    subject,
    ({ method, reply, result }) =>
      method === 'tcp' && reply === 'accepted' && result === 'passed' ? reply : null,
    () => 'were accepted',
  );
}

/** Where another configuration brings the first TCP checks: what they are taken for is as much a matter of theirs. */
function takesNobodyLater(subject: Subject): Assessment | string {
  const { later } = subject;
  const after = subjectOfLater(subject);
  const isByTcp = after?.configuration.check.method === 'tcp';
  if (later === null || after === null || !isByTcp || whyNoWindows(after) !== null)
    return 'HTTP checks';
  const breaches = takesNobody(after).map((breach) => ({
    ...breach,
    lines: linesInWhole(later, breach.lines),
  }));
  return breaches.length === 0 ? 'HTTP checks' : { breaches, sometimes: {}, kept: '' };
}

/** Checks by HTTP, which only stepped time tells from those by TCP before anything is asked. */
function askingMore({ instances, time }: Subject): readonly Breach[] {
  const checks = [...instances.values()].flatMap(({ ledger }) => ledger.checks);
  const asking = checks.filter(({ check, method }) => check >= 0 && method === 'http');
  const [first] = asking;
  if (time !== 'stepped' || first === undefined) return [];
  return [
    {
      why: `${counted(asking.length, 'check')} asked for ${first.path ?? 'something'} over HTTP`,
      expected: 'a TCP connection, and nothing more',
      observed: 'an HTTP check',
      lines: asking.map(({ startedLine }) => startedLine),
    },
  ];
}

/**
 * Refused checks reach no instance, so the time is what passes: as if each took the interval and the timeout. Whoever
 * is listed again may not have been checked before that.
 */
function refusedFor(subject: Subject, { name, behaviours }: InstanceReading): readonly Steady[] {
  const { unhealthyThreshold } = subject.configuration.check;
  const { intervalMs, timeoutMs } = subject.effective;
  const looks = looksOf(subject, name);
  return behaviours.flatMap((behaviour, index): Steady[] => {
    if (behaviour.afterwards.reply !== 'refused') return [];
    const checks = behaviour.checks.length + unhealthyThreshold + margin;
    const tookMs = checks * (intervalMs + timeoutMs) + propagationOf(subject);
    const sinceMs = (line: number) =>
      Math.max(behaviour.toMs, lastRegistration(subject, name, line)?.toMs ?? 0);
    const until: BehaviourReading | undefined = behaviours[index + 1];
    const window = showing(
      subject,
      looks.filter(
        ({ connection: { opened, openedLine, placed } }) =>
          opened.fromMs > sinceMs(openedLine) + tookMs &&
          (until === undefined || placed.line < until.line),
      ),
      { afterChange: true },
    );
    const steady = { instance: name, kind: 'refused', reply: 'refused' as const, window };
    return window.shows === 'nothing' ? [] : [{ ...steady, checkLines: [behaviour.line] }];
  });
}
