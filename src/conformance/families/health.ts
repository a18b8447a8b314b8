/**
 * Timelines for health checks: scripted results around the thresholds with traffic after every check, delayed replies
 * and refused connections. What status codes mean, and several instances at once, is next door.
 */
import fc from 'fast-check';
import type { CheckMethod } from '../../spec/configuration.ts';
import type { BehaviourScript, ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import {
  answering,
  documentOf,
  eachInTurn,
  fewCheckSeconds,
  fewChecks,
  head,
  instanceNames,
  instancesOf,
  namesOf,
  plainFailures,
  scriptOf,
  settled,
} from './family.ts';

export const threshold = fc.integer({ min: 1, max: 5 });
/** Of one kind, or first of one and then of another: they are failures in a row all the same. */
function failuresIn({ isWired }: Bounds): fc.Arbitrary<(count: number) => readonly ReplyScript[]> {
  // one that is refused shows in stepped time alone
  const kinds = isWired ? plainFailures : [...plainFailures, { reply: 'refused' as const }];
  const alike = kinds.map((kind) => (count: number) => Array<ReplyScript>(count).fill(kind));
  // a status that somebody takes for a pass is no failure to him, so only the others change
  const silent = kinds.filter(({ reply }) => typeof reply !== 'number');
  // on the wire silence alone is left, and nothing to change it for
  const changing = (silent.length < 2 ? [] : silent).map((kind, index) => (count: number) => {
    const other = silent[(index + 1) % silent.length] ?? kind;
    const half = Math.floor((count - margin + 1) / 2);
    return Array.from({ length: count }, (_, at) => (at < half ? kind : other));
  });
  return fc.constantFrom(...alike, ...changing);
}
/** Now and then any that the page allows: whoever rounds intervals, or has some of its own, keeps the round ones. */
function intervalsWithin({ isWired }: Bounds): fc.Arbitrary<number> {
  const shortest = fc.constant(5);
  if (isWired) return shortest;
  const any = fc.integer({ min: 5, max: 300 });
  return fc.oneof({ weight: 3, arbitrary: shortest }, { weight: 1, arbitrary: any });
}
/** Checks beyond the threshold: enough that a threshold one or two too high still shows itself. */
export const margin = 3;
/** Four cycles of two instances of one weight: two may be wash-out, and who is in rotation gets one in the rest. */
const connectionsAfterCheck = 8;

/** After each of `count` checks of a: a little traffic, so that a judge sees who is in rotation. */
function watched(count: number, connections: number = connectionsAfterCheck): Step[] {
  return Array.from({ length: count }, () => ({
    after: { checks: { a: 1 } },
    do: 'open' as const,
    count: connections,
    sources: 'fresh' as const,
  }));
}

export const healthThresholds: Family = {
  name: 'health-thresholds',
  clauses: [
    'health.unhealthy-threshold',
    'health.healthy-threshold',
    'health.interval',
    'schedule.eligible',
    'schedule.recovery',
  ],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 20, wired: 8 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: eachInTurn(bounds, [5, 1, 3, 2, 4]),
        healthyThreshold: eachInTurn(bounds, [2, 4, 1, 5, 3]),
        failures: failuresIn(bounds),
        lives: fc.constantFrom(...(bounds.isWired ? [1] : [1, 1, 2, 3])),
        // out for ten minutes: it comes back as from any other outage
        longer: fc.constantFrom(...(bounds.isWired ? [0] : [0, 0, 0, 120])),
        held: fc.constantFrom(0, ...(bounds.isWired ? [] : [0, 6])),
        // it turns and turns again with no result beyond the threshold, which would clear what is left of a count
        isCurt: fc.constantFrom(...(bounds.isWired ? [false] : [false, false, false, true])),
        weight: fc.constantFrom(...(bounds.isWired ? [1] : [1, 1, 1, 1, 1, 1, 1, 10])),
        intervalSeconds: intervalsWithin(bounds),
      })
      .map((drawn): Timeline => {
        const { unhealthyThreshold, healthyThreshold, failures, lives, longer, held } = drawn;
        const down = 'F'.repeat(unhealthyThreshold + margin);
        const up = 'P'.repeat(healthyThreshold + margin);
        const curt = 'F'.repeat(unhealthyThreshold) + 'P'.repeat(healthyThreshold);
        const letters = down + 'F'.repeat(longer) + up + (down + up).repeat(lives - 1);
        return scriptedHealth('health-thresholds', healthThresholds.clauses, bounds, {
          unhealthyThreshold,
          healthyThreshold,
          warmUp: 'P'.repeat(healthyThreshold + 1),
          // and at last once more for long, so that it shows whether so many outages are still one like the others
          letters: drawn.isCurt ? letters + curt.repeat(3) + down + up : letters,
          weight: drawn.weight,
          intervalSeconds: drawn.intervalSeconds,
          failures: failures(down.length),
          held,
          ...(longer === 0 ? {} : { unwatched: { from: down.length, checks: longer } }),
        });
      }),
};

