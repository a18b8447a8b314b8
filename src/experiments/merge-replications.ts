/** Many results of one scenario to one: counts are added, means get their spread, in the order of replications. */
import { invariant } from '../errors/invariant.ts';
import type { Durations } from '../results/durations-result.ts';
import {
  type MergedPercentiles,
  type ReplicationsResult,
  replicationsResultVersion,
  type Spread,
} from '../results/replications-result.ts';
import type { SimulationResult, SimulationTotals } from '../results/simulation-result.ts';
import { byDuration, type DurationCounts, percentilesOfAll } from './percentiles.ts';
import { type ServingCounts, servingOfAll } from './serving-document.ts';
import { sumOf } from './sums.ts';

/**
 * One or more results that differ in nothing but their replication, and what all their histograms hold together; null:
 * instances have no slots.
 */
export function mergeReplications(
  all: readonly SimulationResult[],
  durations: DurationCounts,
  served: ServingCounts | null,
): ReplicationsResult {
  const [first] = all;
  invariant(first !== undefined, 'at least one replication');
  const { suite, scenario, seed, scheduling, configuration } = first;
  const names = Object.keys(first.totals) as (keyof SimulationTotals)[];
  const spreads = names.map((name) => [name, spreadOf(all.map(({ totals }) => totals[name]))]);
  return {
    result: replicationsResultVersion,
    kind: 'replications',
    suite,
    scenario,
    seed,
    scheduling,
    configuration,
    replications: all.length,
    events: sumOf(all.map(({ events }) => events)),
    totals: all.map(({ totals }) => totals),
    spread: {
      ...(Object.fromEntries(spreads) as Record<keyof SimulationTotals, Spread>),
      detectionMs: spreadOf(all.flatMap(meanDetectionMs)),
    },
    durations: mergedPercentiles(all, percentilesOfAll(durations)),
    instances: first.instances.map(({ name, weight }, index) => {
      const each = all.flatMap(({ instances }) => instances[index] ?? []);
      return {
        name,
        weight,
        placed: sumOf(each.map(({ placed }) => placed)),
        failed: sumOf(each.map(({ failed }) => failed)),
        lost: sumOf(each.map(({ lost }) => lost)),
        cutByDrain: sumOf(each.map(({ cutByDrain }) => cutByDrain)),
        activeMean: spreadOf(each.map(({ activeMean }) => activeMean)),
      };
    }),
    serving: servingOfAll(
      all.map(({ serving }) => serving),
      served,
      spreadOf,
    ),
  };
}

function mergedPercentiles(
  all: readonly SimulationResult[],
  merged: Durations,
): ReplicationsResult['durations'] {
  return byDuration((name) => {
    const together = merged[name];
    if (together === null) return null;
    const each = all.flatMap(({ durations }) => durations[name] ?? []);
    const { count, ...told } = together;
    const spreads = (Object.keys(told) as (keyof typeof told)[]).map((figure) => [
      figure,
      spreadOf(each.map((own) => own[figure])),
    ]);
    const spread = Object.fromEntries(spreads) as MergedPercentiles['spread'];
    return { merged: together, spread };
  });
}

/** Nothing for a replication in which no failure was noticed. */
function meanDetectionMs({ detections }: SimulationResult): number[] {
  const delays = detections.flatMap(({ failedAtMs, detectedAtMs }) =>
    detectedAtMs === null || detectedAtMs === failedAtMs ? [] : [detectedAtMs - failedAtMs],
  );
  return delays.length === 0 ? [] : [sumOf(delays) / delays.length];
}

/** All zeros where nothing was seen. */
function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) return { mean: 0, standardError: 0, min: 0, max: 0 };
  const mean = sumOf(values) / values.length;
  const squares = sumOf(values.map((value) => (value - mean) ** 2));
  const degrees = Math.max(values.length - 1, 1);
  return {
    mean,
    standardError: Math.sqrt(squares / degrees / values.length),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}
