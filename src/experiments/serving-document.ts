/** What instances with slots measured, as figures: of one run, and of several together. Knows no file and no report. */

import type { Percentiles } from '../results/durations-result.ts';
import type { Spread } from '../results/replications-result.ts';
import type {
  ServingFigures,
  ServingInstance,
  ServingReplications,
} from '../results/serving-result.ts';
import { type HistogramCounts, mergeCounts } from '../simulation/log-linear-histogram.ts';
import type { Plan } from '../simulation/plan.ts';
import type { ServingMeasures } from '../simulation/serving-measures.ts';
import { percentilesOf } from './percentiles.ts';
import { ratio, sumOf } from './sums.ts';

/** Counts of one run's times, by which those of several are told together. */
export interface ServingCounts {
  readonly delays: HistogramCounts;
  readonly responses: HistogramCounts;
}

export function servingCounts(measures: ServingMeasures): ServingCounts {
  return { delays: measures.delays.counts(), responses: measures.responses.counts() };
}

export function servingFigures(
  plan: Plan,
  measures: ServingMeasures | null,
): ServingFigures | null {
  const { serving } = plan;
  if (serving === null || measures === null) return null;
  const { delays, responses } = servingCounts(measures);
  const served = sumOf(measures.servedMeasured);
  const measuredMs = measures.measuredToMs - measures.measuredFromMs;
  return {
    discipline: serving.discipline,
    measuredFromMs: measures.measuredFromMs,
    measuredToMs: measures.measuredToMs,
    offered: sumOf(measures.offeredMeasured),
    turnedAway: sumOf(measures.turnedAwayMeasured),
    served,
    delayedShare: ratio(sumOf(measures.delayedMeasured), served),
    delay: withMean(delays, ratio(sumOf(measures.delaySumMs), served)),
    response: withMean(responses, ratio(sumOf(measures.responseSumMs), served)),
    utilisation: busyShare(sumOf(measures.busyMs), measuredMs * sumOf(serving.slots)),
    instances: instancesOf(plan, serving, measures),
  };
}

function instancesOf(
  { instances }: Plan,
  { slots, queueMax }: NonNullable<Plan['serving']>,
  measures: ServingMeasures,
): ServingInstance[] {
  const measuredMs = measures.measuredToMs - measures.measuredFromMs;
  const at = (column: ArrayLike<number>, index: number) => column[index] as number;
  return instances.map(({ name }, index) => {
    const served = at(measures.servedMeasured, index);
    const placesMax = at(queueMax, index);
    return {
      name,
      slots: at(slots, index),
      queueMax: Number.isFinite(placesMax) ? placesMax : null,
      offered: at(measures.offeredMeasured, index),
      turnedAway: at(measures.turnedAwayMeasured, index),
      served,
      delayedShare: ratio(at(measures.delayedMeasured, index), served),
      delayMeanMs: ratio(at(measures.delaySumMs, index), served),
      responseMeanMs: ratio(at(measures.responseSumMs, index), served),
      utilisation: busyShare(at(measures.busyMs, index), measuredMs * at(slots, index)),
      waitingMax: at(measures.waitingMax, index),
    };
  });
}

/** Sums of many times may be beyond the whole by a rounding. */
function busyShare(busyMs: number, slotMs: number): number {
  return Math.min(ratio(busyMs, slotMs), 1);
}

/** The mean is exact: it comes from a sum, not from the histogram. */
function withMean(counts: HistogramCounts, meanMs: number): Percentiles | null {
  const told = percentilesOf(counts);
  return told === null ? null : { ...told, meanMs };
}

export function mergeServing(parts: readonly ServingCounts[]): ServingCounts | null {
  if (parts.length === 0) return null;
  return {
    delays: mergeCounts(parts.map(({ delays }) => delays)),
    responses: mergeCounts(parts.map(({ responses }) => responses)),
  };
}

/** Null where instances have no slots. `counts`: of all replications together. */
export function servingOfAll(
  all: readonly (ServingFigures | null)[],
  counts: ServingCounts | null,
  spreadOf: (values: readonly number[]) => Spread,
): ServingReplications | null {
  const figures = all.filter((each) => each !== null);
  const [first] = figures;
  if (first === undefined || counts === null) return null;
  const served = sumOf(figures.map((each) => each.served));
  const pooledMean = (times: (each: ServingFigures) => Percentiles | null) =>
    ratio(sumOf(figures.map((each) => (times(each)?.meanMs ?? 0) * each.served)), served);
  const spread = (value: (each: ServingFigures) => number | undefined) =>
    spreadOf(figures.flatMap((each) => value(each) ?? []));
  return {
    discipline: first.discipline,
    delay: withMean(
      counts.delays,
      pooledMean(({ delay }) => delay),
    ),
    response: withMean(
      counts.responses,
      pooledMean(({ response }) => response),
    ),
    spread: {
      turnedAwayShare: spread(({ turnedAway, offered }) => ratio(turnedAway, offered)),
      delayedShare: spread(({ delayedShare }) => delayedShare),
      delayMeanMs: spread(({ delay }) => delay?.meanMs),
      delayP99Ms: spread(({ delay }) => delay?.p99Ms),
      responseMeanMs: spread(({ response }) => response?.meanMs),
      responseP99Ms: spread(({ response }) => response?.p99Ms),
      utilisation: spread(({ utilisation }) => utilisation),
    },
    instances: first.instances.map(({ name }, index) => {
      const each = figures.flatMap(({ instances }) => instances[index] ?? []);
      return {
        name,
        turnedAway: sumOf(each.map(({ turnedAway }) => turnedAway)),
        delayMeanMs: spreadOf(each.map(({ delayMeanMs }) => delayMeanMs)),
        utilisation: spreadOf(each.map(({ utilisation }) => utilisation)),
      };
    }),
  };
}
