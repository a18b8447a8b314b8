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
