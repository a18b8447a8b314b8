import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  counts,
  cyclesAreExact,
  Fleet,
  onlyFavouredSourcesCome,
  onlyOwnSourcesMove,
  picks,
  picksOnlyParticipants,
  refillRestoresRatio,
  releasedIsFilledFirst,
  sharesFollowWeights,
  weightChangeCounts,
} from './scheduler.properties.ts';
import { type InstanceColumns, NONE, type Scheduler, type SourceColumns } from './scheduler.ts';
import { schedulers } from './schedulers.ts';
import { sourceHash } from './source-hash.ts';
import { weightedLeastConnections } from './weighted-least-connections.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

describe('every scheduler', () => {
  for (const [name, factory] of Object.entries(schedulers)) {
    it(`${name} picks only who takes part, and somebody while anybody does`, () => {
      picksOnlyParticipants(factory);
    });
  }
});

describe('weighted round robin', () => {
  it('gives each instance its exact part of every cycle, whatever happened before', () => {
    cyclesAreExact(weightedRoundRobin);
  });
  it('follows a changed weight at once', () => {
    weightChangeCounts(weightedRoundRobin);
  });

  // nginx commit 52327e0627f49dbda1e8db695e63a4b0af4448b1, whose message prints the order and the state of each pick.
  it('gives 5,1,1 the order a a b a c a a', () => {
    expect(picks(new Fleet(weightedRoundRobin, [5, 1, 1]), 14)).toBe('aabacaaaabacaa');
  });
  // Orders of the same algorithm, computed from its description and seen on nginx (stream, one worker).
  it.each([
    [[4, 3, 2], 'abcabacba'],
    [[5, 10], 'babbab'],
    [[11, 3], 'aabaaaabaaabaa'],
    [[2, 3, 5], 'cbacbccabc'],
    [[100, 100, 25], 'ababcabab'],
  ])('gives %j the order %s', (weights, order) => {
    expect(picks(new Fleet(weightedRoundRobin, weights), order.length)).toBe(order);
  });
  // nginx-tests, stream_upstream.t: 30 connections by weights 1 and 2, and by equal weights with two peers down.
  it('splits 30 connections 10 to 20 by weights 1 and 2', () => {
    const fleet = new Fleet(weightedRoundRobin, [1, 2]);
    expect(
      counts(
        Array.from({ length: 30 }, () => fleet.pick()),
        2,
      ),
    ).toEqual([10, 20]);
  });
  it('splits 30 connections evenly although two further instances are down', () => {
    const fleet = new Fleet(weightedRoundRobin, [1, 1, 1, 1]);
    fleet.setEligible(1, false);
    fleet.setEligible(3, false);
    expect(
      counts(
        Array.from({ length: 30 }, () => fleet.pick()),
        4,
      ),
    ).toEqual([15, 0, 15, 0]);
  });
});

describe('weighted least connections', () => {
  it('restores the ratio of the weights when a skewed part was closed and refilled', () => {
    refillRestoresRatio(weightedLeastConnections);
  });
  it('fills an emptied instance first', () => {
    releasedIsFilledFirst(weightedLeastConnections);
  });

  // Orders seen on nginx least_conn (stream, one worker), which breaks ties in the same way.
  it.each([
    [[1, 2], 'bababbbabbababbbab'],
    [[4, 3, 2], 'abcabcababacabcaba'],
  ])('fills %j in the order %s while nothing is closed', (weights, order) => {
    expect(picks(new Fleet(weightedLeastConnections, weights), order.length, true)).toBe(order);
  });
  it('shares an idle fleet by weight: 1,2 gives b a b b a b', () => {
    expect(picks(new Fleet(weightedLeastConnections, [1, 2]), 12)).toBe('babbabbabbab');
  });
});

/** Looks at everybody, every time: least load as a fraction, then picks per weight, then the lowest number. */
function leastOf(fleet: Fleet, picked: readonly number[]): number {
  const isLess = (one: number, other: number, of: (instance: number) => number) =>
    of(one) * (fleet.weight[other] as number) - of(other) * (fleet.weight[one] as number);
  return fleet.participants().reduce((best, instance) => {
    if (best === NONE) return instance;
    const byLoad = isLess(instance, best, (each) => fleet.active[each] as number);
    const byTurn = isLess(instance, best, (each) => (picked[each] as number) + 1);
    return byLoad < 0 || (byLoad === 0 && byTurn < 0) ? instance : best;
  }, NONE);
}

