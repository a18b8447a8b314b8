/**
 * The history vocabulary as zod schemas: for the published JSON Schema of one line, and for the documents that quote
 * events. The codec checks what it reads with its own eyes, because it reads millions of lines.
 */
import { z } from 'zod';

const count = z.int().nonnegative();
/** Milliseconds, since the first line unless said otherwise. */
const ms = z.number().nonnegative();

const violationSchema = z
  .strictObject({
    clause: z
      .string()
      .nullable()
      .describe('Clause id; null for errors of shape that no clause covers'),
    path: z.string().describe('Such as backendServices[0].healthCheck.path'),
    expected: z.string(),
    observed: z.unknown(),
    by: z.enum(['balancer', 'adapter']).exactOptional(),
  })
  .meta({ id: 'violation' });

const outcomeSchema = z
  .union([
    z.strictObject({ is: z.literal('accepted') }),
    z.strictObject({ is: z.literal('rejected'), violations: z.array(violationSchema) }),
    z.strictObject({ is: z.enum(['unsupported', 'unknown']), note: z.string() }),
  ])
  .meta({ id: 'outcome' });

const weight = z.int().min(0).max(100);
const port = z.int().min(0).max(65_535);
const someTime = z.number().positive();

const effectiveSchema = z
  .strictObject({ intervalMs: someTime, timeoutMs: someTime, persistenceMs: ms, drainMs: ms })
  .nullable();

export const replySchema = z
  .union([z.enum(['accepted', 'refused', 'silence']), z.int().min(100).max(999)])
  .meta({ id: 'reply' });

export const checkReplySchema = z
  .strictObject({ reply: replySchema, afterMs: ms })
  .meta({ id: 'checkReply' });

export const profileSchema = z.enum(['console', 'openapi']);
export const timeKindSchema = z.enum(['stepped', 'scaled', 'real']);

const supportedSchema = z.strictObject({
  supported: z.boolean(),
  providedBy: z.enum(['balancer', 'adapter']).exactOptional(),
  note: z.string().exactOptional(),
});

export const capabilitiesSchema = z.object({
  configuration: supportedSchema,
  'configuration.groups': supportedSchema.exactOptional(),
  traffic: supportedSchema.exactOptional(),
  'schedule.wrr': supportedSchema,
  'schedule.wlc': supportedSchema,
  'schedule.source': supportedSchema,
  'check.tcp': supportedSchema,
  'check.http': supportedSchema,
  persistence: supportedSchema,
  'persistence.draining': supportedSchema,
  drain: supportedSchema,
  'drain.deadline': supportedSchema,
  'change.weight': supportedSchema,
  'change.configuration': supportedSchema,
});

export const traitsSchema = z.record(
  z.string(),
  z.strictObject({
    reading: z.union([z.string(), z.number()]),
    providedBy: z.enum(['balancer', 'adapter']),
  }),
);

export const instanceListedSchema = z.strictObject({
  name: z.string(),
  weight,
  port: port.nullable(),
});

export const implementationSchema = z.strictObject({
  connectable: z.string(),
  name: z.string(),
  version: z.string(),
});

export const historyHeaderSchema = z.strictObject({
  event: z.literal('history.began'),
  history: z.literal(1),
  suite: z.string(),
  implementation: implementationSchema,
  time: timeKindSchema,
  configuration: z.unknown(),
  profile: profileSchema,
  traits: traitsSchema.nullable(),
  checks: z
    .enum(['none', 'told'])
    .exactOptional()
    .describe(
      'none: the implementation checks nobody, whoever is listed is in rotation; told: it tells of each check, also of refused ones',
    ),
  instances: z.array(instanceListedSchema),
  seed: z.string(),
  timeline: z.string().nullable(),
});

const when = {
  fromMs: ms.describe('The earliest moment at which it can have happened'),
  toMs: ms.describe('The latest; never less than on the line before'),
};
const instance = z.string();
const connection = count;
const check = count;

