/** All judges on one history, and what their failures are charged to. Pure: the same history gives the same verdicts. */
import type { History } from '../history/vocabulary.ts';
import { attribute } from './attribution.ts';
import type { Verdict } from './judge.ts';
import { judges } from './judges.ts';
import { readHistory } from './read-history.ts';
import { type Budget, budgetOfHistory, usualAlpha } from './statistical-budget.ts';

export interface JudgedClause {
  readonly clause: string;
  readonly verdict: Verdict;
  /** Of a fail: the more specific clause that it is charged to; null: this one. */
  readonly attributedTo: string | null;
}

/** `budget`: how often the statistical judges may err; by default that of one history judged alone. */
export function judgeHistory(
  history: History,
  budget: Budget = budgetOfHistory(usualAlpha),
): readonly JudgedClause[] {
  const reading = readHistory(history);
  const judged = judges.map((judge) => ({
    clause: judge.clause,
    verdict: judge.judge(reading, budget),
  }));
  const charged = attribute(judged);
  return judged.map((one) => ({ ...one, attributedTo: charged.get(one.clause) ?? null }));
}
