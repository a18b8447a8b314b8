/** Timelines for source IP: clients that come back, before, during and after outages, and many that come once. */
import fc from 'fast-check';
import type { Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  clientsNamed,
  documentOf,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  settled,
} from './family.ts';
import { checksToBeSure, weights } from './weights.ts';

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
