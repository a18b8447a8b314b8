/** Timelines for source IP: clients that come back, before, during and after outages, and many that come once. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import { clientsNamed, documentOf, head, instancesOf, namesOf, settled } from './family.ts';
import { checksToBeSure, weights } from './weights.ts';

export const sourceReturns: Family = {
  name: 'source-returns',
  clauses: ['schedule.source.sticky'],
  needs: ['schedule.source'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        vector: weights(12, bounds.instancesMax),
        clients: fc.integer({ min: 8, max: 30 }),
        rounds: fc.integer({ min: 3, max: 5 }),
        // up to a day
        pauseIntervals: fc.constantFrom(...(bounds.isWired ? [0, 1, 2] : [0, 1, 40, 40, 300])),
        isReordered: fc.boolean(),
        // many of one client at a time
        heldByOne: fc.constantFrom(0, ...(bounds.isWired ? [] : [0, 30, 120])),
      })
      .map(({ vector, clients, rounds, pauseIntervals, isReordered, heldByOne }): Timeline => {
        const sources = clientsNamed(clients);
        const [first] = instancesOf(vector);
        return {
          ...head('source-returns', ['schedule.source.sticky'], bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'source-ip',
            ...(bounds.isWired ? {} : { check: { intervalSeconds: 300 } }),
          }),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(vector.length), 3),
            ...Array.from({ length: rounds }, (_, round): readonly Step[] => [
              {
                // long once, so that few checks are for nothing
                after: {
                  intervals: round === 1 ? pauseIntervals : Math.min(round, pauseIntervals),
                },
                do: 'open',
                count: clients,
                // every other round backwards, so that no cycle can look like memory
                sources: round % 2 === 0 ? sources : sources.toReversed(),
              },
              ...(heldByOne > 0 && round === 0
                ? [{ do: 'open' as const, count: heldByOne, sources: clientsNamed(1), hold: true }]
                : []),
              // the same members in another order
              ...(isReordered && first !== undefined && round === 1
                ? [{ do: 'add' as const, instance: first }]
                : []),
            ]).flat(),
          ],
        };
      }),
};

export const sourceFailures: Family = {
  name: 'source-failures',
  clauses: ['schedule.source.disruption', 'schedule.source.return', 'schedule.eligible'],
  needs: ['schedule.source', 'check.http'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        // three at least: those that stay have a choice
        vector: fc.constantFrom([1, 1, 1], [4, 3, 2], [2, 1, 1], [2, 3, 5], [1, 2, 3, 4]),
        failing: fc.nat({ max: 2 }),
        clients: fc.integer({ min: 24, max: 40 }),
        hold: fc.boolean(),
      })
      .map(({ vector, failing, clients, hold }): Timeline => {
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
            { do: 'open', count: clients, sources, hold },
            { do: 'open', count: clients, sources: sources.toReversed() },
            { do: 'behave', instance, behaviour: { afterwards: { reply: 503 } } },
            { after: settledAgain, do: 'open', count: clients, sources: sources.toReversed() },
            // wherever they went, there they are as long as it lasts
            { do: 'open', count: clients, sources },
            { do: 'behave', instance, behaviour: {} },
            { after: settledAgain, do: 'open', count: clients, sources },
            // somebody who never came before: whoever remembers clients takes only these there
            { do: 'open', count: clients, sources: 'fresh' },
          ],
        };
      }),
};

/** In stepped time more than a table of a thousand remembers. */
function strangersOf({ isWired }: Bounds): Step {
  return { do: 'open', count: isWired ? 900 : 1100, sources: 'fresh' };
}

export const sourceShares: Family = {
  name: 'source-shares',
  clauses: ['schedule.source.share', 'schedule.source.sticky'],
  needs: ['schedule.source'],
  runs: { stepped: 10, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        vector: weights(9, Math.min(bounds.isWired ? 4 : 9, bounds.instancesMax)),
        // those of the one that is out go to all others, by their weights
        isOneOut: fc.constantFrom(...(bounds.isWired ? [false] : [false, false, true])),
      })
      .map(({ vector, isOneOut }): Timeline => {
        const names = namesOf(vector.length);
        const out = names.at(-1) ?? 'a';
        const failing = { afterwards: { reply: 503 as const } };
        const known = clientsNamed(20);
        const comeBack = (sources: readonly string[]): readonly Step[] =>
          bounds.isWired ? [] : [{ do: 'open', count: sources.length, sources }];
        return {
          ...head('source-shares', sourceShares.clauses, bounds),
          configuration: documentOf(bounds.profile, { scheduling: 'source-ip' }),
          instances: instancesOf(vector),
          behaviours: isOneOut && names.length > 2 ? { [out]: failing } : {},
          steps: [
            settled(names, isOneOut ? checksToBeSure : 3),
            ...comeBack(known),
            strangersOf(bounds),
            ...comeBack(known.toReversed()),
          ],
        };
      }),
};

/** Those of the one that is out go to all others, by their weights, and to no neighbour. */
export const sourceSharesWithout: Family = {
  name: 'source-shares-without',
  clauses: ['schedule.source.share'],
  needs: ['schedule.source', 'check.http'],
  runs: { stepped: 4, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        // the first is out, which has a large part: what a neighbour has too much then is seen beyond any declared band
        vector: fc.constantFrom([1, 1, 1], [2, 1, 1], [2, 2, 1, 1], [3, 1, 2]),
        threshold: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ vector, threshold }): Timeline => {
        const names = namesOf(vector.length);
        return {
          ...head('source-shares-without', sourceSharesWithout.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling: 'source-ip',
            check: { unhealthyThreshold: threshold },
          }),
          instances: instancesOf(vector),
          behaviours: { a: { afterwards: { reply: 503 } } },
          steps: [settled(names, checksToBeSure), { do: 'open', count: 900, sources: 'fresh' }],
        };
      }),
};

/** After a change of weights new addresses divide by the new ones, whoever was there before may stay. */
export const sourceReweighs: Family = {
  name: 'source-reweighs',
  clauses: ['schedule.weight-change'],
  needs: ['schedule.source', 'change.weight'],
  runs: { stepped: 6, wired: 0 },
  timelines: (bounds) =>
    fc
      .constantFrom(
        // uneven before, too: equal parts are also what somebody gives who sees no weights
        { vector: [1, 4], weight: 9 },
        { vector: [6, 1, 1], weight: 1 },
        { vector: [1, 3, 1], weight: 6 },
      )
      .map(({ vector, weight }): Timeline => {
        const sources = clientsNamed(120);
        return {
          ...head('source-reweighs', sourceReweighs.clauses, bounds),
          configuration: documentOf(bounds.profile, { scheduling: 'source-ip' }),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(vector.length), 3),
            { do: 'open', count: 120, sources },
            { do: 'open', count: 900, sources: 'fresh' },
            { do: 'reweigh', instance: 'a', weight },
            { do: 'open', count: 120, sources: sources.toReversed() },
            { do: 'open', count: 900, sources: 'fresh' },
          ],
        };
      }),
};
