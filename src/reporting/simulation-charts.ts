/** The charts of a simulation: what each instance held, got and suffered, and which sources it came from. Draws; explains nothing. */
import type { SimulationResult } from '../results/simulation-result.ts';
import { type Chart, type ChartLook, seriesColour } from './chart.ts';
import { counted, duration, figure, percent } from './figures.ts';

const literalColour = {
  field: 'colour',
  type: 'nominal' as const,
  scale: null,
  legend: null,
};

/** Seconds, minutes or hours, whichever keeps the axis readable. */
function clockOf(totalMs: number): { readonly unit: string; readonly perMs: number } {
  if (totalMs <= 300_000) return { unit: 'seconds', perMs: 1 / 1000 };
  return totalMs <= 4 * 3_600_000
    ? { unit: 'minutes', perMs: 1 / 60_000 }
    : { unit: 'hours', perMs: 1 / 3_600_000 };
}

function timeAxis(result: SimulationResult, look: ChartLook, field: string) {
  const { unit, perMs } = clockOf(result.simulatedMs);
  return {
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, result.simulatedMs * perMs], nice: false },
    axis: { title: `simulated ${unit}`, tickCount: look.isNarrow ? 5 : 12 },
  };
}

/** Each instance's line, or, in numbers no eye can tell apart, the busiest eight before a field of grey. */
export function activeChart(result: SimulationResult): Chart {
  const { perMs } = clockOf(result.simulatedMs);
  const { bucketMs, active } = result.series;
  const values = result.instances.flatMap((instance, index) =>
    (active[index] ?? []).map((value, bucket) => ({
      at: Math.min(bucket * bucketMs, result.simulatedMs) * perMs,
      value,
      instance: instance.name,
      colour: index < 8 ? seriesColour(index) : 'var(--line-strong)',
      depth: index < 8 ? 1 : 0,
    })),
  );
  const peak = Math.max(0, ...result.instances.map((instance) => instance.activeMax));
  return {
    id: 'active',
    title: 'Active connections per instance over time',
    description: `Mean of each bucket of ${duration(bucketMs)}. The most that one instance ever held is ${figure(peak)}.`,
    spec: (look) => ({
      height: look.isNarrow ? 200 : 280,
      data: { values },
      mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.6 },
      encoding: {
        x: timeAxis(result, look, 'at'),
        y: { field: 'value', type: 'quantitative', axis: { title: null, tickCount: 5 } },
        color: literalColour,
        detail: { field: 'instance', type: 'nominal' },
      },
    }),
  };
}

/** A bar for the share that each instance got, and a mark for the share that its weight asks for. */
export function shareChart(result: SimulationResult): Chart {
  const values = result.instances.map((instance, index) => ({
    instance: instance.name,
    share: instance.share,
    asked: instance.shareByWeight,
    text: percent(instance.share),
    colour: seriesColour(index),
  }));
  const order = values.map((value) => value.instance);
  const top = Math.max(0.01, ...values.map((value) => Math.max(value.share, value.asked)));
  const y = {
    field: 'instance',
    type: 'nominal' as const,
    sort: order,
    axis: { title: null, labelLimit: 110, labelColor: 'var(--ink)' },
  };
  const x = (field: string, isNarrow: boolean) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, top * 1.14], nice: false },
    axis: {
      title: 'share of all connections',
      format: '.0%',
      tickCount: isNarrow ? 4 : 8,
      grid: true,
    },
  });
  return {
    id: 'shares',
    title: 'Share of connections against share of weight',
    description: values
      .map(
        (value) => `${value.instance}: ${value.text} for a weight share of ${percent(value.asked)}`,
      )
      .join('; '),
    spec: (look) => ({
      height: 30 * Math.max(1, values.length),
      data: { values },
      layer: [
        {
          mark: { type: 'bar', height: { band: 0.6 } },
          encoding: { x: x('share', look.isNarrow), y, color: literalColour },
        },
        {
          mark: {
            type: 'tick',
            color: 'var(--ink)',
            opacity: 1,
            thickness: 3,
            height: { band: 0.95 },
          },
          encoding: { x: x('asked', look.isNarrow), y },
        },
        {
          mark: { type: 'text', align: 'left', dx: 8, color: 'var(--ink)', fontSize: 12 },
          encoding: { x: { ...x('furthest', look.isNarrow) }, y, text: { field: 'text' } },
        },
      ],
      transform: [{ calculate: 'max(datum.share, datum.asked)', as: 'furthest' }],
    }),
  };
}

