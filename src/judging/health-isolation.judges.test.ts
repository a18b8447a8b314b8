/** The judge of whose results count for whom, on balancers that keep them apart and that do not. */
import { describe, expect, it } from 'vitest';
import type { History } from '../history/vocabulary.ts';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const clause = 'health.isolation';

function othersFail(wrong: Wrong = {}, isSeenBefore = true) {
  const balancer = new FakeBalancer({}, wrong).rounds(4);
  if (isSeenBefore) balancer.openFresh(9);
  return balancer
    .behave('a', { reply: 503 })
    .behave('b', { reply: 503 })
    .rounds(6)
    .openFresh(18)
    .end();
}

describe(clause, () => {
  it('passes where one instance stays while the others fail', () => {
    expect(verdictOn(othersFail(), clause)).toMatchObject({
      is: 'pass',
      sometimes: { 'instances without a failure while another was out of rotation': 1 },
    });
    expect(failures(othersFail())).toEqual([]);
  });

  it('fails where all share one count and everybody is turned away', () => {
    expect(failures(othersFail({ sharesHealth: true }))).toEqual([clause]);
  });

  it('is not charged where one client is turned away and the next one taken at once: that is a loss', () => {
    const inPassing = othersFail({ refuses: (number) => number === 9 });
    expect(failures(inPassing)).toEqual(['load.no-loss']);
    expect(failures(othersFail({ refuses: (number) => number >= 9 }))).toEqual([clause]);
  });

  it('fails where an instance goes out with its neighbour', () => {
    const along = new FakeBalancer(
      {},
      {
        pick: (eligible, { number }) => {
          const rest = eligible.filter(({ name }) => eligible.length === 3 || name !== 'b');
          return rest[number % rest.length]?.name as string;
        },
      },
    )
      .rounds(4)
      .openFresh(9)
      .behave('a', { reply: 503 })
      .rounds(6)
      .openFresh(18)
      .end();
    expect(verdictOn(along, clause).is).toBe('fail');
    expect(failures(along)).toContain(clause);
  });

  it('fails where fewer failures are enough while others fail than were when it failed alone', () => {
    const joint = (areOthersFailing: boolean, isAloneBefore = true) => {
      const wrong = { unhealthyThreshold: 3 };
      const balancer = new FakeBalancer({ unhealthyThreshold: 3 }, wrong).rounds(4).openFresh(9);
      if (isAloneBefore) {
        balancer.behave('b', {}, [{ reply: 503 }]);
        for (let check = 0; check < 2; check++) balancer.rounds(1).openFresh(9);
      }
      wrong.unhealthyThreshold = 1;
      balancer.behave('b', { reply: 503 });
      // the check of a comes first
      if (areOthersFailing) balancer.behave('a', { reply: 503 });
      return verdictOn(balancer.rounds(1).openFresh(9).end(), clause).is;
    };
    expect(joint(true)).toBe('fail');
    expect(joint(false)).not.toBe('fail');
    expect(joint(true, false)).not.toBe('fail');
  });

  it('does not mind a balancer that never takes anybody out: that is for others to say', () => {
    const ignoring = othersFail({ ignoresHealth: true });
    expect(verdictOn(ignoring, clause).is).not.toBe('fail');
  });

  it('says nothing where nobody fails, or nobody was seen before', () => {
    const calm = new FakeBalancer().rounds(4).openFresh(30).end();
    expect(verdictOn(calm, clause).is).toBe('inconclusive');
    expect(verdictOn(othersFail({ sharesHealth: true }, false), clause).is).toBe('inconclusive');
  });

  it('looks at nothing once another configuration or another weight came, or an instance refuses', () => {
    const failing = () => new FakeBalancer().rounds(4).openFresh(9).behave('a', { reply: 503 });
    const again = failing().reconfigure({ healthyThreshold: 3 }).rounds(6).openFresh(18).end();
    expect(verdictOn(again, clause).why).toContain('another configuration');
    const reweighed = failing().reweigh('c', 2).rounds(6).openFresh(30).end();
    expect(verdictOn(reweighed, clause).is).toBe('inconclusive');
    const history = failing().rounds(6).openFresh(18).end();
    const events = history.events.map((one) =>
      one.event === 'instance.behaved' ? { ...one, traffic: 'refused' as const } : one,
    );
    expect(verdictOn({ ...history, events }, clause).why).toContain('refuses traffic');
  });

  it('takes who refuses its checks for one that refuses clients, too, where both are one port', () => {
    const refusing = new FakeBalancer().rounds(4).openFresh(9).behave('a', { reply: 'refused' });
    const { header, events } = refusing.rounds(6).openFresh(18).end();
    const whyIn = (time: 'stepped' | 'scaled', checks: object = {}) =>
      verdictOn({ header: { ...header, ...checks, time }, events }, clause).why;
    expect(whyIn('scaled')).toContain('refuses traffic');
    expect(whyIn('scaled', { checks: 'told' })).not.toContain('refuses traffic');
    expect(whyIn('stepped')).not.toContain('refuses traffic');
  });

  it('sees nothing in fewer connections than two cycles while another is out', () => {
    const looks = (count: number) => {
      const seen = new FakeBalancer().rounds(4).openFresh(9).behave('a', { reply: 503 }).rounds(6);
      return verdictOn(seen.openFresh(count).end(), clause).is;
    };
    expect([looks(4), looks(5)]).toEqual(['inconclusive', 'pass']);
  });
});

