/** The sequential test: its martingale property exactly, its false alarms and its power by simulation. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { eProcess, sharesOf, shiftedShares } from './e-process.ts';

const shares = sharesOf([5, 2, 1]);
const drawing = (seed: number) => {
  const generator = xoroshiro128plus(seed);
  /** Which of the shares a uniform number falls into. */
  return (): number => {
    const drawn = uniformFloat64(generator);
    return [5 / 8, 7 / 8, 1].findIndex((upTo) => drawn < upTo);
  };
};

describe('the e-process', () => {
  it('begins at 1, and on average over the declared shares stays what it is', () => {
    const { logEvidence } = eProcess(shares);
    expect(logEvidence([0, 0, 0])).toBeCloseTo(0, 12);
    for (const counts of [
      [0, 0, 0],
      [7, 1, 0],
      [3, 9, 4],
    ]) {
      const next = shares.map(
        (share, index) =>
          share * Math.exp(logEvidence(counts.map((count, at) => count + (at === index ? 1 : 0)))),
      );
      expect(next.reduce((sum, one) => sum + one, 0) / Math.exp(logEvidence(counts))).toBeCloseTo(
        1,
        9,
      );
    }
  });

  it('has the evidence worked out by hand for one observation', () => {
    // posterior mean of a Dirichlet around p is p: one observation alone is no evidence
    expect(eProcess(shares).logEvidence([0, 0, 1])).toBeCloseTo(0, 12);
    // second alike: (30 p + 1) / 31 against p
    const p = 1 / 8;
    expect(eProcess(shares).logEvidence([0, 0, 2])).toBeCloseTo(
      Math.log((30 * p + 1) / 31 / p),
      12,
    );
  });

  it('ever passes 1/alpha on declared shares no more often than alpha', () => {
    const { logEvidence } = eProcess(shares);
    const alpha = 0.05;
    let alarms = 0;
    for (let run = 0; run < 1000; run++) {
      const draw = drawing(run);
      const counts = [0, 0, 0];
      let peak = 0;
      for (let index = 0; index < 300; index++) {
        const drawn = draw();
        counts[drawn] = (counts[drawn] ?? 0) + 1;
        peak = Math.max(peak, logEvidence(counts));
      }
      if (peak >= -Math.log(alpha)) alarms++;
    }
    // Ville allows 50 of 1000; 5 standard deviations above that would be 84
    expect(alarms).toBeLessThan(84);
    expect(alarms).toBeGreaterThan(0);
  });

  it('takes a shift from the largest share to the next one', () => {
    const moved = shiftedShares(shares, 0.1);
    expect(moved.map((share) => share.toFixed(3))).toEqual(['0.525', '0.350', '0.125']);
    expect(shiftedShares([0.25, 0.75], 0.1).map((share) => share.toFixed(2))).toEqual([
      '0.35',
      '0.65',
    ]);
  });
});
