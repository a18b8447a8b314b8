/** A whole run of the suite: on the reference it passes every clause, and the same seed gives the same document. */
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { optionsFor } from './conform.fixture.ts';
import { conform } from './conform.ts';
import { judgedClauses } from './judged-clauses.ts';

async function resultOf(connectable: string, seed = '1'): Promise<ConformanceResult> {
  const testbed = await openTestbed(connect(connectable), connectable);
  try {
    return (await conform(testbed, optionsFor(connectable, { seed }))).result;
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

describe('a whole run', () => {
  it('passes the reference on every clause', async () => {
    const result = await resultOf('reference');
    const everything = judgedClauses.map(({ id }) => id).toSorted();
    expect([...having(result, 'pass'), ...having(result, 'not-applicable')].toSorted()).toEqual(
      everything,
    );
    // a figure that is only measured
    expect(having(result, 'not-applicable')).toEqual(['schedule.wrr.spread']);
  });

  it.each([
    // they have no cycle in common: the clause itself falls back to shares
    ['several-workers', ['schedule.wrr.cycle', 'schedule.wrr.spread']],
    ['propagates-slowly', ['schedule.wrr.spread']],
  ])('decides every clause on who is right and odd: %s', async (variant, undecided) => {
    const result = await resultOf(`variant:${variant}`);
    expect(having(result, 'fail', 'inconclusive', 'error')).toEqual([]);
    expect(having(result, 'not-applicable')).toEqual(undecided);
  });

  it('gives the same document for the same seed, and other cases for another', async () => {
    const first = await resultOf('defect:never-back', 'seven');
    expect(await resultOf('defect:never-back', 'seven')).toEqual(first);
    const other = await resultOf('defect:never-back', 'eight');
    expect({ ...other, seed: 'seven' }).not.toEqual(first);
  });

  it('fails a clause that was asked about, though the narrower one that shows it was not', async () => {
    const testbed = await openTestbed(connect('defect:drain-accepts-new'));
    const own = { selected: ['schedule.eligible', 'forward.port'] };
    const { result } = await conform(testbed, optionsFor('mine', own));
    await testbed.dispose();
    expect(result.gate).toEqual({ exitCode: 1, why: 'fails schedule.eligible' });
    expect(
      result.clauses.find(({ verdict }) => verdict === 'fail')?.failures[0]?.story,
    ).not.toEqual([]);
  });

  it('is refused a profile that the implementation does not list', async () => {
    const adapter = connect('reference');
    const described = await adapter.describe({ protocol: 1 });
    const narrow = { ...described, profiles: ['console' as const] };
    const testbed = await openTestbed(Object.assign(adapter, { describe: () => narrow }));
    await expect(
      conform(testbed, optionsFor('mine', { profile: 'openapi' })),
    ).rejects.toMatchObject({ exitCode: 69, hint: expect.stringContaining('--profile console') });
    await testbed.dispose();
  });

  it.each([
    ['a timeline', 'defect:cumulative-failures', 'health.consecutive'],
    ['a configuration', 'defect:rejects-drain-zero', 'config.draining.range'],
  ])('prints a replay of %s that a shell takes as it was meant', async (_what, broken, clause) => {
    const testbed = await openTestbed(connect(broken));
    const own = { selected: [clause], configurations: 0 };
    const { result } = await conform(testbed, optionsFor("cmd:./it's mine", own));
    const [failure] = result.clauses.flatMap(({ failures }) => failures);
    expect(failure?.replay).toMatch(/json 'cmd:\.\/it'\\''s mine'$/);
    await testbed.dispose();
  });

  it('leaves no lane at work when no case can be run', async () => {
    const testbed = await openTestbed(connect('reference'));
    let begun = 0;
    let underWay = 0;
    const begin = async (): Promise<never> => {
      // every second one takes its time: its lane is in the middle when another gives up
      const isSlow = begun++ % 2 === 1;
      underWay++;
      if (isSlow) await pass(50);
      underWay--;
      const { unavailable: exitCode } = exitCodes;
      throw new OperatorError('no', { code: 'ADAPTER_FAULT', exitCode });
    };
    const judging = conform({ ...testbed, begin }, optionsFor('mine', { jobs: 6 }));
    await expect(judging).rejects.toMatchObject({ exitCode: 69 });
    expect(underWay).toBe(0);
    const begunByThen = begun;
    await pass(100);
    expect(begun).toBe(begunByThen);
    await testbed.dispose();
  });
});
