/**
 * Runs one timeline to a verdict that can be trusted: a trial in which the testbed itself lagged is void and
 * repeated, and on real time a failure counts only when fresh deployments show it again. Knows no clause by name.
 */
import type { History, TimeKind } from '../history/vocabulary.ts';
import { type JudgedClause, judgeHistory } from '../judging/judge-history.ts';
import type { Testbed } from '../testbed/trial.ts';
import { type DriveOptions, drive } from './driver.ts';
import { scalesFor } from './scales.ts';
import type { Timeline } from './timeline.ts';

/** A void trial is tried again so often; then its case stays without a word. */
const attemptsMax = 3;
/** A failure seen in real time must be seen this often in all, each time on a fresh deployment. */
const confirmations = 3;

export interface CaseOutcome {
  readonly name: string;
  readonly seed: string;
  readonly timeline: Timeline;
  /** Of the first trial that was not void, confirmed where it failed. */
  readonly judged: readonly JudgedClause[];
  /** Clauses whose failure did not show every time. */
  readonly intermittent: Readonly<Record<string, { readonly failed: number; readonly of: number }>>;
  readonly isVoid: boolean;
  /** Every history of this case, the decisive one first. */
  readonly histories: readonly History[];
}

export interface CaseContext {
  readonly testbed: Testbed;
  readonly time: TimeKind;
  readonly signal: AbortSignal;
}

/** No single timeline may hold a lane for longer than this (real ms): the longest by design takes about 6 s. */
const trialBudgetMs = 30_000;
/** Far above what any generated timeline records (about 12,000). */
const trialEventsMax = 200_000;

export async function runCase(
  context: CaseContext,
  name: string,
  seed: string,
  timeline: Timeline,
): Promise<CaseOutcome> {
  const histories: History[] = [];
  const once = async (attempt: number): Promise<readonly JudgedClause[] | null> => {
    const history = await drive(timeline, context.testbed, {
      ...optionsOf(context, timeline),
      name: attempt === 0 ? name : `${name}-again-${attempt}`,
      seed,
    });
    histories.push(history);
    return isVoid(history) ? null : judgeHistory(history);
  };
  let attempt = 0;
  let judged = await once(attempt++);
  while (judged === null && attempt < attemptsMax && !context.signal.aborted) {
    judged = await once(attempt++);
  }
  const base = { name, seed, timeline };
  if (judged === null) return { ...base, judged: [], intermittent: {}, isVoid: true, histories };
  const decisive = histories.length - 1;
  const failing = judged.filter((one) => one.verdict.is === 'fail').map((one) => one.clause);
  if (failing.length === 0 || context.time === 'stepped') {
    return {
      ...base,
      judged,
      intermittent: {},
      isVoid: false,
      histories: first(histories, decisive),
    };
  }
  const failed = new Map(failing.map((clause) => [clause, 1]));
  let runs = 1;
  while (runs < confirmations && !context.signal.aborted) {
    const again = await once(attempt++);
    if (again === null && attempt > attemptsMax + confirmations) break;
    if (again === null) continue;
    runs++;
    for (const { clause, verdict } of again) {
      if (verdict.is === 'fail') failed.set(clause, (failed.get(clause) ?? 0) + 1);
    }
  }
  const intermittent = Object.fromEntries(
    failing
      .filter((clause) => (failed.get(clause) ?? 0) < confirmations)
      .map((clause) => [clause, { failed: failed.get(clause) ?? 0, of: runs }]),
  );
  return { ...base, judged, intermittent, isVoid: false, histories: first(histories, decisive) };
}

/** One run, one look: does this clause fail, charged to itself? */
export async function failsOnce(
  context: CaseContext,
  name: string,
  seed: string,
  timeline: Timeline,
  clause: string,
): Promise<boolean> {
  const history = await drive(timeline, context.testbed, {
    ...optionsOf(context, timeline),
    name,
    seed,
  });
  if (isVoid(history)) return false;
  return judgeHistory(history).some(
    (one) => one.clause === clause && one.verdict.is === 'fail' && one.attributedTo === null,
  );
}

function optionsOf(context: CaseContext, timeline: Timeline): Omit<DriveOptions, 'name' | 'seed'> {
  return {
    time: context.time,
    realMsPerSecond: scalesFor(context.testbed.description, context.time, timeline),
    budgetMs: trialBudgetMs,
    eventsMax: trialEventsMax,
    signal: context.signal,
  };
}

function isVoid(history: History): boolean {
  return history.events.some(
    (one) => one.event === 'harness.lagged' || one.event === 'connection.strayed',
  );
}

function first(histories: readonly History[], index: number): readonly History[] {
  const chosen = histories[index];
  return chosen === undefined
    ? histories
    : [chosen, ...histories.filter((history) => history !== chosen)];
}