/** Among those with the least load each gains its weight, the richest goes first and pays for all: what is tied goes round. */
function smoothAmongLeast(fleet: Fleet, credit: number[]): number {
  const load = (each: number) => (fleet.active[each] as number) / (fleet.weight[each] as number);
  const least = Math.min(...fleet.participants().map(load));
  const tied = fleet.participants().filter((each) => load(each) === least);
  if (tied.length === 0) return NONE;
  const weightOf = (each: number) => fleet.weight[each] as number;
  for (const each of tied) credit[each] = (credit[each] as number) + weightOf(each);
  const best = tied.reduce((one, other) =>
    (credit[other] as number) > (credit[one] as number) ? other : one,
  );
  credit[best] = (credit[best] as number) - tied.reduce((sum, each) => sum + weightOf(each), 0);
  return best;
}

describe('schedulers of large fleets', () => {
  const many = Array.from({ length: 300 }, (_, index) => 1 + ((index * 7) % 100));
  const weights = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 201, maxLength: 230 });
  const acts = fc.array(fc.nat(1000), { maxLength: 600, size: 'max' });

  it('least connections: the tree picks what looking at everybody would, ties included', () => {
    fc.assert(
      fc.property(weights, acts, (initial, list) => {
        const fleet = new Fleet(weightedLeastConnections, initial);
        const picked = new Array<number>(initial.length).fill(0);
        let pace = 0;
        for (const act of list) {
          const who = act % initial.length;
          if (act % 20 === 0) {
            if (act % 3 === 0) fleet.reweigh(who, act % 7);
            else fleet.setEligible(who, fleet.isEligible[who] === 0);
            picked[who] = Math.floor(pace * (fleet.weight[who] as number));
          } else if (act % 2 === 0 && (fleet.active[who] as number) > 0) fleet.close(who);
          else {
            const expected = leastOf(fleet, picked);
            // a pick need not be held
            expect(act % 7 === 1 ? fleet.pick() : fleet.open()).toBe(expected);
            if (expected === NONE) continue;
            picked[expected] = (picked[expected] as number) + 1;
            pace = (picked[expected] as number) / (fleet.weight[expected] as number);
          }
        }
      }),
      { seed: 3, numRuns: 15 },
    );
  });

  it('least connections: a small fleet picks nobody who has more than another, whatever was remembered', () => {
    const small = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(small, acts, (initial, list) => {
        const fleet = new Fleet(weightedLeastConnections, initial);
        for (const act of list) {
          const who = act % initial.length;
          if (act % 2 === 0 && (fleet.active[who] as number) > 0) fleet.close(who);
          else {
            const loads = initial.map((weight, each) => (fleet.active[each] as number) / weight);
            expect(loads[fleet.open()]).toBe(Math.min(...loads));
          }
        }
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('least connections: a small fleet picks what smooth turns among the least loaded would, in groups or across them', () => {
    const some = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(some, acts, (initial, list) => {
        const fleet = new Fleet(weightedLeastConnections, initial);
        const credit = new Array<number>(initial.length).fill(0);
        for (const act of list) {
          const who = act % initial.length;
          if (act % 50 === 0) {
            fleet.setEligible(who, fleet.isEligible[who] === 0);
            credit.fill(0);
          } else if (act % 3 === 0 && (fleet.active[who] as number) > 0) fleet.close(who);
          else {
            const expected = smoothAmongLeast(fleet, credit);
            expect(fleet.open()).toBe(expected);
          }
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('round robin: refuses a weight beyond what any profile takes', () => {
    expect(() => new Fleet(weightedRoundRobin, new Array(65).fill(101)).pick()).toThrow(
      'a weight of 101 is more than 100',
    );
  });

  it('round robin: each cycle, and each window as long, gives everybody exactly its part', () => {
    const fleet = new Fleet(weightedRoundRobin, many);
    const cycle = fleet.cycle();
    const picked = Array.from({ length: 3 * cycle }, () => fleet.pick());
    for (const from of [0, 1, 977, cycle, 2 * cycle - 5]) {
      expect(counts(picked.slice(from, from + cycle), many.length)).toEqual(many);
    }
  });

  it('round robin: nobody is ever more than one pick ahead of its part, or behind', () => {
    const fleet = new Fleet(weightedRoundRobin, many);
    const cycle = fleet.cycle();
    const seen = new Array<number>(many.length).fill(0);
    let furthest = 0;
    for (let pick = 1; pick <= cycle; pick++) {
      const instance = fleet.pick();
      seen[instance] = (seen[instance] as number) + 1;
      const ideal = (pick * (many[instance] as number)) / cycle;
      furthest = Math.max(furthest, Math.abs((seen[instance] as number) - ideal));
    }
    expect(furthest).toBeLessThanOrEqual(1);
  });

  it('round robin: follows a change at once, at a pick of any cycle', () => {
    const fleet = new Fleet(weightedRoundRobin, many);
    for (let pick = 0; pick < 20_000; pick++) fleet.pick();
    fleet.setEligible(5, false);
    fleet.reweigh(6, 1);
    const expected = many.map((weight, index) => (index === 5 ? 0 : index === 6 ? 1 : weight));
    const picked = Array.from({ length: fleet.cycle() }, () => fleet.pick());
    expect(counts(picked, many.length)).toEqual(expected);
  });
});

describe('source hashing', () => {
  it('keeps sources in place, moves only those of an instance that goes, and brings them back', () => {
    onlyOwnSourcesMove(sourceHash);
  });
  it('shares many sources by weight within the declared tolerance', () => {
    sharesFollowWeights(sourceHash, 0.05);
  });
  it('moves sources only to an instance that gains weight', () => {
    onlyFavouredSourcesCome(sourceHash);
  });
  it('shares by weight in a large fleet, whether many of its places are taken or few', () => {
    const full = Array.from({ length: 300 }, (_, index) => 1 + (index % 3) * 7);
    const sparse = full.map((_, index) => (index % 100 === 77 ? 1 + index : 0));
    for (const weights of [full, sparse.map((weight) => Math.min(weight, 100))]) {
      const fleet = new Fleet(sourceHash, weights, 20_000);
      const picked = Array.from({ length: 20_000 }, (_, source) => fleet.pick(source));
      // Pearson's statistic: mean and variance of chi-square are k and 2k.
      const taken = fleet.participants();
      const count = counts(picked, weights.length);
      const statistic = taken
        .map((instance) => {
          const expected = (picked.length * (weights[instance] as number)) / fleet.total();
          return ((count[instance] as number) - expected) ** 2 / expected;
        })
        .reduce((sum, term) => sum + term, 0);
      const freedom = taken.length - 1;
      expect(Math.abs(statistic - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom));
    }
  });
  it('is as consistent in a large fleet, whether a source was taken by an offer or by comparison', () => {
    onlyOwnSourcesMove(inLargeFleet);
    onlyFavouredSourcesCome(inLargeFleet);
  });
  it('notices that a source number was given to another address', () => {
    const fleet = new Fleet(sourceHash, [1, 1, 1, 1, 1, 1, 1, 1], 200);
    const other = Array.from({ length: 200 }, (_, source) => fleet.pick(source));
    fleet.address[0] = fleet.address[1] as number;
    fleet.address[2] = fleet.address[3] as number;
    expect([fleet.pick(0), fleet.pick(2)]).toEqual([other[1], other[3]]);
  });
});

/** Source hashing over more places than are compared; the fleet has every 25th of them, the others are empty. */
function inLargeFleet(
  { weight, active, isEligible, instancesMax }: InstanceColumns,
  sources: SourceColumns,
): Scheduler {
  const spacing = 25;
  const places = 201;
  const large = {
    instancesMax: places,
    weight: new Int32Array(places),
    active: new Int32Array(places),
    isEligible: new Uint8Array(places),
  };
  const scheduler = sourceHash(large, sources);
  const copy = (instance: number) => {
    large.weight[spacing * instance] = weight[instance] as number;
    large.active[spacing * instance] = active[instance] as number;
    large.isEligible[spacing * instance] = isEligible[instance] as number;
    scheduler.weightChanged(spacing * instance);
  };
  for (let instance = 0; instance < instancesMax; instance++) copy(instance);
  return {
    pick: (source) => scheduler.pick(source) / spacing,
    loadChanged: copy,
    eligibilityChanged: copy,
    weightChanged: copy,
  };
}
