import { describe, expect, it } from 'vitest';
import type { Capabilities, Need } from './behaviour.ts';
import { appliesTo, clauseOf, clauses, missingNeeds } from './clauses.ts';

describe('the clause book', () => {
  it('has 71 clauses, each once', () => {
    expect(new Set(clauses.map(({ id }) => id)).size).toBe(clauses.length);
    expect(clauses).toHaveLength(71);
  });

  it('finds each clause by its id', () => {
    for (const clause of clauses) expect(clauseOf(clause.id)).toBe(clause);
    expect(clauseOf('no.such')).toBeUndefined();
  });

  it('names wider clauses that exist, are not the clause itself, and lead round in no circle', () => {
    const reached = (id: string, seen: readonly string[]): void => {
      expect(seen, `${id} entails itself`).not.toContain(id);
      for (const wider of clauseOf(id)?.broader ?? []) {
        expect(clauseOf(wider), `${id} → ${wider}`).toBeDefined();
        reached(wider, [...seen, id]);
      }
    };
    for (const { id } of clauses) reached(id, []);
  });

  it('says which trait decides wherever a reading is only declared, save for what is merely measured', () => {
    const without = clauses.filter(({ strength, trait }) => strength === 'declared' && !trait);
    expect(without.map(({ id }) => id)).toEqual(['schedule.wrr.spread']);
  });
});

describe('what a clause needs', () => {
  const needs = new Set<Need>(['check.tcp', 'check.http', ...clauses.flatMap((one) => one.needs)]);
  const without = (...lacking: Need[]) =>
    Object.fromEntries(
      [...needs].map((need) => [need, { supported: !lacking.includes(need) }]),
    ) as Capabilities;

  it('is nothing more where all is there, and each thing that is not', () => {
    for (const clause of clauses) {
      expect(missingNeeds(clause, without())).toEqual([]);
      for (const need of clause.needs) expect(missingNeeds(clause, without(need))).toEqual([need]);
      const other = [...needs].filter((need) => !clause.needs.includes(need));
      for (const need of other) expect(missingNeeds(clause, without(need))).toEqual([]);
    }
  });
  it('is traffic, save for what is configured and how instances are checked', () => {
    const untouched = clauses.filter(({ needs: own }) => !own.includes('traffic'));
    const families = new Set(untouched.map(({ id }) => id.split('.')[0]));
    expect([...families].sort()).toEqual(['config', 'health']);
  });
  it('is some way of checking, once, where it says so', () => {
    const unchecked = without('check.tcp', 'check.http');
    const asking = clauses.filter(({ needsChecks }) => needsChecks);
    expect(asking.length).toBeGreaterThan(5);
    for (const clause of asking) {
      const missing = missingNeeds(clause, unchecked);
      expect(missing.filter((need) => need === 'check.tcp')).toEqual(['check.tcp']);
      expect(appliesTo(clause.id, unchecked)).toBe(false);
    }
  });
});
