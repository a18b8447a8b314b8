/**
 * Turns the failures of a run into stories: the smallest timeline that still shows each, saved as a file that
 * anybody can run again, with what was expected and what was seen.
 */
import { OperatorError } from '../errors/operator-error.ts';
import { typed } from '../errors/typed.ts';
import type { History } from '../history/vocabulary.ts';
import type { Failure } from '../results/conformance-result.ts';
import { type CaseContext, type CaseOutcome, failsOnce, runCase } from './case-runner.ts';
import type { DrawnTimeline } from './drawn-timeline.ts';
import { shrinkTimeline } from './shrinking.ts';
import { storyOf } from './story.ts';
import type { Timeline } from './timeline.ts';
import { indifferentValues } from './varying.ts';

export interface Found {
  readonly drawn: DrawnTimeline;
  readonly outcome: CaseOutcome;
}

export interface ExplainOptions {
  readonly connectable: string;
  readonly save: (file: string, text: string) => Promise<unknown>;
  /** False once this failure's share of the time is used up. */
  readonly hasMore: () => boolean;
}

export interface Explained {
  readonly failure: Failure;
  /** Of the smallest timeline. */
  readonly history: History | null;
  readonly shown: CaseOutcome;
}

/** Candidates tried for one clause at most; in stepped time that is a second. */
const candidatesMax = 400;

/** Other values tried in the smallest timeline at most: two or three for each of its values. */
const variationsMax = 100;

export async function explainFailure(
  context: CaseContext,
  clause: string,
  found: Found,
  options: ExplainOptions,
): Promise<Explained> {
  const { drawn } = found;
  let attempt = 0;
  const stillFails = (timeline: Timeline) =>
    unlessBroken(false, () =>
      failsOnce(context, `${drawn.name}-smaller-${++attempt}`, drawn.seed, timeline, clause),
    );
  const { hasMore } = options;
  const shrunk = await shrinkTimeline(drawn, stillFails, { runsMax: candidatesMax, hasMore });
  const shown = await shownAgain(context, clause, found, shrunk.timeline);
  const indifferent = await indifferentValues(shown.timeline, stillFails, {
    runsMax: variationsMax,
    hasMore,
  });
  const verdict = failureIn(shown, clause)?.verdict;
  const [history] = shown.histories;
  const file = `failures/${clause}.timeline.json`;
  await options.save(
    file,
    timelineFile(shown.timeline, { clause, implementation: options.connectable, seed: drawn.seed }),
  );
  const failure = {
    why: verdict?.why ?? '',
    expected: verdict?.expected ?? '',
    observed: verdict?.observed ?? '',
    file,
    replay: replayCommand(file, options.connectable),
    story: history === undefined ? [] : storyOf(history, verdict?.evidence ?? []),
    looksLike: null,
    indifferent,
    shrunk: {
      from: drawn.timeline.steps.length,
      to: shown.timeline.steps.length,
      runs: shrunk.runs,
    },
  };
  return { failure, history: history ?? null, shown };
}

/** What runs a saved case again. */
export function replayCommand(file: string, connectable: string): string {
  return typed(['npx', 'counterpoise', 'replay', file, connectable]);
}

/** The smaller timeline, if it fails when it is run once more; else the one that was found. */
async function shownAgain(
  context: CaseContext,
  clause: string,
  found: Found,
  smallest: Timeline,
): Promise<CaseOutcome> {
  if (smallest === found.drawn.timeline || context.signal.aborted) return found.outcome;
  const { name, seed } = found.drawn;
  return unlessBroken(found.outcome, async () => {
    const again = await runCase(context, `${name}-smallest`, seed, smallest);
    return failureIn(again, clause) === undefined ? found.outcome : again;
  });
}

/** An implementation that breaks down while its failure is made small has shown the failure all the same. */
async function unlessBroken<T>(otherwise: T, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof OperatorError) return otherwise;
    throw error;
  }
}

function failureIn(outcome: CaseOutcome, clause: string) {
  return outcome.judged.find((one) => one.clause === clause && one.verdict.is === 'fail');
}

function timelineFile(timeline: Timeline, found: Readonly<Record<string, string>>): string {
  return `${JSON.stringify({ ...timeline, found }, null, 2)}\n`;
}
