/**
 * The suite judged by what is known of its subjects: each seeded defect fails exactly the clauses that it breaks, the
 * reference and its right but unusual variants fail none, and the same seed gives the same document.
 */
import { describe, expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { defects } from '../defects/catalogue.ts';
import { variants } from '../defects/variants.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { conform, judgedClauses } from './conform.ts';

async function resultOf(connectable: string, seed = '1'): Promise<ConformanceResult> {
  const testbed = await openTestbed(connect(connectable), connectable);
  try {
    const { result } = await conform(testbed, {
      connectable,
      suite: 'test',
      seed,
      profile: 'console',
      selected: judgedClauses.map(({ id }) => id),
      filter: [],
      jobs: 1,
      shrinkMs: 0,
      clock: () => performance.now(),
      signal: new AbortController().signal,
      listen: () => undefined,
      save: async (name) => name,
    });
    return result;
  } finally {
    await testbed.dispose();
  }
}

function having(
  { clauses }: ConformanceResult,
  ...verdicts: ConformanceResult['clauses'][number]['verdict'][]
): readonly string[] {
  return clauses
    .filter(({ verdict }) => verdicts.includes(verdict))
    .map(({ id }) => id)
    .toSorted();
}

describe('the suite, on implementations of which everything is known', { timeout: 60_000 }, () => {
  it.each(defects.map(({ name, breaks }) => [name, breaks] as const))(
    'fails exactly what the defect %s breaks',
    async (name, breaks) => {
      const result = await resultOf(`defect:${name}`);
      expect(having(result, 'fail')).toEqual([...breaks].toSorted());
      expect(having(result, 'error')).toEqual([]);
    },
  );

  it.each(variants.map(({ name }) => name))('fails nothing of the variant %s', async (name) => {
    expect(having(await resultOf(`variant:${name}`), 'fail', 'error')).toEqual([]);
  });

  it('passes the reference on every clause', async () => {
    const result = await resultOf('reference');
    const everything = judgedClauses.map(({ id }) => id).toSorted();
    expect([...having(result, 'pass'), ...having(result, 'not-applicable')].toSorted()).toEqual(
      everything,
    );
    // a figure that is only measured
    expect(having(result, 'not-applicable')).toEqual(['schedule.wrr.spread']);
  });

  it('gives the same document for the same seed, and other cases for another', async () => {
    const first = await resultOf('defect:never-back', 'seven');
    expect(await resultOf('defect:never-back', 'seven')).toEqual(first);
    const other = await resultOf('defect:never-back', 'eight');
    expect({ ...other, seed: 'seven' }).not.toEqual(first);
  });
});
