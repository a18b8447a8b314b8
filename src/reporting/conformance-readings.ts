/** What the implementation said of itself, in the HTML report: declared readings, what its adapter does for it, what it does not do. */
import type { ConformanceResult } from '../results/conformance-result.ts';
import type { Need, Supported } from '../spec/behaviour.ts';
import { counted, figure } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';

export function readingSection(result: ConformanceResult): Markup {
  return html`<section id="readings"><h2>What it declares</h2>
<p>The page leaves some things open. The implementation says which reading it follows, and is held to that.</p>
${traits(result)}
${adapterWork(result)}
${unsupported(result.capabilities)}</section>`;
}

function traits({ traits: declared, clauses }: ConformanceResult): Markup {
  const entries = Object.entries(declared);
  if (entries.length === 0) {
    return html`<p>Nothing is declared: what the page leaves open is observed, not judged.</p>`;
  }
  const open = clauses.filter((clause) => clause.strength === 'declared').length;
  return html`<p class="small soft">${counted(entries.length, 'reading')} declared. ${figure(open)} of ${counted(clauses.length, 'clause')} ${open === 1 ? 'is' : 'are'} held to a declared reading instead of to the page.</p>
<dl class="readings">${entries.map(
    ([name, trait]) =>
      html`<div><dt><code>${name}</code></dt><dd>${trait.reading}${trait.providedBy === 'adapter' ? html` <span class="flag">by adapter</span>` : null}</dd></div>`,
  )}</dl>`;
}

function adapterWork(result: ConformanceResult): Markup {
  const capabilities = entriesOf(result.capabilities).filter(
    ([, each]) => each.supported && each.providedBy === 'adapter',
  );
  const clauses = result.clauses.filter((clause) => clause.byAdapter !== null);
  if (capabilities.length + clauses.length === 0) return nothing;
  return html`<h3 class="after">Done by the adapter</h3>
<p class="soft">These verdicts are about balancer and adapter together, not about the balancer alone.</p>
<div class="pair"><ul class="plain">${capabilities.map(
    ([name, each]) =>
      html`<li><code>${name}</code>${each.note === undefined ? null : html` <span class="soft">${each.note}</span>`}</li>`,
  )}</ul>
<div>${clauses.map((clause) => html`<a class="flag" href="#${clause.id}">${clause.id}</a>`)}</div></div>`;
}

function unsupported(capabilities: ConformanceResult['capabilities']): Markup {
  const missing = entriesOf(capabilities).filter(([, each]) => !each.supported);
  if (missing.length === 0) return nothing;
  return html`<h3 class="after">Not supported</h3><ul class="plain">${missing.map(
    ([name, each]) =>
      html`<li><code>${name}</code>${each.note === undefined ? null : html` <span class="soft">${each.note}</span>`}</li>`,
  )}</ul>`;
}

function entriesOf(capabilities: ConformanceResult['capabilities']): [Need, Supported][] {
  return Object.entries(capabilities) as [Need, Supported][];
}
