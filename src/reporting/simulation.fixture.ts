/** A simulation result shaped like the skewed trace: one client with half of all connections, source IP, an outage, a drain. */
import type { ReplicationsResult, Spread } from '../results/replications-result.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import { hostile } from './conformance.fixture.ts';

const buckets = 120;
const bucketMs = 10_660;
const wave = (index: number, phase: number) => 0.5 + 0.5 * Math.sin(index / 9 + phase);

export function sampleSimulation(change: Partial<SimulationResult> = {}): SimulationResult {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const shares = [0.61, 0.09, 0.11, 0.08, 0.06, 0.05];
  const weights = [2, 2, 1, 1, 1, 1];
  const total = 49_474;
  const isOut = (instance: number, bucket: number) => instance === 2 && bucket >= 40 && bucket < 58;
  const active = names.map((_, instance) =>
    Array.from({ length: buckets }, (__, bucket) =>
      isOut(instance, bucket)
        ? 0
        : (shares[instance] ?? 0) * (180 + 120 * wave(bucket, instance / 3)),
    ),
  );
  const placed = active.map((row) => row.map((value) => Math.round(value * 1.6)));
  const refused = Array.from({ length: buckets }, (_, bucket) =>
    bucket >= 40 && bucket < 44 ? 71 - bucket : 0,
  );
  return {
    result: 1,
    kind: 'simulation',
    suite: '0.1.0',
    scenario: {
      name: 'tls-source-ip',
      description:
        'A day’s TLS connections replayed over six instances, one client with half of them.',
      file: 'scenarios/tls-source-ip.yaml',
    },
    seed: '7',
    scheduling: 'source-ip',
    configuration: { backendServices: [{ name: 'web' }] },
    simulatedMs: 1_279_200,
    events: 148_422,
    totals: {
      arrived: total,
      placed: 49_380,
      refused: 94,
      turnedAway: 0,
      failed: 212,
      lost: 38,
      cutByDrain: 4,
      completed: 49_338,
      activeMean: 244.3,
      activeMax: 391,
    },
    instances: names.map((name, index) => ({
      name,
      weight: weights[index] ?? 1,
      placed: Math.round(total * (shares[index] ?? 0)),
      share: shares[index] ?? 0,
      shareByWeight: (weights[index] ?? 1) / 8,
      failed: index === 2 ? 212 : 0,
      lost: index === 2 ? 38 : 0,
      cutByDrain: index === 5 ? 4 : 0,
      activeMean: (shares[index] ?? 0) * 244.3,
      activeMax: Math.round((shares[index] ?? 0) * 391),
      eligibleShare: index === 2 ? 0.86 : index === 5 ? 0.7 : 1,
    })),
    serving: null,
    series: {
      bucketMs,
      arrivals: Array.from({ length: buckets }, (_, bucket) =>
        Math.round(300 + 200 * wave(bucket, 1)),
      ),
      active,
      placed,
      refused,
    },
    durations: {
      completed: {
        count: 49_126,
        meanMs: 6_318,
        p50Ms: 4_381,
        p90Ms: 14_559,
        p99Ms: 29_129,
        p999Ms: 43_610,
        maxMs: 61_235,
      },
      failed: {
        count: 212,
        meanMs: 3_104,
        p50Ms: 5_004,
        p90Ms: 5_004,
        p99Ms: 5_004,
        p999Ms: 5_004,
        maxMs: 5_004,
      },
      lost: {
        count: 38,
        meanMs: 3_912,
        p50Ms: 2_772,
        p90Ms: 9_031,
        p99Ms: 15_912,
        p999Ms: 15_912,
        maxMs: 15_912,
      },
      cutByDrain: {
        count: 4,
        meanMs: 62_133,
        p50Ms: 60_815,
        p90Ms: 66_919,
        p99Ms: 66_919,
        p999Ms: 66_919,
        maxMs: 66_919,
      },
      detection: {
        count: 1,
        meanMs: 15_408,
        p50Ms: 15_408,
        p90Ms: 15_408,
        p99Ms: 15_408,
        p999Ms: 15_408,
        maxMs: 15_408,
      },
      comeback: {
        count: 1,
        meanMs: 11_204,
        p50Ms: 11_204,
        p90Ms: 11_204,
        p99Ms: 11_204,
        p999Ms: 11_204,
        maxMs: 11_204,
      },
    },
    detections: [
      {
        instance: 'c',
        failedAtMs: 421_000,
        detectedAtMs: 436_400,
        recoveredAtMs: 590_000,
        returnedAtMs: 601_200,
      },
      {
        instance: 'f',
        failedAtMs: 900_000,
        detectedAtMs: null,
        recoveredAtMs: 906_000,
        returnedAtMs: null,
      },
    ],
    sources: {
      count: 2_114,
      busiest: [
        { address: '10.0.0.7', connections: 25_726, share: 0.52, instances: { a: 25_726 } },
        ...Array.from({ length: 19 }, (_, index) => ({
          address: `10.0.1.${index + 1}`,
          connections: 2_100 - index * 90,
          share: (2_100 - index * 90) / total,
          instances:
            index === 3 ? { c: 1_400, d: 430 } : { [names[index % 6] ?? 'a']: 2_100 - index * 90 },
        })),
      ],
    },
    notes: ['One source has 52.0 % of all connections: source IP sends them all to one instance.'],
    ...change,
  };
}

