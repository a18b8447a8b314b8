/**
 * One observation breaks one clause: where several failing clauses claim the same line, the most specific is charged
 * and the broader ones are only also affected, unless a failure leaves nothing of what is said on others. Knows which
 * clause entails which from the clause book, and no history.
 */
import { clauseOf } from '../spec/clauses.ts';
import type { Verdict } from './judge.ts';

export interface Judged {
  readonly clause: string;
  readonly verdict: Verdict;
}

/** By failing clause: the clause that its failure is charged to; null: itself. */
export function attribute(judged: readonly Judged[]): ReadonlyMap<string, string | null> {
  const failing = judged.filter(({ verdict }) => verdict.is === 'fail');
  const lines = new Map(failing.map(({ clause, verdict }) => [clause, new Set(verdict.evidence)]));
  const charged = new Map<string, string | null>();
  for (const { clause, verdict } of failing) {
    const underminer = failing.find((other) => other.verdict.undermines?.includes(clause));
    if (underminer !== undefined) {
      charged.set(clause, underminer.clause);
      continue;
    }
    const claimants = failing.filter(
      (other) =>
        other.clause !== clause &&
        verdict.undermines?.includes(other.clause) !== true &&
        isBroader(clause, other.clause) &&
        verdict.evidence.some((line) => lines.get(other.clause)?.has(line)),
    );
    // of several claimants the one that no other claimant is more specific than
    const first = claimants.find(
      (one) => !claimants.some((other) => other !== one && isBroader(one.clause, other.clause)),
    );
    charged.set(clause, first?.clause ?? null);
  }
  return charged;
}

export interface Charged extends Judged {
  /** Of a fail: the clause that it is charged to; null: this one. */
  readonly attributedTo: string | null;
}

/**
 * The same for whoever asked about some clauses only: a narrower clause that nobody asked about leaves the failure to
 * the wider one that it entails. A premise, or what undermines, stays charged: the failure may only be its doing.
 */
export function chargedAmong<One extends Charged>(
  judged: readonly One[],
  asked: readonly string[],
): readonly One[] {
  const byClause = new Map(judged.map((one) => [one.clause, one]));
  const chargeOf = (
    { clause, attributedTo }: Charged,
    passed: readonly string[],
  ): string | null => {
    const other = attributedTo === null ? undefined : byClause.get(attributedTo);
    if (other === undefined || asked.includes(other.clause)) return attributedTo;
    const mayBeAllThereIs =
      clauseOf(other.clause)?.isPremise === true ||
      other.verdict.undermines?.includes(clause) === true;
    if (mayBeAllThereIs || passed.includes(other.clause)) return other.clause;
    return chargeOf(other, [...passed, clause]);
  };
  return judged.map((one) => ({ ...one, attributedTo: chargeOf(one, []) }));
}

/**
 * What is said of the clauses asked about, and of no other. A failure that may only be the doing of a clause that
 * nobody asked about leaves its own open.
 */
export function verdictsOn<One extends Charged>(
  asked: readonly string[],
  judged: readonly One[],
): readonly One[] {
  return chargedAmong(judged, asked)
    .filter(({ clause }) => asked.includes(clause))
    .map((one) => {
      const { verdict, attributedTo: other } = one;
      if (verdict.is !== 'fail' || other === null || asked.includes(other)) return one;
      const why = `also affected by the failure of ${other}, which was not asked about: ${verdict.why}`;
      return { ...one, verdict: { ...verdict, is: 'inconclusive', why } };
    });
}

/** Whether a failure of `specific` also shows in `broad`, directly or through others. */
function isBroader(
  broad: string,
  specific: string,
  visited: ReadonlySet<string> = new Set(),
): boolean {
  const next = clauseOf(specific)?.broader ?? [];
  return next.some(
    (id) =>
      id === broad || (!visited.has(id) && isBroader(broad, id, new Set([...visited, specific]))),
  );
}
