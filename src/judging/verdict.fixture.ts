/** For tests: what the judges say on a history, in the shape that tests compare. */
import type { History } from '../history/vocabulary.ts';
import type { Verdict } from './judge.ts';
import { judgeHistory } from './judge-history.ts';

export function verdictOn(history: History, clause: string): Verdict {
  const found = judgeHistory(history).find((one) => one.clause === clause);
  if (found === undefined) throw new Error(`no judge of ${clause}`);
  return found.verdict;
}

/** Failing clauses charged to themselves. */
export function failures(history: History): readonly string[] {
  return judgeHistory(history)
    .filter(({ verdict, attributedTo }) => verdict.is === 'fail' && attributedTo === null)
    .map(({ clause }) => clause);
}

export function passes(history: History): readonly string[] {
  return judgeHistory(history)
    .filter(({ verdict }) => verdict.is === 'pass')
    .map(({ clause }) => clause);
}
