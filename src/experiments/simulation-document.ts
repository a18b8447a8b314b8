/** Turns what a run measured into the versioned result document: names for indexes, shares, means. Knows no file and no report. */

import {
  type Detection,
  type SimulatedInstance,
  type SimulationResult,
  type SimulationTotals,
  simulationResultVersion,
} from '../results/simulation-result.ts';
import type { NotedFailure } from '../simulation/detections.ts';
import type { Plan } from '../simulation/plan.ts';
import type { RunOutcome } from '../simulation/run.ts';
import { formatAddress } from '../traffic/trace.ts';
import { durationCountsOf, percentilesOfAll } from './percentiles.ts';
import { servingFigures } from './serving-document.ts';
import { ratio, sumOf } from './sums.ts';

/** As the result document says. */
const busiestMax = 20;

export interface SimulationIdentity {
  readonly suite: string;
  readonly scenario: SimulationResult['scenario'];
  readonly configuration: unknown;
  /** What reading the inputs had to say. */
  readonly notes: readonly string[];
}

export function simulationDocument(
  identity: SimulationIdentity,
  plan: Plan,
  outcome: RunOutcome,
): SimulationResult {
  const { metrics, detections } = outcome;
  const placed = sumOf(metrics.placed);
  return {
    result: simulationResultVersion,
    kind: 'simulation',
    suite: identity.suite,
    scenario: identity.scenario,
    seed: plan.seed,
    scheduling: plan.service.scheduling,
    configuration: identity.configuration,
    simulatedMs: outcome.simulatedMs,
    events: outcome.events,
    totals: totalsOf(outcome, placed),
    instances: instancesOf(plan, outcome, placed),
    serving: servingFigures(plan, outcome.serving),
    series: seriesOf(outcome),
    durations: percentilesOfAll(durationCountsOf(outcome)),
    detections: detections.noted.map((noted) => detectionOf(plan, noted)),
    sources: sourcesOf(plan, outcome),
    notes: [...identity.notes, ...remarks(plan, outcome)],
  };
}

function totalsOf({ metrics, serving, spanMs }: RunOutcome, placed: number): SimulationTotals {
  return {
    arrived: metrics.arrived,
    placed,
    refused: metrics.refused,
    turnedAway: serving === null ? 0 : sumOf(serving.turnedAway),
    failed: sumOf(metrics.failed),
    lost: sumOf(metrics.lost),
    cutByDrain: sumOf(metrics.cut),
    completed: metrics.completed,
    activeMean: ratio(sumOf(metrics.areaOfSpanMs), spanMs),
    activeMax: metrics.activeTotalMax,
  };
}

function instancesOf(plan: Plan, outcome: RunOutcome, placed: number): SimulatedInstance[] {
  const { metrics, spanMs, simulatedMs } = outcome;
  const weights = plan.instances.reduce((sum, { weight }) => sum + weight, 0);
  const at = (column: ArrayLike<number>, index: number) => column[index] as number;
  return plan.instances.map(({ name, weight }, index) => ({
    name,
    weight,
    placed: at(metrics.placed, index),
    share: ratio(at(metrics.placed, index), placed),
    shareByWeight: ratio(weight, weights),
    failed: at(metrics.failed, index),
    lost: at(metrics.lost, index),
    cutByDrain: at(metrics.cut, index),
    activeMean: ratio(at(metrics.areaOfSpanMs, index), spanMs),
    activeMax: at(metrics.activeMax, index),
    eligibleShare: ratio(at(metrics.eligibleMs, index), simulatedMs),
  }));
}

function seriesOf({ metrics, simulatedMs }: RunOutcome): SimulationResult['series'] {
  const { bucketCount, bucketMs, instanceCount } = metrics;
  const rows = (column: Float64Array, scale: (bucket: number) => number) =>
    Array.from({ length: instanceCount }, (_, instance) =>
      Array.from({ length: bucketCount }, (__, bucket) =>
        ratio(column[bucket * instanceCount + instance] as number, scale(bucket)),
      ),
    );
  // The last bucket is as long as the run leaves it.
  const width = (bucket: number) => Math.min(bucketMs, simulatedMs - bucket * bucketMs);
  return {
    bucketMs,
    arrivals: [...metrics.bucketArrivals.subarray(0, bucketCount)],
    active: rows(metrics.bucketAreaMs, width),
    placed: rows(metrics.bucketPlaced, () => 1),
    refused: [...metrics.bucketRefused.subarray(0, bucketCount)],
  };
}

function detectionOf(plan: Plan, noted: NotedFailure): Detection {
  const { instance, ...times } = noted;
  return { instance: plan.instances[instance]?.name ?? '', ...times };
}

function sourcesOf(plan: Plan, { metrics, addresses }: RunOutcome): SimulationResult['sources'] {
  const width = metrics.instanceCount + 1;
  // Whether or not the whole table was asked for, a result tells the same.
  const places = metrics.hasFewPlaces ? metrics.placedBySource : new Uint32Array();
  const rowOf = (source: number) => places.subarray(source * width, (source + 1) * width);
  const connections = metrics.arrivedBySource;
  const seen = Array.from(connections.keys()).filter(
    (source) => (connections[source] as number) > 0,
  );
  seen.sort((a, b) => (connections[b] as number) - (connections[a] as number) || a - b);
  return {
    count: seen.length,
    busiest: seen.slice(0, busiestMax).map((source) => ({
      address: formatAddress(addresses[source] as number),
      connections: connections[source] as number,
      share: ratio(connections[source] as number, metrics.arrived),
      instances: Object.fromEntries(
        plan.instances.flatMap(({ name }, index) => {
          const placed = rowOf(source)[index] as number;
          return placed > 0 ? [[name, placed]] : [];
        }),
      ),
    })),
  };
}

function remarks(plan: Plan, outcome: RunOutcome): string[] {
  const { spanMs, simulatedMs, detections } = outcome;
  const span = (spanMs / 1000).toFixed(1);
  const said = [
    `Mean loads are over the ${span} s in which connections arrived; the last one ended at ${(simulatedMs / 1000).toFixed(1)} s.`,
  ];
  const scripted = [
    ...plan.outages.map(({ fromMs }) => fromMs),
    ...plan.changes.map(({ atMs }) => atMs),
  ].filter((atMs) => atMs > simulatedMs);
  if (scripted.length > 0) {
    said.push(
      `${scripted.length} scripted outages or changes come after the end and had no effect.`,
    );
  }
  if (detections.unnoted > 0) {
    said.push(`${detections.unnoted} further failures are counted but not listed.`);
  }
  return said;
}
