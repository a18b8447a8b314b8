/**
 * From each clause to what decides it: the judge, the timelines made for it, and the seeded defects that it must catch.
 * Knows no run.
 */
import { defects } from '../defects/catalogue.ts';
import { judges } from '../judging/judges.ts';
import { type Clause, clauses } from '../spec/clauses.ts';
import { families } from './families/families.ts';

export interface TracedClause {
  readonly clause: Clause;
  /** `history`: a judge of what was recorded; `configuration`: of what is accepted; null: nobody judges it. */
  readonly judge: 'history' | 'configuration' | null;
  /** Families of timelines that are made for it. */
  readonly timelines: readonly string[];
  /** Defects whose failure is charged to it. */
  readonly defects: readonly string[];
}

export function traceClauses(): readonly TracedClause[] {
  return clauses.map((clause) => ({
    clause,
    judge: judgeOf(clause.id),
    timelines: families.filter((one) => one.clauses.includes(clause.id)).map(({ name }) => name),
    defects: defects.filter(({ breaks }) => breaks.includes(clause.id)).map(({ name }) => name),
  }));
}

function judgeOf(id: string): TracedClause['judge'] {
  if (id.startsWith('config.')) return 'configuration';
  return judges.some(({ clause }) => clause === id) ? 'history' : null;
}
