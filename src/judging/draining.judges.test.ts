/** Judges of connection draining on balancers that drain right and wrong. */
import { describe, expect, it } from 'vitest';
import type { History } from '../history/vocabulary.ts';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { recounted } from './fake-tape.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const drainMs = 300_000;

function removed(wrong: Wrong = {}, asked: Asked = { traits: { 'draining.deadline': 'close' } }) {
  const balancer = new FakeBalancer(asked, wrong)
    .rounds(4)
    .openFresh(9, { hold: true })
    .remove('b')
    .carryAll()
    .openFresh(9);
  for (const share of [0.3, 0.4]) balancer.pass(share * drainMs).carryAll();
  return balancer
    .openFresh(9)
    .pass(0.7 * drainMs)
    .carryAll()
    .end();
}

/** As if the balancer had ended only the first of the connections that it ended. */
function endedForOne({ header, events }: History): History {
  const first = events.findIndex(
    (one) => one.event === 'connection.closed' && one.by === 'balancer',
  );
  return {
    header,
    events: recounted(
      events.filter(
        (one, line) => line <= first || one.event !== 'connection.closed' || one.by !== 'balancer',
      ),
    ),
  };
}

/** One thing after the other, so that nothing is lost to touching times. */
function inRealTime({ header, events }: History): History {
  return {
    header: { ...header, time: 'real' },
    events: events.map((event, line) => {
      const byMs = 0.001 * line;
      return { ...event, fromMs: event.fromMs + byMs, toMs: event.toMs + byMs };
    }),
  };
}

