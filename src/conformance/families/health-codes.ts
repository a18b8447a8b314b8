/** Timelines for what status codes mean: instances that answer one code each, normal or not, and who gets traffic. */
import fc from 'fast-check';
import type { BehaviourScript, ReplyScript, Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import { steady } from './health.ts';

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
  openapi: [['2xx', '3xx'], ['200'], [200, 404], ['201-205', '404'], ['4xx', '300-301']],
};
/** Every edge of every class, and 1xx and 5xx, which nothing can make normal. 1xx is left out: an interim response is no reply. */
const edgeCodes = [200, 204, 299, 300, 302, 399, 400, 404, 499, 500, 503, 599];

export const healthCodes: Family = {
  name: 'health-codes',
  clauses: ['health.http.codes'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 16, wired: 6 },
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

/** Codes inside the classes that software treats in ways of its own (RFC 9110, 6585, 7725), of each class some a row. */
const notedCodes: readonly (readonly number[])[] = [
  [200, 301, 401, 201, 403],
  [202, 304, 405, 203, 408],
  [204, 307, 410, 205, 418],
  [206, 300, 429, 226, 451],
  [302, 303, 404, 305, 308],
];
/** Beside them, so that whoever takes no answer for a failure is told from whoever misreads a code. */
const neverNormal = 503;

/** In stepped time each of them where it is normal, and where it is not. */
export const healthNotedCodes: Family = {
  name: 'health-noted-codes',
  clauses: ['health.http.codes'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 2 * notedCodes.length, wired: 2 },
  fixed: notedCodesTimelines,
  timelines: (bounds) => fc.constantFrom(...notedCodesTimelines(bounds)),
};

function notedCodesTimelines(bounds: Bounds): readonly Timeline[] {
  const sets = [['2xx', '4xx'], ['3xx']];
  return notedCodes.flatMap((row) =>
    sets.map((normalStatusCodes): Timeline => {
      const few = [neverNormal, ...row].slice(0, Math.floor(bounds.instancesMax / 2));
      // each twice, far apart, as above
      const replies = [...few, ...few.toReversed()].map((reply) => ({ afterwards: { reply } }));
      const check = { normalStatusCodes, unhealthyThreshold: 1, healthyThreshold: 1 };
      return steady('health-noted-codes', healthNotedCodes.clauses, bounds, replies, check);
    }),
  );
}
