/**
 * Timelines for the three scheduling algorithms: whole cycles of round robin, held connections of least
 * connections that are partly closed and refilled, and clients of source hashing that come back.
 */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  clientsNamed,
  cycleOf,
  documentOf,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  settled,
} from './family.ts';

/** Weight vectors that peers get wrong (known-defects: bursts, extreme ratios, equal then unequal) beside random ones. */
const notedWeights: readonly (readonly number[])[] = [
  [5, 1, 1],
  [4, 3, 2],
  [5, 10],
  [11, 3],
  [2, 3, 5],
  [1, 1, 1],
  [3, 1],
  [10, 1],
  [1, 2, 1, 3, 1],
  // as high as weights go, and as many instances as timelines have
  [100, 50],
  [60, 30, 90],
  [64, 96],
  [1, 1, 1, 1, 1, 1, 1, 1, 1],
  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
];

function weights(cycleMax: number, instancesMax: number): fc.Arbitrary<readonly number[]> {
  const random = fc
    .array(fc.integer({ min: 1, max: Math.max(2, Math.floor(cycleMax / 3)) }), {
      minLength: 2,
      maxLength: Math.min(5, instancesMax),
    })
    .filter((vector) => cycleOf(vector) <= cycleMax);
  const noted = notedWeights.filter(
    (vector) => cycleOf(vector) <= cycleMax && vector.length <= instancesMax,
  );
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...noted) }, random);
}

/** More than two cycles of wash-out and three to judge, as the clause allows two. */
const cyclesToJudge = 6;

export const wrrCycles: Family = {
  name: 'wrr-cycles',
  clauses: ['schedule.wrr.cycle', 'schedule.wrr.spread'],
  needs: ['schedule.wrr'],
  runs: { stepped: 40, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        before: weights(Math.floor(bounds.connectionsMax / 16), bounds.instancesMax),
        healthyThreshold: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ before, healthyThreshold }): Timeline => {
        const names = namesOf(before.length);
        return {
          ...head('wrr-cycles', wrrCycles.clauses, bounds),
          configuration: documentOf(bounds.profile, { check: { healthyThreshold } }),
          instances: instancesOf(before),
          steps: [
            settled(names, healthyThreshold + 1),
            { do: 'open', count: cyclesToJudge * cycleOf(before), sources: 'fresh' },
          ],
        };
      }),
};

/** Checks until everybody is sure of a state, with one that was under way when the instance changed its mind. */
const checksToBeSure = 6;