describe('draining', () => {
  const clauses = [
    'draining.no-new',
    'draining.established',
    'draining.deadline',
    'draining.others',
  ];

  it('passes, and under every algorithm fails nothing', () => {
    expect(passes(removed())).toEqual(expect.arrayContaining(clauses));
    for (const scheduling of ['weighted-least-connections', 'source-ip'] as const) {
      const history = removed({}, { scheduling, traits: { 'draining.deadline': 'close' } });
      expect(passes(history)).toEqual(expect.arrayContaining(clauses.slice(1)));
      expect(failures(history)).toEqual([]);
    }
  });

  it('takes an end that rounding sets beside the deadline for one at the deadline', () => {
    for (const roundedMs of [1e-7, -1e-7]) {
      const history = removed({ drainMs: drainMs + roundedMs });
      expect(failures(history)).toEqual([]);
      expect(passes(history)).toContain('draining.deadline');
    }
  });

  it('leaves to a clock that passes by itself the tick that it is in', () => {
    const early = removed({ drainMs: drainMs - 8 });
    expect(failures(early)).toEqual(['draining.established']);
    const real = inRealTime(early);
    expect(failures(real)).toEqual([]);
    expect(passes(real)).toContain('draining.deadline');
    expect(failures(inRealTime(removed({ drainMs: drainMs - 20 })))).toEqual([
      'draining.established',
    ]);
  });

  it('fails new connections to what was removed, whichever the scheduler', () => {
    for (const scheduling of ['weighted-round-robin', 'source-ip'] as const) {
      expect(failures(removed({ keepsRemoved: true }, { scheduling }))).toEqual([
        'draining.no-new',
      ]);
    }
  });

  it('fails a drain that is cut short, and one that never was', () => {
    expect(failures(removed({ drainMs: drainMs / 3 }))).toEqual(['draining.established']);
    expect(failures(removed({ drainMs: 0 }))).toEqual(['draining.established']);
  });

  it('charges data that are lost on every connection to forwarding', () => {
    const history = removed({ losesBytes: true });
    expect(failures(history)).toEqual(['forward.data']);
    expect(verdictOn(history, 'draining.established').is).toBe('fail');
  });

  it('fails where others are cut', () => {
    expect(failures(removed({ cutsOthers: true }))).toEqual(['draining.others']);
  });

  it('holds the end of a drain to what was declared, and only observes it otherwise', () => {
    expect(failures(removed({ deadline: 'leave' }))).toEqual(['draining.deadline']);
    const leaving: Asked = { traits: { 'draining.deadline': 'leave' } };
    expect(verdictOn(removed({ deadline: 'leave' }, leaving), 'draining.deadline').is).toBe('pass');
    expect(failures(removed({}, leaving))).toEqual(['draining.deadline']);
    expect(verdictOn(removed({}, {}), 'draining.deadline')).toMatchObject({
      is: 'inconclusive',
      why: 'undeclared; observed: 3 closed, 0 left open',
    });
  });

  it('fails an end that came for one of many, and says nothing where nobody may have noticed it', () => {
    const all = new FakeBalancer({ traits: { 'draining.deadline': 'close' } })
      .rounds(4)
      .openFresh(9, { hold: true })
      .remove('b')
      .pass(1.02 * drainMs)
      .end();
    const some = endedForOne(all);
    expect(verdictOn(all, 'draining.deadline').is).toBe('pass');
    expect(failures(some)).toEqual(['draining.deadline']);
    expect(verdictOn(some, 'draining.deadline')).toMatchObject({
      why: expect.stringContaining('was left open at the end of its drain (and 1 more)'),
      observed: 'it never ended',
    });
    expect(verdictOn(inRealTime(all), 'draining.deadline').is).toBe('pass');
    expect(verdictOn(inRealTime(some), 'draining.deadline')).toMatchObject({
      is: 'inconclusive',
      why: '2 of 3 connections were seen neither to end with the drain nor to go on after it',
    });
  });

  it('fails an end that only one of both learns of', () => {
    const halved = ({ header, events }: History): History => ({
      header,
      events: events.map((one) =>
        one.event === 'connection.closed' && one.by === 'balancer'
          ? { ...one, learned: false }
          : one,
      ),
    });
    expect(failures(halved(removed()))).toEqual(['draining.deadline']);
    expect(failures(halved(removed({}, {})))).toEqual([]);
  });

  it('fails an end that came late, whether or not anything was carried meanwhile', () => {
    const late = removed({ drainMs: 1.1 * drainMs });
    expect(failures(late)).toEqual(['draining.deadline']);
    expect(verdictOn(late, 'draining.deadline').observed).toBe('it ended only later');
  });

  it('asks for nothing beyond the end of the history or another configuration', () => {
    const begun = () =>
      new FakeBalancer({ traits: { 'draining.deadline': 'close' } })
        .rounds(4)
        .openFresh(9, { hold: true })
        .remove('b')
        .pass(0.9 * drainMs);
    expect(failures(begun().end())).toEqual([]);
    expect(failures(begun().reconfigure({ drainSeconds: 900 }).pass(drainMs).end())).toEqual([]);
  });

  /** `b` fails its checks before its removal or while it drains. */
  function failing(
    when: 'before' | 'meanwhile',
    wrong: Wrong = {},
    traits: Record<string, string> = { 'health.liveConnections': 'kept' },
  ) {
    const balancer = new FakeBalancer(
      { traits: { 'draining.deadline': 'close', ...traits } },
      wrong,
    )
      .rounds(4)
      .openFresh(9, { hold: true });
    if (when === 'before') balancer.behave('b', { reply: 503 }).rounds(5);
    balancer.remove('b');
    if (when === 'meanwhile') balancer.behave('b', { reply: 503 });
    for (const share of [0.3, 0.4]) balancer.pass(share * drainMs).carryAll();
    return balancer
      .pass(0.7 * drainMs)
      .carryAll()
      .end();
  }

  it('fails no drain of who is unhealthy, and one that is cut or never ends where connections are kept', () => {
    for (const when of ['before', 'meanwhile'] as const) {
      expect(failures(failing(when))).toEqual([]);
      expect(passes(failing(when))).toEqual(
        expect.arrayContaining(['draining.established', 'draining.deadline']),
      );
      expect(failures(failing(when, { drainMs: 0 }))).toEqual(['draining.established']);
      expect(failures(failing(when, { deadline: 'leave' }))).toEqual(['draining.deadline']);
    }
    expect(failures(failing('meanwhile', { cutsUnhealthy: true }))).toEqual([
      'draining.established',
    ]);
  });

  it('says nothing of unhealthy ones where their connections may be cut, or end with those of others', () => {
    for (const traits of [{ 'health.liveConnections': 'cut' }, {}]) {
      const cut = failing('meanwhile', { cutsUnhealthy: true }, traits);
      expect(verdictOn(cut, 'draining.established').is).toBe('inconclusive');
    }
    const everybody = new FakeBalancer(
      { traits: { 'health.liveConnections': 'kept' } },
      { cutsUnhealthy: true },
    )
      .rounds(4)
      .openFresh(9, { hold: true })
      .behave('a', { reply: 503 })
      .rounds(5)
      .openFresh(6)
      .remove('b')
      .behave('b', { reply: 503 })
      .rounds(5);
    expect(failures(everybody.end())).toEqual(['health.live-connections']);
  });

  it('goes on where everybody is removed', () => {
    const emptied = (wrong: Wrong = {}) => {
      const balancer = new FakeBalancer({ traits: { 'draining.deadline': 'close' } }, wrong)
        .rounds(4)
        .openFresh(9, { hold: true });
      for (const connection of balancer.held('c')) balancer.close(connection);
      balancer.remove('a').pass(1).remove('b').pass(1).remove('c');
      for (const share of [0.3, 0.4, 0.4]) balancer.pass(share * drainMs).carryAll();
      return balancer.end();
    };
    expect(failures(emptied())).toEqual([]);
    expect(passes(emptied())).toEqual(
      expect.arrayContaining(['draining.established', 'draining.deadline']),
    );
    expect(failures(emptied({ cutsAllWhenEmpty: true }))).toEqual(['draining.established']);
    expect(failures(emptied({ deadline: 'leave' }))).toEqual(['draining.deadline']);
  });

  it('fails new connections to what was removed where nobody else is left, and where its checks pass again', () => {
    const left = (noneEligible: string, isAnybodyListed: boolean) => {
      const traits = { 'schedule.noneEligible': noneEligible };
      const balancer = new FakeBalancer({ weights: { a: 1, b: 1 }, traits }, { keepsRemoved: true })
        .rounds(4)
        .openFresh(8)
        .openFresh(2, { hold: true })
        .remove('b');
      if (!isAnybodyListed) balancer.remove('a');
      return balancer.behave('a', { reply: 'silence' }).rounds(6).openFresh(6).end();
    };
    for (const isAnybodyListed of [false, true]) {
      expect(failures(left('refuse', isAnybodyListed))).toContain('draining.no-new');
      expect(failures(left('all', isAnybodyListed))).toContain('draining.no-new');
    }
    const recovering = (wrong: Wrong = {}) =>
      new FakeBalancer({}, wrong)
        .rounds(4)
        .openFresh(9, { hold: true })
        .behave('b', { reply: 'silence' })
        .rounds(6)
        .remove('b')
        .openFresh(6)
        .behave('b', { reply: 200 })
        .rounds(6)
        .openFresh(18)
        .end();
    expect(failures(recovering())).toEqual([]);
    expect(failures(recovering({ keepsRemoved: true }))).toEqual(['draining.no-new']);
  });

  it('of nothing: no new connection at once', () => {
    const zero: Asked = { drainSeconds: 0 };
    expect(verdictOn(removed({}, zero), 'draining.zero').is).toBe('pass');
    expect(failures(removed({ keepsRemoved: true }, zero))).toEqual(['draining.zero']);
    const all = new FakeBalancer({ ...zero, traits: { 'draining.zero': 'cut' } })
      .rounds(4)
      .openFresh(9, { hold: true })
      .remove('b')
      .pass(5000)
      .openFresh(18)
      .end();
    expect(verdictOn(all, 'draining.zero').is).toBe('pass');
    expect(failures(endedForOne(all))).toEqual(['draining.zero']);
    expect(verdictOn(inRealTime(all), 'draining.zero').is).toBe('pass');
    expect(verdictOn(inRealTime(endedForOne(all)), 'draining.zero')).toMatchObject({
      is: 'inconclusive',
      why: expect.stringMatching(/^2 of 3 connections were seen neither/),
    });
    expect(verdictOn(removed(), 'draining.zero').is).toBe('inconclusive');
  });

  it('of nothing: no known client either', () => {
    const known = (wrong: Wrong) => {
      const balancer = new FakeBalancer({ drainSeconds: 0, persistence: true }, wrong).rounds(4);
      const sources = Array.from({ length: 6 }, (_, index) => `127.128.0.${index + 1}`);
      for (const source of sources) balancer.open(source);
      balancer.remove('b');
      for (const source of sources) balancer.open(source);
      return balancer.end();
    };
    expect(failures(known({ sticksToRemoved: true }))).toEqual(['draining.zero']);
    expect(failures(known({}))).toEqual([]);
  });

  it('says nothing where nobody is removed', () => {
    const history = new FakeBalancer().rounds(4).openFresh(9, { hold: true }).carryAll().end();
    for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
