/** Exact binomial tails, by the regularized incomplete beta function. Knows only counts. */
import betainc from '@stdlib/math-base-special-betainc';

/** P(X >= successes), X binomial. */
export function upperTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return betainc(probability, successes, trials - successes + 1);
}

/** P(X <= successes), X binomial. */
export function lowerTail(successes: number, trials: number, probability: number): number {
  if (successes >= trials) return 1;
  if (successes < 0) return 0;
  return betainc(1 - probability, trials - successes, successes + 1);
}
