/** Every timeline that a run draws can be kept in a file and run again: the schema takes what the families make. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthCheckDocument } from '../../spec/configuration.ts';
import { smallBounds } from '../bounds.fixture.ts';
import type { Timeline } from '../timeline.ts';
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

it.each(families.map((family) => [family.name, family] as const))(
  '%s puts all that is the same in every run in stepped time',
  (_, { fixed, runs }) => {
    for (const profile of ['console', 'openapi'] as const) {
      const count = fixed?.({ ...smallBounds, profile, isWired: false }).length ?? 0;
      expect(runs.stepped).toBeGreaterThanOrEqual(count);
    }
  },
);

describe('what is drawn', () => {
  it('has intervals that nobody would have for a limit of its own', () => {
    const seconds = drawnOf('health-thresholds', 'console').map(
      ({ intervalSeconds = 0 }) => intervalSeconds,
    );
    expect(seconds.filter((one) => one > 60 && one % 10 !== 0)).not.toEqual([]);
    expect(seconds.filter((one) => one === 5).length).toBeGreaterThan(seconds.length / 2);
  });

  it('has checks at the port of some instance, and at none at all where that is said in a number', () => {
    const ports = (profile: 'console' | 'openapi') =>
      new Set(drawnOf('forward-ports', profile).map(({ port }) => port));
    expect(ports('console')).toEqual(new Set([undefined, 9100, 8080, 9000]));
    expect(ports('openapi')).toEqual(new Set([undefined, 9100, 8080, 9000, 0]));
  });

  it('has lists in another order while a check of whoever answers slowly is under way', () => {
    const timelines = sampled('health-reordered', 'console');
    expect(timelines.length).toBe(manyDrawn);
    for (const { behaviours, steps } of timelines) {
      expect(Object.values(behaviours)).toMatchObject([{ afterwards: { afterTimeouts: 0.9 } }]);
      const lists = steps.flatMap((one) => (one.do === 'list' ? [one] : []));
      expect(lists.map(({ after }) => after?.intervals ?? 0).every((one) => one % 1 > 0)).toBe(
        true,
      );
      expect(new Set(lists.map(({ instances }) => JSON.stringify(instances))).size).toBe(
        lists.length,
      );
    }
  });

  it('has answers that are slow in time after others that took their instance out', () => {
    const after = sampled('health-timeout', 'console').filter(({ behaviours, configuration }) => {
      const { unhealthyThreshold = 0 } = checkOf(configuration);
      return (behaviours['b']?.checks?.length ?? 0) > unhealthyThreshold;
    });
    expect(after.length).toBeGreaterThan(10);
  });

  it('has thresholds that fall while so few results were counted that more make fewer than before', () => {
    const lowered = sampledFixed('reconfigures-under-way').filter(({ configuration, steps }) => {
      const last = steps.at(-1)?.after?.checks?.['a'] ?? 0;
      const { unhealthyThreshold = 0, healthyThreshold = 0 } = checkOf(configuration);
      return last > 1 && last + 1 < Math.max(unhealthyThreshold, healthyThreshold);
    });
    expect(lowered.length).toBe(2);
  });
});

const manyDrawn = 100;

function familyNamed(name: string) {
  return families.find((one) => one.name === name);
}

function sampled(name: string, profile: 'console' | 'openapi'): readonly Timeline[] {
  const family = familyNamed(name);
  const bounds = { ...smallBounds, profile, isWired: false };
  return family === undefined
    ? []
    : fc.sample(family.timelines(bounds), { seed, numRuns: manyDrawn });
}

function sampledFixed(name: string): readonly Timeline[] {
  return familyNamed(name)?.fixed?.({ ...smallBounds, isWired: false }) ?? [];
}

function checkOf({ backendServices }: Timeline['configuration']): Partial<HealthCheckDocument> {
  return backendServices[0]?.healthCheck ?? {};
}

function drawnOf(name: string, profile: 'console' | 'openapi') {
  return sampled(name, profile).map(({ configuration }) => checkOf(configuration));
}
