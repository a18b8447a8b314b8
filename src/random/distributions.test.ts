/**
 * Goal: samplers draw from the distributions that they name. Method: Kolmogorov–Smirnov distance of 20,000 draws of
 * fixed seeds against the exact distribution function; the bound is the 0.1 % point, chosen before looking.
 */
import { describe, expect, it } from 'vitest';
import { type Distribution, meanOf, samplerOf } from './distributions.ts';
import { scaledDistance } from './kolmogorov-smirnov.fixture.ts';
import { openStream, uniform } from './stream.ts';
import { fillStandardNormal } from './ziggurat.ts';

const draws = 20_000;
/** Kolmogorov's distribution: P(sqrt(n) D > 1.949) = 0.001. */
const boundAtOneInThousand = 1.949;

/** Abramowitz and Stegun 7.1.26, error below 1.5e-7: far under the KS bound of 0.0138. */
function normalBelow(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = series * Math.exp((-x * x) / 2);
  return x >= 0 ? 1 - tail / 2 : tail / 2;
}

function sampleOf(distribution: Distribution): Float64Array {
  const buffer = new Float64Array(draws);
  samplerOf(distribution, openStream('distributions', distribution.kind))(buffer);
  return buffer;
}

describe('distributions', () => {
  it('uniform numbers are uniform over [0, 1)', () => {
    const stream = openStream('distributions', 'uniform');
    const sample = Float64Array.from({ length: draws }, () => uniform(stream));
    expect(scaledDistance(sample, (x) => x)).toBeLessThan(boundAtOneInThousand);
  });

  it('exponential draws have the asked mean and shape', () => {
    const sample = sampleOf({ kind: 'exponential', mean: 30 });
    expect(scaledDistance(sample, (x) => 1 - Math.exp(-x / 30))).toBeLessThan(boundAtOneInThousand);
  });

  it('normal draws are standard normal, also in a buffer of odd length', () => {
    const sample = new Float64Array(draws - 1);
    fillStandardNormal(openStream('distributions', 'normal'), sample);
    expect(scaledDistance(sample, normalBelow)).toBeLessThan(boundAtOneInThousand);
  });

  it('lognormal draws have the asked median and spread', () => {
    const sample = sampleOf({ kind: 'lognormal', median: 20, sigma: 1.2 });
    const below = (x: number) => normalBelow(Math.log(x / 20) / 1.2);
    expect(scaledDistance(sample, below)).toBeLessThan(boundAtOneInThousand);
  });

  it('pareto draws start at the minimum and fall off with the shape', () => {
    const sample = sampleOf({ kind: 'pareto', minimum: 5, shape: 1.5 });
    const below = (x: number) => 1 - (5 / x) ** 1.5;
    expect(scaledDistance(sample, below)).toBeLessThan(boundAtOneInThousand);
  });

  it('the stated mean is the mean of what is drawn', () => {
    const light: Distribution[] = [
      { kind: 'constant', value: 7 },
      { kind: 'exponential', mean: 30 },
      { kind: 'lognormal', median: 20, sigma: 0.8 },
      { kind: 'pareto', minimum: 5, shape: 4 },
    ];
    for (const distribution of light) {
      const mean = sampleOf(distribution).reduce((sum, x) => sum + x, 0) / draws;
      expect(mean / meanOf(distribution)).toBeGreaterThan(0.97);
      expect(mean / meanOf(distribution)).toBeLessThan(1.03);
    }
    expect(meanOf({ kind: 'pareto', minimum: 5, shape: 1 })).toBe(Number.POSITIVE_INFINITY);
  });
});
