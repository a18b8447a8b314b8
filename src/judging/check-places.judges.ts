/** Judges of where and how often checks arrive: port, path, interval. Knows nothing of their results. */
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import type { CheckReading } from './reading.ts';
import { numericTrait, wordTrait } from './reading.ts';

/** Checks that reached an instance, not those that were worked out. */
function seenChecks(subject: Subject): readonly CheckReading[] {
  return [...subject.instances.values()].flatMap(({ ledger }) =>
    ledger.checks.filter(({ check }) => check >= 0),
  );
}

export const checkPort: Judge = judgeOf('health.port', (subject) => {
  const { check, port } = subject.configuration;
  const ports = new Map(subject.header.instances.map((one) => [one.name, one.port]));
  for (const change of subject.changes) {
    if (change.kind === 'registered') ports.set(change.instance, change.port);
  }
  const seen = seenChecks(subject);
  const due = (instance: string) => check.port ?? ports.get(instance) ?? port;
  const astray = seen.filter((one) => one.port !== due(one.instance));
  const [first] = astray;
  return {
    breaches:
      first === undefined
        ? []
        : [placeBreach(astray, `port ${due(first.instance)}`, `port ${first.port}`)],
    sometimes: { checks: seen.length },
    kept: `${counted(seen.length, 'check')} on the port they belong to`,
  };
});

export const checkPath: Judge = judgeOf('health.http.path', (subject) => {
  const { check } = subject.configuration;
  if (check.method !== 'http') return 'TCP checks ask for no path';
  const seen = seenChecks(subject).filter(({ method }) => method === 'http');
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

/** Wall clocks say more about the machine than about the balancer: only in stepped time. */
export const checkInterval: Judge = judgeOf('health.interval', (subject) => {
  if (subject.time !== 'stepped') return 'intervals are judged in stepped time only';
  const { intervalMs, timeoutMs } = subject.effective;
  const slackMs = numericTrait(subject, 'health.timerSlackMs', 0);
  const isFromEnd = wordTrait(subject, 'health.intervalFrom') === 'end';
  const breaches: Breach[] = [];
  let gaps = 0;
  let sumMs = 0;
  for (const { name, ledger } of subject.instances.values()) {
    ledger.checks.forEach((check, index) => {
      const before = ledger.checks[index - 1];
      if (before === undefined || before.check < 0 || check.check < 0) return;
      const gapMs = check.started.toMs - before.started.fromMs;
      const tookMs = Math.min(timeoutMs, before.concluded.toMs - before.started.fromMs);
      // one check at a time: the next waits for the end of one that takes longer than the interval
      const limitMs = isFromEnd ? intervalMs + tookMs : Math.max(intervalMs, tookMs);
      gaps++;
      sumMs += gapMs;
      if (check.started.fromMs - before.started.toMs <= limitMs + slackMs) return;
      breaches.push({
        why: `${name} waited ${gapMs} ms for its next check, the interval is ${intervalMs} ms`,
        expected: `at most ${limitMs + slackMs} ms from check to check`,
        observed: `${gapMs} ms`,
        lines: [before.startedLine, check.startedLine],
      });
    });
  }
  return {
    breaches,
    sometimes: { [`${gapsToJudge} gaps between checks`]: gaps >= gapsToJudge ? 1 : 0 },
    kept: `${counted(gaps, 'gap')} between checks, ${(sumMs / Math.max(1, gaps)).toFixed(0)} ms in the mean, none too long`,
  };
});
