/**
 * The one budget of false alarms of a run: which clauses are decided by statistics, and how often at most each of
 * their checks may call a right balancer wrong. Knows no test.
 */

/** Clauses that some judge decides by chance; all others are exact. */
const statisticalClauses = [
  'schedule.wrr.share',
  'schedule.source.share',
  // by source IP; by turns and by what is held it is exact
  'schedule.weight-change',
  'load.share',
] as const;

/** A right balancer may be called wrong once in a million runs (design, decision 6). */
export const usualAlpha = 1e-6;

/** By clause: how often a check may raise a false alarm; 0: it has no share of the budget and decides nothing. */
export interface Budget {
  falseAlarmRateOf(clause: string): number;
}

/** Of one history alone: each statistical clause may be checked once. */
export function budgetOfHistory(alpha: number): Budget {
  return { falseAlarmRateOf: () => alpha / statisticalClauses.length };
}

/** Checks by statistics that these timelines, each made for some clauses, plan in all. */
export function statisticalChecks(clausesOfTimelines: readonly (readonly string[])[]): number {
  const isStatistical = (clause: string) => statisticalClauses.some((one) => one === clause);
  return clausesOfTimelines.reduce((sum, own) => sum + own.filter(isStatistical).length, 0);
}

/** Of one timeline in a run: only what it was made for is checked, so that the checks are known beforehand. */
export function budgetOfTimeline(clauses: readonly string[], falseAlarmRate: number): Budget {
  return { falseAlarmRateOf: (clause) => (clauses.includes(clause) ? falseAlarmRate : 0) };
}

/** A pass promises that a share off by so much would have been noticed: ten points, what a swapped weight gives at least. */
export const biasToDetect = 0.1;