export function arrivalsChart(result: SimulationResult): Chart {
  const { perMs } = clockOf(result.simulatedMs);
  const { bucketMs, arrivals, refused } = result.series;
  const perSecond = (count: number) => count / (bucketMs / 1000);
  const row = (name: string, colour: string) => (count: number, bucket: number) => ({
    name,
    colour,
    at: bucket * bucketMs * perMs,
    value: perSecond(count),
  });
  const values = [
    ...arrivals.map(row('arrived', 'var(--series-1)')),
    ...(refused.some((count) => count > 0) ? refused.map(row('refused', 'var(--fail)')) : []),
  ];
  return {
    id: 'arrivals',
    title: 'Arrivals and refusals over time',
    description: `${counted(result.totals.arrived, 'connection')} arrived, ${figure(result.totals.refused)} were refused.`,
    spec: (look) => ({
      height: look.isNarrow ? 140 : 170,
      data: { values },
      mark: {
        type: 'area',
        interpolate: 'step-after',
        fillOpacity: 0.35,
        line: { strokeWidth: 1.4 },
      },
      encoding: {
        x: timeAxis(result, look, 'at'),
        y: {
          field: 'value',
          type: 'quantitative',
          stack: null,
          axis: { title: null, tickCount: 4 },
        },
        color: literalColour,
      },
    }),
  };
}

const outageColours = {
  undetected: 'var(--fail)',
  out: 'var(--line-strong)',
  returning: 'var(--inconclusive)',
} as const;

/** Per instance: failed but not yet taken out, out, and recovered but not yet back. */
export function outageChart(result: SimulationResult): Chart {
  const { perMs } = clockOf(result.simulatedMs);
  const end = result.simulatedMs;
  const values = result.detections.flatMap((each) => {
    const span = (fromMs: number, toMs: number, kind: keyof typeof outageColours) =>
      toMs > fromMs
        ? [
            {
              instance: each.instance,
              from: fromMs * perMs,
              to: toMs * perMs,
              colour: outageColours[kind],
            },
          ]
        : [];
    const recoveredMs = each.recoveredAtMs ?? end;
    const outUntilMs = each.detectedAtMs === null ? recoveredMs : each.detectedAtMs;
    return [
      ...span(each.failedAtMs, outUntilMs, 'undetected'),
      ...(each.detectedAtMs === null ? [] : span(each.detectedAtMs, recoveredMs, 'out')),
      ...(each.detectedAtMs === null || each.recoveredAtMs === null
        ? []
        : span(each.recoveredAtMs, each.returnedAtMs ?? end, 'returning')),
    ];
  });
  return {
    id: 'outages',
    title: 'Failures and how long they went unnoticed',
    description: `${counted(result.detections.length, 'failure')}; the table beside gives each one's times.`,
    spec: (look) => ({
      height: 28 * new Set(values.map((value) => value.instance)).size,
      data: { values },
      mark: { type: 'bar', height: { band: 0.7 } },
      encoding: {
        x: timeAxis(result, look, 'from'),
        x2: { field: 'to' },
        y: {
          field: 'instance',
          type: 'nominal',
          axis: { title: null, labelLimit: 90, labelColor: 'var(--ink)' },
        },
        color: literalColour,
      },
    }),
  };
}

/** Enough decimals for the ticks of an axis that ends at this share to differ. */
function shareFormat(top: number): string {
  return top >= 0.08 ? '.0%' : top >= 0.008 ? '.1%' : '.2%';
}

const sourcesDrawn = 12;

/** The busiest sources, each bar divided by the instances that its connections went to. */
export function sourceChart(result: SimulationResult): Chart {
  const indexOf = new Map(result.instances.map((instance, index) => [instance.name, index]));
  const busiest = result.sources.busiest.slice(0, sourcesDrawn);
  const values = busiest.flatMap((source) => {
    const total = Object.values(source.instances).reduce((sum, count) => sum + count, 0);
    return Object.entries(source.instances).map(([instance, count]) => ({
      source: source.address,
      share: total === 0 ? 0 : (source.share * count) / total,
      order: indexOf.get(instance) ?? 0,
      colour: seriesColour(indexOf.get(instance) ?? 7),
    }));
  });
  const [first] = busiest;
  return {
    id: 'sources',
    title: 'The busiest sources and where they went',
    description:
      first === undefined
        ? 'No sources.'
        : `The busiest source, ${first.address}, has ${percent(first.share)} of all connections on ${counted(Object.keys(first.instances).length, 'instance')}.`,
    spec: (look) => ({
      height: 26 * Math.max(1, busiest.length),
      data: { values },
      mark: { type: 'bar', height: { band: 0.72 } },
      encoding: {
        x: {
          field: 'share',
          type: 'quantitative',
          axis: {
            title: 'share of all connections',
            format: shareFormat(first?.share ?? 0),
            tickCount: look.isNarrow ? 4 : 8,
            grid: true,
          },
        },
        y: {
          field: 'source',
          type: 'nominal',
          sort: busiest.map((source) => source.address),
          axis: { title: null, labelLimit: 170, labelColor: 'var(--ink)' },
        },
        color: literalColour,
        order: { field: 'order' },
      },
    }),
  };
}
