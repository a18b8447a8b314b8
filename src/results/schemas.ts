/**
 * The result documents of the suite as zod schemas, for the published JSON Schemas and for reading results back. A test
 * keeps them equal to the types, in both directions.
 */
import { z } from 'zod';
import {
  capabilitiesSchema,
  historyEventSchema,
  implementationSchema,
  profileSchema,
  timeKindSchema,
  traitsSchema,
} from '../history/schema.ts';
import { count, ms, share } from './schema-figures.ts';

const verdictSchema = z.enum([
  'pass',
  'fail',
  'inconclusive',
  'unsupported',
  'not-applicable',
  'skipped',
  'error',
]);

const storyLineSchema = z.strictObject({
  atMs: ms,
  text: z.string(),
  isEvidence: z.boolean().describe('Cited by the verdict'),
  event: historyEventSchema.nullable(),
});

const failureSchema = z
  .strictObject({
    why: z.string(),
    expected: z.string(),
    observed: z.string(),
    file: z.string().describe('Relative to the result'),
    replay: z
      .string()
      .describe('The command that runs it again, typed in the folder of the result'),
    story: z.array(storyLineSchema),
    looksLike: z
      .strictObject({ defect: z.string(), sentence: z.string(), thread: z.string().nullable() })
      .nullable()
      .describe('The seeded defect that fails most alike'),
    indifferent: z
      .array(z.string())
      .describe('Values of the minimal timeline that make no difference'),
    shrunk: z.strictObject({ from: count, to: count, runs: count }),
  })
  .meta({ id: 'failure' });

const checkCertificate = {
  falseAlarmRate: share.describe('Of one check, the sharpest'),
  detectableBias: share.describe('A share that is off by so much is noticed with `power` at least'),
  power: share,
  connections: count,
  shares: z.array(share).describe('What was tested'),
  hardest: z
    .array(share)
    .describe('Of all that are off by the bias, the hardest to tell from them'),
};

const clauseResultSchema = z
  .strictObject({
    id: z.string(),
    strength: z.enum(['stated', 'derived', 'declared']),
    statement: z.string(),
    section: z.string(),
    verdict: verdictSchema,
    why: z.string(),
    byAdapter: z.string().nullable().describe('What the adapter, not the balancer, provides'),
    vacuous: z.boolean().describe('Passed nothing that could have failed'),
    intermittent: z.strictObject({ failed: count, of: count }).nullable(),
    attributedTo: z
      .string()
      .nullable()
      .describe('The more specific clause that the failure was charged to'),
    cases: z.strictObject({ passed: count, failed: count, inconclusive: count, void: count }),
    sometimes: z.record(z.string(), z.number()),
    certificate: z
      .strictObject({
        checks: count.describe('By statistics, of this clause'),
        falseAlarmRateInAll: share.describe('That any of them fails a right implementation'),
        ...checkCertificate,
      })
      .nullable()
      .describe('Of a clause decided by statistics'),
    failures: z.array(failureSchema),
  })
  .meta({ id: 'clause' });

const coverageSchema = z.strictObject({ covered: count, of: count }).nullable();

export const conformanceResultSchema = z.strictObject({
  result: z.literal(1),
  kind: z.literal('conformance'),
  suite: z.string(),
  implementation: implementationSchema,
  profile: profileSchema,
  seed: z.string(),
  time: timeKindSchema,
  realMsPerSecond: z.strictObject({ checks: ms, persistence: ms, draining: ms }),
  complete: z.boolean(),
  filter: z.array(z.string()),
  capabilities: capabilitiesSchema,
  traits: traitsSchema,
  clauses: z.array(clauseResultSchema),
  counts: z.record(verdictSchema, count),
  cases: z.strictObject({
    configurations: count,
    timelines: count,
    histories: count,
    events: count,
    connections: count,
    checks: count,
  }),
  canary: z
    .strictObject({
      defects: z.array(
        z.strictObject({
          name: z.string(),
          sentence: z.string(),
          breaks: z.array(z.string()),
          outcome: z.enum(['killed', 'survived']),
          cases: count,
        }),
      ),
      why: z.string(),
    })
    .describe('Seeded defects put to the same cases'),
  coverage: z.strictObject({
    pairs: coverageSchema.describe('Of values of two fields in a valid configuration'),
    transitions: coverageSchema.describe('Results of checks in states of the health machine'),
  }),
  falseAlarms: z.strictObject({ alpha: share, checks: count, rateOfEach: share }),
  gate: z.strictObject({ exitCode: z.int(), why: z.string() }),
});

const loadSideSchema = z.strictObject({
  requestsPerSecond: z.number().nonnegative(),
  latencyMs: z.strictObject({ p50: ms, p90: ms, p99: ms }),
  errors: count,
  placed: z.record(z.string(), count),
});

