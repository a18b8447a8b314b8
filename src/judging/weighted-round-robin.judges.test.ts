/** Judges of weighted round robin on right and wrong schedulers. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const weights = { a: 5, b: 1, c: 1 };

function cycles(count: number, wrong: Wrong = {}, asked: Asked = { weights }) {
  const sum = Object.values(asked.weights ?? {}).reduce((total, one) => total + one, 0);
  return new FakeBalancer(asked, wrong)
    .rounds(4)
    .openFresh(count * sum)
    .end();
}

describe('schedule.wrr.cycle', () => {
  it('passes whole cycles in the ratio of the weights', () => {
    const verdict = verdictOn(cycles(6), 'schedule.wrr.cycle');
    expect(verdict).toMatchObject({ is: 'pass', sometimes: { 'whole cycles': 6 } });
    expect(failures(cycles(6))).toEqual([]);
  });

  it('passes a burst order, and one that begins in the middle of a cycle', () => {
    const order = ['a', 'a', 'a', 'b', 'c', 'a', 'a'];
    const burst = cycles(6, { pick: (_, { number }) => order[number % 7] ?? 'a' });
    expect(verdictOn(burst, 'schedule.wrr.cycle').is).toBe('pass');
  });

  it('passes a wash-out of two cycles and no more', () => {
    const washed = (count: number) =>
      cycles(9, {
        pick: (_, { number }) =>
          number < count
            ? 'b'
            : (['a', 'a', 'a', 'a', 'a', 'b', 'c'][(number - count) % 7] as string),
      });
    expect(verdictOn(washed(14), 'schedule.wrr.cycle').is).toBe('pass');
    expect(verdictOn(washed(30), 'schedule.wrr.cycle').is).toBe('fail');
  });

  it('lets a rotation begin anew with a list that changes nobody, though not without one', () => {
    const order = ['a', 'a', 'a', 'a', 'a', 'b', 'c'];
    const begunAnew = (isRelisted: boolean) => {
      let turn = 0;
      const balancer = new FakeBalancer({ weights }, { pick: () => order[turn++ % 7] as string });
      balancer.rounds(4);
      // once alone shows as another beginning of the first cycle
      for (const count of [7 * 7 + 6, 7 * 7 + 1, 7 * 7]) {
        balancer.openFresh(count);
        turn = 0;
        if (isRelisted) balancer.relist();
      }
      return verdictOn(balancer.end(), 'schedule.wrr.cycle');
    };
    expect(begunAnew(true)).toMatchObject({ is: 'pass', sometimes: { 'whole cycles': 21 } });
    expect(begunAnew(false).is).toBe('fail');
  });

  it('fails swapped weights, and only this clause', () => {
    expect(failures(cycles(6, { weights: { a: 1, b: 5, c: 1 } }))).toEqual(['schedule.wrr.cycle']);
  });

  it('leaves nothing of what is told by absence where somebody whose turn it is gets nothing at all', () => {
    const starved = cycles(6, { pick: (_, { number }) => 'ab'[number % 2] as string });
    const verdict = verdictOn(starved, 'schedule.wrr.cycle');
    expect(verdict.undermines).toContain('health.http.codes');
    expect(verdict.undermines).not.toContain('schedule.eligible');
    expect(failures(starved)).toEqual(['schedule.wrr.cycle']);
    const passedOver = cycles(6, {
      pick: (_, { number }) => (number < 38 ? 'ab'[number % 2] : 'c') as string,
    });
    expect(verdictOn(passedOver, 'schedule.wrr.cycle').undermines).toContain('health.http.codes');
    const swapped = cycles(6, { weights: { a: 1, b: 5, c: 1 } });
    expect(verdictOn(swapped, 'schedule.wrr.cycle').undermines).toBeUndefined();
  });

  it('says nothing of who gets nothing and passes its checks late: it may have another timeout', () => {
    const absent = (afterMs: number) =>
      new FakeBalancer({ weights }, { pick: (_, { number }) => 'ab'[number % 2] as string })
        .behave('c', { afterMs })
        .rounds(4)
        .openFresh(6 * 7)
        .end();
    expect(failures(absent(0))).toEqual(['schedule.wrr.cycle']);
    expect(failures(absent(1900))).toEqual([]);
  });

  it('fails weights that are ignored, and only this clause', () => {
    expect(failures(cycles(6, { weights: { a: 1, b: 1, c: 1 } }))).toEqual(['schedule.wrr.cycle']);
  });

  it('says nothing of fewer cycles than the wash-out and three, nor of several declared schedulers', () => {
    expect(verdictOn(cycles(5), 'schedule.wrr.cycle').is).toBe('inconclusive');
    const many = cycles(
      6,
      { weights: { a: 1, b: 5, c: 1 } },
      { weights, traits: { 'wrr.schedulers': 'n' } },
    );
    expect(verdictOn(many, 'schedule.wrr.cycle')).toMatchObject({
      is: 'inconclusive',
      why: 'declared: n schedulers, so no common cycle',
      isObservation: true,
    });
  });

  it('says nothing when somebody is missing and checks may be to blame', () => {
    const slow = new FakeBalancer({ weights }, { isNormal: (reply) => reply === 200 })
      .behave('b', { reply: 302 })
      .rounds(6)
      .openFresh(70)
      .end();
    expect(verdictOn(slow, 'schedule.wrr.cycle').is).toBe('inconclusive');
  });
});

describe('schedule.wrr.share', () => {
  it('passes when a shift of ten points would have shown', () => {
    expect(verdictOn(cycles(200), 'schedule.wrr.share').is).toBe('pass');
    expect(verdictOn(cycles(10), 'schedule.wrr.share').is).toBe('inconclusive');
  });

  it('does not mind bursts as long as cycles', () => {
    const order = [...'aaaaa'.repeat(1), 'b', 'c'];
    const burst = cycles(200, { pick: (_, { number }) => order[number % 7] as string });
    expect(verdictOn(burst, 'schedule.wrr.share').is).toBe('pass');
  });

  it('counts nothing of the cycles in which it may wash out', () => {
    // a cycle of a hundred, so that the first one alone is more than any chance
    const long = { a: 60, b: 39, c: 1 };
    const firstToC = ({ number }: { number: number }) =>
      number < 80 || number % 100 === 99 ? 'c' : number % 100 < 60 ? 'a' : 'b';
    const washingOut = (washoutCycles: number) => {
      const asked = { weights: long, traits: { 'wrr.washoutCycles': washoutCycles } };
      return verdictOn(cycles(18, { pick: (_, one) => firstToC(one) }, asked), 'schedule.wrr.share')
        .is;
    };
    expect(washingOut(1)).toBe('pass');
    expect(washingOut(0)).toBe('fail');
  });

  it('fails weights that are off by ten points, charged to the cycle where there is one scheduler', () => {
    const wrong = {
      pick: (_: unknown, { number }: { number: number }) =>
        (number * 0.618034) % 1 < 0.6 ? 'a' : number % 2 ? 'b' : 'c',
    };
    const one = cycles(200, wrong);
    expect(verdictOn(one, 'schedule.wrr.share').is).toBe('fail');
    expect(failures(one)).toEqual(['schedule.wrr.cycle']);
    const many = cycles(200, wrong, { weights, traits: { 'wrr.schedulers': 'n' } });
    expect(failures(many)).toEqual(['schedule.wrr.share']);
  });
});

describe('schedule.wrr.spread', () => {
  it('measures how far anybody strays, and fails nobody for it', () => {
    const burst = ['a', 'a', 'a', 'a', 'a', 'b', 'c'];
    const strays = (wrong: Wrong) => {
      const { is, isObservation, why } = verdictOn(cycles(6, wrong), 'schedule.wrr.spread');
      expect({ is, isObservation }).toEqual({ is: 'inconclusive', isObservation: true });
      return Number(/further than ([\d.]+) connections/.exec(why)?.[1]);
    };
    expect(strays({})).toBeLessThan(1);
    // after five to one instance, of which 25/7 were due
    expect(strays({ pick: (_, { number }) => burst[number % 7] ?? 'a' })).toBeCloseTo(10 / 7, 1);
  });

  it('says nothing of less than a cycle', () => {
    const short = new FakeBalancer({ weights }).rounds(4).openFresh(3).end();
    expect(verdictOn(short, 'schedule.wrr.spread').isObservation).toBeUndefined();
  });
});
