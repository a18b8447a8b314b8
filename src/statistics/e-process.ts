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

/**
 * All shares if the one at `index` is off by `bias` (positive or negative) and the others make up for it in proportion:
 * of everything that puts one share that far off, the hardest to tell from the declared shares, since its divergence from
 * them is least (information projection: Csiszar, Annals of Probability 3, 1975). null: no share can be that large or small.
 */
export function shiftedShares(
  shares: readonly number[],
  index: number,
  bias: number,
): readonly number[] | null {
  const own = shares[index] ?? 0;
  const moved = own + bias;
  if (moved < 0 || moved > 1) return null;
  return shares.map((share, at) => (at === index ? moved : (share * (1 - moved)) / (1 - own)));
}

/** Weights as shares of 1. */
export function sharesOf(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
