/** The picture of a failing case: instances as lanes over time, evidence as numbered lines. Draws what `story-lanes` found. */
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import type { Failure } from '../results/conformance-result.ts';
import { type Chart, type ChartLook, renderChart } from './chart.ts';
import type { Markup } from './markup.ts';
import { figureOf, type LegendEntry } from './page.ts';
import { type Lanes, lanesOf } from './story-lanes.ts';

/** More marks than this are a smear: the picture then shows the story's own events instead of the whole history. */
const eventsDrawn = 600;

export async function storyPicture(
  failure: Failure,
  id: string,
  history: History | null,
): Promise<Markup | null> {
  const told = failure.story.flatMap((line) => (line.event === null ? [] : [line.event]));
  const isWhole = history !== null && history.events.length <= eventsDrawn;
  const events: readonly HistoryEvent[] = isWhole ? history.events : told;
  const initial = isWhole ? history.header.instances.map((each) => each.name) : [];
  const lanes = lanesOf(events, initial);
  if (lanes.lanes.length === 0) return null;
  const evidence = evidenceOf(failure);
  const drawing = await renderChart(chartOf(lanes, evidence, id));
  return figureOf(
    {
      title: 'What happened',
      note: 'Vertical lines are the evidence, numbered as in the steps below.',
      legend: legendFor(lanes),
    },
    drawing,
  );
}

interface Evidence {
  readonly number: number;
  readonly atMs: number;
}

/** Evidence is numbered in the order of the story. */
function evidenceOf(failure: Failure): readonly Evidence[] {
  return failure.story
    .filter((line) => line.isEvidence)
    .map((line, index) => ({ number: index + 1, atMs: line.atMs }));
}

const spanLooks: Readonly<Record<Lanes['spans'][number]['kind'], LegendEntry>> = {
  listed: { label: 'listed', colour: 'var(--line)' },
  draining: { label: 'draining', colour: 'var(--inconclusive-fill)' },
  refusing: { label: 'made to fail', colour: 'var(--fail-fill)' },
  connection: { label: 'connection open', colour: 'var(--series-1)', glyph: '▬' },
};
const pointLooks: Readonly<
  Record<Lanes['points'][number]['kind'], LegendEntry & { readonly shape: string }>
> = {
  change: { label: 'change asked for', colour: 'var(--ink)', shape: 'diamond', glyph: '◆' },
  placed: { label: 'placed', colour: 'var(--series-1)', shape: 'circle', glyph: '●' },
  refused: { label: 'refused', colour: 'var(--fail)', shape: 'cross', glyph: '✚' },
  carried: { label: 'carried data', colour: 'var(--series-3)', shape: 'triangle-up', glyph: '▲' },
  closed: { label: 'closed', colour: 'var(--soft)', shape: 'square', glyph: '■' },
  check: { label: 'check', colour: 'var(--pass)', shape: 'triangle-right', glyph: '▶' },
  'check-not-answered': {
    label: 'check not answered',
    colour: 'var(--fail)',
    shape: 'cross',
    glyph: '✚',
  },
};

function legendFor(lanes: Lanes): LegendEntry[] {
  const kinds = [...new Set(lanes.spans.map((span) => span.kind))].map((kind) => spanLooks[kind]);
  const points = [...new Set(lanes.points.map((point) => point.kind))].map(
    (kind) => pointLooks[kind],
  );
  return [...kinds, ...points];
}

function chartOf(lanes: Lanes, evidence: readonly Evidence[], id: string): Chart {
  return {
    id,
    title: 'Timeline of the failing case',
    description: `${lanes.lanes.length} lanes over ${(lanes.endMs / 1000).toFixed(3)} seconds: ${lanes.lanes.join(', ')}. The steps are listed as text below.`,
    spec: (look) => specOf(lanes, evidence, look),
  };
}

function specOf(lanes: Lanes, evidence: readonly Evidence[], look: ChartLook) {
  const endMs = evidence.reduce((latest, each) => Math.max(latest, each.atMs), lanes.endMs);
  const y = {
    field: 'lane',
    type: 'nominal' as const,
    sort: [...lanes.lanes],
    scale: { domain: [...lanes.lanes], padding: 0.25 },
    axis: {
      title: null,
      grid: true,
      gridColor: 'var(--line)',
      labelLimit: look.isNarrow ? 120 : 180,
    },
  };
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, endMs / 1000], nice: false },
    axis: { title: 'seconds, in the clock of the history', tickCount: look.isNarrow ? 4 : 10 },
  });
  const seconds = (ms: number) => ms / 1000;
  const bands = lanes.spans
    .filter((span) => span.kind !== 'connection')
    .map((span) => ({
      lane: span.lane,
      from: seconds(span.fromMs),
      to: seconds(span.toMs),
      colour: spanLooks[span.kind].colour,
    }));
  const held = lanes.spans
    .filter((span) => span.kind === 'connection')
    .map((span) => ({ lane: span.lane, from: seconds(span.fromMs), to: seconds(span.toMs) }));
  const points = lanes.points.map((point) => ({
    lane: point.lane,
    at: seconds(point.atMs),
    colour: pointLooks[point.kind].colour,
    shape: pointLooks[point.kind].shape,
  }));
  const cited = evidence.map((each) => ({ at: seconds(each.atMs), label: String(each.number) }));
  const literal = { type: 'nominal' as const, scale: null, legend: null };
  return {
    height: 30 * lanes.lanes.length,
    padding: { top: 20, left: 5, right: 14, bottom: 5 },
    layer: [
      {
        data: { values: bands },
        mark: { type: 'bar' as const, height: { band: 0.9 } },
        encoding: { x: x('from'), x2: { field: 'to' }, y, color: { field: 'colour', ...literal } },
      },
      {
        data: { values: held },
        mark: { type: 'rule' as const, strokeWidth: 3, color: 'var(--series-1)', opacity: 0.45 },
        encoding: { x: x('from'), x2: { field: 'to' }, y },
      },
      {
        data: { values: cited },
        mark: { type: 'rule' as const, color: 'var(--fail)', strokeWidth: 1.5 },
        encoding: { x: x('at') },
      },
      {
        data: { values: cited },
        mark: {
          type: 'text' as const,
          color: 'var(--fail)',
          fontWeight: 'bold' as const,
          fontSize: 13,
          dy: -8,
        },
        encoding: { x: x('at'), y: { value: 0 }, text: { field: 'label' } },
      },
      {
        data: { values: points },
        mark: { type: 'point' as const, filled: true, size: 70, opacity: 1 },
        encoding: {
          x: x('at'),
          y,
          color: { field: 'colour', ...literal },
          shape: { field: 'shape', ...literal },
        },
      },
    ],
  };
}

/** The steps, evidence with the numbers that the picture uses. */
export function numberedSteps(
  failure: Failure,
): readonly { readonly number: number | null; readonly line: Failure['story'][number] }[] {
  let number = 0;
  return failure.story.map((line) => {
    if (line.isEvidence) number += 1;
    return { number: line.isEvidence ? number : null, line };
  });
}
