/** The result schemas: equal to the types, published as they are, and satisfied by whole example documents. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { publishedSchema } from '../history/published-schema.ts';
import { sampleConformance, sampleFacts } from '../reporting/conformance.fixture.ts';
import { sampleProof } from '../reporting/proof.fixture.ts';
import { sampleReplications, sampleSimulation } from '../reporting/simulation.fixture.ts';
import { type ClauseListing, clauseListingVersion } from './clause-listing.ts';
import { type ConformanceResult, conformanceResultVersion } from './conformance-result.ts';
import { type JudgeResult, judgeResultVersion } from './judge-result.ts';
import { type ProofResult, proofResultVersion } from './proof-result.ts';
import { type ReplicationsResult, replicationsResultVersion } from './replications-result.ts';
import type { RunFacts } from './run-facts.ts';
import {
  clauseListingSchema,
  conformanceResultSchema,
  judgeResultSchema,
  proofResultSchema,
  runFactsSchema,
} from './schemas.ts';
import { type SimulationResult, simulationResultVersion } from './simulation-result.ts';
import { replicationsResultSchema, simulationResultSchema } from './simulation-schemas.ts';

type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const conformance: Same<Frozen<z.infer<typeof conformanceResultSchema>>, ConformanceResult> = true;
const facts: Same<Frozen<z.infer<typeof runFactsSchema>>, RunFacts> = true;
const simulation: Same<Frozen<z.infer<typeof simulationResultSchema>>, SimulationResult> = true;
const replications: Same<
  Frozen<z.infer<typeof replicationsResultSchema>>,
  ReplicationsResult
> = true;
const judgement: Same<Frozen<z.infer<typeof judgeResultSchema>>, JudgeResult> = true;
const listing: Same<Frozen<z.infer<typeof clauseListingSchema>>, ClauseListing> = true;
const proof: Same<Frozen<z.infer<typeof proofResultSchema>>, ProofResult> = true;

const sampleJudgement: JudgeResult = {
  ...{ result: judgeResultVersion, kind: 'judgement', suite: '0.1.0', file: 'mine.ndjson' },
  implementation: { connectable: 'cmd:./mine', name: 'mine', version: '1' },
  events: 120,
  defects: [],
  verdicts: [
    {
      ...{
        clause: 'draining.no-new',
        is: 'fail',
        why: 'connection 7 went to a',
        attributedTo: null,
        certificate: null,
      },
      ...{ expected: 'one of b, c', observed: 'a' },
    },
    {
      ...{ clause: 'schedule.wrr.share', is: 'pass', why: 'E = 0.4', attributedTo: null },
      ...{ expected: null, observed: null },
      certificate: {
        ...{ falseAlarmRate: 1e-6, detectableBias: 0.1, power: 0.9, connections: 900 },
        ...{ shares: [0.5, 0.5], hardest: [0.6, 0.4] },
      },
    },
  ],
  observations: [{ clause: 'draining.return', why: 'undeclared; observed: resumes' }],
  undecided: [{ clause: 'health.interval', why: 'never came up: 5 gaps between checks' }],
  silent: ['health.tcp'],
  story: [{ atMs: 3, text: 'a is removed', isEvidence: true, event: null }],
  gate: { exitCode: 1, why: 'fails draining.no-new' },
};
const sampleListing: ClauseListing = {
  ...{ result: clauseListingVersion, kind: 'clauses', suite: '0.1.0' },
  clauses: [
    {
      ...{ id: 'draining.no-new', strength: 'stated', statement: 'No new connection.' },
      ...{ section: 'Connection draining', trait: null, broader: ['schedule.eligible'] },
      isMeasured: false,
      ...{ judge: 'history', timelines: ['draining'], defects: ['drain-accepts-new'] },
    },
  ],
};

const documents = [
  {
    name: 'conformance-result',
    version: conformanceResultVersion,
    schema: conformanceResultSchema,
    title: 'Result of a conformance run',
    description:
      'A pure function of seed, inputs and implementation; wall-clock facts stand in run.json.',
    example: sampleConformance(),
  },
  {
    name: 'run-facts',
    version: 1,
    schema: runFactsSchema,
    title: 'Wall-clock facts of a run',
    description:
      'When and where a run took place and how long its parts took; never part of a result.',
    example: sampleFacts(),
  },
  {
    name: 'simulation-result',
    version: simulationResultVersion,
    schema: simulationResultSchema,
    title: 'Result of a simulation',
    description:
      'A pure function of scenario, trace, seed and version. Times are simulated milliseconds.',
    example: sampleSimulation(),
  },
  {
    name: 'replications-result',
    version: replicationsResultVersion,
    schema: replicationsResultSchema,
    title: 'Result of several replications of a simulation',
    description:
      'A pure function of scenario, trace, seed, count and version. Times are simulated milliseconds.',
    example: sampleReplications(),
  },
  {
    name: 'proof-result',
    version: proofResultVersion,
    schema: proofResultSchema,
    title: 'What the suite catches (mutation.json)',
    description:
      'The kill matrix of cases and seeded defects, and what right implementations were failed for.',
    example: sampleProof(),
  },
  {
    name: 'judge-result',
    version: judgeResultVersion,
    schema: judgeResultSchema,
    title: 'What a recorded history proves (judge --json)',
    description: 'A pure function of the history and the version of the suite.',
    example: sampleJudgement,
  },
  {
    name: 'clause-listing',
    version: clauseListingVersion,
    schema: clauseListingSchema,
    title: 'The clause book (clauses --json)',
    description: 'Every clause, its strength, and what decides it.',
    example: sampleListing,
  },
];

describe('the result schemas', () => {
  it('have the shape of the types, both ways', () => {
    expect([conformance, facts, simulation, replications, proof, judgement, listing]).toEqual(
      Array(7).fill(true),
    );
  });

  describe.each(documents)('$name', ({ schema, example, ...about }) => {
    const published = publishedSchema(schema, about);
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(published));
    const written = JSON.parse(JSON.stringify(example));

    it('is published as it is', async () => {
      await expect(published).toMatchFileSnapshot(`../../schemas/${about.name}.schema.json`);
    });

    it('takes an example document', () => {
      validate(written);
      expect(validate.errors).toBeNull();
    });

    it('refuses a document without one of its keys, and one with a key too many', () => {
      for (const key of Object.keys(written)) {
        if (key === 'configuration') continue; // may be anything
        const { [key]: _, ...rest } = written;
        expect(validate(rest), key).toBe(false);
      }
      expect(validate({ ...written, colour: 'red' })).toBe(false);
    });
  });
});
