/** Verdicts in HTML: the mark of one, the bar and the map of many. Symbol and word always stand beside the colour. */
import type {
  ClauseResult,
  ClauseVerdict,
  ConformanceResult,
} from '../results/conformance-result.ts';
import { html, type Markup } from './markup.ts';
import {
  countsInWords,
  countVerdicts,
  familiesOf,
  verdictsInOrder,
  verdictWords,
} from './verdict-words.ts';

export function verdictMark(verdict: ClauseVerdict): Markup {
  const { symbol, word } = verdictWords[verdict];
  return html`<span class="verdict is-${verdict}"><i aria-hidden="true">${symbol}</i>${word}</span>`;
}

/** Shares of all verdicts as one bar, and the counts as text. */
export function verdictBar(counts: ConformanceResult['counts']): Markup {
  const present = verdictsInOrder.filter((verdict) => counts[verdict] > 0);
  return html`<div class="share" role="img" aria-label="${countsInWords(counts)}">${present.map(
    (verdict) => html`<span class="is-${verdict}" style="flex:${counts[verdict]}"></span>`,
  )}</div>
<ul class="legend">${present.map(
    (verdict) => html`<li>${verdictMark(verdict)} ${counts[verdict]}</li>`,
  )}</ul>`;
}

/** One square a clause, by family, each a link to its row. */
export function verdictMap(clauses: readonly ClauseResult[]): Markup {
  return html`<div class="map">${familiesOf(clauses).map(
    (family) => html`<div><h3>${family.name}<span>${kept(family.clauses)}</span></h3>
<ul>${family.clauses.map(
      (clause) =>
        html`<li><a class="is-${clause.verdict}" href="#${clause.id}" title="${clause.id}: ${verdictWords[clause.verdict].word}"><span aria-hidden="true">${verdictWords[clause.verdict].symbol}</span><span class="unseen">${clause.id}: ${verdictWords[clause.verdict].word}</span></a></li>`,
    )}</ul></div>`,
  )}</div>`;
}

function kept(clauses: readonly ClauseResult[]): string {
  return `${countVerdicts(clauses).pass} of ${clauses.length} pass`;
}
