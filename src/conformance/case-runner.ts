/**
 * Runs one timeline to a verdict that can be trusted: a trial that the testbed's own lag left undecided is repeated,
 * and in real time a failure counts only when fresh deployments show it again. Knows no clause by name.
 */
import type { History, TimeKind } from '../history/vocabulary.ts';
import { chargedAmong } from '../judging/attribution.ts';
import { type JudgedClause, judgeHistory } from '../judging/judge-history.ts';
import {
  type Budget,
  budgetOfHistory,
  budgetOfTimeline,
  usualAlpha,
} from '../judging/statistical-budget.ts';
import { appliesTo } from '../spec/clauses.ts';
import type { Testbed } from '../testbed/trial.ts';
import { type DriveOptions, drive } from './driver.ts';
import { planOf } from './occasions.ts';
import type { RememberedVerdicts } from './remembered-verdicts.ts';
import { scalesFor } from './scales.ts';
import type { Timeline } from './timeline.ts';

/** A trial that a lagging testbed left undecided is tried again so often in all. */
const attemptsMax = 3;
/** A failure seen in real time must be seen this often in all, each time on a fresh deployment. */
const confirmations = 3;
/** Further deployments that confirming may take: some may be undecided. */
const confirmingRunsMax = 5;

export interface CaseOutcome {
  readonly name: string;
  readonly seed: string;
  readonly timeline: Timeline;
  /** Of the first trial that decided something, confirmed where it failed. */
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
  /** Of one statistical check; absent: that of a timeline run alone. */
  readonly falseAlarmRate?: number;
  /** Clauses that somebody asked about; absent: all. */
  readonly asked?: readonly string[];
  /** Of others that were put to the same timelines. */
  readonly remembered?: RememberedVerdicts;
}

/** No single timeline may hold a lane for longer than this (real ms): the longest by design takes about 6 s … */
const trialBudgetMs = 30_000;
/** … where a second of checks lasts so many ms, and longer where it lasts longer. */
const budgetedMsPerSecond = 20;
/** Far above what any generated timeline records (about 12,000). */
const trialEventsMax = 200_000;

export async function runCase(
  context: CaseContext,
  name: string,
  seed: string,
  timeline: Timeline,
): Promise<CaseOutcome> {
  const histories: History[] = [];
  const once = async (): Promise<readonly JudgedClause[]> => {
    const again = histories.length === 0 ? name : `${name}-again-${histories.length}`;
    const options = { ...optionsOf(context, timeline), name: again, seed };
    const history = await drive(timeline, context.testbed, options);
    histories.push(history);
    return judgedFor(context, timeline, history);
  };
  const isOwn = ({ clause }: JudgedClause) => timeline.clauses.includes(clause);
  const { capabilities } = context.testbed.description;
  const applies = ({ clause }: JudgedClause) => appliesTo(clause, capabilities);
  const isUndecided = ({ verdict }: JudgedClause) => verdict.is === 'inconclusive';
  const lagged = () => isDisturbed(histories.at(-1)) && !context.signal.aborted;

  let judged = await once();
  while (lagged() && judged.filter(isOwn).some(isUndecided) && histories.length < attemptsMax) {
    judged = await once();
  }
  const isVoid = lagged() && judged.filter(isOwn).every(isUndecided);
  const decisive = histories.at(-1);
  const intermittent =
    context.time === 'stepped' ? {} : await confirm(judged.filter(applies), once, context.signal);
  return {
    name,
    seed,
    timeline,
    judged,
    intermittent,
    isVoid,
    histories: histories.toSorted((a, b) => Number(b === decisive) - Number(a === decisive)),
  };
}

/** Runs again what failed; answers with the clauses whose failure did not show in every run that decided. */
async function confirm(
  judged: readonly JudgedClause[],
  once: () => Promise<readonly JudgedClause[]>,
  signal: AbortSignal,
): Promise<CaseOutcome['intermittent']> {
  const failing = judged.filter(({ verdict }) => verdict.is === 'fail');
  const seen = new Map(failing.map(({ clause }) => [clause, { failed: 1, of: 1 }]));
  const isOpen = ({ failed, of }: { failed: number; of: number }) =>
    failed === of && of < confirmations;
  for (let run = 0; run < confirmingRunsMax && !signal.aborted; run++) {
    if (![...seen.values()].some(isOpen)) break;
    for (const { clause, verdict } of await once()) {
      const counts = seen.get(clause);
      if (counts === undefined || verdict.is === 'inconclusive') continue;
      counts.of++;
      if (verdict.is === 'fail') counts.failed++;
    }
  }
  const doubtful = [...seen].filter(([, { failed, of }]) => failed < of || of < confirmations);
  return Object.fromEntries(doubtful);
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
  return judgedFor(context, timeline, history).some(
    (one) => one.clause === clause && one.verdict.is === 'fail' && one.attributedTo === null,
  );
}

function judgedFor(
  context: CaseContext,
  timeline: Timeline,
  history: History,
): readonly JudgedClause[] {
  const { remembered, falseAlarmRate } = context;
  const judge = () => judgeHistory(history, budgetOf(context, timeline));
  const terms = falseAlarmRate === undefined ? null : [falseAlarmRate, planOf(timeline)];
  const judged = remembered?.of(history, terms, judge) ?? judge();
  return context.asked === undefined ? judged : chargedAmong(judged, context.asked);
}

function budgetOf({ falseAlarmRate }: CaseContext, timeline: Timeline): Budget {
  return falseAlarmRate === undefined
    ? budgetOfHistory(usualAlpha)
    : budgetOfTimeline(planOf(timeline), falseAlarmRate);
}

function optionsOf(context: CaseContext, timeline: Timeline): Omit<DriveOptions, 'name' | 'seed'> {
  const realMsPerSecond = scalesFor(context.testbed.description, context.time, timeline);
  const pace = context.time === 'stepped' ? 1 : realMsPerSecond.checks / budgetedMsPerSecond;
  return {
    time: context.time,
    realMsPerSecond,
    budgetMs: trialBudgetMs * Math.max(1, pace),
    eventsMax: trialEventsMax,
    signal: context.signal,
  };
}

/** The testbed itself came late, or another deployment got in. */
function isDisturbed(history: History | undefined): boolean {
  return (history?.events ?? []).some(
    ({ event }) => event === 'harness.lagged' || event === 'connection.strayed',
  );
}
