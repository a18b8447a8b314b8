/**
 * Timelines for health checks: scripted results around the thresholds with traffic after every check, steady status
 * codes, delayed replies, refused connections, and where checks arrive.
 */
import fc from 'fast-check';
import type { BehaviourScript, ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import {
  documentOf,
  fewChecks,
  instanceNames,
  instancesOf,
  namesOf,
  scriptOf,
  settled,
} from './family.ts';

const threshold = fc.integer({ min: 1, max: 5 });
/** Two failures that no setting of the page can call normal, unlike any 2xx–4xx code. */
const plainFailures: readonly ReplyScript[] = [{ reply: 503 }, { reply: 'silence' }];
/** Checks beyond the threshold: enough that a threshold one or two too high still shows itself. */
const margin = 3;
/** Four cycles of two instances of one weight: two may be wash-out, and who is in rotation gets one in the rest. */
const connectionsAfterCheck = 8;

/** After each of `count` checks of a: a little traffic, so that a judge sees who is in rotation. */
function watched(count: number): Step[] {
  return Array.from({ length: count }, () => ({
    after: { checks: { a: 1 } },
    do: 'open' as const,
    count: connectionsAfterCheck,
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
  runs: { stepped: 60, wired: 8 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: threshold,
        healthyThreshold: threshold,
        failure: fc.constantFrom(...plainFailures),
        lives: fc.integer({ min: 1, max: bounds.isWired ? 1 : 2 }),
      })
      .map(({ unhealthyThreshold, healthyThreshold, failure, lives }): Timeline => {
        const down = 'F'.repeat(unhealthyThreshold + margin);
        const up = 'P'.repeat(healthyThreshold + margin);
        const letters = (down + up).repeat(lives);
        return scriptedHealth('health-thresholds', healthThresholds.clauses, bounds, {
          unhealthyThreshold,
          healthyThreshold,
          warmUp: 'P'.repeat(healthyThreshold + 1),
          letters,
          failure,
        });
      }),
};

export const healthConsecutive: Family = {
  name: 'health-consecutive',
  clauses: ['health.consecutive'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 40, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 3, max: 5 }),
        healthyThreshold: fc.integer({ min: 3, max: 5 }),
        failure: fc.constantFrom(...plainFailures),
      })
      .map(({ unhealthyThreshold, healthyThreshold, failure }): Timeline => {
        const almostDown = interrupted('F', 'P', unhealthyThreshold);
        const almostUp = interrupted('P', 'F', healthyThreshold);
        const down = 'F'.repeat(unhealthyThreshold + margin);
        const up = 'P'.repeat(healthyThreshold + margin);
        return scriptedHealth('health-consecutive', healthConsecutive.clauses, bounds, {
          unhealthyThreshold,
          healthyThreshold,
          warmUp: 'P'.repeat(healthyThreshold + 1),
          letters: almostDown + down + almostUp + up,
          failure,
        });
      }),
};

/** As many failures in a row, over all instances, as take out somebody who counts them together. */
export const healthIsolation: Family = {
  name: 'health-isolation',
  clauses: ['health.isolation'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 24, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        healthyThreshold: fc.integer({ min: 2, max: 3 }),
        count: fc.integer({ min: 3, max: 4 }),
        sound: fc.nat({ max: 2 }),
        failure: fc.constantFrom(...plainFailures),
      })
      .map(({ healthyThreshold, count, sound, failure }): Timeline => {
        const names = namesOf(count);
        const others = names.filter((_, index) => index !== sound);
        const unhealthyThreshold = others.length;
        const sure = (threshold: number) => ({
          checks: Object.fromEntries(others.map((name) => [name, threshold + margin + 1])),
        });
        // enough to see one instance among all through a wash-out, and as many again
        const open = { do: 'open' as const, count: 6 * count, sources: 'fresh' as const };
        const toldTo = (afterwards: ReplyScript) =>
          others.map((instance) => ({
            do: 'behave' as const,
            instance,
            behaviour: { afterwards },
          }));
        return {
          timeline: 1,
          family: 'health-isolation',
          clauses: healthIsolation.clauses,
          profile: bounds.profile,
          configuration: documentOf(bounds.profile, {
            check: { unhealthyThreshold, healthyThreshold, ...fewChecks(bounds).check },
          }),
          instances: instancesOf(names.map(() => 1)),
          behaviours: {},
          steps: [
            settled(names, healthyThreshold + 1),
            open,
            ...toldTo(failure),
            { after: sure(unhealthyThreshold), ...open },
            ...toldTo({ reply: 'normal' }),
            { after: sure(healthyThreshold), ...open },
          ],
        };
      }),
};

