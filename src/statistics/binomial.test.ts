/** Binomial tails against exactly computed values. */
import { describe, expect, it } from 'vitest';
import { exactInterval, lowerTail, upperTail } from './binomial.ts';

describe('binomial tails', () => {
  it('equal the exact fractions', () => {
    // 10 fair coins: 176 of 1024 outcomes have 7 heads or more, 848 have 6 or fewer
    expect(upperTail(7, 10, 0.5)).toBeCloseTo(176 / 1024, 14);
    expect(lowerTail(6, 10, 0.5)).toBeCloseTo(848 / 1024, 14);
    // three dice without a six: (5/6)^3
    expect(lowerTail(0, 3, 1 / 6)).toBeCloseTo(125 / 216, 14);
  });

  it('are 0 and 1 at their ends', () => {
    expect(upperTail(0, 5, 0.3)).toBe(1);
    expect(upperTail(6, 5, 0.3)).toBe(0);
    expect(lowerTail(5, 5, 0.3)).toBe(1);
    expect(lowerTail(-1, 5, 0.3)).toBe(0);
  });

  it('keep their precision far out', () => {
    // 40 heads of 40: 2^-40
    expect(upperTail(40, 40, 0.5) / 2 ** -40).toBeCloseTo(1, 10);
  });
});

describe('the exact interval of a rate', () => {
  it('is the one in the tables', () => {
    // 3 of 100 at 95 %: 0.623 % to 8.518 %
    const { low, high } = exactInterval(3, 100, 0.95);
    expect(low).toBeCloseTo(0.00623, 5);
    expect(high).toBeCloseTo(0.08518, 5);
  });

  it('begins at 0 where nothing was seen, and ends at 1 where nothing else was', () => {
    // "rule of three", exactly: 1 - 0.025^(1/1000)
    const { low, high } = exactInterval(0, 1000, 0.95);
    expect(low).toBe(0);
    expect(high).toBeCloseTo(1 - 0.025 ** (1 / 1000), 12);
    expect(exactInterval(7, 7, 0.95).high).toBe(1);
  });
});
