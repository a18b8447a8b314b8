/** Timelines for weighted round robin: whole cycles, alone, through outages, and after changes of weights and members. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import { answering, cycleOf, documentOf, head, instancesOf, namesOf, settled } from './family.ts';
import { boundaryWeights, checksToBeSure, cyclesToFollow, weights } from './weights.ts';

/** More than two cycles of wash-out and three to judge, as the clause allows two. */
const cyclesToJudge = 6;

/** At a few minutes' pace they span ten minutes. */
const portionsMax = 30;

export const wrrCycles: Family = {
  name: 'wrr-cycles',
  clauses: ['schedule.wrr.cycle', 'schedule.wrr.spread'],
  needs: ['schedule.wrr'],
  runs: { stepped: 16, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        before: weights(Math.floor(bounds.connectionsMax / 16), bounds.instancesMax),
        healthyThreshold: fc.integer({ min: 1, max: 3 }),
        pace: fc.constantFrom(...(bounds.isWired ? [null] : [null, 0.3, 1.1, 4.3, 13.3])),
        isCarrying: fc.boolean(),
        // those at a port of their own take turns like everybody else
        port: fc.constantFrom(null, 9000),
        moved: fc.constantFrom(2, 3),
      })
      .map(({ before, healthyThreshold, pace, isCarrying, port, moved }): Timeline => {
        const names = namesOf(before.length);
        const cycle = cycleOf(before);
        const cycles =
          pace === null
            ? cyclesToJudge
            : Math.max(cyclesToJudge, Math.ceil((2 * portionsMax) / cycle));
        const count = cycles * cycle;
        return {
          ...head('wrr-cycles', wrrCycles.clauses, bounds),
          configuration: documentOf(bounds.profile, { check: { healthyThreshold } }),
          instances: instancesOf(before).map((one, index) =>
            index % moved === 1 ? { ...one, port } : one,
          ),
          steps: [
            settled(names, healthyThreshold + 1),
            ...(pace === null
              ? [{ do: 'open' as const, count, sources: 'fresh' as const }]
              : dribbled(count, pace, isCarrying)),
          ],
        };
      }),
};

/** A few at a time, with checks, minutes and data of the first ones between them: none of it has a say in whose turn it is. */
function dribbled(count: number, intervals: number, isCarrying: boolean): readonly Step[] {
  const portions = Math.min(portionsMax, Math.floor(count / 2));
  return Array.from({ length: portions }, (_, index): readonly Step[] => [
    {
      after: { intervals },
      do: 'open',
      count: Math.floor((count * (index + 1)) / portions) - Math.floor((count * index) / portions),
      sources: 'fresh',
      hold: isCarrying && index === 0,
    },
    ...(isCarrying ? [{ do: 'carry' as const }] : []),
  ]).flat();
}

/** The vectors at the bounds, each in every run. */
export const wrrBoundaries: Family = {
  name: 'wrr-boundaries',
  clauses: ['schedule.wrr.cycle'],
  needs: ['schedule.wrr'],
  runs: { stepped: boundaryWeights.length, wired: 2 },
  fixed: boundaryTimelines,
  timelines: (bounds) => fc.constantFrom(...boundaryTimelines(bounds)),
};

function boundaryTimelines(bounds: Bounds): readonly Timeline[] {
  return boundaryWeights
    .filter(({ length }) => length <= bounds.instancesLimit)
    .map(
      (vector): Timeline => ({
        ...head('wrr-boundaries', ['schedule.wrr.cycle'], bounds),
        configuration: documentOf(bounds.profile, {}),
        instances: instancesOf(vector),
        steps: [
          settled(namesOf(vector.length), 3),
          { do: 'open', count: cyclesToJudge * cycleOf(vector), sources: 'fresh' },
        ],
      }),
    );
}

/** Uneven weights through an outage: whoever comes back has the weight that it had. */
export const wrrRecovers: Family = {
  name: 'wrr-recovers',
  clauses: ['schedule.wrr.cycle', 'schedule.recovery', 'schedule.eligible'],
  needs: ['schedule.wrr', 'check.http'],
  runs: { stepped: 14, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        vector: fc.constantFrom([3, 1], [5, 1, 1], [4, 3, 2], [2, 3, 5]),
        failing: fc.nat({ max: 2 }),
      })
      .map(({ vector, failing }): Timeline => {
        const names = namesOf(vector.length);
        const instance = names[failing % names.length] ?? 'a';
        const settledAgain = { checks: { [instance]: checksToBeSure } };
        const open = {
          do: 'open' as const,
          count: cyclesToJudge * cycleOf(vector),
          sources: 'fresh' as const,
        };
        return {
          ...head('wrr-recovers', wrrRecovers.clauses, bounds),
          configuration: documentOf(bounds.profile, {}),
          instances: instancesOf(vector),
          steps: [
            settled(names, 3),
            open,
            { do: 'behave', instance, behaviour: { afterwards: { reply: 503 } } },
            { after: settledAgain, ...open },
            { do: 'behave', instance, behaviour: {} },
            { after: settledAgain, ...open },
          ],
        };
      }),
};

