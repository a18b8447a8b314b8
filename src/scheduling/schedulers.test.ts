import { describe, expect, it } from 'vitest';
import {
  counts,
  cyclesAreExact,
  Fleet,
  onlyOwnSourcesMove,
  picks,
  picksOnlyParticipants,
  refillRestoresRatio,
  releasedIsFilledFirst,
  sharesFollowWeights,
  weightChangeCounts,
} from './scheduler.properties.ts';
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

describe('source hashing', () => {
  it('keeps sources in place, moves only those of an instance that goes, and brings them back', () => {
    onlyOwnSourcesMove(sourceHash);
  });
  it('shares many sources by weight within the declared tolerance', () => {
    sharesFollowWeights(sourceHash, 0.05);
  });
  it('notices that a source number was given to another address', () => {
    const fleet = new Fleet(sourceHash, [1, 1, 1, 1, 1, 1, 1, 1], 200);
    const other = Array.from({ length: 200 }, (_, source) => fleet.pick(source));
    fleet.address[0] = fleet.address[1] as number;
    fleet.address[2] = fleet.address[3] as number;
    expect([fleet.pick(0), fleet.pick(2)]).toEqual([other[1], other[3]]);
  });
});
