/** Binomial tails and limits against published and exactly computed values. */
import { describe, expect, it } from 'vitest';
import { clopperPearson, lowerTail, upperTail } from './binomial.ts';

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

describe('Clopper–Pearson limits', () => {
  it('equal the closed forms where nothing or everything succeeded', () => {
    // rule: (alpha/2)^(1/n)
    expect(clopperPearson(0, 20, 0.95)).toEqual({
      low: 0,
      high: expect.closeTo(1 - 0.025 ** (1 / 20), 12),
    });
    expect(clopperPearson(20, 20, 0.95)).toEqual({
      low: expect.closeTo(0.025 ** (1 / 20), 12),
      high: 1,
    });
  });

  it('equal published values', () => {
    // R: binom.test(7, 20)$conf.int
    expect(clopperPearson(7, 20, 0.95).low).toBeCloseTo(0.1539092, 6);
    expect(clopperPearson(7, 20, 0.95).high).toBeCloseTo(0.5921885, 6);
  });
});
