import { describe, expect, it } from 'vitest';
import type { Scheduling } from '../spec/configuration.ts';
import { judges } from './judges.ts';
import { budgetOfHistory, budgetOfTimeline, statisticalChecks } from './statistical-budget.ts';

describe('the budget of false alarms', () => {
  const everybody = judges.map(({ clause }) => clause);
  const schedulings = ['weighted-round-robin', 'source-ip'] as const;
  const checks = statisticalChecks([{ clauses: everybody, schedulings }]);

  it('is spent once by the statistical judges of one history together', () => {
    const budget = budgetOfHistory(0.03);
    const spent = everybody
      .filter((clause) => statisticalChecks([{ clauses: [clause], schedulings }]) === 1)
      .reduce((sum, clause) => sum + budget.falseAlarmRateOf(clause), 0);
    expect(spent).toBeCloseTo(0.03, 12);
  });

  it('counts a check for each timeline and clause that it was made for, and none for exact clauses', () => {
    expect(checks).toBe(4);
    const plans = [['load.share'], ['load.share', 'schedule.wrr.cycle'], []];
    expect(statisticalChecks(plans.map((clauses) => ({ clauses, schedulings })))).toBe(2);
  });

  it('counts none under an algorithm whose shares are exact', () => {
    const clauses = ['load.share', 'schedule.weight-change'];
    const checksUnder = (scheduling: Scheduling) =>
      statisticalChecks([{ clauses, schedulings: [scheduling] }]);
    expect(checksUnder('source-ip')).toBe(2);
    expect(checksUnder('weighted-round-robin')).toBe(0);
    expect(checksUnder('weighted-least-connections')).toBe(0);
  });

  it('has nothing for what a timeline was not made for', () => {
    const budget = budgetOfTimeline({ clauses: ['load.share'], schedulings }, 0.01);
    expect(budget.falseAlarmRateOf('load.share')).toBe(0.01);
    expect(budget.falseAlarmRateOf('schedule.wrr.share')).toBe(0);
  });
});