/** High ones that are asked for first, one of both at a time. */
const highThresholds = [
  { unhealthyThreshold: 5, healthyThreshold: 2 },
  { unhealthyThreshold: 4, healthyThreshold: 2 },
  { unhealthyThreshold: 2, healthyThreshold: 5 },
  { unhealthyThreshold: 2, healthyThreshold: 4 },
] as const;
const lowThresholds = { unhealthyThreshold: 2, healthyThreshold: 2 };

/** The same answers under a high threshold and then under a low one: by these it is told who never reaches the high one. */
export const healthThresholdsLowered: Family = {
  name: 'health-thresholds-lowered',
  clauses: ['health.unhealthy-threshold', 'health.healthy-threshold'],
  needs: ['check.http', 'schedule.wrr', 'change.configuration'],
  runs: { stepped: highThresholds.length, wired: 4 },
  fixed: loweredTimelines,
  timelines: (bounds) => fc.constantFrom(...loweredTimelines(bounds)),
};

function loweredTimelines(bounds: Bounds): readonly Timeline[] {
  return highThresholds.map((check): Timeline => {
    const { unhealthyThreshold, healthyThreshold } = check;
    const down = [answering('a', wrongStatus), ...watched(unhealthyThreshold + margin)];
    const up = [answering('a', { reply: 'normal' }), ...watched(healthyThreshold + margin)];
    return {
      ...head('health-thresholds-lowered', healthThresholdsLowered.clauses, bounds),
      configuration: documentOf(bounds.profile, { check }),
      instances: instancesOf([1, 1]),
      steps: [
        settled(namesOf(2), healthyThreshold + 1),
        ...watched(1),
        ...down,
        ...(healthyThreshold > unhealthyThreshold ? up : []),
        // for minutes, so that nobody is taken for somebody who is merely late
        { after: { checks: { a: 24 } }, do: 'wait' },
        ...watched(1),
        { do: 'reconfigure', configuration: documentOf(bounds.profile, { check: lowThresholds }) },
        ...watched(2 + 2 * margin),
      ],
    };
  });
}

export const healthConsecutive: Family = {
  name: 'health-consecutive',
  clauses: ['health.consecutive'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 16, wired: 4 },
  timelines: (bounds) => interruptedRuns('health-consecutive', healthConsecutive.clauses, bounds),
};

/** What is refused or silent shows in stepped time alone. */
export const healthTcpConsecutive: Family = {
  name: 'health-tcp-consecutive',
  clauses: ['health.consecutive'],
  needs: ['check.tcp', 'schedule.wrr'],
  runs: { stepped: 10, wired: 0 },
  timelines: (bounds) =>
    interruptedRuns('health-tcp-consecutive', healthTcpConsecutive.clauses, bounds, 'tcp'),
};

const normal: ReplyScript = { reply: 'normal' };
const wrongStatus: ReplyScript = { reply: 503 };
/** Failures that somebody may take for none: each in its own way. */
const otherFailures: readonly ReplyScript[] = [
  { reply: 'refused' },
  { reply: 'silence' },
  // well before the next check
  { reply: 'normal', afterTimeouts: 1.5 },
];

