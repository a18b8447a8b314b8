/**
 * Goal: a run follows theory where there is theory. Method: closed forms with bounds of four standard errors fixed
 * beforehand, and exact counts where nothing is random.
 */
import { describe, expect, it } from 'vitest';
import { instancesWeighing, planWith, poisson, service } from './plan.fixture.ts';
import type { Manner } from './plan.ts';
import { runPlan } from './run.ts';

const sum = (column: Iterable<number>) => {
  let total = 0;
  for (const value of column) total += value;
  return total;
};
const seconds = (value: number) => value * 1000;
function expectNear(observed: number, expected: number, standardError: number): void {
  expect(Math.abs(observed - expected) / standardError).toBeLessThan(4);
}

describe('load', () => {
  it('follows Little’s law from an empty start', () => {
    const [rate, hold, span] = [0.05, seconds(20), seconds(4000)];
    const holdMs = { kind: 'exponential', mean: hold } as const;
    const { metrics } = runPlan(
      planWith({ traffic: { ...poisson, ratePerMs: rate, spanMs: span, holdMs } }),
    );
    const load = rate * hold;
    const fromEmpty = 1 - (hold / span) * (1 - Math.exp(-span / hold));
    // The count is autocorrelated over one holding time, so its mean has variance 2 · load · hold / span.
    const standardError = Math.sqrt((2 * load * hold) / span);
    expectNear(sum(metrics.areaOfSpanMs) / span, load * fromEmpty, standardError);
  });

  it('varies as a Poisson count does where nobody is limited', () => {
    const [rate, hold, span, buckets] = [0.02, seconds(5), seconds(39_000), 2000];
    const holdMs = { kind: 'exponential', mean: hold } as const;
    const { metrics } = runPlan(
      planWith({
        traffic: { ...poisson, ratePerMs: rate, spanMs: span, holdMs },
        bucketsMax: buckets,
      }),
    );
    const width = metrics.bucketMs;
    const means: number[] = [];
    for (let bucket = 10; bucket < 1940; bucket++) {
      means.push(sum(metrics.bucketAreaMs.subarray(3 * bucket, 3 * bucket + 3)) / width);
    }
    const mean = sum(means) / means.length;
    const variance = sum(means.map((each) => (each - mean) ** 2)) / (means.length - 1);
    const ofAverage =
      ((2 * rate * hold * hold) / width) * (1 - (hold / width) * (1 - Math.exp(-width / hold)));
    expectNear(variance / ofAverage, 1, 1.2 * Math.sqrt(2 / means.length));
  });

  it('adds up to the holding times, to the millisecond', () => {
    const holdMs = { kind: 'constant', value: 750 } as const;
    const { metrics } = runPlan(planWith({ traffic: { ...poisson, holdMs } }));
    expect(metrics.completed).toBe(metrics.arrived);
    expect(sum(metrics.areaMs)).toBeCloseTo(750 * metrics.completed, 3);
    expect(sum(metrics.bucketAreaMs)).toBeCloseTo(750 * metrics.completed, 3);
  });

  it('counts a departure before an arrival at the same instant', () => {
    const trace = {
      file: 'x.log',
      atMs: Float64Array.of(0, 100, 200),
      durationMs: Float64Array.of(100, 100, 100),
      source: Int32Array.of(0, 0, 0),
      addresses: Uint32Array.of(1),
      durationsMissing: 0,
      notes: [],
    };
    const { metrics, simulatedMs } = runPlan(
      planWith({ traffic: { kind: 'replay', trace, speed: 1, holdMs: null } }),
    );
    expect(metrics.activeTotalMax).toBe(1);
    expect(simulatedMs).toBe(300);
  });
});

describe('shares', () => {
  it('under round robin follow the weights to the cycle', () => {
    const { metrics } = runPlan(planWith({ instances: instancesWeighing(4, 3, 2, 1) }));
    const cycles = Math.floor(metrics.arrived / 10);
    [...metrics.placed].forEach((placed, index) => {
      expect(placed).toBeGreaterThanOrEqual(cycles * (4 - index));
      expect(placed).toBeLessThanOrEqual((cycles + 1) * (4 - index));
    });
  });

  it('under source IP put each source on one instance', () => {
    const { metrics, addresses } = runPlan(
      planWith({ service: { ...service, scheduling: 'source-ip' } }),
    );
    for (let source = 0; source < addresses.length; source++) {
      const row = metrics.placedBySource.subarray(4 * source, 4 * source + 4);
      expect([...row].filter((placed) => placed > 0).length).toBeLessThanOrEqual(1);
    }
    expect(sum(metrics.placedBySource)).toBe(metrics.arrived);
  });

  it('under persistence follow the clients, who stay where they were first sent', () => {
    const { metrics } = runPlan(
      planWith({
        service: { ...service, persistenceMs: seconds(300) },
        traffic: { ...poisson, sourceCount: 1 },
      }),
    );
    expect([...metrics.placed].filter((placed) => placed > 0)).toEqual([metrics.arrived]);
  });
});

/** One instance that fails now and then and stays down for a minute; interval 5 s, timeout 2 s, thresholds 3 and 2. */
function delaysOf(manner: Manner): { detection: number[]; recovery: number[] } {
  const { detections } = runPlan(
    planWith({
      seed: 'detection',
      instances: instancesWeighing(1),
      traffic: { ...poisson, ratePerMs: 1e-6, spanMs: seconds(200_000) },
      failures: {
        betweenMs: { kind: 'exponential', mean: seconds(300) },
        repairMs: { kind: 'constant', value: seconds(60) },
        manner,
      },
    }),
  );
  // One that fails again before it is back is out already, which takes no time.
  const noted = detections.noted.filter(
    ({ returnedAtMs, detectedAtMs, failedAtMs }) =>
      returnedAtMs !== null && detectedAtMs !== failedAtMs,
  );
  return {
    detection: noted.map(({ detectedAtMs, failedAtMs }) => (detectedAtMs ?? 0) - failedAtMs),
    recovery: noted.map(
      ({ returnedAtMs, recoveredAtMs }) => (returnedAtMs ?? 0) - (recoveredAtMs ?? 0),
    ),
  };
}

