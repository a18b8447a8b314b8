/** Goal: streams are repeatable and do not resemble each other, which pure-rand's own seeding would not give. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillBelow, openStream, uniform } from './stream.ts';

const first = (seed: string, purpose: string, replication = 0, count = 8) => {
  const stream = openStream(seed, purpose, replication);
  return Array.from({ length: count }, () => uniform(stream));
};

describe('streams', () => {
  it('the same seed, purpose and replication give the same numbers', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(3), (seed, purpose, replication) => {
        expect(first(seed, purpose, replication)).toEqual(first(seed, purpose, replication));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('another seed, purpose or replication gives other numbers', () => {
    const streams = [
      first('1', 'arrivals'),
      first('2', 'arrivals'),
      first('1', 'holds'),
      first('1', 'arrivals', 1),
      first('1a', 'rrivals'),
    ];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  it('the first numbers of consecutive seeds are uncorrelated', () => {
    const starts = Array.from(
      { length: 2000 },
      (_, seed) => first(String(seed), 'x', 0, 1)[0] ?? 0,
    );
    const mean = starts.reduce((sum, x) => sum + x, 0) / starts.length;
    let covariance = 0;
    for (let at = 1; at < starts.length; at++) {
      covariance += ((starts[at] ?? 0) - mean) * ((starts[at - 1] ?? 0) - mean);
    }
    // Standard error of a lag-1 correlation is 1/sqrt(2000) = 0.022, of the mean 0.0065; four of each.
    expect(Math.abs(covariance / starts.length / (1 / 12))).toBeLessThan(0.09);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.026);
  });

  it('whole numbers below a count stay below it and reach every value', () => {
    const stream = openStream('1', 'dice');
    const drawn = new Int32Array(500);
    fillBelow(stream, drawn, 6);
    expect([...new Set(drawn)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
