/** Every timeline that a run draws can be kept in a file and run again: the schema takes what the families make. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { smallBounds } from '../bounds.fixture.ts';
import { parseTimeline } from '../timeline-schema.ts';
import { families } from './families.ts';

const seed = 1;
const drawnOfEach = 8;

it.each(families.map((family) => [family.name, family] as const))(
  '%s makes timelines that its own schema takes, on either plane and in either profile',
  (_, family) => {
    for (const profile of ['console', 'openapi'] as const) {
      for (const isWired of [false, true]) {
        const bounds = { ...smallBounds, profile, isWired };
        const drawn = fc.sample(family.timelines(bounds), { seed, numRuns: drawnOfEach });
        for (const timeline of [...(family.fixed?.(bounds) ?? []), ...drawn]) {
          const written: unknown = JSON.parse(JSON.stringify(timeline));
          expect(parseTimeline(written), JSON.stringify(timeline.steps)).toHaveProperty('timeline');
        }
      }
    }
  },
);
