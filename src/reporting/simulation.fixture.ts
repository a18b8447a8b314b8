/** A simulation result shaped like the skewed trace: one client with half of all connections, source IP, an outage, a drain. */
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
  const times = { mean: 55.02, p50: 0, p90: 29.49, p95: 236.3, p99: 1_612, p999: 2_903 };
  return {
    discipline: 'fifo',
    measuredFromMs: 60_000,
    measuredToMs: 1_279_200,
    offered: 47_200,
    turnedAway: 370,
    served: 46_830,
    delayedShare: 0.1214,
    delayMs: times,
    responseMs: { mean: 455.1, p50: 177.3, p90: 753.2, p95: 1_540, p99: 6_310, p999: 15_120 },
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
