/** The simulation report as one HTML file that needs no network: totals, instances, charts, sources, failures. Knows the result only. */
import { typed } from '../errors/typed.ts';
import type { RunFacts } from '../results/run-facts.ts';
import type {
  Detection,
  SimulatedInstance,
  SimulationResult,
} from '../results/simulation-result.ts';
import { type Chart, renderChart, seriesColour } from './chart.ts';
import { durationsSeen, percentileTitles, timeCells } from './duration-words.ts';
import { counted, duration, figure, moment, percent, shortFigure } from './figures.ts';
import { type Content, html, type Markup, nothing } from './markup.ts';
import { command, type FigureFrame, fact, figureOf, renderPage } from './page.ts';
import { servingSection } from './serving-html.ts';
import {
  activeChart,
  arrivalsChart,
  outageChart,
  shareChart,
  sourceChart,
} from './simulation-charts.ts';

export async function renderSimulationHtml(
  result: SimulationResult,
  facts: RunFacts | null = null,
): Promise<string> {
  const hasDurations = durationsSeen(result.durations).length > 0;
  const hasFailures = result.detections.length > 0;
  const sections = [
    { fragment: 'summary', label: 'Summary' },
    { fragment: 'instances', label: 'Instances' },
    ...(result.serving === null ? [] : [{ fragment: 'serving', label: 'Waiting' }]),
    { fragment: 'time', label: 'Over time' },
    ...(hasDurations ? [{ fragment: 'durations', label: 'Durations' }] : []),
    { fragment: 'sources', label: 'Sources' },
    ...(hasFailures ? [{ fragment: 'failures', label: 'Failures' }] : []),
  ];
  return renderPage({
    title: `${result.scenario.name} · simulation · Counterpoise`,
    sections,
    body: [
      hero(result),
      summary(result, facts),
      await instanceSection(result),
      result.serving === null ? nothing : servingSection(result.serving, table),
      await timeSection(result),
      durationSection(result),
      await sourceSection(result),
      await failureSection(result),
      html`<footer>Counterpoise ${result.suite}. The same scenario, trace and seed give the same figures.</footer>`,
    ],
  });
}

async function figureWith(chart: Chart, frame: Omit<FigureFrame, 'title'> = {}): Promise<Markup> {
  return figureOf({ title: chart.title, ...frame }, await renderChart(chart));
}

function hero(result: SimulationResult): Markup {
  return html`<header class="hero"><p class="eyebrow">Simulation report</p><h1>${result.scenario.name}</h1>
${result.scenario.description === '' ? null : html`<p class="lede">${result.scenario.description}</p>`}
${result.notes.length === 0 ? null : html`<ul class="notes">${result.notes.map((note) => html`<li>${note}</li>`)}</ul>`}</header>`;
}

function summary(result: SimulationResult, facts: RunFacts | null): Markup {
  const { totals } = result;
  const bad = (label: string, count: number) => number(label, figure(count), count > 0);
  return html`<section id="summary"><h2>Summary</h2>
<p>What became of ${counted(totals.arrived, 'connection')} in ${duration(result.simulatedMs)} under ${result.scheduling}.</p>
<div class="figures">${[
    number('arrived', figure(totals.arrived)),
    number('placed', figure(totals.placed)),
    bad('refused', totals.refused),
    ...(result.serving === null
      ? []
      : [bad('turned away: slots and queue were full', totals.turnedAway)]),
    bad('failed: placed on an instance that was down', totals.failed),
    bad('lost when their instance failed', totals.lost),
    bad('cut at the end of a drain', totals.cutByDrain),
    number('completed', figure(totals.completed)),
    number('active, mean', shortFigure(totals.activeMean)),
    number('active, most', figure(totals.activeMax)),
  ]}</div>
<dl class="facts">${[
    fact('Scenario', html`<code>${result.scenario.file}</code>`),
    fact('Scheduling', result.scheduling),
    fact('Seed', html`<code>${result.seed}</code>`),
    fact('Simulated', `${duration(result.simulatedMs)}, ${counted(result.events, 'event')}`),
    facts === null ? null : fact('Took', duration(facts.durationMs)),
  ]}</dl>
<p class="small soft after">Run it again:</p>${command(reproduction(result))}</section>`;
}

