/** Judges of edits on balancers that follow them, ignore them, and cut connections over them. */
import { describe, expect, it } from 'vitest';
import { documentOf } from './asked-service.fixture.ts';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const keeps = 'change.keeps-established';
const effective = 'change.effective';
const turning: Asked = { scheduling: 'weighted-round-robin', persistence: false };
const sticky: readonly Asked[] = [{ scheduling: 'source-ip' }, { persistence: true }];

function reconfigured(before: Asked, after: Asked, wrong: Wrong = {}) {
  const balancer = new FakeBalancer({ ...turning, ...before }, wrong)
    .rounds(4)
    .openFresh(6, { hold: true })
    .reconfigure({ ...turning, ...after });
  for (let index = 0; index < 12; index++) balancer.open('127.128.0.1');
  return balancer.carryAll().end();
}

function relisted(wrong: Wrong = {}) {
  return new FakeBalancer({}, wrong)
    .rounds(4)
    .openFresh(6, { hold: true })
    .relist()
    .openFresh(6)
    .carryAll()
    .end();
}

function members(wrong: Wrong = {}) {
  return new FakeBalancer({}, wrong)
    .rounds(4)
    .openFresh(6, { hold: true })
    .add('d')
    .rounds(4)
    .openFresh(12)
    .carryAll()
    .remove('b')
    .openFresh(12)
    .carryAll()
    .end();
}

