/** Judges of thresholds and of counting in a row, on balancers that count right and wrong. */
import { describe, expect, it } from 'vitest';
import type { Reply } from '../history/vocabulary.ts';
import { type Asked, FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

/** P passes, S says nothing, whatever else fails. */
const replies: Readonly<Record<string, Reply>> = { P: 200, S: 'silence' };

/** Two cycles of traffic after every check of a, whose checks are answered as the letters say. */
function watched(letters: string, asked: Asked = {}, wrong: Wrong = {}) {
  const balancer = new FakeBalancer(asked, wrong).rounds(asked.healthyThreshold ?? 2).rounds(2);
  balancer.behave(
    'a',
    {},
    [...letters].map((letter) => ({ reply: replies[letter] ?? 503 })),
  );
  balancer.openFresh(6);
  for (let check = 0; check < letters.length; check++) balancer.pass(intervalMs).openFresh(6);
  return balancer.end();
}

const lives = (fall: number, rise: number) => 'F'.repeat(fall + 3) + 'P'.repeat(rise + 3);

describe('thresholds', () => {
  const clauses = ['health.unhealthy-threshold', 'health.healthy-threshold'];

  it('pass at every pair of values', () => {
    for (const unhealthyThreshold of [1, 2, 3, 5]) {
      for (const healthyThreshold of [1, 2, 4]) {
        const history = watched(lives(unhealthyThreshold, healthyThreshold), {
          unhealthyThreshold,
          healthyThreshold,
        });
        expect(passes(history)).toEqual(expect.arrayContaining(clauses));
        expect(failures(history)).toEqual([]);
      }
    }
  });

  it('fail one too high and one too low, each alone', () => {
    const asked = { unhealthyThreshold: 3, healthyThreshold: 3 };
    for (const off of [2, 4, 1, 5]) {
      expect(failures(watched(lives(3, 3), asked, { unhealthyThreshold: off }))).toEqual([
        'health.unhealthy-threshold',
      ]);
      expect(failures(watched(lives(3, 3), asked, { healthyThreshold: off }))).toEqual([
        'health.healthy-threshold',
      ]);
    }
  });

  it('say nothing when results never change, or nobody looks', () => {
    const steady = watched('PPPPPP');
    const balancer = new FakeBalancer().rounds(4).behave('a', { reply: 503 }).rounds(6).end();
    for (const history of [steady, balancer]) {
      for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
    }
  });

  it('fail who goes by the same answers under a lower threshold only, be it out or in', () => {
    const lowered = (course: string, first: Asked, wrong: Wrong = {}) => {
      const balancer = new FakeBalancer(first, wrong).rounds(7).openFresh(6);
      for (const letter of course) {
        if (letter === 'L') balancer.reconfigure({ unhealthyThreshold: 2, healthyThreshold: 2 });
        else
          balancer
            .behave('a', { reply: replies[letter] ?? 503 })
            .rounds(1)
            .openFresh(6);
      }
      return balancer.end();
    };
    const down = `${'F'.repeat(30)}L${'F'.repeat(6)}`;
    const up = `${'F'.repeat(5)}${'P'.repeat(30)}L${'P'.repeat(6)}`;
    const early = `${'F'.repeat(8)}L${'F'.repeat(6)}`;
    const atMost: Wrong = { countsAtMost: 3 };
    expect(failures(lowered(down, { unhealthyThreshold: 4 }))).toEqual([]);
    expect(failures(lowered(down, { unhealthyThreshold: 4 }, atMost))).toContain(
      'health.unhealthy-threshold',
    );
    expect(failures(lowered(up, { healthyThreshold: 4 }))).toEqual([]);
    expect(failures(lowered(up, { healthyThreshold: 4 }, atMost))).toContain(
      'health.healthy-threshold',
    );
    // somebody who takes these for no failures, and somebody who may be late
    const isSaid = (course: string, wrong: Wrong) =>
      verdictOn(lowered(course, { unhealthyThreshold: 4 }, wrong), 'health.unhealthy-threshold').is;
    expect(isSaid(down, { isNormal: () => true })).toBe('inconclusive');
    expect(isSaid(early, atMost)).toBe('inconclusive');
  });

  it('do not charge to counting what never goes out', () => {
    const history = watched(lives(2, 2), {}, { isNormal: () => true });
    expect(verdictOn(history, 'health.unhealthy-threshold').is).toBe('inconclusive');
  });
});

describe('health.consecutive', () => {
  const asked = { unhealthyThreshold: 3, healthyThreshold: 3 };
  const letters = `FPFPFPFP${'F'.repeat(6)}PFPFPFPF${'P'.repeat(6)}`;

  it('passes where the opposite result starts the count again', () => {
    const history = watched(letters, asked);
    expect(verdictOn(history, 'health.consecutive').is).toBe('pass');
    expect(failures(history)).toEqual([]);
  });

  it('fails where counts add up, and only this clause', () => {
    expect(failures(watched(letters, asked, { isCumulative: true }))).toEqual([
      'health.consecutive',
    ]);
    expect(failures(watched(`${'F'.repeat(6)}PFPFPFPF`, asked, { isCumulative: true }))).toEqual([
      'health.consecutive',
    ]);
  });

  it('rests on isolation where others had a result whenever a run was broken off', () => {
    const breach = (isAtOnce: boolean) => {
      const balancer = new FakeBalancer(asked, { isCumulative: true });
      if (isAtOnce) for (const one of balancer.instances) one.nextCheckMs = intervalMs;
      balancer.rounds(5).openFresh(6);
      for (const letter of letters)
        balancer
          .behave('a', { reply: replies[letter] ?? 503 })
          .rounds(1)
          .openFresh(6);
      return verdictOn(balancer.end(), 'health.consecutive');
    };
    expect(breach(true)).toMatchObject({ is: 'fail', restsOn: ['health.isolation'] });
    expect(breach(false)).toMatchObject({ is: 'fail' });
    expect(breach(false).restsOn).toBeUndefined();
  });

  it('fails where an opposite result leaves something of a run that was just one short', () => {
    const oneShort = `FFPFFP${'F'.repeat(6)}PPFPPF${'P'.repeat(6)}`;
    expect(failures(watched(oneShort, asked))).toEqual([]);
    expect(failures(watched(oneShort, asked, { keepsOne: true }))).toEqual(['health.consecutive']);
  });

  it('fails where a silent check breaks off nothing, once silence is known for a failure', () => {
    const silent = (history: string) => watched(history, asked, { passesOverSilence: true });
    expect(failures(silent(`SSSSSSPPSPPS${'P'.repeat(6)}`))).toEqual(['health.consecutive']);
    expect(failures(silent(`FFFFFFPPSPPS${'P'.repeat(6)}`))).toEqual([]);
    expect(failures(watched(`SSSSSSPPSPPS${'P'.repeat(6)}`, asked))).toEqual([]);
  });

  it('is not charged with a threshold that is off by one', () => {
    const oneShort = `FFPFFP${'F'.repeat(6)}PPFPPFPF${'P'.repeat(6)}`;
    for (const wrong of [{ unhealthyThreshold: 2 }, { healthyThreshold: 2 }]) {
      expect(failures(watched(oneShort, asked, wrong))).not.toContain('health.consecutive');
    }
    for (const wrong of [{ unhealthyThreshold: 2 }, { healthyThreshold: 2 }]) {
      expect(failures(watched(letters, asked, wrong))).not.toContain('health.consecutive');
    }
  });

  it('says nothing where thresholds leave no room or nothing is interrupted', () => {
    expect(verdictOn(watched('FPFPFPFP'), 'health.consecutive').is).toBe('inconclusive');
    expect(verdictOn(watched(lives(3, 3), asked), 'health.consecutive').is).toBe('inconclusive');
  });
});

describe('with nobody left in rotation', () => {
  it('whoever is used for want of others is not taken to be in', () => {
    const traits = { 'schedule.noneEligible': 'all' };
    const asked = { weights: { a: 1, b: 1 }, healthyThreshold: 3, traits };
    const history = new FakeBalancer(asked, { usesAllWhenNone: true })
      .rounds(5)
      .openFresh(6)
      .behave('a', { reply: 503 })
      .rounds(5)
      .openFresh(6)
      .behave('b', { reply: 503 })
      .rounds(5)
      .openFresh(6)
      .behave('a', {})
      .rounds(1)
      .openFresh(6)
      .rounds(5)
      .openFresh(6)
      .end();
    expect(failures(history)).toEqual([]);
  });
});
