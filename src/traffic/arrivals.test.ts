/** Goal: made and replayed arrivals are what was asked for. Method: exact where nothing is random, else bounds at four standard errors. */
import { describe, expect, it } from 'vitest';
import type { Arrivals } from './arrivals.ts';
import { type PoissonTraffic, poissonArrivals } from './poisson.ts';
import { replayArrivals } from './replay.ts';
import type { Trace } from './trace.ts';

interface Arrival {
  readonly atMs: number;
  readonly holdMs: number;
  readonly source: number;
}
function all(arrivals: Arrivals): Arrival[] {
  const seen: Arrival[] = [];
  const { atMs, holdMs, source } = arrivals;
  for (let count = arrivals.nextBatch(); count > 0; count = arrivals.nextBatch()) {
    for (let at = 0; at < count; at++) {
      seen.push({ atMs: atMs[at] ?? 0, holdMs: holdMs[at] ?? 0, source: source[at] ?? 0 });
    }
  }
  return seen;
}

const traffic: PoissonTraffic = {
  ratePerMs: 0.05,
  spanMs: 400_000,
  sourceCount: 20,
  zipfExponent: 1,
  holdMs: { kind: 'exponential', mean: 1000 },
};

describe('Poisson arrivals', () => {
  it('come at the asked rate with the variance of a Poisson process', () => {
    const seen = all(poissonArrivals(traffic, '1', 0));
    expect(Math.abs(seen.length - 20_000)).toBeLessThan(4 * Math.sqrt(20_000));
    const counts = new Float64Array(1000);
    for (const { atMs } of seen)
      counts[Math.floor(atMs / 400)] = (counts[Math.floor(atMs / 400)] ?? 0) + 1;
    const mean = seen.length / 1000;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 999;
    // The standard error of a variance ratio over 1000 counts is sqrt(2/999).
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / 999));
  });

  it('come from sources by Zipf’s law, or from all alike', () => {
    const shareOfFirst = (zipfExponent: number) => {
      const seen = all(poissonArrivals({ ...traffic, zipfExponent }, '1', 0));
      return seen.filter(({ source }) => source === 0).length / seen.length;
    };
    const harmonic = Array.from({ length: 20 }, (_, n) => 1 / (n + 1)).reduce((a, b) => a + b);
    expect(shareOfFirst(1)).toBeCloseTo(1 / harmonic, 1);
    expect(shareOfFirst(0)).toBeCloseTo(1 / 20, 2);
  });

  it('keep their times and sources when only durations change: one stream for each purpose', () => {
    const constant = all(
      poissonArrivals({ ...traffic, holdMs: { kind: 'constant', value: 7 } }, '1', 0),
    );
    const exponential = all(poissonArrivals(traffic, '1', 0));
    const withoutHold = (seen: Arrival[]) => seen.map(({ atMs, source }) => [atMs, source]);
    expect(withoutHold(constant)).toEqual(withoutHold(exponential));
    expect(new Set(constant.map(({ holdMs }) => holdMs))).toEqual(new Set([7]));
  });
});

describe('replayed arrivals', () => {
  const trace: Trace = {
    file: 'x.log',
    atMs: Float64Array.of(0, 100, 300),
    durationMs: Float64Array.of(50, Number.NaN, 70),
    source: Int32Array.of(0, 1, 0),
    addresses: Uint32Array.of(1, 2),
    durationsMissing: 1,
    notes: [],
  };

  it('are the trace, with durations drawn only where it has none', () => {
    const holdMs = { kind: 'constant', value: 9 } as const;
    expect(all(replayArrivals({ trace, speed: 1, holdMs }, '1', 0))).toEqual([
      { atMs: 0, holdMs: 50, source: 0 },
      { atMs: 100, holdMs: 9, source: 1 },
      { atMs: 300, holdMs: 70, source: 0 },
    ]);
  });

  it('come faster at a higher speed and stay as long', () => {
    const holdMs = { kind: 'constant', value: 9 } as const;
    const seen = all(replayArrivals({ trace, speed: 2, holdMs }, '1', 0));
    expect(seen.map(({ atMs }) => atMs)).toEqual([0, 50, 150]);
    expect(seen.map(({ holdMs: ms }) => ms)).toEqual([50, 9, 70]);
  });
});
