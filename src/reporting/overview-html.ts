/** The first page of a whole session: clauses against implementations, and a card for each simulation. Links to reports, holds none. */
import type { ClauseResult, ConformanceResult } from '../results/conformance-result.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import { type Chart, renderChart } from './chart.ts';
import { counted, duration, figure, percent } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';
import { renderPage } from './page.ts';
import { verdictBar, verdictMark } from './verdict-markup.ts';
import { familiesOf, headlineOf } from './verdict-words.ts';

export interface Overview {
  readonly runs: readonly { readonly result: ConformanceResult; readonly href: string }[];
  readonly simulations: readonly { readonly result: SimulationResult; readonly href: string }[];
}

export async function renderOverviewHtml(overview: Overview): Promise<string> {
  const sections = [
    { fragment: 'implementations', label: 'Implementations', isThere: overview.runs.length > 0 },
    { fragment: 'clauses', label: 'Clauses', isThere: overview.runs.length > 0 },
    { fragment: 'simulations', label: 'Simulations', isThere: overview.simulations.length > 0 },
  ];
  return renderPage({
    title: 'Overview · Counterpoise',
    sections: sections.filter((section) => section.isThere),
    body: [
      hero(overview),
      implementationCards(overview.runs),
      matrix(overview.runs),
      await simulationCards(overview.simulations),
      html`<footer>Each card and column leads to its own report.</footer>`,
    ],
  });
}

function hero({ runs, simulations }: Overview): Markup {
  return html`<header class="hero"><p class="eyebrow">Overview</p><h1>Does the load balancer keep its promises?</h1>
<p class="lede">${counted(runs.length, 'implementation')} judged against the same clauses, ${counted(simulations.length, 'scenario')} simulated.</p></header>`;
}

function implementationCards(runs: Overview['runs']): Markup {
  if (runs.length === 0) return nothing;
  return html`<section id="implementations"><h2>Implementations</h2><p>What each one kept.</p><div class="cards">${runs.map(
    ({
      result,
      href,
    }) => html`<article class="card"><h3><a href="${href}">${nameOf(result)}</a></h3>
<p>${headlineOf(result)}.</p>${verdictBar(result.counts)}
${result.complete ? null : html`<p class="small"><strong>Incomplete run.</strong></p>`}</article>`,
  )}</div></section>`;
}

function nameOf({ implementation }: ConformanceResult): string {
  return `${implementation.name} ${implementation.version}`;
}

function matrix(runs: Overview['runs']): Markup {
  if (runs.length === 0) return nothing;
  const verdictOf = runs.map(
    ({ result }) => new Map(result.clauses.map((clause) => [clause.id, clause])),
  );
  return html`<section id="clauses"><h2>Clause by clause</h2><p>Each verdict leads to its reason. The reference shows what a right implementation does.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Clauses by implementation"><table class="matrix"><thead><tr><th scope="col">Clause</th>${runs.map(
    ({ result, href }) => html`<th scope="col"><a href="${href}">${nameOf(result)}</a></th>`,
  )}</tr></thead>
${familiesOf(allClauses(runs)).map(
  (
    family,
  ) => html`<tbody><tr class="family"><th scope="rowgroup" colspan="${runs.length + 1}">${family.name}</th></tr>
${family.clauses.map(
  (clause) => html`<tr><th scope="row" title="${clause.statement}">${clause.id}</th>${runs.map(
    ({ href }, index) => cell(verdictOf[index]?.get(clause.id), href),
  )}</tr>
`,
)}</tbody>`,
)}</table></div></section>`;
}

/** Every clause that any run knows, in the order of the first that has it. */
function allClauses(runs: Overview['runs']): readonly ClauseResult[] {
  const all = new Map<string, ClauseResult>();
  for (const { result } of runs) {
    for (const clause of result.clauses) if (!all.has(clause.id)) all.set(clause.id, clause);
  }
  return [...all.values()];
}

function cell(clause: ClauseResult | undefined, href: string): Markup {
  if (clause === undefined) return html`<td class="soft">–</td>`;
  return html`<td><a class="quiet" href="${href}#${clause.id}" title="${clause.why}">${verdictMark(clause.verdict)}</a>${clause.byAdapter === null ? null : html` <span class="soft small" title="by adapter: ${clause.byAdapter}">by adapter</span>`}</td>`;
}

async function simulationCards(simulations: Overview['simulations']): Promise<Markup> {
  if (simulations.length === 0) return nothing;
  const cards: Markup[] = [];
  for (const [index, { result, href }] of simulations.entries()) {
    const spark = await renderChart(sparkline(result, `spark-${index}`));
    cards.push(simulationCard(result, href, spark));
  }
  return html`<section id="simulations"><h2>Simulations</h2><p>What the balancer would do under this traffic.</p><div class="cards">${cards}</div></section>`;
}

function simulationCard(result: SimulationResult, href: string, spark: Markup): Markup {
  const { totals, sources } = result;
  const [busiest] = sources.busiest;
  const rows: [string, string][] = [
    ['Scheduling', result.scheduling],
    ['Simulated', duration(result.simulatedMs)],
    ['Placed', `${figure(totals.placed)} of ${figure(totals.arrived)}`],
    [
      'Refused, failed, lost',
      [totals.refused, totals.failed, totals.lost].map((count) => figure(count)).join(', '),
    ],
    ...(busiest === undefined
      ? []
      : [['Busiest source', percent(busiest.share)] as [string, string]]),
  ];
  return html`<article class="card"><h3><a href="${href}">${result.scenario.name}</a></h3><p class="small soft">${result.scenario.description}</p>
${spark}<table class="small"><tbody>${rows.map(([label, value]) => html`<tr><th scope="row">${label}</th><td class="number">${value}</td></tr>`)}</tbody></table></article>`;
}

/** All active connections over time, without axes. */
function sparkline(result: SimulationResult, id: string): Chart {
  const [first = []] = result.series.active;
  const values = first.map((_, bucket) => ({
    bucket,
    active: result.series.active.reduce((sum, row) => sum + (row[bucket] ?? 0), 0),
  }));
  return {
    id,
    title: 'Active connections over time',
    description: `At most ${figure(result.totals.activeMax)} at a time.`,
    spec: () => ({
      width: 320,
      height: 56,
      padding: 0,
      data: { values },
      mark: {
        type: 'area',
        color: 'var(--series-1)',
        opacity: 0.35,
        line: { color: 'var(--series-1)', strokeWidth: 1.5 },
      },
      encoding: {
        x: { field: 'bucket', type: 'quantitative', axis: null, scale: { nice: false } },
        y: { field: 'active', type: 'quantitative', axis: null },
      },
    }),
  };
}
