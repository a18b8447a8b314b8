/** Goal: the corners that planners reach: one instance, very many, nobody up, extreme weights and drains, bursts and holds of 0. */
import { describe, expect, it } from 'vitest';
import type { Trace } from '../traffic/trace.ts';
import { instancesWeighing, planWith, poisson, service } from './plan.fixture.ts';
import { runPlan } from './run.ts';

const seconds = (value: number) => value * 1000;
const sum = (column: Iterable<number>) => [...column].reduce((total, each) => total + each, 0);

/** Connections that all come at one instant and stay for given times. */
function burst(count: number, durationMs: (row: number) => number): Trace {
  return {
    file: 'burst',
    atMs: new Float64Array(count).fill(1000),
    durationMs: Float64Array.from({ length: count }, (_, row) => durationMs(row)),
    source: new Int32Array(count),
    addresses: Uint32Array.of(1),
    durationsMissing: 0,
    notes: [],
  };
}

describe('corners', () => {
  it('one instance gets everything', () => {
    const { metrics } = runPlan(planWith({ instances: instancesWeighing(1) }));
    expect(metrics.placed[0]).toBe(metrics.arrived);
  });

  it('10,000 instances of one weight are level under least connections', () => {
    const { metrics } = runPlan(
      planWith({
        service: { ...service, scheduling: 'weighted-least-connections' },
        instances: instancesWeighing(...new Array<number>(10_000).fill(1)),
        traffic: {
          ...poisson,
          ratePerMs: 20,
          spanMs: 2000,
          holdMs: { kind: 'constant', value: 1e5 },
        },
      }),
    );
    const most = Math.max(...metrics.placed);
    expect(most - Math.min(...metrics.placed)).toBeLessThanOrEqual(1);
  });

  it('all unhealthy for an hour refuses whoever comes then, and nobody afterwards', () => {
    const instances = instancesWeighing(1, 1);
    const { metrics } = runPlan(
      planWith({
        instances,
        traffic: { ...poisson, spanMs: seconds(6000) },
        outages: instances.map((_, instance) => ({
          instance,
          fromMs: seconds(1000),
          toMs: seconds(4600),
          manner: 'silent',
        })),
      }),
    );
    expect(Math.abs(metrics.refused - 3600 * 20)).toBeLessThan(1500);
    expect(sum(metrics.placed) + metrics.refused).toBe(metrics.arrived);
  });

  it('weight 100 against weight 1 is 100 to 1, exactly', () => {
    const { metrics } = runPlan(planWith({ instances: instancesWeighing(100, 1) }));
    expect(Math.abs((metrics.placed[0] ?? 0) - 100 * (metrics.placed[1] ?? 0))).toBeLessThanOrEqual(
      100,
    );
  });

  it.each([0, 3600])('a drain of %d s cuts what is left then', (drainSeconds) => {
    const holdMs = { kind: 'constant', value: seconds(3000) } as const;
    const { metrics } = runPlan(
      planWith({
        service: { ...service, drainMs: seconds(drainSeconds) },
        traffic: { ...poisson, spanMs: seconds(100), holdMs },
        changes: [{ atMs: seconds(99), instance: 0, does: 'remove' }],
      }),
    );
    if (drainSeconds === 0) expect(metrics.cut[0]).toBe(metrics.placed[0]);
    else expect(sum(metrics.cut)).toBe(0);
  });

  it('a rate of a million a second is kept up', () => {
    const { metrics } = runPlan(
      planWith({
        traffic: {
          ...poisson,
          ratePerMs: 1000,
          spanMs: 200,
          holdMs: { kind: 'constant', value: 20 },
        },
      }),
    );
    expect(Math.abs(metrics.arrived - 200_000)).toBeLessThan(4 * Math.sqrt(200_000));
    expect(metrics.completed).toBe(metrics.arrived);
  });

  it('durations of 0 leave before the next arrival, also at the same instant', () => {
    const trace = burst(1000, () => 0);
    const { metrics } = runPlan(
      planWith({ traffic: { kind: 'replay', trace, speed: 1, holdMs: null } }),
    );
    expect(metrics.activeTotalMax).toBe(1);
    expect(metrics.completed).toBe(1000);
  });

  it('a million events at one instant are no burden', () => {
    const trace = burst(500_000, () => 5000);
    const { metrics, simulatedMs } = runPlan(
      planWith({ traffic: { kind: 'replay', trace, speed: 1, holdMs: null } }),
    );
    expect(metrics.completed).toBe(500_000);
    expect(simulatedMs).toBe(6000);
  });

  it('durations crowded into a millisecond and one far away are no burden either', () => {
    const trace = burst(200_000, (row) => (row === 0 ? 1e9 : 500 + ((row * 7919) % 200_000) / 2e5));
    const { metrics } = runPlan(
      planWith({
        service: { ...service, check: { ...service.check, intervalMs: 1e8 } },
        traffic: { kind: 'replay', trace, speed: 1, holdMs: null },
      }),
    );
    expect(metrics.completed).toBe(200_000);
  });

  it('three instances of equal cost share in order', () => {
    const { metrics } = runPlan(
      planWith({
        service: { ...service, scheduling: 'weighted-least-connections' },
        traffic: { kind: 'replay', trace: burst(9, () => 1000), speed: 1, holdMs: null },
      }),
    );
    expect([...metrics.placed]).toEqual([3, 3, 3]);
  });
});
