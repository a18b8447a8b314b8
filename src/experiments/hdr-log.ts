/**
 * Durations of simulations as an HDR histogram log, one interval a kind, for the tools that read such logs. Values in
 * microseconds, as those tools expect; three significant digits.
 */
import { build, HistogramLogWriter } from 'hdr-histogram-js';
import { durationNames } from '../results/durations-result.ts';
import { type HistogramCounts, totalOf, valuesOf } from '../simulation/log-linear-histogram.ts';
import type { DurationCounts } from './percentiles.ts';

const microsecondsInMs = 1000;
const significantDigits = 3;

/** `simulatedMs`: of one run; the interval that the log tells. */
export function hdrLog(
  durations: DurationCounts,
  about: { readonly suite: string; readonly scenario: string; readonly simulatedMs: number },
): string {
  const lines: string[] = [];
  const writer = new HistogramLogWriter((line) => lines.push(line));
  writer.outputLogFormatVersion();
  writer.outputComment(`[counterpoise ${about.suite}, scenario ${JSON.stringify(about.scenario)}]`);
  writer.outputComment('[Values in microseconds, Interval_Max in milliseconds]');
  writer.outputLegend();
  for (const name of durationNames) {
    const counts = durations[name];
    if (totalOf(counts) === 0) continue;
    const histogram = hdrOf(counts);
    histogram.tag = name;
    writer.outputIntervalHistogram(histogram, 0, about.simulatedMs / 1000, microsecondsInMs);
  }
  return lines.join('');
}

function hdrOf(counts: HistogramCounts) {
  const histogram = build({
    bitBucketSize: 64,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: significantDigits,
    useWebAssembly: false,
  });
  for (const { value, count } of valuesOf(counts)) {
    histogram.recordValueWithCount(Math.round(value * microsecondsInMs), count);
  }
  return histogram;
}