describe('another configuration', () => {
  it('fails a list that says nothing new and ends a connection all the same', () => {
    expect(failures(relisted())).toEqual([]);
    expect(passes(relisted())).toContain(keeps);
    expect(failures(relisted({ cutsOnRelist: true }))).toEqual([keeps]);
  });

  it('fails where another configuration ends what drains, at once or too early, also where it asks for shorter drains', () => {
    const pick: Wrong['pick'] = (eligible) => eligible.at(-1)?.name ?? 'a';
    const draining = (wrong: Wrong, after: Asked) =>
      new FakeBalancer({ ...turning, weights: { a: 1, b: 1 } }, { pick, ...wrong })
        .rounds(4)
        .openFresh(6, { hold: true })
        .remove('b')
        .rounds(2)
        .reconfigure({ ...turning, weights: { a: 1 }, ...after })
        .rounds(2)
        .end();
    expect(failures(draining({ cutsOnReconfigure: true }, {}))).toEqual([keeps]);
    expect(failures(draining({}, {}))).toEqual([]);
    expect(failures(draining({ cutsOnReconfigure: true }, { drainSeconds: 1 }))).toEqual([keeps]);
    // five seconds after it
    const shortened = draining({ endsAfterMs: 15_000 }, { drainSeconds: 15 });
    expect(failures(shortened)).toEqual([keeps]);
  });

  it('passes where it is followed and nobody is cut', () => {
    for (const other of sticky) {
      for (const history of [reconfigured(turning, other), reconfigured(other, turning)]) {
        expect(passes(history)).toEqual(expect.arrayContaining([keeps, effective]));
        expect(failures(history)).toEqual([]);
      }
    }
  });

  it('fails where it has no effect', () => {
    for (const other of sticky) {
      const wrong = { keepsFirstConfiguration: true };
      expect(failures(reconfigured(turning, other, wrong))).toEqual([effective]);
      expect(failures(reconfigured(other, turning, wrong))).toEqual([effective]);
    }
  });

  it('fails where the first one only has an effect', () => {
    const drained = (wrong: Wrong) =>
      new FakeBalancer({ traits: { 'draining.deadline': 'close' } }, wrong)
        .rounds(4)
        .reconfigure({ unhealthyThreshold: 4 })
        .rounds(2)
        .reconfigure({ unhealthyThreshold: 4, drainSeconds: 30 })
        .openFresh(6, { hold: true })
        .remove('a')
        .pass(20_000)
        .carryAll()
        .pass(20_000)
        .carryAll()
        .end();
    expect(failures(drained({ configurationsMax: 1 }))).toEqual([effective]);
    expect(failures(drained({}))).toEqual([]);
  });

  it('fails where a much longer interval is taken and checks come as before, not where they come early', () => {
    const checked = (wrong: Wrong) => {
      const history = new FakeBalancer({}, wrong).rounds(6).reconfigure({}).rounds(8).end();
      let configured = 0;
      const events = history.events.map((event) => {
        if (event.event !== 'service.configured' || event.effective === null || configured++ === 0)
          return event;
        const backendServices = documentOf({}).backendServices.map((service) => ({
          ...service,
          healthCheck: { ...service.healthCheck, intervalSeconds: 25 },
        }));
        const intervalMs = 5 * event.effective.intervalMs;
        const effectiveThen = { ...event.effective, intervalMs };
        return { ...event, configuration: { backendServices }, effective: effectiveThen };
      });
      return { ...history, events };
    };
    expect(failures(checked({}))).toEqual([effective]);
    expect(failures(checked({ intervalMs: 4000 }))).toEqual([]);
  });

  it('fails apart from wrong ports, unless it is at wrong ports that clients arrive after it', () => {
    const ignored = reconfigured({ persistence: true }, turning, { keepsFirstConfiguration: true });
    expect(verdictOn(ignored, effective).apartFrom).toEqual(['forward.port']);
    let arrived = 0;
    const wrong = { port: (right: number) => (++arrived > 6 ? right + 1 : right) };
    const astray = verdictOn(reconfigured(turning, { persistence: true }, wrong), effective);
    expect([astray.is, astray.apartFrom]).toEqual(['fail', undefined]);
  });

  it('fails where it cuts those of an instance that had long been out, whose connections are kept', () => {
    const whileOut = (wrong: Wrong, reading = 'kept') =>
      new FakeBalancer({ ...turning, traits: { 'health.liveConnections': reading } }, wrong)
        .rounds(4)
        .openFresh(6, { hold: true })
        .behave('a', { reply: 503 })
        .rounds(6)
        .openFresh(6)
        .carryAll()
        .pass(1000)
        .reconfigure({ ...turning, unhealthyThreshold: 4 })
        .carryAll()
        .rounds(1)
        .end();
    expect(failures(whileOut({}))).toEqual([]);
    expect(failures(whileOut({ cutsOutOnReconfigure: true }))).toEqual([keeps]);
    expect(failures(whileOut({ cutsOutOnReconfigure: true }, 'cut'))).not.toContain(keeps);
  });

  it('fails where results that were counted before it are more than its threshold and nothing is enough any more', () => {
    const counted = (isDown: boolean, wrong: Wrong = {}) => {
      const [bad, good] = [{ reply: 503 }, {}];
      const asked = isDown
        ? { unhealthyThreshold: 5, healthyThreshold: 1 }
        : { unhealthyThreshold: 1, healthyThreshold: 5 };
      const balancer = new FakeBalancer({ ...turning, ...asked }, wrong).rounds(6);
      const turn = (afterwards: typeof bad | typeof good, rounds: number) =>
        balancer.behave('a', afterwards).rounds(rounds).openFresh(6);
      turn(bad, 8);
      turn(good, 8);
      if (!isDown) turn(bad, 8);
      turn(isDown ? bad : good, 4);
      balancer.reconfigure({
        ...turning,
        unhealthyThreshold: isDown ? 2 : 1,
        healthyThreshold: isDown ? 1 : 2,
      });
      return balancer.rounds(5).openFresh(6).end();
    };
    for (const isDown of [true, false]) {
      expect(failures(counted(isDown))).toEqual([]);
      expect(failures(counted(isDown, { countsExactly: true }))).toEqual([effective]);
    }
  });

  it('fails where a check goes on waiting by a longer interval than there is now', () => {
    // the fixture always says five seconds: of its history a longer interval before is told
    const waiting = (beforeMs: number, firstAfterMs: number) => {
      const { header, events } = new FakeBalancer({}, { intervalMs: beforeMs })
        .pass(21_000)
        .reconfigure({ unhealthyThreshold: 4 })
        .pass(firstAfterMs)
        .end();
      const told = events.map((event, line) =>
        line === 0 && event.event === 'service.configured' && event.effective !== null
          ? { ...event, effective: { ...event.effective, intervalMs: beforeMs } }
          : event,
      );
      return { header, events: told };
    };
    expect(verdictOn(waiting(60_000, 42_000), effective).why).toMatch(/a was not checked for/);
    // at the end of its history it may still be in time
    expect(verdictOn(waiting(60_000, 6000), effective).is).not.toBe('fail');
    expect(verdictOn(waiting(5000, 42_000), effective).is).not.toBe('fail');
  });

  it('fails where a longer interval puts off the check that was waiting by the shorter one', () => {
    // the fixture checks by one interval throughout: of its history a shorter one before and a longer one after are told
    const putOff = (beforeMs: number, passedMs = 20_500, traits: Asked['traits'] = {}) => {
      const { header, events } = new FakeBalancer(
        { weights: { a: 1 }, traits },
        { intervalMs: 20_000 },
      )
        .pass(passedMs)
        .reconfigure({ weights: { a: 1 }, unhealthyThreshold: 4 })
        .pass(42_000)
        .end();
      const told = events.map((event, line) =>
        event.event === 'service.configured' && event.effective !== null
          ? {
              ...event,
              effective: { ...event.effective, intervalMs: line === 0 ? beforeMs : 30_000 },
            }
          : event,
      );
      return { header, events: told };
    };
    expect(verdictOn(putOff(5000), effective).why).toMatch(
      /not checked for 20000 ms since its last/,
    );
    // counted from the end of the check before it may be in time, and so it may while the change takes effect
    expect(verdictOn(putOff(18_500), effective).is).not.toBe('fail');
    const late = { 'change.propagationMs': 14_000 };
    expect(verdictOn(putOff(5000, 20_500, late), effective).is).not.toBe('fail');
    // under way when the change came: a result comes a millisecond after its check began
    expect(verdictOn(putOff(5000, 20_100), effective).is).not.toBe('fail');
  });

  it('fails where it cuts connections', () => {
    expect(
      failures(reconfigured(turning, { persistence: true }, { cutsOnReconfigure: true })),
    ).toEqual([keeps]);
  });
});