/** Enough to tell a shift of ten points at the alarm rate that the judge keeps. */
const connectionsForShares = 1800;
/** In stepped time now and then enough for a counter that begins again after a thousand to do so twice. */
const connectionsForCounters = 2400;

export const wrrShares: Family = {
  name: 'wrr-shares',
  clauses: ['schedule.wrr.share'],
  needs: ['schedule.wrr'],
  runs: { stepped: 8, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        vector: weights(20, bounds.instancesMax),
        connections: fc.constantFrom(
          ...[connectionsForShares, connectionsForShares],
          bounds.isWired ? connectionsForShares : connectionsForCounters,
        ),
      })
      .map(({ vector, connections }): Timeline => {
        const cycle = cycleOf(vector);
        return {
          ...head('wrr-shares', ['schedule.wrr.share'], bounds),
          configuration: documentOf(bounds.profile, {}),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(vector.length), 3),
            { do: 'open', count: Math.ceil(connections / cycle) * cycle, sources: 'fresh' },
          ],
        };
      }),
};

/** Uneven before and after, so that somebody who sees no weights is told from somebody who misses the change. */
const weightChanges: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [5, 1, 1],
    [1, 5, 1],
  ],
  [
    [4, 3, 2],
    [1, 3, 2],
  ],
  [
    [3, 1],
    [1, 3],
  ],
  [
    [1, 2],
    [5, 2],
  ],
  [
    [2, 3, 5],
    [5, 3, 2],
  ],
  // well above what most are given, and more
  [
    [12, 4],
    [16, 12],
  ],
];

const waysToReweigh = ['each', 'list', 'list in another order'] as const;

/** What comes after a change of weights. */
const sequels = ['nothing', 'back', 'outage'] as const;
interface Reweighing {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const reweighing = fc
  .constantFrom(...weightChanges)
  .map(([before, after]): Reweighing => ({ before, after }));

/** Whether somebody who counts for 1 after an outage is told from somebody whose weight was never changed. */
function tellsOutages({ before: [first] }: Reweighing): boolean {
  return first !== 1;
}

/** The first on a port of its own, which no weight changes. */
function weighing(vector: readonly number[]): Timeline['instances'] {
  return instancesOf(vector).map((one, index) => (index === 0 ? { ...one, port: 9000 } : one));
}

function reweighed(from: readonly number[], to: readonly number[]): readonly Step[] {
  return namesOf(from.length).flatMap((instance, index) => {
    const weight = to[index] ?? 1;
    return from[index] === to[index] ? [] : [{ do: 'reweigh' as const, instance, weight }];
  });
}

function following(...vectors: readonly (readonly number[])[]): Step & { readonly do: 'open' } {
  const count = cyclesToFollow * Math.max(...vectors.map(cycleOf));
  return { do: 'open', count, sources: 'fresh' };
}

function keeping(vector: readonly number[]): readonly Step[] {
  return [
    settled(namesOf(vector.length), 3),
    { do: 'open', count: cyclesToJudge * cycleOf(vector), sources: 'fresh' },
  ];
}

export const wrrReweighs: Family = {
  name: 'wrr-reweighs',
  clauses: ['schedule.weight-change'],
  needs: ['schedule.wrr', 'change.weight'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        vectors: reweighing,
        held: fc.integer({ min: 4, max: 9 }),
        sequel: fc.constantFrom(...(bounds.isWired ? ['nothing'] : sequels)),
        // several weights by one list, also in another order, or by one each
        by: fc.constantFrom(...(bounds.isWired ? (['each'] as const) : waysToReweigh)),
      })
      .map(({ vectors: { before, after }, held, sequel, by }): Timeline => {
        const change = (from: readonly number[], to: readonly number[]): readonly Step[] => {
          const listed = weighing(to);
          if (by === 'each') return reweighed(from, to);
          return [{ do: 'list', instances: by === 'list' ? listed : listed.toReversed() }];
        };
        const followed = following(before, after);
        return {
          ...head('wrr-reweighs', wrrReweighs.clauses, bounds),
          configuration: documentOf(bounds.profile, {}),
          instances: weighing(before),
          steps: [
            settled(namesOf(before.length), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'open', count: cyclesToJudge * cycleOf(before), sources: 'fresh' },
            ...change(before, after),
            followed,
            // so that whoever takes a change once only is told from whoever takes all
            ...(sequel === 'back' ? [...change(after, before), followed] : []),
            // a changed weight outlasts an outage
            ...(sequel === 'outage' && tellsOutages({ before, after })
              ? [
                  answering('a', { reply: 503 }),
                  {
                    after: { checks: { a: checksToBeSure } },
                    do: 'open' as const,
                    count: held,
                    sources: 'fresh' as const,
                  },
                  answering('a', { reply: 'normal' }),
                  { after: { checks: { a: checksToBeSure } }, ...followed },
                ]
              : []),
            { do: 'carry' },
            { do: 'close', of: 'all' },
          ],
        };
      }),
};