const askedSchemas = [
  z.strictObject({
    ...when,
    event: z.literal('service.configured'),
    outcome: outcomeSchema,
    configuration: z.unknown(),
    readBack: z.unknown(),
    effective: effectiveSchema,
  }),
  z.strictObject({
    ...when,
    event: z.enum(['instance.registered', 'instance.reweighed']),
    instance,
    weight,
    port: port.nullable(),
    outcome: outcomeSchema,
  }),
  z.strictObject({
    ...when,
    event: z.literal('instance.removed'),
    instance,
    outcome: outcomeSchema,
  }),
  z.strictObject({
    ...when,
    event: z.literal('instances.listed'),
    instances: z
      .array(instance)
      .describe('The whole list in its order; it changed nobody: registered, reweighed or removed'),
    outcome: outcomeSchema,
  }),
  z.strictObject({
    ...when,
    event: z.literal('instance.behaved'),
    instance,
    traffic: replySchema,
    checks: z.array(checkReplySchema),
    afterwards: checkReplySchema,
  }),
] as const;

const trafficSchemas = [
  z.strictObject({
    ...when,
    event: z.literal('connection.opened'),
    connection,
    source: z.string(),
    port,
  }),
  z.strictObject({
    ...when,
    event: z.literal('connection.placed'),
    connection,
    instance,
    port,
  }),
  z.strictObject({
    ...when,
    event: z.literal('connection.refused'),
    connection,
    how: z.enum(['reset', 'closed', 'refused', 'silent']),
  }),
  z.strictObject({
    ...when,
    event: z.literal('connection.carried'),
    connection,
    bytesSent: count,
    bytesUp: count,
    bytesDown: count,
  }),
  z.strictObject({
    ...when,
    event: z.literal('connection.closed'),
    connection,
    by: z.enum(['client', 'instance', 'balancer']),
    how: z.enum(['closed', 'reset']),
    learned: z.boolean(),
  }),
  z.strictObject({ ...when, event: z.literal('connection.strayed'), connection, from: z.string() }),
] as const;

const checkSchemas = [
  z.strictObject({
    ...when,
    event: z.literal('check.started'),
    check,
    instance,
    method: z.enum(['tcp', 'http']),
    port,
    path: z.string().nullable(),
  }),
  z.strictObject({ ...when, event: z.literal('check.replied'), check, reply: replySchema }),
  z.strictObject({ ...when, event: z.literal('check.abandoned'), check }),
] as const;

const failureReasonSchema = z.enum([
  'CONNECT_FAILED',
  'CONNECT_TIMEOUT',
  'RECEIVE_RESPONSE_FAILED',
  'RECEIVE_RESPONSE_TIMEOUT',
  'HTTP_CODE_MISMATCH',
]);

const reportedSchemas = [
  z.strictObject({
    ...when,
    event: z.literal('reported.eligibility'),
    instance,
    isEligible: z.boolean(),
  }),
  z.strictObject({
    ...when,
    event: z.literal('reported.check'),
    instance,
    failure: failureReasonSchema.nullable(),
  }),
] as const;

const harnessSchemas = [
  z.strictObject({ ...when, event: z.literal('harness.lagged'), lagMs: ms, limitMs: ms }),
  z.strictObject({ ...when, event: z.literal('step.skipped'), step: count, why: z.string() }),
  z.strictObject({
    ...when,
    event: z.literal('history.ended'),
    events: count,
    why: z.enum(['complete', 'budget', 'interrupted', 'error']),
  }),
] as const;

export const historyEventSchema = z
  .discriminatedUnion('event', [
    ...askedSchemas,
    ...trafficSchemas,
    ...checkSchemas,
    ...reportedSchemas,
    ...harnessSchemas,
  ])
  .meta({ id: 'event' });

/** The header is the first line, an event every other. */
export const historyLineSchema = z.union([historyHeaderSchema, historyEventSchema]);
