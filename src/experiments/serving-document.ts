/** What instances with slots measured, as figures: of one run, and of several together. Knows no file and no report. */
import type { Spread } from '../results/replications-result.ts';
import type {
  ServingFigures,
  ServingInstance,
  ServingReplications,
  TimeFigures,
} from '../results/serving-result.ts';
import {
  type HistogramCounts,
  mergeCounts,
  quantilesOf,
} from '../simulation/log-linear-histogram.ts';
import type { Plan } from '../simulation/plan.ts';
import type { ServingMeasures } from '../simulation/serving-measures.ts';
import { ratio, sumOf } from './sums.ts';

const shares = [0.5, 0.9, 0.95, 0.99, 0.999] as const;

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
    delayMs: timeFigures(ratio(sumOf(measures.delaySumMs), served), delays),
    responseMs: timeFigures(ratio(sumOf(measures.responseSumMs), served), responses),
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

function timeFigures(mean: number, counts: HistogramCounts): TimeFigures {
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0] = quantilesOf(counts, shares);
  return { mean, p50, p90, p95, p99, p999 };
}

/** Null where instances have no slots. Both lists in the order of replications. */
export function servingOfAll(
  all: readonly (ServingFigures | null)[],
  counts: readonly (ServingCounts | null)[],
  spreadOf: (values: readonly number[]) => Spread,
): ServingReplications | null {
  const figures = all.filter((each) => each !== null);
  const measured = counts.filter((each) => each !== null);
  const [first] = figures;
  if (first === undefined) return null;
  const served = sumOf(figures.map((each) => each.served));
  const pooledMean = (times: (each: ServingFigures) => TimeFigures) =>
    ratio(sumOf(figures.map((each) => times(each).mean * each.served)), served);
  const spread = (value: (each: ServingFigures) => number) => spreadOf(figures.map(value));
  return {
    discipline: first.discipline,
    delayMs: timeFigures(
      pooledMean(({ delayMs }) => delayMs),
      mergeCounts(measured.map(({ delays }) => delays)),
    ),
    responseMs: timeFigures(
      pooledMean(({ responseMs }) => responseMs),
      mergeCounts(measured.map(({ responses }) => responses)),
    ),
    spread: {
      turnedAwayShare: spread(({ turnedAway, offered }) => ratio(turnedAway, offered)),
      delayedShare: spread(({ delayedShare }) => delayedShare),
      delayMeanMs: spread(({ delayMs }) => delayMs.mean),
      delayP99Ms: spread(({ delayMs }) => delayMs.p99),
      responseMeanMs: spread(({ responseMs }) => responseMs.mean),
      responseP99Ms: spread(({ responseMs }) => responseMs.p99),
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