/** The same instances with slots, one of them full. */
export function sampleServing(names: readonly string[]): NonNullable<SimulationResult['serving']> {
  const count = 46_830;
  return {
    discipline: 'fifo',
    measuredFromMs: 60_000,
    measuredToMs: 1_279_200,
    offered: 47_200,
    turnedAway: 370,
    served: count,
    delayedShare: 0.1214,
    delay: {
      count,
      meanMs: 55.02,
      p50Ms: 0,
      p90Ms: 29.49,
      p99Ms: 1_612,
      p999Ms: 2_903,
      maxMs: 4e3,
    },
    response: {
      count,
      meanMs: 455.1,
      p50Ms: 177.3,
      p90Ms: 753.2,
      p99Ms: 6_310,
      p999Ms: 15_120,
      maxMs: 31_020,
    },
    utilisation: 0.745,
    instances: names.map((name, index) => ({
      name,
      slots: 8 * (1 + (index % 2)),
      queueMax: index === 1 ? null : 40,
      offered: 8_000,
      turnedAway: index === 0 ? 370 : 0,
      served: 7_630,
      delayedShare: 0.12 / (index + 1),
      delayMeanMs: 60 / (index + 1),
      responseMeanMs: 400 + 60 / (index + 1),
      utilisation: 0.98 / (index + 1),
      waitingMax: index === 0 ? 40 : 7,
    })),
  };
}

/** Three replications of the sample, none like another. */
export function sampleReplications(): ReplicationsResult {
  const sample = sampleSimulation();
  const { suite, scenario, seed, scheduling, configuration, totals } = sample;
  const spread = (mean: number) => ({
    mean,
    standardError: mean / 100,
    min: mean * 0.98,
    max: mean * 1.02,
  });
  const spreads = <Figures extends object>(figures: Figures) =>
    Object.fromEntries(
      Object.entries(figures).map(([name, mean]) => [name, spread(mean)]),
    ) as Record<keyof Figures, Spread>;
  const { cutByDrain, ...durations } = sample.durations;
  const merged = Object.fromEntries(
    Object.entries(durations).map(([name, percentiles]) => {
      const { count = 0, ...told } = percentiles ?? {};
      return [name, { merged: { ...told, count: 3 * count }, spread: spreads(told) }];
    }),
  ) as unknown as ReplicationsResult['durations'];
  return {
    result: 1,
    kind: 'replications',
    ...{ suite, scenario, seed, scheduling, configuration },
    replications: 3,
    events: 3 * sample.events,
    totals: [totals, totals, totals],
    spread: { ...spreads(totals), detectionMs: spread(15_400) },
    durations: { ...merged, cutByDrain: null },
    instances: sample.instances.map(({ name, weight, activeMean, ...counts }) => ({
      name,
      weight,
      placed: 3 * counts.placed,
      failed: 3 * counts.failed,
      lost: 3 * counts.lost,
      cutByDrain: 3 * counts.cutByDrain,
      activeMean: spread(activeMean),
    })),
    serving: null,
  };
}

export function hostileSimulation(): SimulationResult {
  const sample = sampleSimulation();
  return sampleSimulation({
    scenario: { name: hostile, description: hostile, file: hostile },
    seed: hostile,
    scheduling: hostile,
    notes: [hostile],
    serving: sampleServing([hostile, `${hostile}1`]),
    instances: sample.instances.map((each, index) => ({ ...each, name: `${hostile}${index}` })),
    detections: sample.detections.map((each) => ({ ...each, instance: hostile })),
    sources: {
      count: 1,
      busiest: [{ address: hostile, connections: 1, share: 1, instances: { [hostile]: 1 } }],
    },
  });
}
