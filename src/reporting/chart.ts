/**
 * Charts as SVG text, drawn without a browser. Colours are CSS variables, so that a chart follows the theme of its
 * page; each chart is drawn twice, for a wide and a narrow page, and carries its title and description.
 * Knows no result.
 */
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escaped, type Markup, trusted } from './markup.ts';

export interface Chart {
  /** Unique in its page: letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What a reader who cannot see it should know. */
  readonly description: string;
  spec(look: ChartLook): Omit<TopLevelSpec, '$schema' | 'config'>;
}
export interface ChartLook {
  /** Of the whole drawing. */
  readonly width: number;
  readonly isNarrow: boolean;
}

/** The text column of a wide page, and of a telephone. */
const looks: readonly ChartLook[] = [
  { width: 1032, isNarrow: false },
  { width: 350, isNarrow: true },
];

/** Colours of a series by index; the ninth and later share the last. */
export function seriesColour(index: number): string {
  return `var(--series-${Math.min(index, 7) + 1})`;
}

const config = {
  aria: false,
  background: 'transparent',
  font: 'inherit',
  view: { stroke: null },
  axis: {
    labelColor: 'var(--soft)',
    titleColor: 'var(--soft)',
    titleFontWeight: 'normal',
    titleFontSize: 12,
    labelFontSize: 12,
    gridColor: 'var(--line)',
    domainColor: 'var(--line-strong)',
    tickColor: 'var(--line-strong)',
    tickSize: 4,
    labelPadding: 6,
  },
  axisY: { domain: false, ticks: false },
  axisX: { grid: false, titlePadding: 8 },
} as const;

export async function renderChart(chart: Chart): Promise<Markup> {
  const drawings: string[] = [];
  for (const look of looks) drawings.push(await draw(chart, look));
  return trusted(drawings.join(''));
}

async function draw(chart: Chart, look: ChartLook): Promise<string> {
  const spec = { ...frameOf(look), ...chart.spec(look), config } as TopLevelSpec;
  // A counter for clip ids is global in the library: without this the same chart differs from call to call.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(spec, { logger: vega.logger(vega.Error) }).spec), {
    renderer: 'none',
  });
  try {
    return dressed(await view.toSVG(), chart, look);
  } finally {
    view.finalize();
  }
}

function frameOf(look: ChartLook) {
  return { width: look.width, autosize: { type: 'fit-x', contains: 'padding' } };
}

/** The size is left to the page; ids are made unique in it. */
function dressed(svg: string, chart: Chart, look: ChartLook): string {
  const id = `${chart.id}-${look.isNarrow ? 'narrow' : 'wide'}`;
  const viewBox = /viewBox="([^"]*)"/.exec(svg)?.[1] ?? `0 0 ${look.width} 200`;
  const [, , width = String(look.width)] = viewBox.split(' ');
  const open =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" style="max-width:${width}px"` +
    ` class="chart ${look.isNarrow ? 'chart-narrow' : 'chart-wide'}"` +
    ` role="img" aria-labelledby="${id}-title ${id}-description">` +
    `<title id="${id}-title">${escaped(chart.title)}</title>` +
    `<desc id="${id}-description">${escaped(chart.description)}</desc>`;
  return svg
    .replace(/^<svg[^>]*>/, () => open)
    .replace(/ id="(clip|gradient)/g, ` id="${id}-$1`)
    .replace(/url\(#(clip|gradient)/g, `url(#${id}-$1`);
}
