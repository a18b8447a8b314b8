/** What a failing clause is charged to where other cases break narrower ones: once the run is over, clause by clause. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClauseResult } from '../results/conformance-result.ts';
import { clauseOf, clauses } from '../spec/clauses.ts';
import { attributed, type Grounds } from './roll-up.ts';

function result(id: string, verdict: ClauseResult['verdict'] = 'fail'): ClauseResult {
  const { strength } = clauseOf(id) as { strength: ClauseResult['strength'] };
  const failures = [{ why: id }];
  return { id, strength, verdict, why: 'so', attributedTo: null, failures } as never;
}

const nothing: Grounds = {
  standingAlone: new Set(),
  undermined: new Map(),
  apartFrom: () => [],
  isKeptBeside: () => false,
  restingOn: () => [],
};

/** Failing clauses and what they are charged to; null: to themselves. */
function charges(
  ids: readonly string[],
  alone: readonly string[] = [],
  undermined: Readonly<Record<string, string>> = {},
  apart: Readonly<Record<string, readonly (readonly string[])[]>> = {},
  keptBeside: readonly string[] = [],
) {
  const by = Object.entries(undermined).map(([id, other]) => [id, new Set([other])] as const);
  const judged = attributed(
    ids.map((id) => result(id)),
    {
      standingAlone: new Set(alone),
      undermined: new Map(by),
      apartFrom: (id) => (apart[id] ?? []).map((others) => new Set(others)),
      isKeptBeside: (other) => keptBeside.includes(other),
      restingOn: () => [],
    },
  );
  return Object.fromEntries(judged.map(({ id, attributedTo }) => [id, attributedTo]));
}