/** The weight of who is out holds once it is in again, and one that comes with somebody else's first one holds at once. */
export const wrrReweighsMeanwhile: Family = {
  name: 'wrr-reweighs-meanwhile',
  clauses: ['schedule.weight-change'],
  needs: ['schedule.wrr', 'change.weight'],
  runs: { stepped: 8, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({ vectors: reweighing, isJoined: fc.boolean() })
      .map(({ vectors: { before, after }, isJoined }): Timeline => {
        const open: Step = { do: 'open', count: 12, sources: 'fresh' };
        const whileOut: readonly Step[] = [
          answering('a', { reply: 'refused' }),
          { after: { checks: { a: checksToBeSure } }, ...open },
          ...reweighed(before, after),
          { do: 'behave', instance: 'a', behaviour: {} },
          // until it is seen to be back nothing is counted
          { after: { checks: { a: checksToBeSure } }, ...open },
          following(before, after),
        ];
        const joining = { name: 'joining', weight: 1, port: null };
        const withWhoJoins: readonly Step[] = [
          { do: 'list', instances: [...weighing(after), joining] },
          {
            after: { checks: { joining: checksToBeSure } },
            ...following(before, [...before, 1], [...after, 1]),
          },
        ];
        return {
          ...head('wrr-reweighs-meanwhile', wrrReweighsMeanwhile.clauses, bounds),
          configuration: documentOf(bounds.profile, {}),
          instances: weighing(before),
          steps: [
            ...keeping(before),
            ...(isJoined || !tellsOutages({ before, after }) ? withWhoJoins : whileOut),
          ],
        };
      }),
};

/** Members that come with weights of their own, come back with others, and are given others twice. */
export const wrrMembers: Family = {
  name: 'wrr-members',
  clauses: ['schedule.wrr.cycle'],
  needs: ['schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 10, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        // alone they may have a divisor that they do not have with whoever joins
        vector: fc.constantFrom([2, 1], [4, 2]),
        weight: fc.integer({ min: 2, max: 4 }),
        again: fc.integer({ min: 2, max: 4 }),
        port: fc.constantFrom(null, 9000),
      })
      .map(({ vector, weight, again, port }): Timeline => {
        const cycles = (...own: readonly number[]): Step => ({
          do: 'open',
          count: cyclesToJudge * cycleOf([...vector, ...own]),
          sources: 'fresh',
        });
        const joining = (own: number) => ({ name: 'joining', weight: own, port });
        const checked = { checks: { joining: checksToBeSure } };
        return {
          ...head('wrr-members', wrrMembers.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 0 }),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(2), 3),
            { do: 'add', instance: joining(weight) },
            { after: checked, ...cycles(weight) },
            { do: 'remove', instance: 'joining' },
            { do: 'add', instance: joining(again + 2) },
            { after: checked, ...cycles(again + 2) },
          ],
        };
      }),
};

/** Names that are each other's beginning, end or neighbour, and that differ in nothing but case: two are two. */
const alike: readonly (readonly [string, string, string])[] = [
  ['backend-1', 'backend-2', 'backend-10'],
  ['a', 'A', 'aa'],
  ['web.north.1', 'Web.North.1', 'web.north.11'],
  ['server-of-the-northern-pool-1', 'server-of-the-northern-pool-2', 'server-of-the-northern-poo'],
  ['1', '01', '1.0'],
  ['x-1', 'x_1', 'x.1'],
];

/** Who comes under a name much like another's is somebody else, and so is who leaves. */
export const wrrNames: Family = {
  name: 'wrr-names',
  clauses: ['schedule.wrr.cycle'],
  needs: ['schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: alike.length, wired: 1 },
  fixed: namedTimelines,
  timelines: (bounds) => fc.constantFrom(...namedTimelines(bounds)),
};

function namedTimelines(bounds: Bounds): readonly Timeline[] {
  return alike.map(([first, second, third]): Timeline => {
    const named = (name: string, weight = 1) => ({ name, weight, port: null });
    const open: Step = { do: 'open', count: 12, sources: 'fresh' };
    return {
      ...head('wrr-names', wrrNames.clauses, bounds),
      configuration: documentOf(bounds.profile, { drainSeconds: 0 }),
      instances: [named(first)],
      steps: [
        settled([first], 3),
        { do: 'add', instance: named(second) },
        { after: { checks: { [second]: checksToBeSure } }, ...open },
        { do: 'add', instance: named(third) },
        { after: { checks: { [third]: checksToBeSure } }, ...open },
        { do: 'remove', instance: second },
        open,
      ],
    };
  });
}