/** With the algorithm spelt out: it may not have been the scenario's own. */
function reproduction({ scenario, scheduling, seed }: SimulationResult): string {
  return typed([
    'npx',
    'counterpoise',
    'simulate',
    scenario.file,
    '--scheduling',
    scheduling,
    '--seed',
    seed,
  ]);
}

function number(label: string, value: string, isBad = false): Markup {
  return html`<div${isBad ? html` class="bad"` : nothing}><b>${value}</b><span>${label}</span></div>`;
}

async function instanceSection(result: SimulationResult): Promise<Markup> {
  return html`<section id="instances"><h2>Instances</h2>
<p>${furthestInWords(result.instances)}</p>
${await figureWith(shareChart(result), { note: 'The bar is what each instance got; the upright mark is what its weight asks for.' })}
${instanceTable(result)}</section>`;
}

/** Who got most more or less than its weight asks for. */
function furthestInWords(instances: readonly SimulatedInstance[]): string {
  const stray = (one: SimulatedInstance) => Math.abs(one.share - one.shareByWeight);
  const [furthest] = instances.toSorted((a, b) => stray(b) - stray(a));
  if (furthest === undefined) return 'There are none.';
  if (stray(furthest) < 0.005)
    return 'All got the share that their weight asks for, within half a point.';
  return `Furthest from its weight: ${furthest.name}, with ${percent(furthest.share)} of the connections where its weight asks for ${percent(furthest.shareByWeight)}.`;
}

function instanceTable(result: SimulationResult): Markup {
  const head = [
    'Weight',
    'Placed',
    'Share',
    'By weight',
    'Active, mean',
    'Active, most',
    'Failed',
    'Lost',
    'Cut',
    'Eligible',
  ];
  return table(
    'Instances',
    ['Instance', ...head],
    result.instances.map((each) => [
      each.name,
      figure(each.weight),
      figure(each.placed),
      percent(each.share),
      percent(each.shareByWeight),
      shortFigure(each.activeMean),
      figure(each.activeMax),
      figure(each.failed),
      figure(each.lost),
      figure(each.cutByDrain),
      percent(each.eligibleShare),
    ]),
  );
}

