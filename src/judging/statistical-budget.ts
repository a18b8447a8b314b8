/**
 * The one budget of false alarms of a run: which clauses are decided by statistics, and how often at most each of
 * their checks may call a right balancer wrong. Knows no test.
 */
import type { Scheduling } from '../spec/configuration.ts';

/** Clauses that some judge decides by chance, and under which algorithm; all others, and these under others, are exact. */
const statisticalClauses: ReadonlyMap<string, Scheduling> = new Map([
  ['schedule.wrr.share', 'weighted-round-robin'],
  ['schedule.source.share', 'source-ip'],
  ['schedule.weight-change', 'source-ip'],
  ['load.share', 'source-ip'],
]);

/** Whether chance decides it, under some algorithm. */
export function isStatistical(clause: string): boolean {
  return statisticalClauses.has(clause);
}

/** What a timeline was made for, and the algorithms of its configurations. */
export interface Plan {
  readonly clauses: readonly string[];
  readonly schedulings: readonly Scheduling[];
}

/** A right balancer may be called wrong once in a million runs (design, decision 6). */
export const usualAlpha = 1e-6;

/** By clause: how often a check may raise a false alarm; 0: it has no share of the budget and decides nothing. */
export interface Budget {
  falseAlarmRateOf(clause: string): number;
}

/** Of one history alone: each statistical clause may be checked once. */
export function budgetOfHistory(alpha: number): Budget {
  return { falseAlarmRateOf: () => alpha / statisticalClauses.size };
}

/** Checks by statistics that these timelines plan in all. */
export function statisticalChecks(plans: readonly Plan[]): number {
  return plans.reduce((sum, plan) => sum + statisticalAmong(plan).length, 0);
}

function statisticalAmong({ clauses, schedulings }: Plan): readonly string[] {
  return clauses.filter((clause) =>
    schedulings.some((scheduling) => statisticalClauses.get(clause) === scheduling),
  );
}

/** Of one timeline in a run: only what it was made for is checked, so that the checks are known beforehand. */
export function budgetOfTimeline(plan: Plan, falseAlarmRate: number): Budget {
  const planned = statisticalAmong(plan);
  return { falseAlarmRateOf: (clause) => (planned.includes(clause) ? falseAlarmRate : 0) };
}

/** A pass promises that a share off by so much would have been noticed: ten points, what a swapped weight gives at least. */
export const biasToDetect = 0.1;
