/**
 * The matrix as a page to search and to link to: the filter stands in the address, each verdict has an anchor. Runs
 * the same filter as the command line; knows no file but where the reports are.
 */
import { typed } from '../errors/typed.ts';
import type { Matrix, MatrixCell, MatrixRow, ReadingRow } from '../results/matrix.ts';
import { accepts, holds, termsOf } from '../results/matrix-filter.ts';
import type { Trait } from '../spec/behaviour.ts';
import { counted } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';
import { command, renderPage } from './page.ts';
import { verdictBar, verdictMark } from './verdict-markup.ts';

export interface MatrixLinks {
  /** Where the report of each column is, as seen from the page; null: none. */
  readonly reports: readonly (string | null)[];
  /** What was typed to make this page. */
  readonly command: readonly string[];
}

export function renderMatrixHtml(matrix: Matrix, links: MatrixLinks): string {
  const sections = [
    { fragment: 'implementations', label: 'Implementations' },
    { fragment: 'clauses', label: 'Clauses' },
    { fragment: 'readings', label: 'Readings' },
  ];
  return renderPage({
    title: 'Matrix · Counterpoise',
    sections: sections.filter(
      ({ fragment }) => fragment !== 'readings' || matrix.readings.length > 0,
    ),
    body: [
      hero(matrix),
      cards(matrix, links),
      clauseTable(matrix, links),
      readingTable(matrix),
      html`<footer>Made by<br>${command(typed(links.command))}</footer>`,
    ],
    script: filterScript(matrix),
  });
}

function hero({ columns, rows }: Matrix): Markup {
  const different = rows.filter(({ cells }) => isDifferent(cells)).length;
  return html`<header class="hero"><p class="eyebrow">Matrix</p><h1>${counted(columns.length, 'implementation')}, the same clauses</h1>
<p class="lede">${counted(rows.length, 'clause')}; on ${different} of them the verdicts differ.</p></header>`;
}

function isDifferent(cells: readonly (MatrixCell | null)[]): boolean {
  return cells.some((cell) => cell?.verdict !== cells[0]?.verdict);
}

function cards({ columns }: Matrix, { reports }: MatrixLinks): Markup {
  return html`<section id="implementations"><h2>Implementations</h2><p>${judgedBy(columns)}</p><div class="${columns.length > 3 ? 'cards many' : 'cards'}">${columns.map(
    (
      column,
      index,
    ) => html`<article class="card"><h3>${linked(reports[index] ?? null, `${column.implementation.name} ${column.implementation.version}`)}</h3>
<p class="small soft"><code>${column.name}</code>, ${column.time} time</p>
${verdictBar(column.counts)}
${column.complete ? null : html`<p class="small"><strong>Incomplete run.</strong></p>`}</article>`,
  )}</div></section>`;
}

/** What all runs share is said once. */
function judgedBy(columns: Matrix['columns']): string {
  const ways = columns.map(
    ({ suite, profile, seed }) => `by Counterpoise ${suite}, profile ${profile}, seed ${seed}`,
  );
  return `Judged ${[...new Set(ways)].join('; ')}.`;
}

function linked(href: string | null, text: string): Markup {
  return href === null ? html`${text}` : html`<a href="${href}">${text}</a>`;
}

function clauseTable(matrix: Matrix, { reports }: MatrixLinks): Markup {
  const { columns, rows } = matrix;
  return html`<section id="clauses"><h2>Clause by clause</h2><p>A verdict leads to its reason. Filters can be combined and linked to: the address keeps them.</p>
${tools(matrix)}
<div class="scroll" tabindex="0" role="region" aria-label="Clauses by implementation"><table class="matrix"><thead><tr><th scope="col">Clause</th>${columns.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>
${families(rows).map(
  ([
    family,
    members,
  ]) => html`<tbody data-family><tr class="family"><th scope="rowgroup" colspan="${columns.length + 1}">${family}</th></tr>
${members.map((row) => clauseRow(row, reports))}</tbody>`,
)}</table></div>
<p id="no-clause" hidden>No clause matches. <button class="chip" type="button" data-clear>Show all</button></p></section>`;
}

function tools({ columns, filter }: Matrix): Markup {
  const [first] = columns;
  const chips = [
    'is:different',
    'count:1(fail)',
    ...(first === undefined ? [] : [`${first.name}:fail`]),
  ];
  return html`<div class="tools" role="search" aria-label="Clauses"><input type="search" id="filter" placeholder="schedule is:different" aria-label="Filter clauses">
<fieldset><legend class="unseen">Examples</legend>${chips.map(
    (text) => html`<button class="chip" type="button" data-filter="${text}">${text}</button>`,
  )}</fieldset><span class="soft small" id="shown" role="status" aria-live="polite"></span></div>
${filter === '' ? nothing : html`<p class="notice" role="note">Only what passes <code>${filter}</code>: the page was made so.</p>`}`;
}

