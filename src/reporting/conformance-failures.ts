/** Failures in the HTML report, each told as a story: the promise, expected against observed, the picture, the steps, how to run it again. */
import type { History } from '../history/vocabulary.ts';
import type { ClauseResult, ConformanceResult, Failure } from '../results/conformance-result.ts';
import { counted, figure, moment } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';
import { command } from './page.ts';
import { storyPicture } from './story-picture.ts';
import { passagesOf, type Step } from './story-steps.ts';
import { verdictMark } from './verdict-markup.ts';

/** Histories of failing cases by the file of the failure; what is absent is drawn from the story's own events. */
export type Histories = Readonly<Record<string, History>>;

export async function failureSection(
  result: ConformanceResult,
  histories: Histories,
): Promise<Markup> {
  const failing = result.clauses.filter((clause) => clause.failures.length > 0);
  if (failing.length === 0) return nothing;
  const stories: Markup[] = [];
  for (const [index, clause] of failing.entries()) {
    stories.push(await story(clause, result.clauses, histories, `story-${index}`));
  }
  return html`<section id="failures"><h2>What failed</h2>
<p>Each case was shrunk to the fewest steps that still show it, and is saved as a file that runs again.</p>
${stories}</section>`;
}

async function story(
  clause: ClauseResult,
  all: readonly ClauseResult[],
  histories: Histories,
  id: string,
): Promise<Markup> {
  const affected = all.filter((each) => each.attributedTo === clause.id);
  const [first, ...others] = clause.failures;
  if (first === undefined) return nothing;
  return html`<article class="story" id="failure-${clause.id}"><header>${verdictMark(clause.verdict)}<h3><a href="#${clause.id}">${clause.id}</a></h3><span class="soft small">${clause.strength} · ${clause.section}${intermittence(clause)}</span></header>
<p class="statement">${clause.statement}</p>
${await told(first, histories, id)}
${others.length === 0 ? null : html`<details><summary>${counted(others.length, 'more failing case')}</summary>${others.map((other) => briefly(other))}</details>`}
${affected.length === 0 ? null : html`<p class="small soft">Also affected, and not counted as failures of their own: ${affected.map((each, index) => html`${index === 0 ? '' : ', '}<a class="clause" href="#${each.id}">${each.id}</a>`)}</p>`}
</article>`;
}

function intermittence({ intermittent }: ClauseResult): string {
  return intermittent === null
    ? ''
    : ` · failed in ${intermittent.failed} of ${intermittent.of} runs`;
}

async function told(failure: Failure, histories: Histories, id: string): Promise<Markup> {
  const history = Object.hasOwn(histories, failure.file) ? (histories[failure.file] ?? null) : null;
  return html`<p>${failure.why}</p>
${against(failure)}
${likeness(failure)}
${await storyPicture(failure, id, history)}
${steps(failure)}
${indifference(failure)}
<p class="small soft">Run it again${shrinkage(failure)}:</p>${command(failure.replay)}`;
}

function likeness({ looksLike }: Failure): Markup {
  if (looksLike === null) return nothing;
  const { defect, sentence, thread } = looksLike;
  return html`<p>Looks like defect <code>${defect}</code>: ${sentence}${thread === null ? null : html` <span class="soft">As in ${thread}.</span>`}</p>`;
}

function briefly(failure: Failure): Markup {
  return html`<p class="small">${failure.why}</p>${against(failure)}${command(failure.replay)}`;
}

function against(failure: Failure): Markup {
  return html`<div class="against"><div class="is-pass"><b>Expected</b>${failure.expected}</div><div class="is-fail"><b>Observed</b>${failure.observed}</div></div>`;
}

function steps(failure: Failure): Markup {
  if (failure.story.length === 0) return nothing;
  return html`<ol class="steps">${passagesOf(failure.story).map((passage) =>
    passage.is === 'told'
      ? passage.steps.map(stepItem)
      : html`<li class="folded"><details><summary>${counted(passage.steps.length, 'step')} of background</summary><ol class="steps">${passage.steps.map(stepItem)}</ol></details></li>`,
  )}</ol>`;
}

function stepItem({ number, line }: Step): Markup {
  return html`<li${number === null ? nothing : html` class="evidence"`}><span class="mark">${number === null ? '' : number}</span><time>${moment(line.atMs)}</time><span class="text">${line.text}${number === null ? null : html`<span class="unseen"> (evidence)</span>`}</span></li>`;
}

function indifference({ indifferent }: Failure): Markup {
  if (indifferent.length === 0) return nothing;
  return html`<p class="small">Any would do: ${indifferent.join(', ')}.</p>`;
}

function shrinkage({ shrunk }: Failure): string {
  if (shrunk.from <= shrunk.to) return '';
  return ` (shrunk from ${counted(shrunk.from, 'step')} to ${figure(shrunk.to)} in ${counted(shrunk.runs, 'run')})`;
}
