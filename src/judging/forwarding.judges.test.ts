/** Judges of eligibility, recovery and forwarding. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, leastConnections, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

describe('schedule.eligible', () => {
  function withOneDown(asked: Asked, wrong: Wrong = {}) {
    return new FakeBalancer(asked, wrong)
      .rounds(4)
      .behave('b', { reply: 503 })
      .rounds(6)
      .openFresh(12, { hold: true })
      .end();
  }

  it('passes where the unhealthy one gets nothing', () => {
    expect(verdictOn(withOneDown({}), 'schedule.eligible').is).toBe('pass');
  });

  it('fails a scheduler that does not ask for health, under every algorithm', () => {
    for (const scheduling of [
      'weighted-least-connections',
      'source-ip',
      'weighted-round-robin',
    ] as const) {
      expect(failures(withOneDown({ scheduling }, { ignoresHealth: true }))).toEqual([
        'schedule.eligible',
      ]);
    }
  });

  it('says nothing while all are in rotation or results are fresh', () => {
    const all = new FakeBalancer().rounds(4).openFresh(12).end();
    const fresh = new FakeBalancer()
      .rounds(4)
      .behave('b', { reply: 503 })
      .rounds(3)
      .openFresh(12)
      .end();
    for (const history of [all, fresh])
      expect(verdictOn(history, 'schedule.eligible').is).toBe('inconclusive');
  });
});

describe('schedule.recovery', () => {
  function recovered(wrong: Wrong = {}) {
    return new FakeBalancer({}, wrong)
      .rounds(4)
      .openFresh(6)
      .behave('b', { reply: 503 })
      .rounds(6)
      .openFresh(6)
      .behave('b', {})
      .rounds(6)
      .openFresh(9)
      .end();
  }

  it('passes where it gets connections again, and fails where it never does', () => {
    expect(verdictOn(recovered(), 'schedule.recovery').is).toBe('pass');
    expect(failures(recovered({ neverRecovers: true }))).toEqual(['schedule.recovery']);
    const shunned: Wrong = {
      pick: (some, { number }) =>
        number < 6 ? leastConnections(some.slice(number % 3)) : number % 2 ? 'a' : 'c',
    };
    expect(failures(recovered(shunned))).toEqual(['schedule.recovery']);
  });
});

describe('forwarding', () => {
  function carrying(wrong: Wrong = {}) {
    const balancer = new FakeBalancer({ ports: { a: 9000 } }, wrong)
      .rounds(4)
      .openFresh(6, { hold: true })
      .carryAll();
    for (const connection of balancer.held())
      balancer.close(connection, connection % 2 ? 'client' : 'instance');
    return balancer.end();
  }

  it('passes ports, bytes and closes', () => {
    expect(passes(carrying())).toEqual(expect.arrayContaining(['forward.port', 'forward.data']));
  });

  it('fails each alone', () => {
    expect(failures(carrying({ port: () => 8080 }))).toEqual(['forward.port']);
    expect(failures(carrying({ port: (right, name) => (name === 'b' ? 9000 : right) }))).toEqual([
      'forward.port',
    ]);
    expect(failures(carrying({ losesBytes: true }))).toEqual(['forward.data']);
    expect(failures(carrying({ hidesCloses: true }))).toEqual(['forward.data']);
  });

  it('fails connections that end with data after a pause, though a drain or an edit goes on meanwhile', () => {
    const paused = (wrong: Wrong) =>
      new FakeBalancer({ traits: { 'draining.return': 'resumes' } }, wrong)
        .rounds(4)
        .openFresh(6, { hold: true })
        .carryAll()
        .remove('b')
        .carryAll()
        .pass(200_000)
        .carryAll()
        .add('b')
        .carryAll()
        .end();
    expect(failures(paused({}))).toEqual([]);
    expect(failures(paused({ pauseMaxMs: 100_000 }))).toEqual(['forward.data']);
  });

  it('fails connections that end while only time passes, and leaves nothing of what ends tell elsewhere', () => {
    const aging = (wrong: Wrong, edit = (balancer: FakeBalancer) => balancer) =>
      edit(new FakeBalancer({}, wrong).rounds(4).openFresh(6, { hold: true }).carryAll())
        .pass(200_000)
        .end();
    const { is, undermines } = verdictOn(aging({ endsAfterMs: 100_000 }), 'forward.data');
    expect({ is, undermines }).toEqual({
      is: 'fail',
      undermines: expect.arrayContaining(['draining.others', 'health.live-connections']),
    });
    expect(failures(aging({ endsAfterMs: 100_000 }))).toEqual(['forward.data']);
    expect(failures(aging({}))).toEqual([]);
    const reweighed = aging({ endsAfterMs: 100_000 }, (balancer) => balancer.reweigh('b', 2));
    const failed = aging({ endsAfterMs: 100_000 }, (balancer) =>
      balancer.behave('a', { reply: 503 }).rounds(2),
    );
    for (const history of [reweighed, failed])
      expect(verdictOn(history, 'forward.data').is).not.toBe('fail');
  });

  it('is not charged with what an edit or a failure ends', () => {
    const edited = new FakeBalancer({}, { pauseMaxMs: 100_000 })
      .rounds(4)
      .openFresh(6, { hold: true })
      .carryAll()
      .pass(200_000)
      .reweigh('b', 2)
      .carryAll()
      .end();
    expect(failures(edited)).not.toContain('forward.data');
  });

  it('says nothing of data where none was sent', () => {
    expect(verdictOn(new FakeBalancer().rounds(4).openFresh(6).end(), 'forward.data').is).toBe(
      'inconclusive',
    );
  });
});

describe('an own port', () => {
  it('is charged to itself where it is lost at another configuration of the service', () => {
    const reconfigured = (lost: string | null) => {
      let arrived = 0;
      const port: Wrong['port'] = (right, name) => (++arrived > 6 && name === lost ? 8080 : right);
      return new FakeBalancer({ ports: { a: 9000 } }, { port })
        .rounds(4)
        .openFresh(6)
        .reconfigure({ ports: { a: 9000 }, unhealthyThreshold: 4 })
        .openFresh(6)
        .end();
    };
    expect(failures(reconfigured(null))).toEqual([]);
    expect(failures(reconfigured('a'))).toEqual(['forward.port']);
  });
});
