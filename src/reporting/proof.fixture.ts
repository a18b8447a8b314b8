/** A small proof with one of each: killed, survived, charged elsewhere, right, failed falsely. */
import type { ProofResult } from '../results/proof-result.ts';

const killed = {
  name: 'never-back',
  sentence: 'An instance that went out stays out, whatever its checks say.',
  thread: 'haproxy/haproxy/issues/1234',
  breaks: ['schedule.recovery'],
  outcome: 'killed' as const,
  failing: ['schedule.recovery'],
  missed: [],
  mischarged: [],
  cases: 430,
  killedAfter: 344,
  kills: { 'health-thresholds': { failed: 2, of: 2 }, 'source-failures': { failed: 1, of: 2 } },
  errors: [],
};

export function sampleProof(over: Partial<ProofResult> = {}): ProofResult {
  return {
    result: 1,
    kind: 'proof',
    suite: '0.0.0',
    profile: 'console',
    seed: '1',
    complete: true,
    rows: [
      { id: 'health-thresholds', kind: 'timelines', clauses: ['schedule.recovery'] },
      { id: 'source-failures', kind: 'timelines', clauses: ['schedule.source.return'] },
      { id: 'config.port.range', kind: 'configurations', clauses: ['config.port.range'] },
    ],
    defects: [
      killed,
      {
        ...killed,
        name: 'accepts-port-0',
        sentence: 'A port of 0 is accepted.',
        thread: null,
        breaks: ['config.port.range'],
        outcome: 'survived',
        failing: [],
        missed: ['config.port.range'],
        killedAfter: null,
        kills: {},
      },
      {
        ...killed,
        name: 'one-count-for-all',
        sentence: 'All instances share one count of results.',
        thread: null,
        mischarged: ['health.isolation'],
        failing: ['schedule.recovery', 'health.isolation'],
      },
    ],
    rightVariants: [
      {
        name: 'reference',
        sentence: 'The reference itself.',
        outcome: 'passed',
        cases: 510,
        falseFails: [],
        errors: [],
      },
      {
        name: 'burst-round-robin',
        sentence: 'Round robin gives each instance its whole part of a cycle in one burst.',
        outcome: 'failed',
        cases: 510,
        falseFails: [
          { clause: 'schedule.wrr.share', why: 'E = 2e7 after 60 connections', seed: '1/repeat-7' },
        ],
        errors: [],
      },
    ],
    clauses: [
      { clause: 'config.port.range', strength: 'stated', witnesses: [] },
      { clause: 'schedule.recovery', strength: 'derived', witnesses: ['never-back'] },
    ],
    notApplicable: [],
    campaign: {
      ...{ repeat: 1000, runs: 2000, falseAlarms: 1, alpha: 1e-6 },
      rate: { low: 0.0000127, high: 0.00278 },
    },
    counts: {
      defects: 3,
      killed: 2,
      rightVariants: 2,
      falseFails: 1,
      witnessedClauses: 1,
      clauses: 2,
    },
    gate: { exitCode: 1, why: 'right, and failed all the same: burst-round-robin' },
    ...over,
  };
}
