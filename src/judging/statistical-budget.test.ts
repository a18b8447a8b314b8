import { describe, expect, it } from 'vitest';
import { judges } from './judges.ts';
import { budgetOfHistory, budgetOfTimeline, statisticalChecks } from './statistical-budget.ts';

describe('the budget of false alarms', () => {
  const everybody = judges.map(({ clause }) => clause);
  const checks = statisticalChecks([everybody]);

  it('is spent once by the statistical judges of one history together', () => {
    const budget = budgetOfHistory(0.03);
    const spent = everybody
      .filter((clause) => statisticalChecks([[clause]]) === 1)
      .reduce((sum, clause) => sum + budget.falseAlarmRateOf(clause), 0);
    expect(spent).toBeCloseTo(0.03, 12);
  });

  it('counts a check for each timeline and clause that it was made for, and none for exact clauses', () => {
    expect(checks).toBe(4);
    expect(statisticalChecks([['load.share'], ['load.share', 'schedule.wrr.cycle'], []])).toBe(2);
  });

  it('has nothing for what a timeline was not made for', () => {
    const budget = budgetOfTimeline(['load.share'], 0.01);
    expect(budget.falseAlarmRateOf('load.share')).toBe(0.01);
    expect(budget.falseAlarmRateOf('schedule.wrr.share')).toBe(0);
  });
});