/** Runs of `letter` two short of the threshold, each broken off by `opposite`, until more than the threshold came in all. */
function interrupted(letter: string, opposite: string, limit: number): string {
  const run = letter.repeat(Math.max(1, limit - 2)) + opposite;
  return run.repeat(Math.ceil((limit + 1) / Math.max(1, limit - 2)));
}

interface Script {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly warmUp: string;
  readonly letters: string;
  readonly failure: ReplyScript;
}

/** `a` is answered as the letters say, with traffic after every check. */
export function scriptedHealth(
  family: string,
  clauses: readonly string[],
  bounds: Bounds,
  script: Script,
): Timeline {
  return {
    timeline: 1,
    family,
    clauses,
    profile: bounds.profile,
    configuration: documentOf(bounds.profile, {
      check: {
        unhealthyThreshold: script.unhealthyThreshold,
        healthyThreshold: script.healthyThreshold,
      },
    }),
    instances: instancesOf([1, 1]),
    behaviours: { a: scriptOf(script.warmUp + script.letters, script.failure) },
    steps: [
      settled(namesOf(2), script.warmUp.length),
      { do: 'open', count: connectionsAfterCheck, sources: 'fresh' },
      ...watched(script.letters.length),
    ],
  };
}

/** What each profile calls normal, as sets to choose from, with the codes at whose edges it is judged. */
const codeChoices: Readonly<Record<string, readonly (readonly (string | number)[])[]>> = {
  console: [
    ...[['2xx'], ['3xx'], ['4xx'], ['2xx', '3xx']],
    // twice: where the only normal class is misread nobody is left to show it
    ...[
      ['2xx', '4xx'],
      ['3xx', '4xx'],
      ['2xx', '3xx', '4xx'],
    ],
    ...[
      ['2xx', '4xx'],
      ['3xx', '4xx'],
      ['2xx', '3xx', '4xx'],
    ],
  ],
  openapi: [['2xx', '3xx'], ['200'], ['201-205', '404'], ['4xx', '300-301']],
};
/** Every edge of every class, and 1xx and 5xx, which nothing can make normal. 1xx is left out: an interim response is no reply. */
const edgeCodes = [200, 204, 299, 300, 302, 399, 400, 404, 499, 500, 503, 599];

export const healthCodes: Family = {
  name: 'health-codes',
  clauses: ['health.http.codes'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 24, wired: 6 },
  timelines: (bounds) =>
    fc
      .record({
        normal: fc.constantFrom(...(codeChoices[bounds.profile] ?? [])),
        unhealthyThreshold: fc.integer({ min: 1, max: 2 }),
        healthyThreshold: fc.integer({ min: 1, max: 2 }),
        rotation: fc.nat({ max: edgeCodes.length - 1 }),
      })
      .map(({ normal, unhealthyThreshold, healthyThreshold, rotation }): Timeline => {
        const half = Math.floor(Math.min(12, bounds.instancesMax) / 2);
        const few = tellingCodes(normal, rotation, half);
        // each code twice, far apart: a scheduler that overlooks an instance is told from a check that misreads a code
        const chosen = [...few, ...few.toReversed()];
        const replies = chosen.map((code): BehaviourScript => ({ afterwards: { reply: code } }));
        return steady('health-codes', healthCodes.clauses, bounds, replies, {
          normalStatusCodes: normal,
          unhealthyThreshold,
          healthyThreshold,
        });
      }),
};

interface CodeSpan {
  readonly from: number;
  readonly to: number;
}

function spanOf(entry: string | number): CodeSpan {
  const text = String(entry);
  if (text.endsWith('xx')) return { from: Number(text[0]) * 100, to: Number(text[0]) * 100 + 99 };
  const [from = text, to = from] = text.split('-');
  return { from: Number(from), to: Number(to) };
}

