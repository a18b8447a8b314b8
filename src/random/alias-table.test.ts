/** Goal: indices come out in proportion to their weights. Method: exact chances from the table, then a chi-square on draws. */
import { describe, expect, it } from 'vitest';
import { aliasTableOf, fillIndices, zipfWeights } from './alias-table.ts';
import { openStream } from './stream.ts';

describe('alias table', () => {
  it('its exact chances are the normalised weights', () => {
    const weights = Float64Array.of(5, 1, 0.25, 3, 0, 2);
    const { keep, alias } = aliasTableOf(weights);
    const chance = new Float64Array(weights.length);
    keep.forEach((kept, index) => {
      chance[index] = (chance[index] as number) + kept / weights.length;
      const other = alias[index] as number;
      chance[other] = (chance[other] as number) + (1 - kept) / weights.length;
    });
    chance.forEach((share, index) => {
      expect(share).toBeCloseTo((weights[index] as number) / 11.25, 12);
    });
  });

  it('draws follow the weights', () => {
    const weights = zipfWeights(10, 1.2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const table = aliasTableOf(weights);
    const stream = openStream('alias', 'draws');
    const counts = new Float64Array(10);
    const draws = 50_000;
    const drawn = new Int32Array(draws);
    fillIndices(table, stream, drawn);
    for (const index of drawn) {
      counts[index] = (counts[index] as number) + 1;
    }
    let chiSquare = 0;
    counts.forEach((count, index) => {
      const expected = (draws * (weights[index] as number)) / total;
      chiSquare += (count - expected) ** 2 / expected;
    });
    // 0.1 % point of chi-square with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.88);
  });
});
