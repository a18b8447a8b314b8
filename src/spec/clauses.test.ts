import { describe, expect, it } from 'vitest';
import { clauseOf, clauses } from './clauses.ts';

describe('the clause book', () => {
  it('has 71 clauses, each once', () => {
    expect(new Set(clauses.map(({ id }) => id)).size).toBe(clauses.length);
    expect(clauses).toHaveLength(71);
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