/** First column names the row; all others are figures. Scrolls in its own box on a narrow page. */
function table(
  label: string,
  head: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  const [corner = '', ...titles] = head;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr><th scope="col">${corner}</th>${titles.map((title) => html`<th class="number" scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([
      name,
      ...cells
    ]) => html`<tr><th scope="row">${name ?? ''}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

async function timeSection(result: SimulationResult): Promise<Markup> {
  const hasRefusals = result.series.refused.some((count) => count > 0);
  return html`<section id="time"><h2>Over time</h2><p>Each point is a bucket of ${duration(result.series.bucketMs)}.</p>
${await figureWith(activeChart(result), { legend: instanceLegend(result) })}
${await figureWith(arrivalsChart(result), {
  note: 'Connections a second.',
  legend: [
    { label: 'arrived', colour: 'var(--series-1)' },
    ...(hasRefusals ? [{ label: 'refused', colour: 'var(--fail)' }] : []),
  ],
})}</section>`;
}

function durationSection({ durations }: SimulationResult): Markup {
  const seen = durationsSeen(durations);
  if (seen.length === 0) return nothing;
  return html`<section id="durations"><h2>Durations</h2><p>How long connections were open, by how they ended, and how long failures took to be noticed. Each figure is within 0.2% of the exact one.</p>
${table(
  'Durations',
  ['Duration', 'Count', 'Mean', ...percentileTitles.map(([, title]) => title)],
  seen.map(({ words, percentiles }) => [
    words,
    figure(percentiles.count),
    ...timeCells(percentiles),
  ]),
)}</section>`;
}

function instanceLegend({ instances }: SimulationResult): NonNullable<FigureFrame['legend']> {
  const named = instances
    .slice(0, 8)
    .map((each, index) => ({ label: each.name, colour: seriesColour(index) }));
  const rest = instances.length - named.length;
  return rest > 0
    ? [...named, { label: counted(rest, 'other'), colour: 'var(--line-strong)' }]
    : named;
}

async function sourceSection(result: SimulationResult): Promise<Markup> {
  const { busiest } = result.sources;
  if (busiest.length === 0) return nothing;
  return html`<section id="sources"><h2>Sources</h2><p>${sourcesInWords(result)}</p>
${await figureWith(sourceChart(result), { note: 'Colours are instances.', legend: instanceLegend(result) })}
<details><summary>The ${figure(busiest.length)} busiest in figures</summary>${table(
    'Busiest sources',
    ['Source', 'Connections', 'Share', 'Instances', 'Most on'],
    busiest.map((source) => [
      html`<code>${source.address}</code>`,
      figure(source.connections),
      percent(source.share),
      figure(Object.values(source.instances).filter((placed) => placed > 0).length),
      mostUsed(source.instances),
    ]),
  )}</details></section>`;
}

function sourcesInWords({ sources: { count, busiest } }: SimulationResult): string {
  const all = `${counted(count, 'source address', 'source addresses')} in all.`;
  const [first] = busiest;
  if (first === undefined) return all;
  const used = Object.values(first.instances).filter((placed) => placed > 0).length;
  const where =
    used === 1 ? 'all of them on one instance' : `spread over ${counted(used, 'instance')}`;
  return `${all} The busiest has ${percent(first.share)} of all connections, ${where}.`;
}

function mostUsed(instances: Readonly<Record<string, number>>): string {
  const entries = Object.entries(instances).sort(([, a], [, b]) => b - a);
  const total = entries.reduce((sum, [, placed]) => sum + placed, 0);
  const [first] = entries;
  return first === undefined || total === 0 ? '–' : `${first[0]} (${percent(first[1] / total)})`;
}

async function failureSection(result: SimulationResult): Promise<Markup> {
  if (result.detections.length === 0) return nothing;
  return html`<section id="failures"><h2>Failures</h2><p>An instance that is down keeps getting connections until its checks have failed often enough.</p>
${await figureWith(outageChart(result), {
  legend: [
    { label: 'down, not yet taken out', colour: 'var(--fail)' },
    { label: 'down and taken out', colour: 'var(--line-strong)' },
    { label: 'recovered, not yet back', colour: 'var(--inconclusive)' },
  ],
})}
${table('Failures', ['Instance', 'Failed at', 'Taken out after', 'Recovered at', 'Back after'], result.detections.slice(0, detectionsListed).map(detectionCells))}${unlisted(result)}</section>`;
}

/** A page of rows; result.json has them all. */
const detectionsListed = 100;

function unlisted({ detections }: SimulationResult): Markup {
  const rest = detections.length - detectionsListed;
  if (rest <= 0) return nothing;
  return html`<p class="small soft">and ${counted(rest, 'more failure')} in <code>result.json</code></p>`;
}

function detectionCells(each: Detection): readonly Content[] {
  const since = (fromMs: number | null, toMs: number | null, otherwise: string) =>
    fromMs === null || toMs === null ? otherwise : duration(toMs - fromMs);
  return [
    each.instance,
    moment(each.failedAtMs),
    since(each.failedAtMs, each.detectedAtMs, 'never'),
    each.recoveredAtMs === null ? '–' : moment(each.recoveredAtMs),
    since(each.recoveredAtMs, each.returnedAtMs, '–'),
  ];
}
