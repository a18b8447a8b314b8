/**
 * A sequential test of declared shares that may be looked at after every observation: a Dirichlet mixture of all
 * alternatives against the shares (a test martingale; Ville's inequality bounds the chance that it ever exceeds 1/alpha).
 * Knows only counts.
 */
import gammaln from '@stdlib/math-base-special-gammaln';

export interface EProcess {
  /** Pseudo-observations of each share. */
  readonly priors: readonly number[];
  /** Natural logarithm of the evidence against the shares after these counts; at `-ln(alpha)` they may be rejected. */
  logEvidence(counts: readonly number[]): number;
}

/**
 * How tightly the mixture sits around the declared shares, as a number of pseudo-observations: with 30, a share of a
 * half spreads by sqrt(0.25 / 31) = 0.09, so that shifts of about ten points are found soonest.
 */
const concentration = 30;

/** `shares`: positive, summing to 1, two or more. */
export function eProcess(shares: readonly number[]): EProcess {
  const priors = shares.map((share) => concentration * share);
  const logShares = shares.map(Math.log);
  const logEvidence = (counts: readonly number[]) => {
    let total = 0;
    let sum = gammaln(concentration);
    priors.forEach((prior, index) => {
      const count = counts[index] ?? 0;
      total += count;
      sum += gammaln(prior + count) - gammaln(prior) - count * (logShares[index] ?? 0);
    });
    return sum - gammaln(concentration + total);
  };
  return { priors, logEvidence };
}

/** The hardest shift to see: between the two largest shares, where a point is worth least. */
export function shiftedShares(shares: readonly number[], shift: number): readonly number[] {
  const byShare = shares
    .map((_, index) => index)
    .toSorted((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0));
  const [from, to] = byShare;
  return shares.map((share, index) => {
    if (index === from) return share - Math.min(shift, share);
    return index === to ? share + Math.min(shift, shares[from ?? 0] ?? 0) : share;
  });
}

/** Weights as shares of 1. */
export function sharesOf(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
