/** Judges of what makes a check pass, and of where checks arrive. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, timeoutMs, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const weights = { a: 1, b: 1, c: 1, d: 1 };

function codes(replies: Readonly<Record<string, number>>, wrong: Wrong = {}) {
  const asked: Asked = {
    weights: Object.fromEntries(Object.keys(replies).map((name) => [name, 1])),
  };
  const balancer = new FakeBalancer(asked, wrong);
  for (const [name, reply] of Object.entries(replies)) balancer.behave(name, { reply });
  return balancer
    .rounds(9)
    .openFresh(4 * Object.keys(replies).length)
    .end();
}

describe('health.http.codes', () => {
  const edges = { a: 200, b: 299, c: 300, d: 399, e: 400, f: 499, g: 500 };

  it('passes with every class edge on its side', () => {
    expect(verdictOn(codes(edges), 'health.http.codes')).toMatchObject({
      is: 'pass',
      sometimes: { 'code 400': 1 },
    });
    expect(failures(codes(edges))).toEqual([]);
  });

  it('fails one class more, one class less, and one code at an edge, each alone', () => {
    const wrongs: ((code: number) => boolean)[] = [
      (code) => code >= 200 && code < 500,
      (code) => code >= 200 && code < 300,
      (code) => code >= 200 && code <= 400,
      (code) => code > 200 && code < 400,
    ];
    for (const wrong of wrongs) {
      expect(failures(codes(edges, { isNormal: (reply) => wrong(Number(reply)) }))).toEqual([
        'health.http.codes',
      ]);
    }
  });

  it('leaves it to the scheduler where checks have no effect at all', () => {
    expect(failures(codes({ a: 200, b: 503 }, { ignoresHealth: true }))).toEqual([
      'schedule.eligible',
    ]);
  });

  it('says nothing before the thresholds had their time', () => {
    const early = new FakeBalancer().behave('a', { reply: 404 }).rounds(4).openFresh(12).end();
    expect(verdictOn(early, 'health.http.codes').is).toBe('inconclusive');
  });
});

describe('health.timeout', () => {
  function delays(wrong: Wrong = {}) {
    return new FakeBalancer({ weights }, wrong)
      .behave('b', { afterMs: 0.5 * timeoutMs })
      .behave('c', { afterMs: 1.5 * timeoutMs })
      .behave('d', { reply: 'silence' })
      .rounds(9)
      .openFresh(16)
      .end();
  }

  it('passes with slow replies in rotation and late ones out of it', () => {
    expect(verdictOn(delays(), 'health.timeout')).toMatchObject({
      is: 'pass',
      sometimes: { 'later than the timeout': 1, 'slow but in time': 1 },
    });
  });

  it('fails a timeout too long and one too short, each alone', () => {
    expect(failures(delays({ timeoutMs: 2 * timeoutMs }))).toEqual(['health.timeout']);
    expect(failures(delays({ timeoutMs: 0.4 * timeoutMs }))).toEqual(['health.timeout']);
  });

  it('says nothing where every reply is quick', () => {
    expect(verdictOn(codes({ a: 200, b: 200 }), 'health.timeout').is).toBe('inconclusive');
  });
});

describe('health.tcp', () => {
  it('fails whoever takes no accepted connection for a pass, so that nobody is left, also after another method', () => {
    const wrong: Wrong = { isNormal: (reply) => reply === 200 };
    const first = (is: Wrong) => new FakeBalancer({ method: 'tcp' }, is).rounds(12).openFresh(9);
    const changed = (is: Wrong) => {
      const balancer = new FakeBalancer({}, is)
        .rounds(4)
        .openFresh(9)
        .reconfigure({ method: 'tcp' });
      for (const { name } of balancer.instances) balancer.behave(name, { reply: 'accepted' });
      return balancer.rounds(9).openFresh(9);
    };
    for (const course of [first, changed]) {
      expect(failures(course(wrong).end())).toEqual(['health.tcp']);
      expect(failures(course({}).end())).toEqual([]);
    }
  });

  function refusing(wrong: Wrong = {}, asked: Asked = { method: 'tcp' }) {
    return new FakeBalancer(asked, wrong)
      .behave('a', { reply: 'accepted' })
      .behave('b', { reply: 'refused' })
      .rounds(12)
      .openFresh(12)
      .end();
  }

  it('passes with the refusing one out of rotation', () => {
    expect(verdictOn(refusing(), 'health.tcp').is).toBe('pass');
  });

  it('fails where a refused connection passes, and where a taken one does not', () => {
    expect(failures(refusing({ isNormal: () => true }))).toContain('health.tcp');
    const onlyRefused: Wrong = { isNormal: (reply) => reply === 'refused' };
    expect(failures(refusing(onlyRefused))).toContain('health.tcp');
  });

  it('says nothing of HTTP checks', () => {
    expect(verdictOn(refusing({}, {}), 'health.tcp').is).toBe('inconclusive');
  });
});

describe('where checks arrive', () => {
  const plain = (wrong: Wrong = {}) =>
    new FakeBalancer({ ports: { a: 9000 } }, wrong).rounds(8).openFresh(3).end();

  it('passes on the right port, path and interval', () => {
    expect(passes(plain())).toEqual(
      expect.arrayContaining(['health.port', 'health.http.path', 'health.interval']),
    );
  });

  it('fails each alone', () => {
    expect(failures(plain({ checkPort: 8080 }))).toEqual(['health.port']);
    expect(failures(plain({ checkPath: '/' }))).toEqual(['health.http.path']);
    expect(failures(plain({ intervalMs: 6000 }))).toEqual(['health.interval']);
  });

  it('knows the port that an instance had at the time: another one after it came back, both while it drained', () => {
    const back = (drainSeconds: number, wrong: Wrong = {}) =>
      new FakeBalancer({ weights: { a: 1 }, ports: { a: 9000 }, drainSeconds }, wrong)
        .rounds(4)
        .openFresh(1, { hold: true })
        .remove('a')
        .pass(20_000)
        .add('a')
        .rounds(4)
        .end();
    expect(verdictOn(back(10), 'health.port').is).toBe('pass');
    expect(verdictOn(back(10, { checkPort: 9000 }), 'health.port').is).toBe('fail');
    expect(verdictOn(back(300, { checkPort: 9000 }), 'health.port').is).toBe('pass');
    expect(verdictOn(back(300, { checkPort: 9001 }), 'health.port').is).toBe('fail');
  });

  it('judges the mean in real time: what a busy machine may have done is left open', () => {
    const scaled = (everyMs: number, rounds = 8) => {
      const balancer = new FakeBalancer({ ports: { a: 9000 } }, { intervalMs: everyMs });
      const { header, events } = balancer.rounds(rounds).end();
      return verdictOn({ header: { ...header, time: 'scaled' }, events }, 'health.interval').is;
    };
    expect([5000, 5008, 6000, 11_000].map((everyMs) => scaled(everyMs))).toEqual([
      ...['pass', 'pass', 'inconclusive', 'fail'],
    ]);
    // each of a few, and each of many
    expect([4, 8].map((rounds) => scaled(8000, rounds))).toEqual(['inconclusive', 'fail']);
  });

  it('does not mind checks that come sooner, nor a declared slack', () => {
    expect(verdictOn(plain({ intervalMs: 3000 }), 'health.interval').is).toBe('pass');
    const slack = new FakeBalancer(
      { traits: { 'health.timerSlackMs': 1000 } },
      { intervalMs: 6000 },
    )
      .rounds(8)
      .end();
    expect(verdictOn(slack, 'health.interval').is).toBe('pass');
  });
});