describe('other members', () => {
  it('pass where they take turns and nobody else is cut', () => {
    expect(passes(members())).toEqual(expect.arrayContaining([keeps, effective]));
    expect(failures(members())).toEqual([]);
  });

  it('fail where a new one gets nothing, and where a removal has no effect', () => {
    expect(failures(members({ ignoresAdded: true }))).toContain(effective);
    expect(verdictOn(members({ keepsRemoved: true }), effective).is).toBe('fail');
    expect(failures(members({ keepsRemoved: true }))).not.toContain(effective);
  });

  it('fail where any of those that one list brings gets nothing', () => {
    const joined = (left: string | null) => {
      let turn = 0;
      const pick: Wrong['pick'] = (eligible) => {
        const taken = eligible.filter(({ name }) => name !== left);
        return taken[turn++ % taken.length]?.name ?? '';
      };
      const balancer = new FakeBalancer({}, { pick }).rounds(4).openFresh(6).add('d').add('e');
      return balancer.rounds(4).openFresh(30).end();
    };
    expect(failures(joined(null))).toEqual([]);
    for (const name of ['d', 'e']) {
      const { is, why } = verdictOn(joined(name), effective);
      expect([is, why]).toEqual(['fail', expect.stringContaining(`${name} got none of 30`)]);
    }
  });

  it('fail where one that is there again is not checked, though one check of before began at that very instant', () => {
    const again = (isChecked: boolean) => {
      const balancer = new FakeBalancer().rounds(4).pass(100).remove('a').add('a');
      balancer.of('a').isChecked = isChecked;
      return balancer.rounds(20).end();
    };
    expect(failures(again(true))).toEqual([]);
    expect(failures(again(false))).toEqual(['health.interval']);
  });

  it('leave nothing of a missing check to the interval where a new one gets nothing at all', () => {
    const asked = { traits: { 'health.initial': 'up' } };
    const history = new FakeBalancer(asked, { ignoresAdded: true })
      .rounds(4)
      .add('d')
      .rounds(20)
      .openFresh(12)
      .end();
    const { events } = history;
    const own = new Set(
      events.flatMap((one) =>
        one.event === 'check.started' && one.instance === 'd' ? [one.check] : [],
      ),
    );
    const kept = events.filter((one) => !('check' in one && own.has(one.check)));
    const ended = kept.map((one) =>
      one.event === 'history.ended' ? { ...one, events: kept.length - 1 } : one,
    );
    const unheard = { ...history, events: ended };
    expect(verdictOn(unheard, 'health.interval').is).toBe('fail');
    expect(failures(unheard)).not.toContain('health.interval');
    expect(verdictOn(unheard, effective).undermines).toEqual(['health.interval']);
    expect(verdictOn(history, effective).undermines).toBeUndefined();
  });

  it('expect nothing of a new one without a weight', () => {
    const history = members({ ignoresAdded: true });
    const events = history.events.map((event) =>
      event.event === 'instance.registered' ? { ...event, weight: 0 } : event,
    );
    expect(verdictOn({ ...history, events }, effective).is).not.toBe('fail');
  });

  it('say nothing where nothing was edited', () => {
    const quiet = new FakeBalancer().rounds(4).openFresh(9, { hold: true }).carryAll().end();
    for (const clause of [keeps, effective])
      expect(verdictOn(quiet, clause).is).toBe('inconclusive');
  });
});

describe('somebody who drains', () => {
  it('may have been given connections until its removal was in effect, and they end with the drain', () => {
    const late = { drainSeconds: 60, traits: { 'change.propagationMs': 5000 } };
    const history = new FakeBalancer(late, { keepsRemoved: true })
      .rounds(4)
      .remove('a')
      .openFresh(3, { hold: true })
      .reconfigure({ ...late, unhealthyThreshold: 4 })
      .pass(61_000)
      .end();
    expect(verdictOn(history, keeps).is).toBe('inconclusive');
  });

  it('is not checked for ever, whatever configuration came meanwhile', () => {
    const history = new FakeBalancer({ drainSeconds: 60 })
      .rounds(4)
      .openFresh(3, { hold: true })
      .remove('a')
      .reconfigure({ unhealthyThreshold: 4 })
      .pass(100_000)
      .end();
    expect(verdictOn(history, effective).is).toBe('pass');
  });

  it('is nobody whom clients can be given, however well it answers', () => {
    const history = new FakeBalancer({ weights: { a: 1, b: 1 } })
      .rounds(4)
      .openFresh(4, { hold: true })
      .behave('a', { reply: 503 })
      .rounds(6)
      .remove('b')
      .reconfigure({ unhealthyThreshold: 1 })
      .rounds(10)
      .openFresh(6)
      .end();
    expect(failures(history)).toEqual([]);
  });
});