export const runFactsSchema = z.strictObject({
  run: z.literal(1),
  startedAt: z.string(),
  durationMs: ms,
  machine: z.strictObject({ cores: z.int().positive(), node: z.string(), platform: z.string() }),
  lanes: z.int().positive(),
  timeScale: z
    .strictObject({
      isLinear: z.boolean().nullable(),
      why: z.string(),
      measured: z
        .strictObject({ realMsPerSecond: z.array(ms), intervalMs: z.array(ms) })
        .nullable(),
    })
    .nullable()
    .describe('Whether shortened time could be trusted'),
  trials: z.array(
    z.strictObject({
      name: z.string(),
      lane: count,
      fromMs: ms,
      toMs: ms,
      attempt: count,
      lagMs: ms,
    }),
  ),
  load: z
    .strictObject({
      seconds: z.number().positive(),
      connections: z.int().positive(),
      direct: loadSideSchema,
      through: loadSideSchema,
    })
    .nullable(),
});

const cellSchema = z.strictObject({ failed: count, of: count });

export const proofResultSchema = z.strictObject({
  result: z.literal(1),
  kind: z.literal('proof'),
  suite: z.string(),
  profile: profileSchema,
  seed: z.string(),
  complete: z.boolean(),
  rows: z
    .array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(['timelines', 'configurations']),
        clauses: z.array(z.string()),
      }),
    )
    .describe('Rows of the kill matrix; the defects are its columns'),
  defects: z.array(
    z.strictObject({
      name: z.string(),
      sentence: z.string(),
      thread: z.string().nullable().describe('owner/repository/issues/number'),
      breaks: z.array(z.string()).describe('The clauses that it must fail, and no other'),
      outcome: z.enum(['killed', 'survived', 'error']),
      failing: z.array(z.string()),
      missed: z.array(z.string()),
      mischarged: z.array(z.string()),
      cases: count,
      killedAfter: count.nullable().describe('Cases, cheapest first, until one killed it'),
      kills: z.record(z.string(), cellSchema),
      errors: z.array(z.string()),
    }),
  ),
  rightVariants: z.array(
    z.strictObject({
      name: z.string(),
      sentence: z.string(),
      outcome: z.enum(['passed', 'failed', 'error']),
      cases: count,
      falseFails: z.array(
        z.strictObject({ clause: z.string(), why: z.string(), seed: z.string() }),
      ),
      errors: z.array(z.string()),
    }),
  ),
  notApplicable: z
    .array(z.strictObject({ name: z.string(), sentence: z.string() }))
    .describe('Defects that do nothing wrong in this profile'),
  clauses: z.array(
    z.strictObject({
      clause: z.string(),
      strength: z.enum(['stated', 'derived', 'declared']),
      witnesses: z.array(z.string()).describe('Defects that it caught'),
    }),
  ),
  campaign: z
    .strictObject({
      repeat: count,
      runs: count,
      falseAlarms: count,
      rate: z.strictObject({ low: share, high: share }).describe('With 95 % confidence'),
      alpha: share,
    })
    .nullable(),
  counts: z.strictObject({
    defects: count,
    killed: count,
    rightVariants: count,
    falseFails: count,
    witnessedClauses: count,
    clauses: count,
  }),
  gate: z.strictObject({ exitCode: z.int(), why: z.string() }),
});

const saidSchema = z.strictObject({ clause: z.string(), why: z.string() });

export const judgeResultSchema = z.strictObject({
  result: z.literal(1),
  kind: z.literal('judgement'),
  suite: z.string(),
  implementation: implementationSchema,
  file: z.string(),
  events: count,
  defects: z.array(z.string()).describe('What does not add up, with its place'),
  verdicts: z.array(
    z.strictObject({
      clause: z.string(),
      is: z.enum(['pass', 'fail', 'inconclusive']),
      why: z.string(),
      expected: z.string().nullable(),
      observed: z.string().nullable(),
      attributedTo: z.string().nullable().describe('The more specific clause that is charged'),
      certificate: z.strictObject(checkCertificate).nullable().describe('Of a check by statistics'),
    }),
  ),
  observations: z.array(saidSchema).describe('Seen, though nothing was declared'),
  undecided: z.array(saidSchema),
  silent: z.array(z.string()).describe('Clauses that the history is no case of'),
  story: z.array(storyLineSchema),
  gate: z.strictObject({ exitCode: z.int(), why: z.string() }),
});

export const clauseListingSchema = z.strictObject({
  result: z.literal(1),
  kind: z.literal('clauses'),
  suite: z.string(),
  clauses: z.array(
    z.strictObject({
      id: z.string(),
      strength: z.enum(['stated', 'derived', 'declared']),
      statement: z.string(),
      section: z.string().describe('Of the page'),
      trait: z.string().nullable().describe('By which its reading is declared'),
      broader: z.array(z.string()).describe('Clauses that a failure of this one also shows in'),
      isMeasured: z.boolean().describe('Only a figure is told: no defect can break it'),
      judge: z.enum(['history', 'configuration']).nullable(),
      timelines: z.array(z.string()).describe('Families made for it'),
      defects: z.array(z.string()).describe('Seeded defects that it must catch'),
    }),
  ),
});