/** Runs of results that are broken off before they are long enough: out of rotation, and back into it. */
function interruptedRuns(
  family: string,
  clauses: readonly string[],
  bounds: Bounds,
  method: CheckMethod = 'http',
): fc.Arbitrary<Timeline> {
  const plain = method === 'http' ? [wrongStatus] : [];
  const others = bounds.isWired && method === 'http' ? [] : otherFailures;
  return fc
    .record({
      unhealthyThreshold: fc.integer({ min: 3, max: 5 }),
      healthyThreshold: fc.integer({ min: 3, max: 5 }),
      failure: fc.constantFrom(...plain, ...others),
      // one short of the threshold, and others between; null: two short, for whoever has another threshold
      between: fc.option(fc.array(fc.nat({ max: 3 }), { maxLength: bounds.isWired ? 0 : 2 }), {
        freq: 2,
      }),
      // whoever counts passes together had some before the first failure, unless that comes first
      isOutFirst: method === 'http' ? fc.boolean() : fc.constant(false),
      // in time all the same
      passing: fc.constantFrom<ReplyScript>(
        ...[normal, normal],
        bounds.isWired ? normal : { ...normal, afterTimeouts: 0.8 },
      ),
    })
    .map((drawn): Timeline => {
      const { unhealthyThreshold, healthyThreshold, failure, between, isOutFirst, passing } = drawn;
      const almostDown = interrupted('F', 'P', unhealthyThreshold, between);
      const almostUp = interrupted('P', 'F', healthyThreshold, between);
      const down = 'F'.repeat(unhealthyThreshold + margin);
      const up = 'P'.repeat(healthyThreshold + margin);
      // only what took it out is known to be a failure to somebody who passes over a kind of them
      const taking = isOutFirst ? wrongStatus : failure;
      const falling = (isOutFirst ? '' : almostDown + down).replaceAll('P', '').length;
      const breaking = [taking, ...(isOutFirst ? [] : plain)];
      return scriptedHealth(family, clauses, bounds, {
        method,
        unhealthyThreshold,
        healthyThreshold,
        warmUp: isOutFirst ? 'F'.repeat(unhealthyThreshold + 1) : 'P'.repeat(healthyThreshold + 1),
        letters: isOutFirst ? almostUp + up : almostDown + down + almostUp + up,
        passing,
        failures: [
          ...Array<ReplyScript>(falling).fill(taking),
          ...Array.from(almostUp, (_, index) => breaking[index % breaking.length] ?? taking),
        ],
      });
    });
}

/**
 * Runs of `letter` short of the threshold, each broken off by `opposite`: the first and the last by one, with others
 * `between`, or all by two, until more than the threshold came in all.
 */
function interrupted(
  letter: string,
  opposite: string,
  limit: number,
  between: readonly number[] | null,
): string {
  const short = Math.max(1, limit - 2);
  const lengths =
    between === null
      ? Array<number>(Math.ceil((limit + 1) / short)).fill(short)
      : [limit - 1, ...between.map((one) => 1 + (one % (limit - 1))), limit - 1];
  return lengths.map((length) => letter.repeat(length) + opposite).join('');
}

interface Script {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly warmUp: string;
  readonly letters: string;
  readonly method?: CheckMethod;
  readonly intervalSeconds?: number;
  /** By turns. */
  readonly failures: readonly ReplyScript[];
  /** Absent: at once. */
  readonly passing?: ReplyScript;
  /** Of each of both; absent: 1. */
  readonly weight?: number;
  /** Connections held all the while: they have no say in health. */
  readonly held?: number;
  /** After so many letters nobody looks for so many checks. */
  readonly unwatched?: { readonly from: number; readonly checks: number };
}

/** `a` is answered as the letters say, with traffic after every check. */
export function scriptedHealth(
  family: string,
  clauses: readonly string[],
  bounds: Bounds,
  script: Script,
): Timeline {
  const { held = 0, weight = 1 } = script;
  // all turns of both, also for whoever gives each instance as many in a row as it weighs
  const seen = Math.max(connectionsAfterCheck, weight === 1 ? 0 : 2 * (weight + 2));
  return {
    ...head(family, clauses, bounds),
    configuration: documentOf(bounds.profile, {
      check: {
        method: script.method ?? 'http',
        ...(script.intervalSeconds === undefined
          ? {}
          : { intervalSeconds: script.intervalSeconds }),
        unhealthyThreshold: script.unhealthyThreshold,
        healthyThreshold: script.healthyThreshold,
      },
    }),
    instances: instancesOf([weight, weight]),
    behaviours: { a: answersOf(script) },
    steps: [
      settled(namesOf(2), script.warmUp.length),
      ...(held === 0
        ? []
        : [{ do: 'open' as const, count: held, sources: 'fresh' as const, hold: true }]),
      { do: 'open', count: seen, sources: 'fresh' },
      ...(script.unwatched === undefined
        ? watched(script.letters.length, seen)
        : [
            ...watched(script.unwatched.from, seen),
            { after: { checks: { a: script.unwatched.checks } }, do: 'wait' as const },
            ...watched(
              script.letters.length - script.unwatched.from - script.unwatched.checks,
              seen,
            ),
          ]),
    ],
  };
}

