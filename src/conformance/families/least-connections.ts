/** Timelines for weighted least connections: held connections that are partly closed and refilled, whatever happens between. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import {
  clientsNamed,
  cycleOf,
  documentOf,
  eachInTurn,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  scriptOf,
  settled,
} from './family.ts';
import { checksToBeSure, weights } from './weights.ts';

/** At the slowest pace of checks, so that an hour is not many of them. */
const slowChecks = { check: { intervalSeconds: 300 } };
/** More than an hour of those. */
const checksOfAnHour = 13;

/** Now and then more instances than a small table holds. */
function refilled({ isWired, instancesMax }: Bounds): fc.Arbitrary<readonly number[]> {
  const few = weights(12, Math.min(isWired ? 4 : 8, instancesMax));
  const many = fc.constant(new Array<number>(instancesMax).fill(1));
  return isWired ? few : fc.oneof({ weight: 11, arbitrary: few }, many);
}

export const wlcRefill: Family = {
  name: 'wlc-refill',
  clauses: ['schedule.wlc.ratio', 'schedule.wlc.release', 'schedule.wlc.active-only'],
  needs: ['schedule.wlc'],
  runs: { stepped: 16, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        vector: refilled(bounds),
        emptied: fc.nat({ max: 3 }),
        shares: fc.array(fc.constantFrom(0.2, 0.4, 0.6, 0.8, 1), { minLength: 4, maxLength: 4 }),
        // now and then more on one instance than a byte counts, and for longer than anybody remembers what is idle
        held: fc.constantFrom(36, 36, 36, ...(bounds.isWired ? [] : [400])),
        checksHeld: fc.constantFrom(0, ...(bounds.isWired ? [] : [checksOfAnHour])),
        // of every other one, as nobody counts connections by the service's port
        port: fc.constantFrom(null, ...(bounds.isWired ? [] : [9000])),
        isCarrying: fc.constantFrom(false, ...(bounds.isWired ? [] : [true])),
        // which end it was shows where there are sockets
        by: eachInTurn(bounds, ['client', 'instance'] as const),
      })
      .map((drawn): Timeline => {
        const { vector, emptied, shares, held, checksHeld, port, isCarrying, by } = drawn;
        const names = namesOf(vector.length);
        const target = Math.ceil(held / cycleOf(vector)) * cycleOf(vector);
        const first = names[emptied % names.length] ?? 'a';
        return {
          ...head('wlc-refill', ['schedule.wlc.ratio', 'schedule.wlc.release'], bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'weighted-least-connections',
            ...(checksHeld > 0 ? slowChecks : {}),
          }),
          instances: instancesOf(vector).map((one, index) =>
            index % 2 === 1 ? { ...one, port } : one,
          ),
          steps: [
            settled(names, 3),
            { do: 'refill', to: target },
            // whoever sent something holds as much as whoever did not
            ...(isCarrying ? [{ do: 'carry' as const }] : []),
            // everybody gives up a fifth first, so that nobody stands above the target
            { do: 'close', of: 'all', share: 0.2, by },
            { do: 'close', of: first, by },
            // long after those ends were heard of the others still hold what they held
            { after: { intervals: checksHeld }, do: 'wait' },
            { do: 'refill', to: target },
            ...names.map((name, index) => ({
              do: 'close' as const,
              of: name,
              share: shares[index] ?? 1,
              by,
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
  runs: { stepped: 14, wired: 2 },
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

/** Whom persistence sends somewhere holds a connection there like everybody else. */
export const wlcKnown: Family = {
  name: 'wlc-known',
  clauses: ['schedule.wlc.ratio'],
  needs: ['schedule.wlc', 'persistence'],
  runs: { stepped: 6, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        vector: fc.constantFrom([1, 1, 1], [2, 1], [1, 2, 1]),
        again: fc.integer({ min: 6, max: 10 }),
        isOneClient: fc.boolean(),
      })
      .map(({ vector, again, isOneClient }): Timeline => {
        const names = namesOf(vector.length);
        const cycle = cycleOf(vector);
        const sources = clientsNamed(2 * cycle);
        const known = sources.slice(0, isOneClient ? 1 : 2);
        return {
          ...head('wlc-known', wlcKnown.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'weighted-least-connections',
            persistence: true,
            ...fewChecks(bounds),
          }),
          instances: instancesOf(vector),
          steps: [
            settled(names, 3),
            { do: 'open', count: sources.length, sources, hold: true },
            { do: 'open', count: again, sources: known, hold: true },
            { do: 'close', of: 'all', share: 0.2 },
            // wherever those went, it is no more than its part by then
            { do: 'refill', to: (again + 2) * cycle },
            { do: 'open', count: again, sources: known.toReversed(), hold: true },
            { do: 'close', of: 'all', share: 0.3 },
            { do: 'refill', to: (2 * again + 2) * cycle },
          ],
        };
      }),
};

/** Clauses that show what least connections makes of something that happens while all hold connections. */
const throughClauses = {
  outage: ['schedule.wlc.ratio', 'schedule.eligible'],
  'end in outage': ['schedule.wlc.ratio'],
  return: ['schedule.wlc.ratio'],
  drain: ['schedule.wlc.ratio'],
  weight: ['schedule.weight-change'],
  failures: ['schedule.wlc.ratio'],
} as const;

/** One less than takes it out. */
const failuresBelow = 4;

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
          // of all that may happen this alone keeps the connections of who is away
          'return' as const,
          'return' as const,
          'drain' as const,
          'weight' as const,
          'end in outage' as const,
          ...(bounds.isWired ? [] : ['failures' as const]),
        ),
        vector: fc.constantFrom([1, 1, 1], [2, 1, 1], [1, 2, 1]),
      })
      .map(({ what, vector: drawn }): Timeline => {
        // whether weights are kept is known once they differ
        const vector = what === 'weight' && cycleOf(drawn) === drawn.length ? [2, 1, 1] : drawn;
        const names = namesOf(vector.length);
        const target = Math.ceil(24 / cycleOf(vector)) * cycleOf(vector);
        const refill = { do: 'refill' as const, to: target };
        const close = (of: string, share: number) => ({ do: 'close' as const, of, share });
        const a = { name: 'a', weight: vector[0] ?? 1, port: null };
        const sure = { checks: { a: checksToBeSure } };
        // it takes part again with the first connection that it is given
        const isBackThen: readonly Step[] = [{ do: 'refill', to: 2 * target }, close('all', 0.5)];
        const through: Readonly<Record<typeof what, readonly Step[]>> = {
          outage: [
            { do: 'behave', instance: 'a', behaviour: { afterwards: { reply: 503 } } },
            { after: sure, ...close('b', 0.5) },
            { do: 'open', count: 6, sources: 'fresh', hold: true },
            { do: 'behave', instance: 'a', behaviour: {} },
            { after: sure, ...close('a', 0.6) },
            ...isBackThen,
            close('c', 0.8),
            close('b', 0.9),
          ],
          'end in outage': [
            { do: 'behave', instance: 'a', behaviour: { afterwards: { reply: 503 } } },
            { after: sure, ...close('a', 0.7) },
            { do: 'behave', instance: 'a', behaviour: {} },
            { after: sure, ...close('b', 0.2) },
            ...isBackThen,
            close('b', 0.6),
            close('c', 0.4),
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
            // uneven, so that whoever counts nothing fills up another way
            close('b', 0.9),
            close('c', 0.9),
            { do: 'refill', to: 4 * cycleOf([4 * a.weight, ...vector.slice(1)]) },
          ],
          // too few to take it out, and no connections
          failures: [
            {
              do: 'behave',
              instance: 'a',
              behaviour: scriptOf('F'.repeat(failuresBelow), { reply: 503 }),
            },
            { after: { checks: { a: failuresBelow } }, ...close('all', 0.4) },
            refill,
            close('b', 0.6),
            close('c', 0.3),
          ],
        };
        return {
          ...head('wlc-through', throughClauses[what], bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'weighted-least-connections',
            drainSeconds: what === 'drain' ? 60 : 3600,
            ...(what === 'failures' ? { check: { unhealthyThreshold: failuresBelow + 1 } } : {}),
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