function families(rows: readonly MatrixRow[]): readonly [string, readonly MatrixRow[]][] {
  const found = new Map<string, MatrixRow[]>();
  for (const row of rows) {
    const family = row.clause.split('.')[0] ?? row.clause;
    found.set(family, [...(found.get(family) ?? []), row]);
  }
  return [...found];
}

function clauseRow(row: MatrixRow, reports: MatrixLinks['reports']): Markup {
  const verdicts = row.cells.map((cell) => cell?.verdict ?? '').join(' ');
  return html`<tr id="${row.clause}" data-verdicts="${verdicts}"><th scope="row" title="${row.statement}">${row.clause}${row.strength === 'declared' ? html` <span class="soft small">declared</span>` : null}<span class="unseen"> ${row.statement}</span></th>${row.cells.map(
    (cell, index) => verdictCell(cell, row.clause, reports[index] ?? null),
  )}</tr>
`;
}

function verdictCell(cell: MatrixCell | null, clause: string, report: string | null): Markup {
  if (cell === null) return html`<td class="soft">–<span class="unseen">not reported</span></td>`;
  const mark = verdictMark(cell.verdict);
  const shown =
    report === null
      ? html`<span title="${cell.why}">${mark}</span>`
      : html`<a class="quiet" href="${report}#${clause}" title="${cell.why}">${mark}</a>`;
  return html`<td>${shown}${cell.byAdapter === null ? null : html` <span class="soft small" title="by adapter: ${cell.byAdapter}">by adapter</span>`}</td>`;
}

function readingTable({ columns, readings }: Matrix): Markup {
  if (readings.length === 0) return nothing;
  return html`<section id="readings"><h2>Readings</h2><p>What the page leaves open, and which reading each implementation declares. A dash: undeclared, so observed and not judged.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Readings by implementation"><table class="matrix"><thead><tr><th scope="col">Reading</th>${columns.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${readings.map(readingRow)}</tbody></table></div></section>`;
}

function readingRow({ trait, cells }: ReadingRow): Markup {
  const isOpen = cells.some((cell) => cell?.reading !== cells[0]?.reading);
  return html`<tr><th scope="row"><code>${trait}</code></th>${cells.map((cell) => readingCell(cell, isOpen))}</tr>
`;
}

function readingCell(cell: Trait | null, isOpen: boolean): Markup {
  if (cell === null) return html`<td class="soft">–</td>`;
  const reading = String(cell.reading);
  return html`<td>${isOpen ? html`<strong>${reading}</strong>` : reading}${cell.providedBy === 'adapter' ? html` <span class="soft small">by adapter</span>` : null}</td>`;
}

/** The page filters with the very functions of the command line. */
function filterScript({ columns }: Matrix): string {
  const names = JSON.stringify(columns.map(({ name }) => name)).replaceAll('<', '\\u003c');
  return `
${termsOf.toString()}
${holds.toString()}
${accepts.toString()}
const names = ${names};
const input = document.getElementById('filter');
const rows = [...document.querySelectorAll('tr[data-verdicts]')];
const filter = () => {
  const terms = termsOf(input.value, names);
  let shown = 0;
  for (const row of rows) {
    const verdicts = row.dataset.verdicts.split(' ').map((verdict) => verdict || null);
    row.hidden = !accepts(terms, row.firstElementChild.textContent.toLowerCase(), verdicts, names);
    if (!row.hidden) shown += 1;
  }
  for (const family of document.querySelectorAll('[data-family]')) family.hidden = !family.querySelector('tr[data-verdicts]:not([hidden])');
  document.getElementById('no-clause').hidden = shown > 0;
  document.getElementById('shown').textContent = shown === rows.length ? '' : shown + ' of ' + rows.length;
  for (const chip of document.querySelectorAll('[data-filter]')) chip.setAttribute('aria-pressed', String(input.value.split(/\\s+/).includes(chip.dataset.filter)));
  const address = new URL(location.href);
  if (input.value === '') address.searchParams.delete('filter'); else address.searchParams.set('filter', input.value);
  try { history.replaceState(null, '', address); } catch {}
};
input.value = new URLSearchParams(location.search).get('filter') ?? '';
input.addEventListener('input', filter);
for (const chip of document.querySelectorAll('[data-filter]')) chip.addEventListener('click', () => {
  const terms = input.value.split(/\\s+/).filter(Boolean);
  input.value = (terms.includes(chip.dataset.filter) ? terms.filter((term) => term !== chip.dataset.filter) : [...terms, chip.dataset.filter]).join(' ');
  filter();
});
document.querySelector('[data-clear]').addEventListener('click', () => { input.value = ''; filter(); });
filter();`;
}
