/** Exact binomial tails and Clopper–Pearson limits, by the regularized incomplete beta function. Knows only counts. */
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

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The probabilities that `successes` of `trials` do not contradict at this confidence (Clopper and Pearson 1934). */
export function clopperPearson(successes: number, trials: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    low:
      successes === 0
        ? 0
        : bisect((probability) => upperTail(successes, trials, probability) < tail),
    high:
      successes === trials
        ? 1
        : bisect((probability) => lowerTail(successes, trials, probability) > tail),
  };
}

/** Halvings after which a double no longer changes. */
const halvings = 60;

/** Where `holds`, true from 0 on, stops holding. */
function bisect(holds: (probability: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
