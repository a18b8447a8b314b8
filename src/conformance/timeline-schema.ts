/**
 * The timeline document as a zod schema, and the reading of timelines that people saved, edited or wrote by hand.
 * Says everything that is wrong with one, with paths; opens no file and runs nothing.
 */
import { z } from 'zod';
import { instanceListedSchema, profileSchema, replySchema } from '../history/schema.ts';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import { validateDocument } from '../spec/validate-document.ts';
import type { Violation } from '../spec/violation.ts';
import { violationOf } from './issue-in-words.ts';
import type { Timeline } from './timeline.ts';
import { strangersIn } from './timeline-names.ts';

/** Far more than any generated timeline needs; they bound what one file can make a machine do. */
const limits = {
  instancesMax: 100,
  stepsMax: 1000,
  connectionsMax: 20_000,
  repliesMax: 1000,
  waitMax: 1000,
  checksMax: 1000,
  atOnceMax: 64,
};

const replyScriptSchema = z.strictObject({
  reply: z.union([z.literal('normal'), replySchema], {
    error: 'normal, accepted, refused, silence, or an HTTP status from 100 to 999',
  }),
  afterTimeouts: z.number().min(0).max(100).exactOptional(),
});

const behaviourSchema = z
  .strictObject({
    traffic: z.enum(['accepted', 'refused']).exactOptional(),
    checks: z.array(replyScriptSchema).max(limits.repliesMax).exactOptional(),
    afterwards: replyScriptSchema.exactOptional(),
  })
  .meta({ id: 'behaviour' });

const multiple = z.number().min(0).max(limits.waitMax).exactOptional();
const afterSchema = z
  .strictObject({
    intervals: multiple,
    persistence: multiple,
    drain: multiple,
    checks: z.record(z.string(), z.int().min(0).max(limits.checksMax)).exactOptional(),
  })
  .describe('How long to wait before the step')
  .meta({ id: 'after' });

const after = { after: afterSchema.exactOptional() };
const name = z.string().min(1).max(64);
const connections = z.int().min(1).max(limits.connectionsMax);

const configurationSchema = z
  .looseObject({ backendServices: z.array(z.unknown()).min(1) })
  .describe(
    'As in configuration.schema.json; its first backend service is deployed',
  ) as unknown as z.ZodType<ConfigurationDocument>;

const stepSchema = z.discriminatedUnion(
  'do',
  [
    z.strictObject({
      ...after,
      do: z.literal('open'),
      count: connections,
      sources: z.union([z.literal('fresh'), z.array(name).min(1).max(limits.connectionsMax)], {
        error: 'fresh, or a list of names of clients',
      }),
      hold: z.boolean().exactOptional(),
      atOnce: z.int().min(1).max(limits.atOnceMax).exactOptional(),
    }),
    z.strictObject({
      ...after,
      do: z.literal('close'),
      of: name,
      share: z.number().min(0).max(1).exactOptional(),
      by: z.enum(['client', 'instance']).exactOptional(),
      how: z.enum(['closed', 'reset']).exactOptional(),
    }),
    z.strictObject({ ...after, do: z.literal('refill'), to: connections }),
    z.strictObject({ ...after, do: z.literal('carry') }),
    z.strictObject({
      ...after,
      do: z.literal('behave'),
      instance: name,
      behaviour: behaviourSchema,
    }),
    z.strictObject({ ...after, do: z.literal('add'), instance: instanceListedSchema }),
    z.strictObject({
      ...after,
      do: z.literal('reweigh'),
      instance: name,
      weight: z.int().min(0).max(100),
    }),
    z.strictObject({ ...after, do: z.literal('remove'), instance: name }),
    z.strictObject({
      ...after,
      do: z.literal('list'),
      instances: z.array(instanceListedSchema).max(limits.instancesMax),
    }),
    z.strictObject({
      ...after,
      do: z.literal('reconfigure'),
      configuration: configurationSchema,
      isWrong: z
        .boolean()
        .exactOptional()
        .describe('It is to be turned away; whoever takes it is asked nothing more'),
    }),
    z
      .strictObject({
        ...after,
        do: z.literal('accompany'),
        configuration: configurationSchema,
      })
      .describe(
        'Deploys another service beside this one, in stepped time and where there is room for many',
      ),
    z.strictObject({ ...after, do: z.literal('wait') }),
  ],
  {
    error:
      'open, close, refill, carry, behave, add, reweigh, remove, list, reconfigure, accompany, or wait',
  },
);

export const timelineSchema = z.strictObject({
  timeline: z.literal(1),
  family: z.string().describe('The generator it came from, or any word'),
  clauses: z.array(z.string()).describe('What it was made for; all judges run on it anyway'),
  profile: profileSchema,
  configuration: configurationSchema,
  instances: z.array(instanceListedSchema).min(1).max(limits.instancesMax),
  behaviours: z.record(z.string(), behaviourSchema),
  steps: z.array(stepSchema).max(limits.stepsMax),
  found: z
    .strictObject({ clause: z.string(), implementation: z.string(), seed: z.string() })
    .exactOptional()
    .describe(
      'Where a run found it to fail; replay takes its implementation, where it starts nothing that the file brings, unless told otherwise',
    ),
});

export type ParsedTimeline =
  | { readonly timeline: Timeline }
  | { readonly violations: readonly Violation[] };

export function parseTimeline(value: unknown): ParsedTimeline {
  const parsed = timelineSchema.safeParse(value);
  if (!parsed.success)
    return { violations: parsed.error.issues.map((issue) => violationOf(issue, value)) };
  const { found, ...timeline } = parsed.data;
  const documents = [
    ['configuration', timeline.configuration] as const,
    ...timeline.steps.flatMap((step, index) =>
      step.do === 'accompany' || (step.do === 'reconfigure' && step.isWrong !== true)
        ? [[`steps[${index}].configuration`, step.configuration] as const]
        : [],
    ),
  ];
  const violations = documents.flatMap(([at, document]) =>
    validateDocument(document, { profile: timeline.profile }).violations.map((each) => ({
      ...each,
      path: `${at}.${each.path}`,
    })),
  );
  const strangers = strangersIn(parsed.data as unknown as Timeline).map(
    ({ path, name: observed }) => ({
      ...{ clause: null, path, observed },
      expected: `an instance of this timeline, listed at the start or added by a step; ${JSON.stringify(observed)} is none`,
    }),
  );
  if (violations.length + strangers.length > 0)
    return { violations: [...violations, ...strangers] };
  return { timeline: timeline as unknown as Timeline };
}
