/** The kill matrix as a page: which cases catch which defects, who witnesses which clause. Knows the result alone. */
import type {
  ClauseWitnesses,
  ProofResult,
  ProofRow,
  TriedDefect,
} from '../results/proof-result.ts';
import { counted, figure } from './figures.ts';
import { type Content, html, type Markup, nothing } from './markup.ts';
import { renderPage } from './page.ts';

export function renderProofHtml(result: ProofResult): string {
  return renderPage({
    title: 'Proof of the suite · Counterpoise',
    sections: [
      { fragment: 'matrix', label: 'Kill matrix' },
      { fragment: 'defects', label: 'Defects' },
      { fragment: 'right', label: 'Right' },
      { fragment: 'clauses', label: 'Clauses' },
    ],
    body: [
      hero(result),
      matrix(result),
      defectTable(result),
      rightTable(result),
      clauseTable(result),
      html`<footer>counterpoise ${result.suite}, profile ${result.profile}, seed ${result.seed}</footer>`,
    ],
  });
}

function hero({ counts, gate, campaign }: ProofResult): Markup {
  const tiles: [string, string][] = [
    [`${counts.killed} / ${counts.defects}`, 'seeded defects killed'],
    [
      figure(counts.falseFails),
      `false fails on ${counted(counts.rightVariants, 'right implementation')}`,
    ],
    [`${counts.witnessedClauses} / ${counts.clauses}`, 'clauses with a witness'],
    ...(campaign === null
      ? []
      : [
          [
            figure(campaign.falseAlarms),
            `false alarms in ${figure(campaign.runs)} runs, bound ${campaign.alpha}`,
          ] as [string, string],
        ]),
  ];
  return html`<header class="hero"><p class="eyebrow">Proof of the suite</p><h1>Does the suite bite?</h1>
<p class="lede">Every clause against implementations that are wrong on purpose, and against right ones that look odd.</p>
<p class="gate">${gate.why} (exit code ${gate.exitCode}).</p></header>
<div class="figures">${tiles.map(([value, label]) => html`<div><b>${value}</b><span>${label}</span></div>`)}</div>`;
}

/** Defects in columns, and in rows those kinds of cases that caught any. */
function matrix({ rows, defects }: ProofResult): Markup {
  const catching = rows.filter(({ id }) => defects.some(({ kills }) => kills[id] !== undefined));
  const idle = rows.filter((row) => !catching.includes(row)).map(({ id }) => id);
  return html`<section id="matrix"><h2>Kill matrix</h2><p>The darker, the more of its cases caught the defect. Click a defect for its sentence.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Kill matrix"><table class="heat"><thead><tr><th scope="col">Cases</th>${defects.map(
    ({ name, sentence }) =>
      html`<th scope="col" title="${sentence}"><a class="quiet" href="#${name}">${name}</a></th>`,
  )}</tr></thead><tbody>${catching.map(
    (
      row,
    ) => html`<tr><th scope="row" title="${row.clauses.join(', ')}">${row.id}</th>${defects.map((defect) => cell(row, defect))}</tr>
`,
  )}</tbody></table></div>
${idle.length === 0 ? nothing : html`<p class="small soft after">Caught nothing: ${idle.join(', ')}.</p>`}</section>`;
}

function cell({ id }: ProofRow, { name, kills }: TriedDefect): Markup {
  const kill = kills[id];
  if (kill === undefined) return html`<td></td>`;
  const words = `${name}: ${kill.failed} of ${kill.of}`;
  const opacity = (0.3 + 0.7 * (kill.failed / kill.of)).toFixed(2);
  return html`<td title="${words}"><i style="opacity:${opacity}"></i><span class="unseen">${words}</span></td>`;
}

function table(head: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${head[0] ?? ''}"><table class="matrix"><thead><tr>${head.map(
    (label) => html`<th scope="col">${label}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function defectTable({ defects }: ProofResult): Markup {
  const rows = defects.map(
    (
      defect,
    ) => html`<tr id="${defect.name}"><th scope="row">${defect.name}</th><td>${defect.sentence}</td><td>${defect.thread ?? '–'}</td><td>${failingOf(defect)}</td><td class="number">${defect.killedAfter ?? '–'}</td></tr>
`,
  );
  return html`<section id="defects"><h2>Defects</h2><p>What each does, where on GitHub a real balancer did it, the clauses that caught it, and after how many cases.</p>${table(
    ['Defect', 'What it does', 'Real thread', 'Caught by', 'After'],
    rows,
  )}</section>`;
}

function failingOf({ outcome, failing, missed, mischarged }: TriedDefect): Content {
  if (outcome !== 'killed') return html`<strong>${outcome}</strong>`;
  return [
    failing.join(', '),
    missed.length === 0 ? null : html` <strong>not by ${missed.join(', ')}</strong>`,
    mischarged.length === 0 ? null : html` <strong>mischarged: ${mischarged.join(', ')}</strong>`,
  ];
}

function rightTable({ rightVariants }: ProofResult): Markup {
  const rows = rightVariants.map(
    ({
      name,
      sentence,
      outcome,
      cases,
    }) => html`<tr><th scope="row">${name}</th><td>${sentence}</td><td>${outcome}</td><td class="number">${figure(cases)}</td></tr>
`,
  );
  return html`<section id="right"><h2>Right implementations</h2><p>They look odd and keep every promise: a suite that fails one is wrong.</p>${table(
    ['Implementation', 'What it does', 'Outcome', 'Cases'],
    rows,
  )}</section>`;
}

function clauseTable({ clauses }: ProofResult): Markup {
  const rows = clauses.map(
    ({ clause, strength, witnesses }) =>
      html`<tr><th scope="row">${clause}</th><td>${strength}</td><td>${witnessesIn(witnesses)}</td></tr>
`,
  );
  return html`<section id="clauses"><h2>Clauses and their witnesses</h2><p>A clause that no defect ever broke has not been shown to bite.</p>${table(
    ['Clause', 'Strength', 'Defects that it caught'],
    rows,
  )}</section>`;
}

function witnessesIn(witnesses: ClauseWitnesses['witnesses']): Content {
  return witnesses.length === 0 ? '–' : witnesses.join(', ');
}
