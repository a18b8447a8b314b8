/** Goal: what a histogram tells lies as near to what was recorded as it says. Method: the same on sorted values, exactly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LogLinearHistogram,
  leastValue,
  mergeCounts,
  quantilesOf,
  relativeErrorMax,
  totalOf,
  valuesOf,
} from './log-linear-histogram.ts';

function histogramOf(values: readonly number[]): LogLinearHistogram {
  const histogram = new LogLinearHistogram(Math.max(values.length, 1));
  histogram.values.set(values);
  histogram.recordMany(values.length);
  return histogram;
}

/** All magnitudes alike, with powers of two and their neighbours, where buckets begin. */
const anyValue = fc.oneof(
  fc
    .tuple(fc.integer({ min: -14, max: 42 }), fc.double({ min: 1, max: 2, noNaN: true }))
    .map(([exponent, mantissa]) => mantissa * 2 ** exponent),
  fc
    .tuple(fc.integer({ min: -10, max: 42 }), fc.constantFrom(1 - 2 ** -53, 1, 1 + 2 ** -52))
    .map(([exponent, mantissa]) => mantissa * 2 ** exponent),
  fc.constantFrom(0, Number.MIN_VALUE, leastValue),
);
const anyValues = fc.array(anyValue, { minLength: 1, maxLength: 300 });

function isNear(told: number | undefined, exact: number | undefined): boolean {
  if (told === undefined || exact === undefined) return false;
  const allowed = exact < leastValue ? leastValue : exact * relativeErrorMax * (1 + 1e-12);
  return Math.abs(told - exact) <= allowed;
}

describe('a log-linear histogram', () => {
  it('tells every value within its error bound', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const told = valuesOf(histogramOf(values).counts()).flatMap(({ value, count }) =>
          Array.from({ length: count }, () => value),
        );
        expect(told.length).toBe(values.length);
        values
          .toSorted((a, b) => a - b)
          .forEach((value, at) => {
            expect(isNear(told[at], value), `${value} told as ${told[at]}`).toBe(true);
          });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('tells quantiles within its error bound of those of the sorted values', () => {
    const shares = [0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1];
    fc.assert(
      fc.property(anyValues, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const told = quantilesOf(histogramOf(values).counts(), shares);
        shares.forEach((share, at) => {
          const exact = sorted[Math.max(Math.ceil(share * values.length), 1) - 1];
          expect(isNear(told[at], exact), `${share}: ${exact} told as ${told[at]}`).toBe(true);
        });
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('records one at a time what it records many at a time', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const single = new LogLinearHistogram();
        for (const value of values) {
          single.values[0] = value;
          single.record();
        }
        expect(single.counts()).toEqual(histogramOf(values).counts());
      }),
      { seed: 3 },
    );
  });

  it('merges to what one histogram of all values holds', () => {
    fc.assert(
      fc.property(fc.array(anyValues, { maxLength: 5 }), (parts) => {
        const merged = mergeCounts(parts.map((part) => histogramOf(part).counts()));
        expect(merged).toEqual(histogramOf(parts.flat()).counts());
        expect(totalOf(merged)).toBe(parts.flat().length);
      }),
      { seed: 4 },
    );
  });

  it('forgets what is withdrawn, and nothing that was never recorded', () => {
    const histogram = histogramOf([10, 20, 30]);
    histogram.values[0] = 20;
    histogram.withdraw();
    expect(histogram.counts()).toEqual(histogramOf([10, 30]).counts());
    histogram.withdraw();
    expect(() => histogram.counts()).toThrow('withdrawn');
  });

  it('keeps what is beyond its scale in its last bucket', () => {
    const [beyond] = valuesOf(histogramOf([2 ** 60, Number.POSITIVE_INFINITY]).counts());
    expect(beyond?.count).toBe(2);
    expect(beyond?.value).toBeGreaterThan(2 ** 42);
  });

  it('has no quantiles where it has no values', () => {
    expect(quantilesOf(new LogLinearHistogram().counts(), [0.5, 1])).toEqual([]);
  });
});