describe('time to detect', () => {
  // Interval I, timeout T, n failures, phase uniform: from (n − 1) I + T to n I + T; T counts only where nobody answers.
  it.each([
    { manner: 'silent', least: 12_000, most: 17_000 },
    { manner: 'refuses', least: 10_000, most: 15_000 },
  ] as const)(
    'an instance that $manner is out after $least to $most ms',
    ({ manner, least, most }) => {
      const { detection } = delaysOf(manner);
      expect(detection.length).toBeGreaterThan(400);
      // A failure soon after a return may meet a check under way, which is part of the closed interval.
      for (const delay of detection) {
        expect(delay).toBeGreaterThanOrEqual(least);
        expect(delay).toBeLessThanOrEqual(most);
      }
      const standardError = 5000 / Math.sqrt(12 * detection.length);
      expectNear(sum(detection) / detection.length, (least + most) / 2, standardError);
    },
  );

  it('an instance is back after one and a half intervals on average, with two passes asked for', () => {
    const { recovery } = delaysOf('refuses');
    const standardError = 5000 / Math.sqrt(12 * recovery.length);
    expectNear(sum(recovery) / recovery.length, 7500, standardError);
  });
});

describe('outages and changes', () => {
  it('a silent instance keeps clients waiting, a resetting one sends them away at once', () => {
    const during = (manner: Manner) =>
      runPlan(
        planWith({
          instances: instancesWeighing(1),
          outages: [{ instance: 0, fromMs: seconds(100), toMs: seconds(200), manner }],
        }),
      );
    const silent = during('silent');
    const refusing = during('refuses');
    expect(silent.metrics.failed[0]).toBeGreaterThan(0);
    expect(refusing.metrics.failed[0]).toBeGreaterThan(0);
    // Taken out, the only instance leaves nobody to place on.
    expect(silent.metrics.refused).toBeGreaterThan(0);
    const [noted] = silent.detections.noted;
    expect(noted?.failedAtMs).toBe(seconds(100));
    expect(noted?.recoveredAtMs).toBe(seconds(200));
    expect(silent.metrics.eligibleMs[0]).toBeCloseTo(
      silent.simulatedMs - ((noted?.returnedAtMs ?? 0) - (noted?.detectedAtMs ?? 0)),
      6,
    );
  });

  it('a check at the very moment of a failure still passes: the service’s timers come first', () => {
    const { detections } = runPlan(
      planWith({
        instances: instancesWeighing(1),
        // Checks of the first instance start at 0, 5, 10, … seconds.
        outages: [{ instance: 0, fromMs: 10_000, toMs: 60_000, manner: 'refuses' }],
      }),
    );
    expect(detections.noted[0]?.detectedAtMs).toBe(25_000);
  });

  it('an instance that is down for two reasons is up when both are over', () => {
    const { detections } = runPlan(
      planWith({
        outages: [
          { instance: 0, fromMs: seconds(10), toMs: seconds(30), manner: 'refuses' },
          { instance: 0, fromMs: seconds(20), toMs: seconds(40), manner: 'silent' },
        ],
      }),
    );
    expect(detections.noted.map(({ recoveredAtMs }) => recoveredAtMs)).toEqual([seconds(40)]);
  });

  it('a removal is no detection', () => {
    const { detections } = runPlan(
      planWith({
        outages: [{ instance: 0, fromMs: seconds(100), toMs: seconds(200), manner: 'silent' }],
        changes: [{ atMs: seconds(101), instance: 0, does: 'remove' }],
      }),
    );
    expect(detections.noted[0]?.detectedAtMs).toBe(null);
  });

  it('a drain cuts those whose remaining time is longer than it', () => {
    const holdMs = { kind: 'exponential', mean: seconds(60) } as const;
    const { metrics } = runPlan(
      planWith({
        traffic: { ...poisson, ratePerMs: 1, spanMs: seconds(400), holdMs },
        changes: [{ atMs: seconds(300), instance: 1, does: 'remove' }],
      }),
    );
    // At 300 s each holds Poisson(20,000 (1 − e^−5)); memoryless, so e^−1 of them outlive the 60 s of the drain.
    const expected = 20_000 * (1 - Math.exp(-5)) * Math.exp(-1);
    expectNear(metrics.cut[1] ?? 0, expected, Math.sqrt(expected));
    expect(metrics.cut[0]).toBe(0);
  });

  it('an instance that joins later gets its first connection then', () => {
    const instances = instancesWeighing(1, 1).map((each, index) => ({
      ...each,
      isPresent: index === 0,
    }));
    const { metrics } = runPlan(
      planWith({
        instances,
        changes: [{ atMs: seconds(300), instance: 1, does: 'register', weight: 1 }],
      }),
    );
    const bucket = Math.floor(seconds(300) / metrics.bucketMs);
    const placedOn1 = (at: number) => metrics.bucketPlaced[2 * at + 1] as number;
    expect(sum(Array.from({ length: bucket }, (_, at) => placedOn1(at)))).toBe(0);
    expect(placedOn1(bucket)).toBeGreaterThan(0);
  });

  it('a run that would take for ever says so', () => {
    expect(() => runPlan(planWith({ eventsMax: 1000 }))).toThrow(/more than 1000 events/);
  });
});