/** Takes everybody until `untilNumber`, then nobody at all. */
function keepingAll(untilNumber: number): FakeBalancer {
  return new FakeBalancer({}, { ignoresHealth: true, refuses: (number) => number >= untilNumber });
}

/** `a` fails for so many rounds by itself, then everybody does. */
function aFailsFirst(balancer: FakeBalancer, rounds: number, others: object = {}) {
  balancer.rounds(4).openFresh(9).behave('a', { reply: 503 }).behave('b', others).rounds(rounds);
  balancer.openFresh(18);
  for (const name of ['b', 'c']) balancer.behave(name, { reply: 503 });
  return balancer.rounds(4).openFresh(1).end();
}

/** The results of `a` bring it in only while nobody fails: the picks of some numbers are made without it. */
function comingWith(others: object, isBack: boolean, rounds = 8) {
  const balancer = new FakeBalancer(
    {},
    {
      pick: (eligible, { number }) => {
        const isOut = number >= 9 && (number < 27 || !isBack);
        const rest = eligible.filter(({ name }) => !(isOut && name === 'a'));
        return rest[number % rest.length]?.name as string;
      },
    },
  );
  balancer.rounds(4).openFresh(9).behave('a', { reply: 503 }).rounds(4);
  balancer.behave('a', {}).behave('b', others).rounds(rounds).openFresh(18);
  return balancer.behave('b', {}).rounds(4).openFresh(18).end();
}

