/** Exact binomial tails, by the regularized incomplete beta function. Knows only counts. */
import betainc from '@stdlib/math-base-special-betainc';
import { smallestWhere } from './bisection.ts';

/** P(X >= successes), X binomial. */
export function upperTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return betainc(probability, successes, trials - successes + 1);
}

/** The probabilities that so many successes do not contradict, each side with half of the error (Clopper and Pearson, 1934). */
export function exactInterval(
  successes: number,
  trials: number,
  confidence: number,
): { readonly low: number; readonly high: number } {
  const error = (1 - confidence) / 2;
  const low = smallestWhere(
    1,
    (probability) => upperTail(successes, trials, probability) > error,
    halvings,
  );
  const high = smallestWhere(
    1,
    (probability) => lowerTail(successes, trials, probability) <= error,
    halvings,
  );
  return { low: successes === 0 ? 0 : low, high: successes === trials ? 1 : high };
}

/** Halvings of [0, 1]: more than a double can tell apart. */
const halvings = 60;

/** P(X <= successes), X binomial. */
export function lowerTail(successes: number, trials: number, probability: number): number {
  if (successes >= trials) return 1;
  if (successes < 0) return 0;
  return betainc(1 - probability, trials - successes, successes + 1);
}
