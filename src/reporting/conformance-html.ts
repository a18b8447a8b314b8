/**
 * The conformance report as one HTML file that needs no network: summary, failures as stories, every clause,
 * declared readings, load, and the run. Puts the sections together; each is made elsewhere.
 */
import { typed } from '../errors/typed.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import type { RunFacts } from '../results/run-facts.ts';
import { clauseScript, clauseSection } from './conformance-clauses.ts';
import { failureSection, type Histories } from './conformance-failures.ts';
import { readingSection } from './conformance-readings.ts';
import { loadSection, runSection } from './conformance-run.ts';
import { counted, coverageInWords, timeInWords } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';
import { command, fact, renderPage } from './page.ts';
import { verdictBar, verdictMap } from './verdict-markup.ts';
import { headlineOf } from './verdict-words.ts';

export async function renderConformanceHtml(
  result: ConformanceResult,
  facts: RunFacts | null,
  histories: Histories = {},
): Promise<string> {
  const { name, version } = result.implementation;
  const failures = await failureSection(result, histories);
  const run = await runSection(facts);
  const load = loadSection(facts?.load ?? null);
  const sections = [
    { fragment: 'summary', label: 'Summary', isThere: true },
    { fragment: 'failures', label: 'Failures', isThere: failures !== nothing },
    { fragment: 'clauses', label: 'Clauses', isThere: true },
    { fragment: 'readings', label: 'Declared', isThere: true },
    { fragment: 'load', label: 'Load', isThere: load !== nothing },
    { fragment: 'run', label: 'Run', isThere: run !== nothing },
  ];
  return renderPage({
    title: `${name} ${version} · conformance · Counterpoise`,
    sections: sections.filter((section) => section.isThere),
    body: [
      hero(result),
      summary(result),
      failures,
      clauseSection(result),
      readingSection(result),
      load,
      run,
      footer(result),
    ],
    script: clauseScript,
  });
}

function hero(result: ConformanceResult): Markup {
  const { name, version } = result.implementation;
  return html`<header class="hero"><p class="eyebrow">Conformance report</p>
<h1>${name} ${version}</h1>
<p class="lede">${headlineOf(result)}.</p>
<p class="gate">${gateInWords(result)}</p>
${result.complete ? null : html`<p class="notice" role="note"><strong>Incomplete.</strong> The run ended early: what is missing is marked as skipped.</p>`}</header>`;
}

function gateInWords({ gate }: ConformanceResult): string {
  return gate.exitCode === 0
    ? 'Gate met: exit code 0.'
    : `Gate not met: ${gate.why} (exit code ${gate.exitCode}).`;
}

function summary(result: ConformanceResult): Markup {
  return html`<section id="summary"><h2>Summary</h2>
<p>${counted(result.clauses.length, 'clause')}, one square each; a square leads to its clause.</p>
${verdictBar(result.counts)}
${verdictMap(result.clauses)}
${identity(result)}
<p class="small soft after">Run it again:</p>${command(reproduction(result))}</section>`;
}

function identity(result: ConformanceResult): Markup {
  const { cases } = result;
  return html`<dl class="facts">${[
    fact('Implementation', html`<code>${result.implementation.connectable}</code>`),
    fact('Profile', result.profile),
    fact('Seed', html`<code>${result.seed}</code>`),
    fact('Time', timeInWords(result.time, result.realMsPerSecond)),
    fact(
      'Evidence',
      `${counted(cases.configurations, 'configuration')}, ${counted(cases.timelines, 'timeline')}, ${counted(cases.histories, 'history', 'histories')}`,
    ),
    fact(
      'Seen',
      `${counted(cases.connections, 'connection')}, ${counted(cases.checks, 'check')}, ${counted(cases.events, 'event')}`,
    ),
    fact('Covered', coverageInWords(result.coverage) || 'nothing that is counted'),
    fact('Only', result.filter.length > 0 ? result.filter.join(', ') : 'all clauses'),
    fact('Suite', `Counterpoise ${result.suite}`),
    fact('Canary', result.canary.why),
  ]}</dl>`;
}

function reproduction(result: ConformanceResult): string {
  const { profile, seed, filter, implementation } = result;
  return typed([
    'npx',
    'counterpoise',
    'conform',
    implementation.connectable,
    ...filter,
    '--profile',
    profile,
    '--seed',
    seed,
  ]);
}

function footer(result: ConformanceResult): Markup {
  return html`<footer>Counterpoise ${result.suite}. The same seed, inputs and implementation give the same verdicts; the figures above come from <code>result.json</code> beside this file.</footer>`;
}
