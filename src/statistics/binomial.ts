/** Exact binomial tails, by the regularized incomplete beta function. Knows only counts. */
import betainc from '@stdlib/math-base-special-betainc';

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
  const low = crossing((probability) => upperTail(successes, trials, probability) > error);
  const high = crossing((probability) => lowerTail(successes, trials, probability) <= error);
  return { low: successes === 0 ? 0 : low, high: successes === trials ? 1 : high };
}

/** Halvings of [0, 1]: more than a double can tell apart. */
const halvings = 60;

/** The probability from which on `holds`. */
function crossing(holds: (probability: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** P(X <= successes), X binomial. */
export function lowerTail(successes: number, trials: number, probability: number): number {
  if (successes >= trials) return 1;
  if (successes < 0) return 0;
  return betainc(1 - probability, trials - successes, successes + 1);
}