/** Uneven weights through an outage: whoever comes back has the weight that it had. */
export const wrrRecovers: Family = {
  name: 'wrr-recovers',
  clauses: ['schedule.wrr.cycle', 'schedule.recovery', 'schedule.eligible'],
  needs: ['schedule.wrr', 'check.http'],
  runs: { stepped: 20, wired: 2 },
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
const connectionsForShares = 1600;

export const wrrShares: Family = {
  name: 'wrr-shares',
  clauses: ['schedule.wrr.share'],
  needs: ['schedule.wrr'],
  runs: { stepped: 10, wired: 3 },
  timelines: (bounds) =>
    weights(20, bounds.instancesMax).map((vector): Timeline => {
      const cycle = cycleOf(vector);
      return {
        ...head('wrr-shares', ['schedule.wrr.share'], bounds),
        configuration: documentOf(bounds.profile, {}),
        instances: instancesOf(vector),
        steps: [
          settled(namesOf(vector.length), 3),
          { do: 'open', count: Math.ceil(connectionsForShares / cycle) * cycle, sources: 'fresh' },
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
];

/** Cycles of the longer kind that an old round may last, as the judge grants it, and four to judge. */
const cyclesToFollow = 16 + 4;

export const wrrReweighs: Family = {
  name: 'wrr-reweighs',
  clauses: ['schedule.weight-change'],
  needs: ['schedule.wrr', 'change.weight'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        weightsOf: fc.constantFrom(...weightChanges),
        held: fc.integer({ min: 4, max: 9 }),
        isBack: fc.constantFrom(...(bounds.isWired ? [false] : [false, false, true])),
      })
      .map(({ weightsOf: [before, after], held, isBack }): Timeline => {
        const names = namesOf(before.length);
        const reweighed = (to: readonly number[]) =>
          names.flatMap((instance, index) => {
            const weight = to[index] ?? 1;
            return before[index] === after[index]
              ? []
              : [{ do: 'reweigh' as const, instance, weight }];
          });
        const followed = {
          do: 'open' as const,
          count: cyclesToFollow * Math.max(cycleOf(before), cycleOf(after)),
          sources: 'fresh' as const,
        };
        return {
          ...head('wrr-reweighs', wrrReweighs.clauses, bounds),
          configuration: documentOf(bounds.profile, {}),
          // on a port of its own, which no weight changes
          instances: instancesOf(before).map((one, index) =>
            index === 0 ? { ...one, port: 9000 } : one,
          ),
          steps: [
            settled(names, 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'open', count: cyclesToJudge * cycleOf(before), sources: 'fresh' },
            ...reweighed(after),
            followed,
            // back, so that whoever takes a change once only is told from whoever takes all
            ...(isBack ? [...reweighed(before), followed] : []),
            { do: 'carry' },
            { do: 'close', of: 'all' },
          ],
        };
      }),
};

export const wlcRefill: Family = {
  name: 'wlc-refill',
  clauses: ['schedule.wlc.ratio', 'schedule.wlc.release', 'schedule.wlc.active-only'],
  needs: ['schedule.wlc'],
  runs: { stepped: 40, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        vector: weights(12, Math.min(4, bounds.instancesMax)),
        emptied: fc.nat({ max: 3 }),
        shares: fc.array(fc.constantFrom(0.2, 0.4, 0.6, 0.8, 1), { minLength: 4, maxLength: 4 }),
      })
      .map(({ vector, emptied, shares }): Timeline => {
        const names = namesOf(vector.length);
        const target = Math.ceil(36 / cycleOf(vector)) * cycleOf(vector);
        const first = names[emptied % names.length] ?? 'a';
        return {
          ...head('wlc-refill', ['schedule.wlc.ratio', 'schedule.wlc.release'], bounds),
          configuration: documentOf(bounds.profile, { scheduling: 'weighted-least-connections' }),
          instances: instancesOf(vector),
          steps: [
            settled(names, 3),
            { do: 'refill', to: target },
            // everybody gives up a fifth first, so that nobody stands above the target
            { do: 'close', of: 'all', share: 0.2 },
            { do: 'close', of: first },
            { do: 'refill', to: target },
            ...names.map((name, index) => ({
              do: 'close' as const,
              of: name,
              share: shares[index] ?? 1,
            })),
            { do: 'refill', to: target },
            // whoever hears of an end late has heard of all by now, and whoever never does goes on as before
            { after: { checks: { [first]: 8 } }, do: 'wait' },
            { do: 'refill', to: 2 * target },
          ],
        };
      }),
};

/**
 * Somebody joins while all hold: what was held before still counts, and what was closed before does not. Whoever counts
 * closed connections gives the newcomer everything until it has had as many; nothing but a change tells that from turns.
 */
export const wlcJoins: Family = {
  name: 'wlc-joins',
  clauses: ['schedule.wlc.ratio', 'schedule.wlc.active-only'],
  needs: ['schedule.wlc', 'change.weight'],
  runs: { stepped: 20, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        vector: fc.constantFrom([1, 1, 1], [2, 1], [1, 2, 1]),
        weight: fc.constantFrom(1, 2),
        cyclesHeld: fc.constantFrom(6, 8),
      })
      .map(({ vector, weight, cyclesHeld }): Timeline => {
        const names = namesOf(vector.length);
        const joining = { name: 'joining', weight, port: null };
        const all = [...names, joining.name];
        return {
          ...head('wlc-joins', wlcJoins.clauses, bounds),
          configuration: documentOf(bounds.profile, { scheduling: 'weighted-least-connections' }),
          instances: instancesOf(vector),
          steps: [
            settled(names, 3),
            { do: 'refill', to: cyclesHeld * cycleOf(vector) },
            // one far below the others, so that somebody is owed the next connection when the newcomer has its part
            ...names.map((name, index) => ({
              do: 'close' as const,
              of: name,
              share: index === 0 ? 0.75 : 0.5,
            })),
            { do: 'add', instance: joining },
            { after: { checks: { [joining.name]: 4 } }, do: 'wait' },
            // level with the newcomer only if what the others held before counts
            { do: 'refill', to: cyclesHeld * cycleOf([...vector, weight]) },
            ...all.map((name) => ({ do: 'close' as const, of: name, share: 0.3 })),
            { do: 'refill', to: cyclesHeld * cycleOf([...vector, weight]) },
          ],
        };
      }),
};

/** Clauses that show what least connections makes of something that happens while all hold connections. */
const throughClauses = {
  outage: ['schedule.wlc.ratio', 'schedule.eligible'],
  return: ['schedule.wlc.ratio'],
  drain: ['schedule.wlc.ratio'],
  weight: ['schedule.weight-change'],
} as const;

/** What is held through an outage, a drain or a return still counts, and what a drain ended does not. */
export const wlcThrough: Family = {
  name: 'wlc-through',
  clauses: ['schedule.wlc.ratio', 'schedule.eligible', 'schedule.weight-change'],
  needs: ['schedule.wlc', 'check.http', 'change.weight', 'drain'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        what: fc.constantFrom(
          'outage' as const,
          'return' as const,
          'drain' as const,
          'weight' as const,
        ),
        vector: fc.constantFrom([1, 1, 1], [2, 1, 1], [1, 2, 1]),
      })
      .map(({ what, vector }): Timeline => {
        const names = namesOf(vector.length);
        const target = Math.ceil(24 / cycleOf(vector)) * cycleOf(vector);
        const refill = { do: 'refill' as const, to: target };
        const close = (of: string, share: number) => ({ do: 'close' as const, of, share });
        const a = { name: 'a', weight: vector[0] ?? 1, port: null };
        const sure = { checks: { a: checksToBeSure } };
        const through: Readonly<Record<typeof what, readonly Step[]>> = {
          outage: [
            { do: 'behave', instance: 'a', behaviour: { afterwards: { reply: 503 } } },
            { after: sure, ...close('b', 0.5) },
            { do: 'open', count: 6, sources: 'fresh', hold: true },
            { do: 'behave', instance: 'a', behaviour: {} },
            { after: sure, ...close('c', 0.8) },
            close('b', 0.9),
          ],
          return: [
            { do: 'remove', instance: 'a' },
            { do: 'add', instance: a },
            { after: sure, ...close('b', 0.8) },
            close('c', 0.4),
          ],
          drain: [
            { do: 'remove', instance: 'a' },
            { after: { drain: 1.2 }, ...close('a', 1) },
            { do: 'add', instance: a },
            // it may have been checked all the while, so that counting checks would wait for nothing
            { after: { intervals: checksToBeSure }, ...close('b', 0.6) },
            close('c', 0.3),
          ],
          weight: [
            { do: 'reweigh', instance: 'a', weight: 4 * a.weight },
            ...names.map((name) => close(name, 0.9)),
            { do: 'refill', to: 4 * cycleOf([4 * a.weight, ...vector.slice(1)]) },
          ],
        };
        return {
          ...head('wlc-through', throughClauses[what], bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'weighted-least-connections',
            drainSeconds: what === 'drain' ? 60 : 3600,
          }),
          instances: instancesOf(vector),
          steps: [
            settled(names, 3),
            refill,
            // uneven and level again, so that whoever kept the weights before is known
            close('b', 0.6),
            close('c', 0.3),
            refill,
            ...through[what],
            ...(what === 'weight' ? [] : [refill]),
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
        weight: fc.integer({ min: 2, max: 4 }),
        again: fc.integer({ min: 2, max: 4 }),
        port: fc.constantFrom(null, 9000),
      })
      .map(({ weight, again, port }): Timeline => {
        const cycles = (...own: readonly number[]): Step => ({
          do: 'open',
          count: cyclesToJudge * cycleOf([2, 1, ...own]),
          sources: 'fresh',
        });
        const joining = (own: number) => ({ name: 'joining', weight: own, port });
        const checked = { checks: { joining: checksToBeSure } };
        return {
          ...head('wrr-members', wrrMembers.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 0 }),
          instances: instancesOf([2, 1]),
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

export const sourceReturns: Family = {
  name: 'source-returns',
  clauses: ['schedule.source.sticky'],
  needs: ['schedule.source'],
  runs: { stepped: 30, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        vector: weights(12, bounds.instancesMax),
        clients: fc.integer({ min: 8, max: 30 }),
        rounds: fc.integer({ min: 3, max: 5 }),
        pauseIntervals: fc.constantFrom(...(bounds.isWired ? [0, 1, 2] : [0, 1, 40])),
      })
      .map(({ vector, clients, rounds, pauseIntervals }): Timeline => {
        const sources = clientsNamed(clients);
        return {
          ...head('source-returns', ['schedule.source.sticky'], bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'source-ip',
            ...fewChecks(bounds),
          }),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(vector.length), 3),
            ...Array.from({ length: rounds }, (_, round) => ({
              after: { intervals: round === 0 ? 0 : pauseIntervals },
              do: 'open' as const,
              count: clients,
              // every other round backwards, so that no cycle can look like memory
              sources: round % 2 === 0 ? sources : sources.toReversed(),
            })),
          ],
        };
      }),
};

export const sourceFailures: Family = {
  name: 'source-failures',
  clauses: ['schedule.source.disruption', 'schedule.source.return', 'schedule.eligible'],
  needs: ['schedule.source', 'check.http'],
  runs: { stepped: 30, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        // three at least: those that stay have a choice
        vector: fc.constantFrom([1, 1, 1], [4, 3, 2], [2, 1, 1], [2, 3, 5], [1, 2, 3, 4]),
        failing: fc.nat({ max: 2 }),
        clients: fc.integer({ min: 24, max: 40 }),
      })
      .map(({ vector, failing, clients }): Timeline => {
        const sources = clientsNamed(clients);
        const instance = namesOf(vector.length)[failing] ?? 'a';
        const settledAgain = { checks: { [instance]: checksToBeSure } };
        return {
          ...head('source-failures', sourceFailures.clauses, bounds),
          configuration: documentOf(bounds.profile, { scheduling: 'source-ip' }),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(vector.length), 3),
            // twice, so that addresses which move by themselves are told from those that something moved
            { do: 'open', count: clients, sources },
            { do: 'open', count: clients, sources: sources.toReversed() },
            { do: 'behave', instance, behaviour: { afterwards: { reply: 503 } } },
            { after: settledAgain, do: 'open', count: clients, sources: sources.toReversed() },
            { do: 'behave', instance, behaviour: {} },
            { after: settledAgain, do: 'open', count: clients, sources },
            // somebody who never came before: whoever remembers clients takes only these there
            { do: 'open', count: clients, sources: 'fresh' },
          ],
        };
      }),
};

export const sourceShares: Family = {
  name: 'source-shares',
  clauses: ['schedule.source.share'],
  needs: ['schedule.source'],
  runs: { stepped: 12, wired: 3 },
  timelines: (bounds) =>
    weights(9, Math.min(4, bounds.instancesMax)).map(
      (vector): Timeline => ({
        ...head('source-shares', ['schedule.source.share'], bounds),
        configuration: documentOf(bounds.profile, { scheduling: 'source-ip' }),
        instances: instancesOf(vector),
        steps: [settled(namesOf(vector.length), 3), { do: 'open', count: 900, sources: 'fresh' }],
      }),
    ),
};
