/** The timeline document: published as it is, and every mistake in a file told with its path and what would be valid. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { publishedSchema } from '../history/published-schema.ts';
import { type Timeline, timelineVersion } from './timeline.ts';
import { parseTimeline, timelineSchema } from './timeline-schema.ts';

type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Shape = Omit<Frozen<z.infer<typeof timelineSchema>>, 'found'>;
const same: Same<Shape, Timeline> = true;

const published = publishedSchema(timelineSchema, {
  name: 'timeline',
  version: timelineVersion,
  title: 'A timeline',
  description:
    'What a case does to an implementation. Waits are multiples of configured durations or counts of checks, so that one file runs at any scale of time.',
});

const timeline = {
  timeline: 1,
  family: 'by hand',
  clauses: ['health.unhealthy-threshold'],
  profile: 'console',
  configuration: {
    backendServices: [
      {
        name: 'web',
        protocol: 'tcp',
        port: 8080,
        scheduling: 'weighted-round-robin',
        healthCheck: {
          method: 'tcp',
          timeoutSeconds: 3,
          intervalSeconds: 5,
          unhealthyThreshold: 3,
          healthyThreshold: 2,
        },
      },
    ],
  },
  instances: [{ name: 'a', weight: 1, port: 9000 }],
  behaviours: {
    a: { checks: [{ reply: 'normal' }, { reply: 503 }], afterwards: { reply: 'refused' } },
  },
  steps: [
    { after: { checks: { a: 2 } }, do: 'open', count: 3, sources: 'fresh' },
    { after: { intervals: 0.5 }, do: 'close', of: 'all' },
  ],
};

describe('the schema of a timeline', () => {
  it('has the shape of the type, both ways', () => {
    expect(same).toBe(true);
  });

  it('is published as it is, and takes an example', async () => {
    await expect(published).toMatchFileSnapshot('../../schemas/timeline.schema.json');
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(published));
    validate(timeline);
    expect(validate.errors).toBeNull();
  });
});

describe('reading a timeline', () => {
  it('gives back what was written', () => {
    expect(parseTimeline(timeline)).toEqual({ timeline });
  });

  it('forgets where it was found, which is no part of what it does', () => {
    expect(
      parseTimeline({ ...timeline, found: { clause: 'a', implementation: 'b', seed: '1' } }),
    ).toEqual({
      timeline,
    });
  });

  it.each([
    [{ ...timeline, timeline: 2 }, 'timeline', '1'],
    [{ ...timeline, colour: 'red' }, 'colour', 'no such key'],
    [{ ...timeline, instances: [] }, 'instances', 'at least 1'],
    [
      { ...timeline, steps: [{ do: 'opne' }] },
      'steps[0].do',
      'open, close, refill, carry, behave, add, reweigh, remove, list, reconfigure, accompany, or wait',
    ],
    [
      { ...timeline, steps: [{ do: 'open', count: 0, sources: 'fresh' }] },
      'steps[0].count',
      'at least 1',
    ],
    [
      { ...timeline, steps: [{ do: 'open', count: 1, sources: 'stale' }] },
      'steps[0].sources',
      'fresh, or a list of names of clients',
    ],
    [
      { ...timeline, steps: [{ do: 'open', count: 1 }] },
      'steps[0].sources',
      'fresh, or a list of names of clients, but nothing is there',
    ],
    [
      { ...timeline, steps: [{ do: 'wait', after: { intervals: 1e9 } }] },
      'steps[0].after.intervals',
      'at most 1000',
    ],
    [
      { ...timeline, behaviours: { 'a b': { checks: [{ reply: 'normla' }] } } },
      'behaviours["a b"].checks[0].reply',
      'normal, accepted, refused, silence, or an HTTP status from 100 to 999',
    ],
    [[], '', 'an object'],
  ])('says what is wrong and where: %#', (document, path, expected) => {
    const parsed = parseTimeline(document);
    expect(parsed).toHaveProperty('violations');
    expect((parsed as { violations: unknown[] }).violations).toContainEqual(
      expect.objectContaining({ path, expected }),
    );
  });

  it('judges the configuration in it by the same rules as any other', () => {
    const [service] = timeline.configuration.backendServices;
    const parsed = parseTimeline({
      ...timeline,
      configuration: { backendServices: [{ ...service, port: 70_000 }] },
    });
    expect(parsed).toMatchObject({
      violations: [{ clause: 'config.port.range', path: 'configuration.backendServices[0].port' }],
    });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(timeline)), (value, key) => {
        parseTimeline(value);
        parseTimeline({ ...timeline, [key]: value });
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
