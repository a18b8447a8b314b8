/**
 * Every message of the adapter protocol as a zod schema: what is sent with each method and what must come back, for
 * checking replies and for the JSON Schemas under `schemas/adapter/`. Knows no transport.
 */
import { z } from 'zod';
import {
  capabilitiesSchema,
  checkReplySchema,
  instanceListedSchema,
  profileSchema,
  replySchema,
  timeKindSchema,
  traitsSchema,
} from '../history/schema.ts';

const count = z.int().nonnegative();
const ms = z.number().nonnegative();
const scale = z.number().positive();
const name = z.string().min(1).max(200);

/** Of a violation only the place and what would be valid are asked for: an adapter may know no clauses. */
const violationSchema = z.object({
  path: z.string().describe('Such as backendServices[0].healthCheck.path'),
  expected: z.string().describe('What would be valid, a phrase'),
  clause: z.string().nullable().exactOptional().describe('Clause id, where it is known'),
  observed: z.unknown().optional(),
  by: z.enum(['balancer', 'adapter']).exactOptional().describe('Who said no'),
});
const outcomeSchema = z.union([
  z.object({ is: z.literal('accepted') }),
  z.object({ is: z.literal('rejected'), violations: z.array(violationSchema) }),
  z.object({ is: z.enum(['unsupported', 'unknown']), note: z.string() }),
]);
export type OutcomeTold = z.infer<typeof outcomeSchema>;

/** Keys that a reply has beyond these are ignored, so that a later version may add some. */
const descriptionSchema = z.object({
  protocol: z.int().positive(),
  name,
  version: z.string(),
  plane: z.enum(['wire', 'call']),
  networkNamespace: z
    .string()
    .exactOptional()
    .describe(
      'A file that stands for the network namespace in which clients and instances must be',
    ),
  instanceAddresses: z
    .array(z.string())
    .min(1)
    .exactOptional()
    .describe('Addresses of this machine at which the balancer reaches instances, one each'),
  time: z.array(timeKindSchema).min(1).describe('The first is the one that is used'),
  floorsMs: z.object({ checkTimeout: ms, persistence: ms, drain: ms }),
  capabilities: capabilitiesSchema,
  traits: traitsSchema,
  profiles: z.array(profileSchema).min(1),
  limits: z.object({
    deploymentsMax: z.int().positive(),
    instancesMax: z.int().positive(),
    connectionsMax: z.int().positive(),
  }),
});

const instanceAtSchema = instanceListedSchema.extend({
  address: z.string(),
  zone: z.string().exactOptional(),
});
const instancesSchema = z.array(instanceAtSchema);

const deployRequestSchema = z.object({
  deployment: name,
  configuration: z.unknown().describe('The whole document; its first backend service is deployed'),
  profile: profileSchema,
  instances: instancesSchema,
  time: timeKindSchema,
  realMsPerSecond: z
    .object({ checks: scale, persistence: scale, draining: scale })
    .describe('How long a configured second lasts, by kind of duration; 1000 is real'),
});

const deployedSchema = z.object({
  outcome: outcomeSchema,
  readBack: z
    .unknown()
    .optional()
    .describe('Accepted: the document as it was taken, defaults filled in'),
  endpoint: z
    .object({ address: z.string(), port: z.int().min(1).max(65_535) })
    .exactOptional()
    .describe('Accepted on the wire plane: where clients connect'),
});

const refusalSchema = z.enum(['reset', 'closed', 'refused', 'silent']);
const connectedSchema = z.union([
  z.object({ placed: z.string(), port: z.int().min(0).max(65_535) }),
  z.object({ refused: refusalSchema }),
]);

const probeSchema = z.object({
  probe: count.describe('A number of its own in this deployment'),
  instance: z.string(),
  method: z.enum(['tcp', 'http']),
  port: z.int().min(1).max(65_535),
  path: z.string().exactOptional(),
});
const answerSchema = checkReplySchema.extend({ probe: count, reply: replySchema });

