/** Tours: each state of each machine meets both results, in every run alike. */
import { expect, it } from 'vitest';
import { drawTimelines } from '../drawn-timeline.ts';
import { healthTours, tourCoverage } from './health-tours.ts';

const bounds = {
  profile: 'console',
  profiles: ['console'],
  isWired: false,
  instancesMax: 12,
  instancesLimit: 12,
  connectionsMax: 2000,
} as const;
const drawn = (seed: string, count: number) =>
  drawTimelines(healthTours, bounds, seed, count).map(({ timeline }) => timeline);

it('takes every result in every state for thresholds 1 to 5, whatever the seed', () => {
  const tours = drawn('1', healthTours.runs.stepped);
  // 2 results in (down + up) states: 2 Σ (down + up) over 25 pairs
  expect(tourCoverage(tours)).toEqual({ covered: 300, of: 300 });
  expect(drawn('2', healthTours.runs.stepped)).toEqual(tours);
});

it('says what is missing where fewer are run', () => {
  expect(tourCoverage(drawn('1', 3))).toEqual({ covered: 6 + 6 + 12, of: 300 });
  expect(tourCoverage([])).toEqual({ covered: 0, of: 300 });
});
