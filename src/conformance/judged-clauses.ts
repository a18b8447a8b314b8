/** The clauses that this suite judges; the rest of the book is left out of reports. Knows no judge's insides. */
import { judges } from '../judging/judges.ts';
import { type Clause, clauses } from '../spec/clauses.ts';

export const judgedClauses: readonly Clause[] = clauses.filter(
  ({ id }) => id.startsWith('config.') || judges.some((judge) => judge.clause === id),
);