function answersOf({ warmUp, letters, failures, passing }: Script): BehaviourScript {
  const { checks = [], ...script } = scriptOf(warmUp + letters, ...failures);
  const isQuickPass = ({ reply, afterTimeouts }: ReplyScript) =>
    reply === 'normal' && afterTimeouts === undefined;
  const answer = (one: ReplyScript) => (isQuickPass(one) ? (passing ?? one) : one);
  return { ...script, checks: checks.map(answer) };
}

/** In stepped time at the very edge, and with timeouts as long as the page allows. */
function delaysWithin({ isWired }: Bounds) {
  return {
    early: fc.constantFrom(...(isWired ? [0.2, 0.4, 0.5] : [0.2, 0.5, 0.98, 1])),
    late: fc.constantFrom(...(isWired ? [1.5, 1.8, 2] : [1.02, 1.05, 1.5, 2])),
    // the longest in intervals that leave time between the end of a check and the next one
    times: fc.constantFrom(
      ...(isWired
        ? [{ timeoutSeconds: 2 }, { timeoutSeconds: 3 }, { timeoutSeconds: 4 }]
        : [
            { timeoutSeconds: 2, intervalSeconds: 60 },
            { timeoutSeconds: 4, intervalSeconds: 60 },
            { timeoutSeconds: 30, intervalSeconds: 60 },
            { timeoutSeconds: 60, intervalSeconds: 180 },
            // longer than the interval, where that is allowed
            { timeoutSeconds: 8, intervalSeconds: 5 },
          ]),
    ),
  };
}

export const healthTimeout: Family = {
  name: 'health-timeout',
  clauses: ['health.timeout'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 16, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 2, max: 3 }),
        healthyThreshold: fc.integer({ min: 1, max: 2 }),
        ...delaysWithin(bounds),
        // whoever is out has as much time as whoever is in
        isOutFirst: fc.constantFrom(...(bounds.isWired ? [false] : [false, true])),
      })
      .map((drawn): Timeline => {
        const { unhealthyThreshold, healthyThreshold, early, late, times, isOutFirst } = drawn;
        const delays = [0, early, late];
        const failing = Array<ReplyScript>(isOutFirst ? unhealthyThreshold + 1 : 0).fill(
          wrongStatus,
        );
        const replies = delays.map(
          (afterTimeouts): BehaviourScript => ({
            ...(failing.length > 0 ? { checks: failing } : {}),
            afterwards: { reply: 'normal', afterTimeouts },
          }),
        );
        return steady(
          'health-timeout',
          healthTimeout.clauses,
          bounds,
          // whoever heeds no result at all is told from whoever heeds no timeout
          [...replies, { afterwards: { reply: 'silence' } }, { afterwards: { reply: 503 } }],
          { unhealthyThreshold, healthyThreshold, ...times },
          failing.length,
        );
      }),
};

