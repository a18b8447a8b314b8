/** Which durations a report tells, in words and in order, the same on the terminal and on the page. */
import {
  type DurationName,
  type Durations,
  durationNames,
  type Percentiles,
} from '../results/durations-result.ts';
import { duration } from './figures.ts';

export const durationWords: Readonly<Record<DurationName, string>> = {
  completed: 'connections, completed',
  failed: 'failed, until given up',
  lost: 'until lost',
  cutByDrain: 'until cut',
  detection: 'failure to taken out',
  comeback: 'recovery to back',
};

export const percentileTitles: readonly (readonly [Exclude<keyof Percentiles, 'count'>, string])[] =
  [
    ['p50Ms', 'p50'],
    ['p90Ms', 'p90'],
    ['p99Ms', 'p99'],
    ['p999Ms', 'p99.9'],
    ['maxMs', 'most'],
  ];

/** What the figures of `timeCells` are called. */
export const timeTitles = ['mean', ...percentileTitles.map(([, title]) => title)];

export function timeCells(times: Percentiles): readonly string[] {
  return [duration(times.meanMs), ...percentileTitles.map(([key]) => duration(times[key]))];
}

/** Those that there were any of. */
export function durationsSeen(
  durations: Durations,
): readonly { readonly words: string; readonly percentiles: Percentiles }[] {
  return durationNames.flatMap((name) => {
    const percentiles = durations[name];
    return percentiles === null ? [] : [{ words: durationWords[name], percentiles }];
  });
}
