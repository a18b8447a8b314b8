/** The table of clauses in the HTML report, with its search and its filter by verdict. Knows how a clause is shown, not why it came out so. */
import type { ClauseResult, ConformanceResult } from '../results/conformance-result.ts';
import { counted, figure } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';
import { verdictMark } from './verdict-markup.ts';
import {
  countsInWords,
  countVerdicts,
  familiesOf,
  flagsOf,
  verdictsInOrder,
  verdictWords,
} from './verdict-words.ts';

export function clauseSection(result: ConformanceResult): Markup {
  return html`<section id="clauses"><h2>Every clause</h2>
<p>A clause is one promise of the page, or one that follows from it. Link to one with its id: <code>#health.timeout</code>.</p>
${tools(result)}
<table class="clauses" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Verdict</th><th role="columnheader" scope="col">Clause</th><th role="columnheader" scope="col">Why</th><th role="columnheader" scope="col">Cases</th></tr></thead>
${familiesOf(result.clauses).map(
  (
    family,
  ) => html`<tbody role="rowgroup" data-family><tr class="family" role="row"><th role="rowheader" scope="rowgroup" colspan="4">${family.name} <span class="soft small light">${countsInWords(countVerdicts(family.clauses))}</span></th></tr>
${family.clauses.map(clauseRow)}</tbody>`,
)}</table>
<p id="no-clause" hidden>No clause matches. <button class="chip" type="button" data-clear>Show all</button></p></section>`;
}

function tools(result: ConformanceResult): Markup {
  const present = verdictsInOrder.filter((verdict) => result.counts[verdict] > 0);
  return html`<div class="tools" role="search" aria-label="Clauses"><input type="search" id="search" placeholder="Search clauses and reasons" aria-label="Search clauses and reasons">
<fieldset><legend class="unseen">Show only</legend>${present.map(
    (verdict) =>
      html`<button class="chip" type="button" aria-pressed="false" data-verdict="${verdict}">${verdictWords[verdict].symbol} ${verdictWords[verdict].word} ${result.counts[verdict]}</button>`,
  )}</fieldset><span class="soft small" id="shown" role="status" aria-live="polite"></span></div>`;
}

function clauseRow(clause: ClauseResult): Markup {
  return html`<tr role="row" id="${clause.id}" data-verdict="${clause.verdict}"><td role="cell">${verdictMark(clause.verdict)}</td>
<td role="cell"><a class="id" href="#${clause.id}">${clause.id}</a> <span class="soft small">${clause.strength}</span><div class="statement">${clause.statement}</div></td>
<td role="cell">${clause.why}${certificate(clause)}${flags(clause)}${story(clause)}</td>
<td role="cell" class="small">${cases(clause)}</td></tr>
`;
}

function certificate({ certificate: promise }: ClauseResult): Markup {
  if (promise === null) return nothing;
  return html`<div class="small soft">${certificateInWords(promise)}</div>`;
}

type Promised = NonNullable<ClauseResult['certificate']>;

function certificateInWords(promise: Promised): string {
  const { checks, falseAlarmRateInAll, detectableBias, power, connections } = promise;
  const points = (100 * detectableBias).toFixed(1);
  return `By statistics, in ${counted(checks, 'check')}: a right one fails with probability ${falseAlarmRateInAll.toExponential(1)} at most. The sharpest, on ${counted(connections, 'connection')}, notices whoever's share is off by ${points} points with probability ${power} at least.`;
}

function flags(clause: ClauseResult): Markup {
  const all = flagsOf(clause);
  if (all.length === 0) return nothing;
  return html`<div>${all.map((flag) => html`<span class="flag">${flag}</span>`)}</div>`;
}

function story(clause: ClauseResult): Markup {
  if (clause.failures.length > 0) {
    return html`<div class="small"><a href="#failure-${clause.id}">Read the failure</a></div>`;
  }
  if (clause.attributedTo === null) return nothing;
  return html`<div class="small"><a href="#${clause.attributedTo}">See ${clause.attributedTo}</a></div>`;
}

/** The counts, and on request how often the situations came up in which the clause could have been broken. */
function cases(clause: ClauseResult): Markup {
  const situations = Object.entries(clause.sometimes);
  if (situations.length === 0) return html`${caseCounts(clause)}`;
  return html`<details><summary>${caseCounts(clause)}</summary><p class="soft">Could have been broken in:</p><ul class="plain">${situations.map(
    ([situation, times]) => html`<li>${figure(times)} × ${situation}</li>`,
  )}</ul></details>`;
}

function caseCounts({ cases: counts }: ClauseResult): string {
  const parts = [
    [counts.passed, 'passed'],
    [counts.failed, 'failed'],
    [counts.inconclusive, 'undecided'],
    [counts.void, 'void'],
  ] as const;
  const present = parts.filter(([count]) => count > 0);
  return present.length === 0
    ? 'none'
    : present.map(([count, word]) => `${figure(count)} ${word}`).join(', ');
}

/** Filters the rows; a link to a hidden row shows all again. */
export const clauseScript = `
const search = document.getElementById('search');
const chips = [...document.querySelectorAll('.chip[data-verdict]')];
const rows = [...document.querySelectorAll('.clauses tr[id]')];
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const verdicts = chips.filter((chip) => chip.getAttribute('aria-pressed') === 'true').map((chip) => chip.dataset.verdict);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !(words.every((word) => text.includes(word)) && (verdicts.length === 0 || verdicts.includes(row.dataset.verdict)));
    if (!row.hidden) shown += 1;
  }
  for (const family of document.querySelectorAll('[data-family]')) family.hidden = !family.querySelector('tr[id]:not([hidden])');
  document.getElementById('no-clause').hidden = shown > 0;
  document.getElementById('shown').textContent = shown === rows.length ? '' : shown + ' of ' + rows.length;
};
const clear = () => { search.value = ''; for (const chip of chips) chip.setAttribute('aria-pressed', 'false'); filter(); };
search.addEventListener('input', filter);
for (const chip of chips) chip.addEventListener('click', () => { chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true')); filter(); });
document.querySelector('[data-clear]').addEventListener('click', clear);
const reveal = () => { const row = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (row?.hidden) { clear(); row.scrollIntoView(); } };
addEventListener('hashchange', reveal);`;
