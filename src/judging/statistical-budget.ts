/** The one budget of false alarms that the statistical clauses share, and what they promise to notice. */

/**
 * A right balancer may be called wrong once in a million runs (design, decision 6), split over the two clauses that
 * are decided by statistics: `schedule.wrr.share` and `schedule.source.share`.
 */
export const falseAlarmRate = 1e-6 / 2;

/** A pass promises that a share off by so much would have been noticed: ten points, what a swapped weight gives at least. */
export const shiftToDetect = 0.1;
