/** Judges of weighted least connections on right and wrong schedulers. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type FakeInstance, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const asked: Asked = { scheduling: 'weighted-least-connections', weights: { a: 4, b: 3, c: 2 } };

function refilled(wrong: Wrong = {}) {
  const balancer = new FakeBalancer(asked, wrong).rounds(4).openFresh(36, { hold: true });
  for (const name of ['a', 'b', 'c']) balancer.closeSome(name, 2);
  balancer.closeSome('a', 100).openFresh(36 - balancer.held().length, { hold: true });
  balancer
    .closeSome('b', 100)
    .closeSome('c', 1)
    .openFresh(36 - balancer.held().length, { hold: true });
  return balancer.end();
}

const least = (cost: (one: FakeInstance) => number) => (eligible: readonly FakeInstance[]) =>
  eligible.reduce((best, one) => (cost(one) < cost(best) ? one : best)).name;

describe('weighted least connections', () => {
  const clauses = ['schedule.wlc.ratio', 'schedule.wlc.release', 'schedule.wlc.active-only'];

  it('passes by n/w, by (n+1)/w, and where the idle come first', () => {
    for (const cost of [
      ({ active, weight }: FakeInstance) => active / weight,
      ({ active, weight }: FakeInstance) => (active + 1) / weight,
      ({ active, weight }: FakeInstance) => (active === 0 ? 0 : (active + 1) / weight),
    ]) {
      const history = refilled({ pick: least(cost) });
      expect(failures(history)).toEqual([]);
      expect(passes(history)).toEqual(expect.arrayContaining(clauses));
    }
  });

  it('charges misread weights to the ratio where nobody stands above target, never to the release', () => {
    const ignored = { pick: least(({ active }) => active) };
    const above = refilled(ignored);
    expect(verdictOn(above, 'schedule.wlc.ratio').is).toBe('inconclusive');
    expect(failures(above)).toEqual([]);
    const empty = new FakeBalancer(asked, ignored).rounds(4).openFresh(36, { hold: true });
    for (const name of ['a', 'b', 'c']) empty.closeSome(name, 100);
    expect(failures(empty.openFresh(36, { hold: true }).end())).toEqual(['schedule.wlc.ratio']);
  });

  it('fails where failures too few to be out count as connections, not where they take somebody out', () => {
    const failing = (wrong: Wrong) => {
      const equal = { ...asked, weights: { a: 1, b: 1, c: 1 }, unhealthyThreshold: 5 };
      const balancer = new FakeBalancer(equal, wrong).rounds(4).openFresh(24, { hold: true });
      balancer.behave('a', {}, new Array(4).fill({ reply: 503 })).rounds(4);
      for (const name of ['a', 'b', 'c']) balancer.closeSome(name, 4);
      balancer.openFresh(24 - balancer.held().length, { hold: true });
      balancer.closeSome('b', 5).closeSome('c', 2);
      return balancer.openFresh(24 - balancer.held().length, { hold: true }).end();
    };
    const cost = ({ active, failures: failed }: FakeInstance) => active + failed;
    expect(failures(failing({ pick: least(cost) }))).toEqual(['schedule.wlc.ratio']);
    expect(passes(failing({}))).toContain('schedule.wlc.ratio');
    expect(failures(failing({ unhealthyThreshold: 3 }))).not.toContain('schedule.wlc.ratio');
  });

  it('owe nothing to whoever was registered anew and may begin out of rotation', () => {
    const level = { ...asked, weights: { a: 1, b: 1, c: 1 }, drainSeconds: 0 };
    const returned = (isUp: boolean) => {
      const balancer = new FakeBalancer(level).rounds(8).openFresh(24, { hold: true });
      balancer.remove('a').pass(1).add('a');
      balancer.of('a').isUp = isUp;
      return balancer.closeSome('b', 4).openFresh(8, { hold: true }).end();
    };
    for (const isUp of [true, false]) expect(failures(returned(isUp))).toEqual([]);
  });

  it('fails where closed connections count', () => {
    const returned = (wrong: Wrong) =>
      new FakeBalancer({ ...asked, weights: { a: 1, b: 1 } }, wrong)
        .rounds(4)
        .behave('b', { reply: 503 })
        .rounds(6)
        .openFresh(20)
        .behave('b', {})
        .rounds(6)
        .openFresh(12, { hold: true })
        .end();
    expect(failures(returned({}))).toEqual([]);
    const total = { pick: least(({ total, weight }) => total / weight) };
    expect(failures(returned(total))).toContain('schedule.wlc.active-only');
    expect(verdictOn(refilled(total), 'schedule.wlc.ratio').is).toBe('fail');
  });

  /** Hears of an end so many picks later; a connection counts at once. */
  const hearingLate = (picksLate: number): Wrong => {
    const endedAt: ReadonlyMap<string, number>[] = [];
    const endsOf = ({ total, active }: FakeInstance) => total - active;
    return {
      pick: (eligible) => {
        endedAt.push(new Map(eligible.map((one) => [one.name, endsOf(one)])));
        const heard = endedAt[Math.max(0, endedAt.length - 1 - picksLate)];
        const cost = (one: FakeInstance) => (one.total - (heard?.get(one.name) ?? 0)) / one.weight;
        return least(cost)(eligible);
      },
    };
  };
  /** Refilled, and then filled up to twice as many, so that whoever hears of ends at all has heard of all. */
  const refilledTwice = (wrong: Wrong) => {
    const balancer = new FakeBalancer(asked, wrong).rounds(4).openFresh(36, { hold: true });
    for (const name of ['a', 'b', 'c']) balancer.closeSome(name, 2);
    balancer.closeSome('a', 100).openFresh(36 - balancer.held().length, { hold: true });
    return balancer.openFresh(72, { hold: true }).end();
  };

  it('charges ends that are heard of late to the release, also where the ratio never comes about', () => {
    expect(failures(refilledTwice(hearingLate(0)))).toEqual([]);
    for (const picksLate of [4, 12, 24]) {
      const history = refilledTwice(hearingLate(picksLate));
      expect(failures(history), `${picksLate} picks late`).toEqual(['schedule.wlc.release']);
      expect(verdictOn(history, 'schedule.wlc.release').undermines).toContain('schedule.wlc.ratio');
    }
  });

  it('does not take for late who has not heard of an end when many checks have come since', () => {
    const closedLongBefore = (rounds: number) => {
      const balancer = new FakeBalancer(asked, hearingLate(12)).rounds(4);
      balancer.openFresh(36, { hold: true }).closeSome('a', 100).rounds(rounds);
      balancer.openFresh(36 - balancer.held().length, { hold: true });
      return balancer.openFresh(72, { hold: true }).end();
    };
    const [soon, long] = [2, 14].map(
      (rounds) => verdictOn(closedLongBefore(rounds), 'schedule.wlc.release').undermines,
    );
    expect(soon).toContain('schedule.wlc.ratio');
    expect(long).toBeUndefined();
  });

  it('does not take for late who never hears of ends, or looks at nothing that is held', () => {
    const order = [...'abcabacba'];
    const inTurn: Wrong = { pick: (_, { number }) => order[number % 9] as string };
    const unweighted = least(({ active }) => active);
    for (const wrong of [hearingLate(1000), inTurn, { pick: unweighted }]) {
      const { undermines } = verdictOn(refilledTwice(wrong), 'schedule.wlc.release');
      expect(undermines).toBeUndefined();
    }
    const late = hearingLate(12).pick as NonNullable<Wrong['pick']>;
    const astray: Wrong = { pick: (all, one) => (one.number < 70 ? late(all, one) : 'b') };
    const verdict = verdictOn(refilledTwice(astray), 'schedule.wlc.release');
    expect([verdict.is, verdict.undermines]).toEqual(['fail', undefined]);
  });

  it('fails round robin in its place, but not for counting closed connections', () => {
    const order = [...'abcabacba'];
    const history = refilled({ pick: (_, { number }) => order[number % 9] as string });
    expect(failures(history)).toEqual(['schedule.wlc.ratio']);
  });

  it('takes round robin for it also where somebody is removed and the others go round anew', () => {
    const inTurn: Wrong = {
      pick: (eligible, { number }) => eligible[number % eligible.length]?.name as string,
    };
    const balancer = new FakeBalancer({ ...asked, weights: { a: 1, b: 1, c: 1 } }, inTurn)
      .rounds(4)
      .openFresh(24, { hold: true })
      .closeSome('b', 6)
      .remove('a');
    const history = balancer.openFresh(14, { hold: true }).end();
    const failed = failures(history);
    expect(failed).toContain('schedule.wlc.ratio');
    expect(failed).not.toContain('schedule.wlc.active-only');
  });

  it('leaves it to another clause that somebody out of rotation is given one', () => {
    const toB: Wrong = {
      pick: (all, { number }) => (number < 24 ? least(({ active }) => active)(all) : 'b'),
    };
    const released = (failing: string) => {
      const balancer = new FakeBalancer({ ...asked, weights: { a: 1, b: 1, c: 1 } }, toB);
      balancer.rounds(4).openFresh(24, { hold: true });
      const history = balancer.behave(failing, { reply: 503 }).rounds(8).closeSome('c', 6);
      return failures(history.openFresh(3).end());
    };
    expect(released('a')).toEqual(['schedule.wlc.release']);
    expect(released('b')).toEqual(['schedule.eligible']);
  });

  it('does not take for unreleased what somebody forgets when anybody comes or goes', () => {
    let members = 0;
    let since = new Map<string, number>();
    const forgetting: Wrong = {
      pick: (eligible) => {
        if (eligible.length !== members) {
          members = eligible.length;
          since = new Map(eligible.map(({ name, total }) => [name, total]));
        }
        const cost = (one: FakeInstance) => (one.total - (since.get(one.name) ?? 0)) / one.weight;
        return least(cost)(eligible);
      },
    };
    const through = (wrong: Wrong) => {
      const balancer = new FakeBalancer({ ...asked, weights: { a: 1, b: 2, c: 1 } }, wrong);
      balancer.rounds(4).openFresh(24, { hold: true }).behave('a', { reply: 503 }).rounds(6);
      balancer.openFresh(1).closeSome('a', 6).behave('a', {}).rounds(6).closeSome('b', 2);
      return verdictOn(balancer.openFresh(24, { hold: true }).end(), 'schedule.wlc.release').is;
    };
    expect(through(forgetting)).toBe('pass');
    const late = least(({ name, active, weight }) => (active + (name === 'a' ? 6 : 0)) / weight);
    expect(through({ pick: late })).toBe('fail');
  });

  it('does not mind who counts nothing of what was left on a name that is listed again', () => {
    const left = new Map<string, number>();
    const own = (one: FakeInstance) => (one.active - (left.get(one.name) ?? 0)) / one.weight;
    const traits = { 'draining.deadline': 'leave', 'draining.return': 'resumes' };
    const weights = { a: 1, b: 1, c: 1 };
    const wrong: Wrong = { deadline: 'leave', pick: least(own) };
    const balancer = new FakeBalancer({ ...asked, weights, traits, drainSeconds: 30 }, wrong);
    balancer.rounds(4).openFresh(12, { hold: true }).remove('b').pass(40_000).add('b').rounds(4);
    left.set('b', balancer.held('b').length);
    balancer.openFresh(12, { hold: true }).closeSome('a', 6);
    expect(failures(balancer.openFresh(30, { hold: true }).end())).toEqual([]);
  });

  it('says nothing where nothing is closed, held or scheduled so', () => {
    const onlyOpened = new FakeBalancer(asked).rounds(4).openFresh(36, { hold: true }).end();
    const idle = new FakeBalancer(asked).rounds(4).openFresh(36).end();
    const other = new FakeBalancer().rounds(4).openFresh(36).end();
    for (const history of [onlyOpened, other]) {
      for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
    }
    expect(verdictOn(idle, 'schedule.wlc.ratio').is).toBe('inconclusive');
  });
});
