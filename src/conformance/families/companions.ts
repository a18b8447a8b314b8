/** Timelines beside which another service is deployed: nothing that one is asked for holds for the other. */
import fc from 'fast-check';
import type { Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import { documentOf, head, instancesOf, namesOf, settled } from './family.ts';

export const accompanied: Family = {
  name: 'accompanied',
  clauses: ['health.interval', 'draining.deadline'],
  needs: ['drain', 'drain.deadline'],
  runs: { stepped: 2, wired: 1 },
  timelines: (bounds) =>
    fc.constantFrom('a', 'b').map(
      (removed): Timeline => ({
        ...head('accompanied', accompanied.clauses, bounds),
        configuration: documentOf(bounds.profile, { drainSeconds: 300 }),
        instances: instancesOf([1, 1, 1]),
        steps: [
          settled(namesOf(3), 3),
          { do: 'open', count: 6, sources: 'fresh', hold: true },
          {
            do: 'accompany',
            configuration: documentOf(bounds.profile, {
              drainSeconds: 3600,
              check: { intervalSeconds: 60 },
            }),
          },
          { after: { intervals: 20 }, do: 'carry' },
          { do: 'remove', instance: removed },
          { after: { drain: 0.97 }, do: 'carry' },
          { after: { drain: 0.05 }, do: 'carry' },
        ],
      }),
    ),
};