const reachedSchema = z.object({
  nowMs: ms,
  probes: z.array(probeSchema),
  cut: z.array(z.object({ connection: count, atMs: ms, how: z.enum(['closed', 'reset']) })),
});

const statusSchema = z.array(z.object({ instance: z.string(), isEligible: z.boolean() }));
const ofDeployment = { deployment: name };
const ofConnection = { ...ofDeployment, connection: count };
/** What is answered where there is nothing to say. */
const nothingSchema = z.union([z.null(), z.object({})]);

/** By method, in the order in which a case uses them. */
export const messages = {
  describe: { params: z.object({ protocol: z.int().positive() }), result: descriptionSchema },
  deploy: { params: deployRequestSchema, result: deployedSchema },
  reconfigure: {
    params: z.object({ ...ofDeployment, configuration: z.unknown() }),
    result: outcomeSchema,
  },
  setInstances: {
    params: z.object({ ...ofDeployment, instances: instancesSchema }),
    result: outcomeSchema,
  },
  settle: { params: z.object(ofDeployment), result: nothingSchema },
  status: { params: z.object(ofDeployment), result: statusSchema },
  connect: {
    params: z.object({ ...ofConnection, source: z.ipv4(), port: z.int().min(1).max(65_535) }),
    result: connectedSchema,
  },
  carry: { params: z.object(ofConnection), result: z.object({ carried: z.boolean() }) },
  close: { params: z.object(ofConnection), result: nothingSchema },
  advance: {
    params: z.object({ ...ofDeployment, toMs: ms, answers: z.array(answerSchema) }),
    result: reachedSchema,
  },
  dispose: {
    params: z.object({ deployment: name.exactOptional().describe('Left out: all of them') }),
    result: nothingSchema,
  },
} as const;

export type Method = keyof typeof messages;
export type Result<Name extends Method> = z.infer<(typeof messages)[Name]['result']>;

/** One line from an adapter. */
export const responseSchema = z.union([
  z.object({
    jsonrpc: z.literal('2.0'),
    id: z.int(),
    result: z.unknown(),
    error: z.undefined().exactOptional(),
  }),
  z.object({
    jsonrpc: z.literal('2.0'),
    id: z.int().nullable(),
    error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
  }),
]);

/** What is wrong with a reply, the first few places of it; null: nothing. */
export function faultIn(schema: z.ZodType, value: unknown): string | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return null;
  return nearest(parsed.error.issues).slice(0, 3).map(inWords).join('; ');
}

function inWords({ path, message }: z.core.$ZodIssue): string {
  // `drain.deadline` is one key
  const keys = path.map((key) => (/^\w+$/.test(String(key)) ? String(key) : `\`${String(key)}\``));
  const place = keys.length === 0 ? 'it' : keys.join('.');
  // zod's words for a key that is not there
  return message.includes('received undefined') ? `${place} is missing` : `${place}: ${message}`;
}

/** What is wrong with a reply to a method, and what was wanted; null: nothing. */
export function faultInReply(method: Method, value: unknown): string | null {
  const fault = faultIn(messages[method].result, value);
  return fault === null ? null : `${fault}; wanted: ${wanted[method]}`;
}

const outcomeWanted = 'an outcome, such as {"is":"accepted"}';
const wanted: Readonly<Record<Method, string>> = {
  describe: 'the object that the page on the adapter protocol shows under `describe`',
  deploy: '{"outcome":{"is":"accepted"},"readBack":{…}}, on the wire plane with an "endpoint"',
  reconfigure: outcomeWanted,
  setInstances: outcomeWanted,
  settle: 'null',
  status: 'a list of {"instance","isEligible"}',
  connect: '{"placed":"a","port":80} or {"refused":"reset"}',
  carry: '{"carried":true} or {"carried":false}',
  close: 'null',
  advance: '{"nowMs":0,"probes":[],"cut":[]}',
  dispose: 'null',
};

/** Of the alternatives of a union, what the one that fits best says. */
function nearest(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const [best = []] = issue.errors.toSorted((a, b) => a.length - b.length);
    return nearest(best).map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  });
}
