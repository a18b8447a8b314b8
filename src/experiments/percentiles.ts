/** From the histograms of runs to the percentiles that documents tell. Counts of several runs merge exactly. */
import {
  type DurationName,
  type Durations,
  durationNames,
  type Percentiles,
} from '../results/durations-result.ts';
import {
  type HistogramCounts,
  mergeCounts,
  quantilesOf,
  totalOf,
  valuesOf,
} from '../simulation/log-linear-histogram.ts';
import type { RunOutcome } from '../simulation/run.ts';

/** In ms. */
export type DurationCounts = Readonly<Record<DurationName, HistogramCounts>>;

export function durationCountsOf({ durations, detections }: RunOutcome): DurationCounts {
  return {
    ...durations.counts(),
    detection: detections.detection.counts(),
    comeback: detections.comeback.counts(),
  };
}

export function mergeDurations(parts: readonly DurationCounts[]): DurationCounts {
  return byDuration((name) => mergeCounts(parts.map((part) => part[name])));
}

export function percentilesOfAll(counts: DurationCounts): Durations {
  return byDuration((name) => percentilesOf(counts[name]));
}

export function byDuration<Told>(tell: (name: DurationName) => Told): Record<DurationName, Told> {
  const entries = durationNames.map((name) => [name, tell(name)]);
  return Object.fromEntries(entries) as Record<DurationName, Told>;
}

/** Null where there was no value. */
export function percentilesOf(counts: HistogramCounts): Percentiles | null {
  const count = totalOf(counts);
  const quantiles = quantilesOf(counts, [0.5, 0.9, 0.99, 0.999, 1]);
  if (count === 0) return null;
  const [p50Ms = 0, p90Ms = 0, p99Ms = 0, p999Ms = 0, maxMs = 0] = quantiles;
  const sum = valuesOf(counts).reduce((all, { value, count: times }) => all + value * times, 0);
  return { count, meanMs: sum / count, p50Ms, p90Ms, p99Ms, p999Ms, maxMs };
}
