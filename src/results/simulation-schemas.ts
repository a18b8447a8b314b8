/**
 * The result documents of simulations as zod schemas, of one run and of several together. A test keeps them equal to the
 * types, in both directions.
 */
import { z } from 'zod';
import { durationNames } from './durations-result.ts';
import { count, ms, share } from './schema-figures.ts';

const percentilesSchema = z
  .strictObject({
    count,
    meanMs: ms,
    p50Ms: ms,
    p90Ms: ms,
    p99Ms: ms,
    p999Ms: ms,
    maxMs: ms,
  })
  .meta({ id: 'percentiles' })
  .describe('Each within 0.2 % of the exact one; null where there was no value');

const durationNameSchema = z.enum(durationNames);

const simulatedInstanceSchema = z.strictObject({
  name: z.string(),
  weight: z.number().nonnegative(),
  placed: count,
  share,
  shareByWeight: share,
  failed: count,
  lost: count,
  cutByDrain: count,
  activeMean: z.number().nonnegative(),
  activeMax: count,
  eligibleShare: share,
});

const servingSchema = z.strictObject({
  discipline: z.enum(['fifo', 'processor-sharing']),
  measuredFromMs: ms,
  measuredToMs: ms,
  offered: count,
  turnedAway: count,
  served: count,
  delayedShare: share,
  delay: percentilesSchema
    .nullable()
    .describe('How much longer than its own work a connection took'),
  response: percentilesSchema.nullable().describe('From arrival to end'),
  utilisation: share,
  instances: z.array(
    z.strictObject({
      name: z.string(),
      slots: count,
      queueMax: count.nullable(),
      offered: count,
      turnedAway: count,
      served: count,
      delayedShare: share,
      delayMeanMs: ms,
      responseMeanMs: ms,
      utilisation: share,
      waitingMax: count,
    }),
  ),
});

const seriesSchema = z.strictObject({
  bucketMs: z.number().positive(),
  arrivals: z.array(count),
  active: z
    .array(z.array(z.number().nonnegative()))
    .describe('[instance][bucket], time-weighted mean'),
  placed: z.array(z.array(count)).describe('[instance][bucket]'),
  refused: z.array(count),
});

const scenarioSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  file: z.string(),
});

const totalsSchema = z.strictObject({
  arrived: count,
  placed: count,
  refused: count,
  turnedAway: count.describe('Placed, but the slots and the queue of their instance were full'),
  failed: count,
  lost: count,
  cutByDrain: count,
  completed: count,
  activeMean: z.number().nonnegative(),
  activeMax: count,
});

export const simulationResultSchema = z.strictObject({
  result: z.literal(1),
  kind: z.literal('simulation'),
  suite: z.string(),
  scenario: scenarioSchema,
  seed: z.string(),
  scheduling: z.string(),
  configuration: z.unknown(),
  simulatedMs: ms,
  events: count,
  totals: totalsSchema,
  instances: z.array(simulatedInstanceSchema),
  serving: servingSchema.nullable().describe('null where the scenario says nothing of slots'),
  series: seriesSchema,
  durations: z.record(durationNameSchema, percentilesSchema.nullable()),
  detections: z.array(
    z.strictObject({
      instance: z.string(),
      failedAtMs: ms,
      detectedAtMs: ms.nullable(),
      recoveredAtMs: ms.nullable(),
      returnedAtMs: ms.nullable(),
    }),
  ),
  sources: z.strictObject({
    count,
    busiest: z.array(
      z.strictObject({
        address: z.string(),
        connections: count,
        share,
        instances: z.record(z.string(), count),
      }),
    ),
  }),
  notes: z.array(z.string()),
});

const spreadSchema = z
  .strictObject({
    mean: z.number(),
    standardError: z.number().nonnegative().describe('Of the mean; 0 for a single replication'),
    min: z.number(),
    max: z.number(),
  })
  .meta({ id: 'spread' });

export const replicationsResultSchema = z.strictObject({
  result: z.literal(1),
  kind: z.literal('replications'),
  suite: z.string(),
  scenario: scenarioSchema,
  seed: z.string(),
  scheduling: z.string(),
  configuration: z.unknown(),
  replications: z.int().positive(),
  events: count,
  totals: z.array(totalsSchema).describe('In the order of replications'),
  spread: z
    .record(z.enum([...totalsSchema.keyof().options, 'detectionMs']), spreadSchema)
    .describe('Over replications, which are independent of each other'),
  durations: z.record(
    durationNameSchema,
    z
      .strictObject({
        merged: percentilesSchema.describe("Of all replications' values together"),
        spread: z
          .record(percentilesSchema.omit({ count: true }).keyof(), spreadSchema)
          .describe("Of each replication's own, over those that had any values"),
      })
      .nullable(),
  ),
  instances: z.array(
    z.strictObject({
      name: z.string(),
      weight: z.number().nonnegative(),
      placed: count,
      failed: count,
      lost: count,
      cutByDrain: count,
      activeMean: spreadSchema,
    }),
  ),
  serving: z
    .strictObject({
      discipline: servingSchema.shape.discipline,
      delay: servingSchema.shape.delay,
      response: servingSchema.shape.response,
      spread: z.record(
        z.enum([
          'turnedAwayShare',
          'delayedShare',
          'delayMeanMs',
          'delayP99Ms',
          'responseMeanMs',
          'responseP99Ms',
          'utilisation',
        ]),
        spreadSchema,
      ),
      instances: z.array(
        z.strictObject({
          name: z.string(),
          turnedAway: count,
          delayMeanMs: spreadSchema,
          utilisation: spreadSchema,
        }),
      ),
    })
    .nullable()
    .describe('null where the scenario says nothing of slots'),
});
