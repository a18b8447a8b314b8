/** Goal: every connection's duration is told under the way it ended. Method: traces whose durations are worked out by hand. */
import { expect, it } from 'vitest';
import { type HistogramCounts, relativeErrorMax, valuesOf } from './log-linear-histogram.ts';
import { instancesWeighing, planWith } from './plan.fixture.ts';
import type { Plan } from './plan.ts';
import { runPlan } from './run.ts';

/** Connections from one source, as pairs of when they arrive and how long they stay. */
function durationsOf(
  connections: readonly [atMs: number, holdMs: number][],
  change: Partial<Plan>,
) {
  const trace = {
    file: 'x.log',
    atMs: Float64Array.from(connections, ([atMs]) => atMs),
    durationMs: Float64Array.from(connections, ([, holdMs]) => holdMs),
    source: new Int32Array(connections.length),
    addresses: Uint32Array.of(0x0a000001),
    durationsMissing: 0,
    notes: [],
  };
  return runPlan(
    planWith({
      instances: instancesWeighing(1),
      traffic: { kind: 'replay', trace, speed: 1, holdMs: null },
      ...change,
    }),
  ).durations.counts();
}

function expectNear(counts: HistogramCounts, exactMs: readonly number[]): void {
  const told = valuesOf(counts).flatMap(({ value, count }) => Array<number>(count).fill(value));
  expect(told.length).toBe(exactMs.length);
  told.forEach((ms, at) => {
    const exact = exactMs[at] as number;
    expect(Math.abs(ms - exact), `${ms} for ${exact}`).toBeLessThanOrEqual(
      exact * relativeErrorMax * 1.0001,
    );
  });
}

it('completed and lost connections have the time that they were open', () => {
  const { completed, lost, failed, cutByDrain } = durationsOf(
    [
      [0, 0],
      [500, 700],
      [1000, 99_000],
      [2500, 40_000],
      [9000, 3],
    ],
    { outages: [{ instance: 0, fromMs: 4000, toMs: 4500, manner: 'refuses' }] },
  );
  expectNear(completed, [0, 3, 700]);
  expectNear(lost, [1500, 3000]);
  expectNear(failed, []);
  expectNear(cutByDrain, []);
});

it('whoever meets an instance that is down has failed: at once, or after waiting for it', () => {
  const arriving: [number, number][] = [
    [1100, 50],
    [1200, 9999],
  ];
  const refused = durationsOf(arriving, {
    outages: [{ instance: 0, fromMs: 1000, toMs: 9000, manner: 'refuses' }],
  });
  expectNear(refused.failed, [0, 0]);
  const silent = durationsOf(arriving, {
    connectTimeoutMs: 3000,
    outages: [{ instance: 0, fromMs: 1000, toMs: 9000, manner: 'silent' }],
  });
  expectNear(silent.failed, [3000, 3000]);
  expectNear(silent.completed, []);
});

it('whoever still waits when the instance fails again has waited until then', () => {
  const { failed, lost } = durationsOf([[1100, 50]], {
    connectTimeoutMs: 3000,
    outages: [
      { instance: 0, fromMs: 1000, toMs: 1500, manner: 'silent' },
      { instance: 0, fromMs: 2100, toMs: 2200, manner: 'refuses' },
    ],
  });
  expectNear(failed, [1000]);
  expectNear(lost, []);
});

it('a drain cuts what is open after its time', () => {
  const { cutByDrain, completed } = durationsOf(
    [
      [1000, 500_000],
      [1500, 700],
    ],
    { changes: [{ atMs: 2000, instance: 0, does: 'remove' }] },
  );
  expectNear(cutByDrain, [61_000]);
  expectNear(completed, [700]);
});
