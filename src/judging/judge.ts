/**
 * What a judge is: a pure function from what a history says to a three-valued verdict on one clause. It never
 * talks to an implementation and never reads what the implementation says of itself.
 */
import type { Certificate } from '../statistics/certificate.ts';
import type { Reading } from './reading.ts';
import type { Budget } from './statistical-budget.ts';

export interface Verdict {
  readonly is: 'pass' | 'fail' | 'inconclusive';
  /** One sentence, with the figures. */
  readonly why: string;
  /** Of a fail: what the clause asks for and what was seen, as phrases. */
  readonly expected?: string;
  readonly observed?: string;
  /** Indexes into `history.events` that prove it. */
  readonly evidence: readonly number[];
  /** Obligations: how often the situations came up in which the clause could have been broken. A pass with a zero among them is vacuous, hence reported as inconclusive. */
  readonly sometimes: Readonly<Record<string, number>>;
  /** Of a fail that no narrower clause explains, unless that is a premise. */
  readonly standsAlone?: true;
  /** Of a fail: clauses on which nothing that is said stands beside it, be they stated or narrower. */
  readonly undermines?: readonly string[];
  /** Of a fail: clauses, any of which is why if it fails as well. */
  readonly restsOn?: readonly string[];
  /** Of a fail: narrower clauses that cannot be why. */
  readonly apartFrom?: readonly string[];
  /** Nothing was declared that could be broken: `why` says what was seen instead. */
  readonly isObservation?: true;
  /** Of a verdict by statistics. */
  readonly certificate?: Certificate;
}

export interface Judge {
  readonly clause: string;
  judge(reading: Reading, budget: Budget): Verdict;
}