describe('a clause that fails beside a narrower one', () => {
  it('is charged to it where it is derived: undecided, with the reason, and without failures of its own', () => {
    const [wide] = attributed([result('schedule.eligible'), result('draining.no-new')], nothing);
    expect(wide).toMatchObject({
      verdict: 'inconclusive',
      why: 'also affected by the failure of draining.no-new: so',
      attributedTo: 'draining.no-new',
      failures: [],
    });
  });

  it('fails by itself where the page states it', () => {
    expect(charges(['health.http.codes', 'health.unhealthy-threshold'])).toEqual({
      'health.http.codes': null,
      'health.unhealthy-threshold': null,
    });
  });

  it('is charged to a premise even where the page states it, or where it stands alone', () => {
    const premise = 'health.consecutive';
    const broken = [premise, 'health.unhealthy-threshold', 'schedule.eligible'];
    expect(charges(broken, ['schedule.eligible'])).toEqual({
      [premise]: null,
      'health.unhealthy-threshold': premise,
      'schedule.eligible': premise,
    });
  });

  it('is charged to what each of its failures rests on, where that fails as well', () => {
    const [resting, other] = ['health.unhealthy-threshold', 'health.timeout'];
    const chargeOf = (ids: readonly string[], ...rests: readonly (readonly string[])[]) =>
      attributed(
        ids.map((id) => result(id)),
        { ...nothing, restingOn: (id) => (id === resting ? rests.map((on) => new Set(on)) : []) },
      )[0]?.attributedTo;
    expect(chargeOf([resting, other], [other, 'health.tcp'], [other])).toBe(other);
    expect(chargeOf([resting], [other])).toBeNull();
    // one that stands by itself is enough
    expect(chargeOf([resting, other], [other], [])).toBeNull();
    expect(chargeOf([resting, other])).toBeNull();
  });

  it('fails by itself where the page states it and its own histories kept the premise', () => {
    const premise = 'health.consecutive';
    expect(
      charges([premise, 'health.unhealthy-threshold', 'schedule.eligible'], [], {}, {}, [premise]),
    ).toEqual({
      [premise]: null,
      'health.unhealthy-threshold': null,
      'schedule.eligible': premise,
    });
  });

  it('fails by itself where no narrower one explains it, and then takes the derived ones inside it along', () => {
    const [wide, narrow] = ['schedule.eligible', 'health.detection-time'];
    expect(charges([wide, narrow])).toEqual({ [wide]: narrow, [narrow]: null });
    expect(charges([wide, narrow], [wide])).toEqual({ [wide]: null, [narrow]: wide });
  });

  it('does not take along what the page states, what stands alone too, or a premise', () => {
    const wide = 'schedule.eligible';
    expect(charges([wide, 'health.timeout'], [wide])['health.timeout']).toBeNull();
    const narrow = 'health.detection-time';
    expect(charges([wide, narrow], [wide, narrow])[narrow]).toBeNull();
    expect(charges([wide, 'health.isolation'], [wide])['health.isolation']).toBeNull();
  });

  it('is not charged to one of which it leaves nothing, be that stated: that one is charged to it', () => {
    const [wide, narrow] = ['schedule.eligible', 'health.timeout'];
    expect(charges([wide, narrow], [], { [narrow]: wide })).toEqual({
      [wide]: null,
      [narrow]: wide,
    });
    const premise = 'health.consecutive';
    expect(charges([wide, premise], [], { [premise]: wide })).toEqual({
      [wide]: null,
      [premise]: wide,
    });
  });

  it('is not charged to one that would leave nothing of it, yet keeps its promise', () => {
    const undermined = { 'health.timeout': 'schedule.wrr.cycle' };
    expect(charges(['health.timeout'], [], undermined)).toEqual({ 'health.timeout': null });
  });

  it('fails by itself where none of the narrower ones that fail can be why in one and the same case', () => {
    const [wide, narrow, other] = ['change.effective', 'forward.port', 'draining.return'];
    const all = [wide, narrow, other];
    const of = (...apart: readonly (readonly string[])[]) =>
      charges(all, [], {}, { [wide]: apart });
    expect(of([narrow, other])).toEqual({ [wide]: null, [narrow]: null, [other]: null });
    expect(of([narrow], [other])[wide]).toBe(narrow);
    expect(charges([wide, narrow], [], {}, { [wide]: [[narrow]] })[wide]).toBeNull();
  });

  it('is charged to a premise even where that had no case', () => {
    const [wide, premise] = ['schedule.eligible', 'health.isolation'];
    expect(charges([wide, premise], [], {}, { [wide]: [[premise]] })[wide]).toBe(premise);
  });

  it('is left alone by clauses that do not fail, and where it does not fail itself', () => {
    const passed = result('draining.no-new', 'pass');
    const broken = result('schedule.eligible');
    expect(attributed([broken, passed], nothing)).toEqual([broken, passed]);
    const kept = result('schedule.eligible', 'pass');
    expect(attributed([kept, result('draining.no-new')], nothing)[0]).toBe(kept);
  });
});

describe('whatever fails', () => {
  const ids = clauses.map(({ id }) => id);
  const drawn = fc.tuple(fc.subarray(ids, { minLength: 1 }), fc.subarray(ids));

  it('something is charged, every charge goes to a clause that failed, and only inside or around it', () => {
    fc.assert(
      fc.property(drawn, ([failing, alone]) => {
        const charged = charges(failing, alone);
        expect(Object.values(charged)).toContain(null);
        for (const [id, to] of Object.entries(charged)) {
          if (to === null) continue;
          expect(failing).toContain(to);
          const isNarrower = clauseOf(to)?.broader?.includes(id) === true;
          const isWider = alone.includes(to) && clauseOf(id)?.broader?.includes(to) === true;
          expect(isNarrower || isWider, `${id} to ${to}`).toBe(true);
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('a premise, and a clause that no failing one is narrower or wider than, is charged itself', () => {
    fc.assert(
      fc.property(drawn, ([failing, alone]) => {
        const charged = charges(failing, alone);
        for (const id of failing) {
          const broader = clauseOf(id)?.broader ?? [];
          const isApart = !failing.some(
            (other) => broader.includes(other) || clauseOf(other)?.broader?.includes(id),
          );
          if (isApart) expect(charged[id]).toBeNull();
        }
      }),
      { seed: 8, numRuns: 500 },
    );
  });
});
