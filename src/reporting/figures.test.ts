/** Numbers as people read them. */
import { describe, expect, it } from 'vitest';
import { counted, duration, figure, moment, percent, shortFigure, timeInWords } from './figures.ts';

describe('figures', () => {
  it.each([
    [1_279, 0, '1,279'],
    [-1_234_567.89, 1, '−1,234,567.9'],
    [-0.001, 1, '0.0'],
    [0, 0, '0'],
    [Number.NaN, 0, '–'],
    [Number.POSITIVE_INFINITY, 2, '–'],
  ])('writes %d with %d decimals as %s', (value, decimals, text) => {
    expect(figure(value, decimals)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [0.25, '0.3 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [12_500, '12.5 s'],
    [99_960, '1 min 40 s'],
    [1_279_200, '21 min 19 s'],
    [3_599_600, '1 h 00 min'],
    [11_100_000, '3 h 05 min'],
  ])('writes a duration of %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('writes moments, shares and counts in one form each', () => {
    expect(moment(12_500)).toBe('12.500 s');
    expect(percent(0.523)).toBe('52.3%');
    expect(percent(Number.NaN)).toBe('–');
    expect([
      counted(1, 'case'),
      counted(2_000, 'case'),
      counted(2, 'history', 'histories'),
    ]).toEqual(['1 case', '2,000 cases', '2 histories']);
    expect([3, 2.345, 23.45, 234.5].map(shortFigure)).toEqual(['3', '2.35', '23.4', '235']);
  });

  it('says how long a second lasts only where time is scaled', () => {
    const scales = { checks: 40, persistence: 2.5, draining: 5 };
    expect(timeInWords('scaled', scales)).toBe(
      'scaled: a second lasts checks 40 ms, persistence 2.50 ms, draining 5 ms',
    );
    expect(timeInWords('stepped', scales)).not.toContain('40');
    expect(timeInWords('real', scales)).not.toContain('40');
  });
});
