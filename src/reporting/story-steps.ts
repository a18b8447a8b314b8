/** The steps of a story, numbered where they are evidence, and folded where they only repeat themselves far from it. Knows no medium. */
import type { Failure, StoryLine } from '../results/conformance-result.ts';

export interface Step {
  readonly line: StoryLine;
  /** Of evidence: its number, as in the picture; else null. */
  readonly number: number | null;
}
export type Passage =
  | { readonly is: 'told'; readonly steps: readonly Step[] }
  | { readonly is: 'folded'; readonly steps: readonly Step[] };

/** What led up to the evidence, and what came of it. */
const stepsBefore = 5;
const stepsAfter = 2;
/** Fewer than this are not worth hiding. */
const stepsFoldedMin = 4;

export function passagesOf(story: Failure['story']): readonly Passage[] {
  let evidence = 0;
  const steps = story.map((line) => ({ line, number: line.isEvidence ? ++evidence : null }));
  const passages: { is: Passage['is']; steps: Step[] }[] = [];
  for (const [index, step] of steps.entries()) {
    const is = isNear(steps, index) || isChange(step.line) ? 'told' : 'folded';
    const last = passages.at(-1);
    if (last?.is === is) last.steps.push(step);
    else passages.push({ is, steps: [step] });
  }
  return passages.map((passage) =>
    passage.steps.length < stepsFoldedMin ? { ...passage, is: 'told' } : passage,
  );
}

/** A story without evidence is told whole. */
function isNear(steps: readonly Step[], index: number): boolean {
  if (steps.every((step) => step.number === null)) return true;
  const around = steps.slice(Math.max(0, index - stepsAfter), index + stepsBefore + 1);
  return around.some((step) => step.number !== null);
}

/** What the case itself did is the story; what the balancer did in between is its background. */
function isChange({ event }: StoryLine): boolean {
  return (
    event === null || event.event.startsWith('instance') || event.event === 'service.configured'
  );
}