export const healthTcp: Family = {
  name: 'health-tcp',
  clauses: ['health.tcp'],
  needs: ['check.tcp', 'schedule.wrr'],
  runs: { stepped: 16, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 1, max: 3 }),
        healthyThreshold: fc.integer({ min: 1, max: 3 }),
        port: fc.constantFrom(9100, 9200),
      })
      .map(({ unhealthyThreshold, healthyThreshold, port }): Timeline => {
        const refused: BehaviourScript = { afterwards: { reply: 'refused' } };
        const accepted: BehaviourScript = { afterwards: { reply: 'accepted' } };
        const long = { intervals: 2 * (unhealthyThreshold + healthyThreshold + margin + 1) };
        return {
          ...head('health-tcp', healthTcp.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: {
              ...fewChecks(bounds).check,
              method: 'tcp',
              port,
              unhealthyThreshold,
              healthyThreshold,
            },
          }),
          instances: instancesOf([1, 1, 1]),
          behaviours: { b: refused },
          steps: [
            { after: long, do: 'open', count: 12, sources: 'fresh' },
            { do: 'behave', instance: 'a', behaviour: refused },
            { do: 'behave', instance: 'b', behaviour: accepted },
            { after: long, do: 'open', count: 12, sources: 'fresh' },
          ],
        };
      }),
};

/** Over sockets the kernel takes a connection at once, and nobody sees one that is refused: in stepped time only. */
export const healthTcpTimeout: Family = {
  name: 'health-tcp-timeout',
  clauses: ['health.timeout'],
  needs: ['check.tcp', 'schedule.wrr'],
  runs: { stepped: 6, wired: 0 },
  timelines: (bounds) =>
    fc.record(delaysWithin(bounds)).map(({ early, late, times }): Timeline => {
      const replies = [0, early, late].map(
        (afterTimeouts): BehaviourScript => ({ afterwards: { reply: 'accepted', afterTimeouts } }),
      );
      return steady('health-tcp-timeout', healthTcpTimeout.clauses, bounds, replies, {
        method: 'tcp',
        unhealthyThreshold: 2,
        healthyThreshold: 1,
        ...times,
      });
    }),
};

export const healthTcpThresholds: Family = {
  name: 'health-tcp-thresholds',
  clauses: ['health.unhealthy-threshold', 'health.healthy-threshold'],
  needs: ['check.tcp', 'schedule.wrr'],
  runs: { stepped: 12, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({ unhealthyThreshold: threshold, healthyThreshold: threshold })
      .map(({ unhealthyThreshold, healthyThreshold }): Timeline => {
        const letters =
          'F'.repeat(unhealthyThreshold + margin) + 'P'.repeat(healthyThreshold + margin);
        return scriptedHealth('health-tcp-thresholds', healthTcpThresholds.clauses, bounds, {
          method: 'tcp',
          unhealthyThreshold,
          healthyThreshold,
          warmUp: 'P'.repeat(healthyThreshold + 1),
          letters,
          failures: [{ reply: 'refused' }],
        });
      }),
};

/** One steady behaviour an instance, if need be after `checksBefore`, long enough that every threshold has passed twice, then four cycles of traffic. */
export function steady(
  family: string,
  clauses: readonly string[],
  bounds: Bounds,
  replies: readonly BehaviourScript[],
  check: {
    readonly method?: CheckMethod;
    readonly normalStatusCodes?: readonly (string | number)[];
    readonly timeoutSeconds?: number;
    readonly intervalSeconds?: number;
    readonly unhealthyThreshold: number;
    readonly healthyThreshold: number;
  },
  checksBefore = 0,
): Timeline {
  const names = namesOf(replies.length);
  // of so short an interval more, so that whoever is merely late is in its place by then
  const more = (check.intervalSeconds ?? fewCheckSeconds) < fewCheckSeconds ? 12 : 0;
  // and where several go at one instant, one after the other for whoever loses all of them but one
  const apart = bounds.isWired ? 0 : check.unhealthyThreshold * names.length;
  const sure = check.unhealthyThreshold + check.healthyThreshold + margin + 2;
  const checks = checksBefore + sure + Math.max(more, apart);
  return {
    ...head(family, clauses, bounds),
    configuration: documentOf(bounds.profile, {
      check: { ...fewChecks(bounds).check, ...check },
    }),
    instances: instancesOf(replies.map(() => 1)),
    behaviours: Object.fromEntries(
      replies.map((reply, index) => [instanceNames[index] ?? `i${index}`, reply]),
    ),
    steps: [
      settled(names, checks),
      { do: 'open', count: 4 * names.length, sources: 'fresh' },
      // what a check that was under way then came to is known
      { after: { checks: Object.fromEntries(names.map((name) => [name, 1])) }, do: 'wait' },
    ],
  };
}