describe('an instance that stays where it was until all results are alike', () => {
  it('is held in by the passes of others', () => {
    const verdict = verdictOn(aFailsFirst(keepingAll(27), 8), clause);
    expect(verdict).toMatchObject({ is: 'fail', observed: expect.stringContaining('same') });
    expect(verdict.why).toContain('a was in rotation after 8 failed checks in a row');
    expect(failures(aFailsFirst(keepingAll(27), 8))).toEqual([clause]);
  });

  it('is held in by the failures of others, if it goes where it fails alone', () => {
    const together = (kept: readonly string[], isLastKept: boolean) => {
      const pick: Wrong['pick'] = (eligible, { number }) => {
        const isKept = number >= 9 && (number < 27 || isLastKept);
        const names = new Set([...eligible.map(({ name }) => name), ...(isKept ? kept : [])]);
        return [...names][number % names.size] as string;
      };
      const balancer = new FakeBalancer({}, { pick }).rounds(4).openFresh(9);
      for (const name of ['a', 'b']) balancer.behave(name, { reply: 503 });
      balancer.rounds(8).openFresh(18).behave('a', {}).behave('b', {}).rounds(4);
      return balancer.behave('b', { reply: 503 }).rounds(8).openFresh(18).end();
    };
    expect(verdictOn(together(['b'], false), clause).is).toBe('fail');
    expect(verdictOn(together(['b'], true), clause).is).not.toBe('fail');
    expect(verdictOn(together(['a', 'b'], false), clause).is).not.toBe('fail');
    expect(verdictOn(together([], false), clause).is).not.toBe('fail');
  });

  it('is held out by the failures of others', () => {
    const verdict = verdictOn(comingWith({ reply: 503 }, true), clause);
    expect(verdict.is).toBe('fail');
    expect(verdict.why).toContain('a was out of rotation after 8 passed checks in a row');
  });

  it('is not held by others where a threshold a few off explains it', () => {
    expect(verdictOn(aFailsFirst(keepingAll(27), 6), clause).is).not.toBe('fail');
    expect(verdictOn(aFailsFirst(keepingAll(27), 7), clause).is).toBe('fail');
    expect(verdictOn(comingWith({ reply: 503 }, true, 6), clause).is).not.toBe('fail');
  });

  it('is not held by others that had no other results', () => {
    expect(verdictOn(comingWith({}, true), clause).is).not.toBe('fail');
    const all = keepingAll(27).rounds(4).openFresh(9);
    for (const name of ['a', 'b', 'c']) all.behave(name, { reply: 503 });
    const together = all.rounds(8).openFresh(18).rounds(1).openFresh(1).end();
    expect(verdictOn(together, clause).is).not.toBe('fail');
  });

  it('is charged elsewhere where it never goes or never comes', () => {
    expect(verdictOn(aFailsFirst(keepingAll(1000), 8), clause).is).not.toBe('fail');
    expect(verdictOn(comingWith({ reply: 503 }, false), clause).is).not.toBe('fail');
  });
});

describe(`${clause} of connections that are held`, () => {
  const kept: Asked = { traits: { 'health.liveConnections': 'kept' } };

  /** `a` goes out at its second failed check and comes back later, while nine connections are held, three of each. */
  function held(
    wrong: Wrong = {},
    asked: Asked = kept,
    edit = (balancer: FakeBalancer) => balancer,
  ) {
    const balancer = new FakeBalancer(asked, wrong).rounds(4).openFresh(9, { hold: true });
    edit(balancer).behave('a', { reply: 503 }).rounds(4).carryAll();
    return balancer.behave('a', { reply: 200 }).rounds(4).carryAll().end();
  }
  const one: Wrong = { cutsAtTurns: (connection) => connection % 4 === 0 };

  it('fails where some of others are ended as one goes out or comes back, whatever the scheduler', () => {
    for (const scheduling of ['weighted-round-robin', 'source-ip'] as const) {
      expect(failures(held(one, { ...kept, scheduling }))).toEqual([clause]);
      expect(failures(held({}, { ...kept, scheduling }))).toEqual([]);
    }
    expect(failures(held(one, { ...kept, persistence: true }))).toEqual([clause]);
  });

  it('says nothing where all of them are ended, by whatever limit, at other times, or after an edit', () => {
    const ended = (history: History) => verdictOn(history, clause).is;
    expect(ended(held({ cutsAtTurns: () => true, cutsUnhealthy: true }))).not.toBe('fail');
    // opened at 20 s, the second failure comes at 25.101 s
    expect(ended(held({ endsAfterMs: 5091 }))).not.toBe('fail');
    expect(ended(held({ endsAfterMs: 5101 }))).not.toBe('fail');
    const reweighed = held(one, kept, (balancer) => balancer.reweigh('b', 2));
    expect(ended(reweighed)).not.toBe('fail');
    const twice: Wrong = { ...one, endsAfterMs: 12_000 };
    expect(ended(held(twice))).not.toBe('fail');
  });
});