/** Two thirds that are normal, since somebody has to be in rotation; of the rest one at an edge of what is normal. */
function tellingCodes(
  normal: readonly (string | number)[],
  rotation: number,
  count: number,
): readonly number[] {
  const spans = normal.map(spanOf);
  const isNormal = (code: number) => spans.some(({ from, to }) => from <= code && code <= to);
  const rotated = <T>(list: readonly T[]) => {
    const at = rotation % Math.max(1, list.length);
    return [...list.slice(at), ...list.slice(0, at)];
  };
  const ends = spans.flatMap(({ from, to }) => [from, to]);
  const inside = [...new Set([...ends, ...edgeCodes.filter(isNormal)])];
  const beside = spans.flatMap(({ from, to }) => [to + 1, from - 1]);
  const outside = [
    ...rotated(beside.filter((code) => code >= 200 && !isNormal(code))).slice(0, 1),
    ...rotated(edgeCodes.filter((code) => !isNormal(code))),
  ];
  const normalCount = Math.min(inside.length, Math.ceil((2 * count) / 3));
  const others = [...new Set(outside)].slice(0, count - normalCount);
  return [...rotated(inside).slice(0, normalCount), ...others];
}

/** One class alone is normal: whoever misreads it has nobody left in rotation. */
export const healthLoneCodes: Family = {
  name: 'health-lone-codes',
  clauses: ['health.http.codes'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 8, wired: 2 },
  timelines: (bounds) =>
    fc.constantFrom(['3xx', 302, 399], ['4xx', 400, 499]).map(([normal, ...codes]): Timeline => {
      const replies = codes.map((reply) => ({ afterwards: { reply } as ReplyScript }));
      return steady('health-lone-codes', healthLoneCodes.clauses, bounds, replies, {
        normalStatusCodes: [normal as string],
        unhealthyThreshold: 1,
        healthyThreshold: 1,
      });
    }),
};

export const healthTimeout: Family = {
  name: 'health-timeout',
  clauses: ['health.timeout'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 24, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 2, max: 3 }),
        healthyThreshold: fc.integer({ min: 1, max: 2 }),
        early: fc.constantFrom(0.2, 0.4, 0.5),
        late: fc.constantFrom(1.5, 1.8, 2),
        timeoutSeconds: fc.constantFrom(2, 3, 4),
      })
      .map(({ unhealthyThreshold, healthyThreshold, early, late, timeoutSeconds }): Timeline => {
        const delays = [0, early, late];
        const replies = delays.map(
          (afterTimeouts): BehaviourScript => ({ afterwards: { reply: 'normal', afterTimeouts } }),
        );
        return steady(
          'health-timeout',
          healthTimeout.clauses,
          bounds,
          [...replies, { afterwards: { reply: 'silence' } }],
          { unhealthyThreshold, healthyThreshold, timeoutSeconds },
        );
      }),
};

export const healthTcp: Family = {
  name: 'health-tcp',
  clauses: ['health.tcp'],
  needs: ['check.tcp', 'schedule.wrr'],
  runs: { stepped: 24, wired: 4 },
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
          timeline: 1,
          family: 'health-tcp',
          clauses: healthTcp.clauses,
          profile: bounds.profile,
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

/** One steady behaviour an instance, long enough that every threshold has passed twice, then four cycles of traffic. */
function steady(
  family: string,
  clauses: readonly string[],
  bounds: Bounds,
  replies: readonly BehaviourScript[],
  check: {
    readonly normalStatusCodes?: readonly (string | number)[];
    readonly timeoutSeconds?: number;
    readonly unhealthyThreshold: number;
    readonly healthyThreshold: number;
  },
): Timeline {
  const names = namesOf(replies.length);
  const checks = check.unhealthyThreshold + check.healthyThreshold + margin + 2;
  return {
    timeline: 1,
    family,
    clauses,
    profile: bounds.profile,
    configuration: documentOf(bounds.profile, {
      check: { ...check, ...fewChecks(bounds).check },
    }),
    instances: instancesOf(replies.map(() => 1)),
    behaviours: Object.fromEntries(
      replies.map((reply, index) => [instanceNames[index] ?? `i${index}`, reply]),
    ),
    steps: [settled(names, checks), { do: 'open', count: 4 * names.length, sources: 'fresh' }],
  };
}
