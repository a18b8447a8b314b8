/**
 * Goal: what the ziggurat draws is exponential and normal also where few draws fall: in the corners of the layers and in
 * the tails. Method: Kolmogorov–Smirnov over 10^6 draws, and the numbers beyond points far out against their exact
 * chances; bounds at 0.1 % and at 4 standard errors, fixed before looking.
 */
import { describe, expect, it } from 'vitest';
import { scaledDistance } from './kolmogorov-smirnov.fixture.ts';
import { openStream } from './stream.ts';
import { fillStandardExponential, fillStandardNormal } from './ziggurat.ts';

const draws = 1_000_000;
const boundAtOneInThousand = 1.949;

function drawn(fill: typeof fillStandardNormal, purpose: string): Float64Array {
  const sample = new Float64Array(draws);
  fill(openStream('ziggurat', purpose), sample);
  return sample;
}
function expectBeyond(sample: Float64Array, isBeyond: (x: number) => boolean, chance: number) {
  const beyond = sample.reduce((count, x) => count + (isBeyond(x) ? 1 : 0), 0);
  const standardError = Math.sqrt(draws * chance * (1 - chance));
  expect(Math.abs(beyond - draws * chance)).toBeLessThan(4 * standardError);
}

describe('exponential numbers', () => {
  const sample = drawn(fillStandardExponential, 'exponential');
  it('follow their distribution', () => {
    expect(scaledDistance(sample, (x) => -Math.expm1(-x))).toBeLessThan(boundAtOneInThousand);
  });
  it.each([0.01, 1, 4, 7.5, 7.69711747013105, 8.5, 10])(
    'lie beyond %d as often as they should',
    (x) => {
      expectBeyond(sample, (each) => each > x, Math.exp(-x));
    },
  );
  it('have the moments 1, 2 and 6', () => {
    [1, 2, 6].forEach((moment, index) => {
      const power = index + 1;
      const mean = sample.reduce((sum, x) => sum + x ** power, 0) / draws;
      // E x^2k = (2k)!
      const second = [2, 24, 720][index] as number;
      expect(Math.abs(mean - moment)).toBeLessThan(4 * Math.sqrt((second - moment ** 2) / draws));
    });
  });
});

/** Upper tails of the standard normal distribution, from a table of 15 digits (Abramowitz and Stegun 26.2). */
const upperTails = [
  [0.5, 0.308537538725987],
  [1, 0.158655253931457],
  [2, 0.0227501319481792],
  [3, 0.00134989803163009],
  [3.654152885361009, 0.00012901624382695065],
  [4, 3.16712418331199e-5],
] as const;

describe('normal numbers', () => {
  const sample = drawn(fillStandardNormal, 'normal');
  it.each(upperTails)('lie beyond ±%d as often as they should', (x, chance) => {
    expectBeyond(sample, (each) => each > x, chance);
    expectBeyond(sample, (each) => each < -x, chance);
  });
  it('have the moments 0, 1, 0 and 3', () => {
    const variances = [1, 2, 15, 96];
    [0, 1, 0, 3].forEach((moment, index) => {
      const mean = sample.reduce((sum, x) => sum + x ** (index + 1), 0) / draws;
      const standardError = Math.sqrt((variances[index] as number) / draws);
      expect(Math.abs(mean - moment)).toBeLessThan(4 * standardError);
    });
  });
});
