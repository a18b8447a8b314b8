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

  it('shifts one share, for which the others make up in proportion', () => {
    const inWords = (index: number, bias: number) =>
      shiftedShares(shares, index, bias)?.map((share) => share.toFixed(3));
    expect(inWords(0, -0.075)).toEqual(['0.550', '0.300', '0.150']);
    expect(inWords(2, 0.175)).toEqual(['0.500', '0.200', '0.300']);
    expect(inWords(2, -0.126)).toBeUndefined();
    expect(inWords(0, 0.376)).toBeUndefined();
  });

  it('shifts so that no other shares that are as far off are nearer to the declared ones', () => {
    const divergence = (from: readonly number[]) =>
      from.reduce((sum, share, at) => sum + share * Math.log(share / (shares[at] ?? 1)), 0);
    const least = divergence(shiftedShares(shares, 0, 0.1) ?? []);
    for (const part of [0.1, 0.4, 0.5, 0.6, 0.65, 0.7, 0.9]) {
      const others = 0.275;
      const moved = [0.725, others * part, others * (1 - part)];
      expect(divergence(moved)).toBeGreaterThan(least - 1e-12);
    }
  });
});
