/**
 * The suite judged by what is known of its specimens, as `prove` does it: each seeded defect fails exactly the clauses
 * that it breaks, and the right ones fail none.
 */
import { describe, expect, it } from 'vitest';
import { connect } from '../../adapters/connect.ts';
import { exactInterval } from '../../statistics/binomial.ts';
import { openTestbed } from '../../testbed/open-testbed.ts';
import { RememberedVerdicts } from '../remembered-verdicts.ts';
import { proofOf } from './kill-matrix.ts';
import { campaignOptions, proofOptions } from './proof-options.ts';
import { defectSpecimens, rightSpecimens, type Specimen } from './specimens.ts';
import { type Tried, type TryOptions, trySpecimen } from './try-specimen.ts';

async function tried({ connectable, breaks }: Specimen, options: TryOptions): Promise<Tried> {
  const testbed = await openTestbed(connect(connectable), connectable);
  try {
    return await trySpecimen(testbed, breaks, options);
  } finally {
    await testbed.dispose();
  }
}

const remembered = new RememberedVerdicts();

const byName = (specimens: readonly Specimen[]) => specimens.map((one) => [one.name, one] as const);
const [reference, variant] = rightSpecimens as readonly [Specimen, Specimen];
const neverBack = defectSpecimens.find(({ name }) => name === 'never-back') as Specimen;

describe('the suite, on implementations of which everything is known', () => {
  it.each(byName(defectSpecimens))('fails exactly what %s breaks', async (_, specimen) => {
    const options = { ...proofOptions(specimen, 'console', '1'), remembered };
    const { failing, errors, why } = await tried(specimen, options);
    expect(failing, JSON.stringify(why)).toEqual([...specimen.breaks].toSorted());
    expect(errors).toEqual([]);
  });

  it.each(byName(rightSpecimens))('fails nothing of %s', async (_, specimen) => {
    const { failing, errors, why } = await tried(specimen, proofOptions(specimen, 'console', '1'));
    expect(failing, JSON.stringify(why)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('raises no more false alarms than its bound allows, where chance decides every connection', async () => {
    const drawn = rightSpecimens.find(({ name }) => name === 'drawn-by-weight') as Specimen;
    const [runs, alpha] = [60, 0.05];
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const options = campaignOptions(drawn, 'console', `bound-${run}`, alpha);
      const selected = ['schedule.wrr.share'];
      const { failing } = await tried(drawn, { ...options, selected });
      if (failing.length > 0) alarms++;
    }
    // beyond doubt above the bound: a rate of 0.05 comes to so many once in a million times
    expect(exactInterval(alarms, runs, 1 - 2e-6).low).toBeLessThanOrEqual(alpha);
  });

  it('is the same for the same seed', async () => {
    const options = campaignOptions(neverBack, 'console', 'seven');
    expect(await tried(neverBack, options)).toEqual(await tried(neverBack, options));
  });

  it('stops at the first kill where that is asked for', async () => {
    const options = { ...proofOptions(neverBack, 'console', '1'), untilKilled: true };
    const { cases, killedAfter } = await tried(neverBack, options);
    expect(killedAfter).toBe(cases);
  });
});

describe('the proof', () => {
  const nothingFound: Tried = {
    ...{ cases: 3, killedAfter: null, failing: [], why: {}, errors: [] },
    cells: { 'health-thresholds': { failed: 0, of: 2 } },
  };
  const found: Tried = {
    ...{ cases: 3, killedAfter: 2, failing: ['schedule.recovery'], errors: [] },
    why: { 'schedule.recovery': 'it stayed out' },
    cells: { 'health-thresholds': { failed: 1, of: 2 }, 'wrr-cycles': { failed: 0, of: 2 } },
  };
  const evidence = {
    suite: 'test',
    profile: 'console' as const,
    seed: '1',
    complete: true,
    defects: [{ specimen: neverBack, tried: found }],
    right: [{ specimen: reference, tried: nothingFound }],
    campaign: null,
  };

  it('names the witness of a clause, and the clauses that have none', () => {
    const { clauses, counts, gate, defects } = proofOf(evidence);
    expect(clauses.find(({ clause }) => clause === 'schedule.recovery')?.witnesses).toEqual([
      'never-back',
    ]);
    expect(defects[0]?.kills).toEqual({ 'health-thresholds': { failed: 1, of: 2 } });
    expect(counts).toMatchObject({ defects: 1, killed: 1, falseFails: 0, witnessedClauses: 1 });
    expect(gate).toMatchObject({ exitCode: 2, why: expect.stringContaining('schedule.wrr.cycle') });
  });

  it('fails where a defect survives, or is charged to other clauses than it breaks', () => {
    const survived = { specimen: neverBack, tried: nothingFound };
    const mischarged = { ...found, failing: ['schedule.recovery', 'health.tcp'] };
    expect(proofOf({ ...evidence, defects: [survived] }).gate).toEqual({
      exitCode: 1,
      why: 'survived: never-back',
    });
    expect(
      proofOf({ ...evidence, defects: [{ specimen: neverBack, tried: mischarged }] }).gate,
    ).toMatchObject({ exitCode: 1, why: expect.stringContaining('never-back') });
  });

  it('fails where something right was failed, in the campaign beyond its budget only', () => {
    const right = [{ specimen: variant, tried: found }];
    expect(proofOf({ ...evidence, right }).gate.exitCode).toBe(1);
    const { connectable } = reference;
    const alarms = [{ connectable, seed: '1/repeat-2', why: found.why }];
    const campaign = { repeat: 100, runs: 100, alarms };
    const strict = proofOf({ ...evidence, campaign: { ...campaign, alpha: 1e-6 } });
    expect(strict.gate.exitCode).toBe(1);
    expect(strict.rightVariants[0]?.falseFails).toEqual([
      { clause: 'schedule.recovery', why: 'it stayed out', seed: '1/repeat-2' },
    ]);
    expect(proofOf({ ...evidence, campaign: { ...campaign, alpha: 0.05 } }).gate.exitCode).toBe(2);
  });

  it('says that it is incomplete before anything else', () => {
    expect(proofOf({ ...evidence, complete: false }).gate.exitCode).toBe(130);
  });
});
