/** Goal: the document says in names and shares what the run counted. Method: one run that can be worked out by hand. */
import { describe, expect, it } from 'vitest';
import { simulationResultSchema } from '../results/simulation-schemas.ts';
import { instancesWeighing, planWith } from '../simulation/plan.fixture.ts';
import { runPlan } from '../simulation/run.ts';
import { simulationDocument } from './simulation-document.ts';

const identity = {
  suite: '0.0.0',
  scenario: { name: 'test', description: '', file: 'test.yaml' },
  configuration: {},
  notes: [],
};
/** Four connections of 1 s each, at 0, 1, 2 and 10 s, three of them from 10.0.0.1. */
const trace = {
  file: 'x.log',
  atMs: Float64Array.of(0, 1000, 2000, 10_000),
  durationMs: new Float64Array(4).fill(1000),
  source: Int32Array.of(1, 1, 0, 1),
  addresses: Uint32Array.of(0x0a000002, 0x0a000001),
  durationsMissing: 0,
  notes: [],
};

describe('the result document', () => {
  const plan = planWith({
    instances: instancesWeighing(3, 1),
    traffic: { kind: 'replay', trace, speed: 1, holdMs: null },
    outages: [{ instance: 1, fromMs: 99_000, toMs: 100_000, manner: 'refuses' }],
    bucketsMax: 12,
  });
  const result = simulationDocument(identity, plan, runPlan(plan));

  it('is what its published schema says', () => {
    expect(simulationResultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  it('has totals and means over the time of arrivals', () => {
    expect(result.simulatedMs).toBe(11_000);
    expect(result.totals).toEqual({
      arrived: 4,
      placed: 4,
      refused: 0,
      turnedAway: 0,
      failed: 0,
      lost: 0,
      cutByDrain: 0,
      completed: 4,
      activeMean: 0.3,
      activeMax: 1,
    });
    expect(result.instances.map(({ placed }) => placed)).toEqual([3, 1]);
    expect(result.instances.map(({ share, shareByWeight }) => [share, shareByWeight])).toEqual([
      [0.75, 0.75],
      [0.25, 0.25],
    ]);
    expect(result.instances.map(({ eligibleShare }) => eligibleShare)).toEqual([1, 1]);
  });

  it('has series in buckets of equal width, one value for each', () => {
    const { bucketMs, arrivals, active, placed } = result.series;
    expect(bucketMs).toBe(1000);
    expect(arrivals).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    const sums = arrivals.map(
      (_, bucket) => (active[0]?.[bucket] ?? 0) + (active[1]?.[bucket] ?? 0),
    );
    expect(sums).toEqual(arrivals);
    expect((placed[0] ?? []).reduce((a, b) => a + b)).toBe(3);
  });

  it('names the busiest sources and where they went', () => {
    expect(result.sources.count).toBe(2);
    expect(result.sources.busiest[0]).toMatchObject({
      address: '10.0.0.1',
      connections: 3,
      share: 0.75,
    });
    const spread = Object.values(result.sources.busiest[0]?.instances ?? {});
    expect(spread.reduce((a, b) => a + b)).toBe(3);
  });

  it('says when something scripted came too late', () => {
    expect(result.notes.join(' ')).toContain('come after the end');
  });
});
