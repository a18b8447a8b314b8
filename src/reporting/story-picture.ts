/** The picture of a failing case: instances as lanes over time, evidence as numbered lines. Draws what `story-lanes` found. */
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import type { Failure } from '../results/conformance-result.ts';
import { type Chart, type ChartLook, renderChart } from './chart.ts';
import { moment } from './figures.ts';
import type { Markup } from './markup.ts';
import { figureOf, type LegendEntry } from './page.ts';
import { type Lanes, lanesOf, type Places, placesOf } from './story-lanes.ts';

/** More events than this are a smear: the picture then shows those of the story instead of the whole history. */
const eventsDrawn = 120;

export async function storyPicture(
  failure: Failure,
  id: string,
  history: History | null,
): Promise<Markup | null> {
  const events = eventsToDraw(failure, history);
  const places = placesOf(events);
  const lanes = lanesOf(events, places);
  if (lanes.lanes.length === 0) return null;
  const drawing = await renderChart(
    chartOf({ lanes, evidence: evidenceOf(failure, places), moments: momentsOf(places) }, id),
  );
  return figureOf(
    {
      title: 'What happened',
      note: 'Numbered lines are the evidence. Half of the width is time, half is order, so that what happened at one instant can be told apart.',
      legend: legendFor(lanes),
    },
    drawing,
  );
}

function eventsToDraw(failure: Failure, history: History | null): readonly HistoryEvent[] {
  const told = failure.story.flatMap((line) => (line.event === null ? [] : [line.event]));
  if (history === null || history.events.length > eventsDrawn) return told;
  const all = new Set(history.events);
  return told.every((event) => all.has(event)) ? history.events : told;
}

interface Picture {
  readonly lanes: Lanes;
  readonly evidence: readonly { readonly number: number; readonly at: number }[];
  readonly moments: readonly { readonly at: number; readonly ms: number }[];
}

/** Evidence is numbered in the order of the story; evidence without an event is only in the text. */
function evidenceOf(failure: Failure, places: Places): Picture['evidence'] {
  return failure.story
    .filter((line) => line.isEvidence)
    .flatMap(({ event }, index) => {
      const at = event === null ? undefined : places.get(event);
      return at === undefined ? [] : [{ number: index + 1, at }];
    });
}

/** The places at which the clock moved on. */
function momentsOf(places: Places): Picture['moments'] {
  const moments: { at: number; ms: number }[] = [];
  for (const [event, at] of places) {
    if (moments.at(-1)?.ms !== event.toMs) moments.push({ at, ms: event.toMs });
  }
  return moments;
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

function chartOf(picture: Picture, id: string): Chart {
  const { lanes } = picture.lanes;
  return {
    id,
    title: 'Timeline of the failing case',
    description: `${lanes.length} lanes: ${lanes.join(', ')}. The steps are listed as text below.`,
    spec: (look) => specOf(picture, look),
  };
}

/** As many labels as fit, the earliest of each crowd. */
function timeAxis({ moments, lanes }: Picture, look: ChartLook) {
  const apart = lanes.end / (look.isNarrow ? 4 : 12);
  const labels: Record<string, string> = {};
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { at, ms } of moments) {
    if (at - lastAt < apart) continue;
    lastAt = at;
    labels[at] = moment(ms);
  }
  return {
    title: null,
    values: Object.keys(labels).map(Number),
    labelExpr: `(${JSON.stringify(labels)})[datum.value]`,
    labelOverlap: false,
  };
}

function specOf(picture: Picture, look: ChartLook) {
  const { lanes, evidence } = picture;
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
  const axis = timeAxis(picture, look);
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, lanes.end], nice: false },
    axis,
  });
  const bands = lanes.spans
    .filter((span) => span.kind !== 'connection')
    .map((span) => ({
      lane: span.lane,
      from: span.from,
      to: span.to,
      colour: spanLooks[span.kind].colour,
    }));
  const held = lanes.spans
    .filter((span) => span.kind === 'connection')
    .map((span) => ({ lane: span.lane, from: span.from, to: span.to }));
  const points = lanes.points.map((point) => ({
    lane: point.lane,
    at: point.at,
    colour: pointLooks[point.kind].colour,
    shape: pointLooks[point.kind].shape,
    // only what is out of the ordinary is worth the ink
    reply:
      look.isNarrow || point.reply === '200' || point.reply === 'accepted'
        ? ''
        : (point.reply ?? ''),
  }));
  const cited = evidence.map((each) => ({ at: each.at, label: String(each.number) }));
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
      {
        data: { values: points.filter((point) => point.reply !== '') },
        mark: {
          type: 'text' as const,
          align: 'left' as const,
          dx: 7,
          color: 'var(--soft)',
          fontSize: 11,
        },
        encoding: { x: x('at'), y, text: { field: 'reply' } },
      },
    ],
  };
}
