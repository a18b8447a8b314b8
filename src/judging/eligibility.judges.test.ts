/** The judges of who may be picked at all, on balancers that look at checks and members and that do not. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const eligible = 'schedule.eligible';
const recovery = 'schedule.recovery';

/** `a` goes out and stays out for a while with clients coming. */
function outage(
  wrong: Wrong = {},
  reply: 503 | 404 | 'refused' | 'silence' = 503,
  asked: Asked = {},
) {
  const balancer = new FakeBalancer(asked, wrong).rounds(4).openFresh(9);
  return balancer.behave('a', { reply }).rounds(6).openFresh(18).end();
}

/** Each client gets whom the number of its connection names. */
function to(names: (number: number) => string): Wrong {
  return { ignoresHealth: true, pick: (_, { number }) => names(number) };
}

const inTurn = (number: number) => ['a', 'b', 'c'][number % 3] as string;
const others = (number: number) => ['b', 'c'][number % 2] as string;

describe(eligible, () => {
  it('passes where nobody goes to who is out, and counts who could have', () => {
    expect(verdictOn(outage(), eligible)).toMatchObject({
      is: 'pass',
      sometimes: { 'connections while somebody was out of rotation': 18 },
    });
    expect(failures(outage())).toEqual([]);
  });

  it('fails where somebody goes to who certainly failed, while others could be taken', () => {
    for (const reply of [503, 'refused', 'silence'] as const) {
      const verdict = verdictOn(outage({ ignoresHealth: true }, reply), eligible);
      expect(verdict.is, String(reply)).toBe('fail');
      expect(verdict.why).toMatch(/went to a, which was unhealthy, while b, c could take it/);
    }
  });

  it('says nothing of an answer that a setting could call a pass', () => {
    expect(verdictOn(outage({ ignoresHealth: true }, 404), eligible).is).toBe('inconclusive');
  });

  it('fails where somebody goes to who was removed', () => {
    const removed = (wrong: Wrong) =>
      new FakeBalancer({}, wrong).rounds(4).openFresh(9).remove('a').openFresh(9).end();
    const verdict = verdictOn(removed({ keepsRemoved: true }), eligible);
    expect(verdict).toMatchObject({ is: 'fail', observed: 'a' });
    expect(verdict.why).toContain('which was removed');
    expect(failures(removed({ keepsRemoved: true }))).toEqual(['draining.no-new']);
    expect(verdictOn(removed({}), eligible).is).toBe('pass');
  });

  it('says nothing while nobody was out, or nobody else was certainly in', () => {
    const calm = new FakeBalancer().rounds(4).openFresh(30).end();
    expect(verdictOn(calm, eligible).is).toBe('inconclusive');
    const early = new FakeBalancer({}, { ignoresHealth: true }).behave('a', { reply: 503 });
    expect(verdictOn(early.rounds(1).openFresh(9).end(), eligible).is).toBe('inconclusive');
  });

  it('takes whoever has no weight for nobody that could be taken instead', () => {
    const traits = { 'schedule.noneEligible': 'all', 'schedule.weightZero': 'quiesced' };
    const history = new FakeBalancer({ profile: 'openapi', traits }, { usesAllWhenNone: true })
      .rounds(4)
      .openFresh(9)
      .behave('a', { reply: 'silence' })
      .behave('c', { reply: 'silence' })
      .reweigh('b', 0)
      .rounds(6)
      .openFresh(9)
      .end();
    expect(failures(history)).toEqual([]);
  });

  it('waits for two failures more than the threshold', () => {
    const failing = (rounds: number) => {
      const balancer = new FakeBalancer({}, { ignoresHealth: true }).rounds(4).openFresh(9);
      return verdictOn(
        balancer.behave('a', { reply: 503 }).rounds(rounds).openFresh(9).end(),
        eligible,
      );
    };
    expect([failing(3).is, failing(4).is]).toEqual(['inconclusive', 'fail']);
  });
});

describe('a failure to keep to the eligible that nothing narrower explains', () => {
  const isAlone = (wrong: Wrong, asked?: Asked) =>
    verdictOn(outage(wrong, 503, asked), eligible).standsAlone === true;

  it('is that somebody is shunned for two whole cycles and then taken again without a pass', () => {
    const shunnedFor = (count: number) =>
      to((number) => (number < 9 ? inTurn(number) : number < 9 + count ? others(number) : 'a'));
    expect([isAlone(shunnedFor(5)), isAlone(shunnedFor(6))]).toEqual([false, true]);
  });

  it('is none where memory explains it: clients that stick, algorithms that look at more than turns', () => {
    const shunned = to((number) =>
      number < 9 ? inTurn(number) : number < 20 ? others(number) : 'a',
    );
    expect(isAlone(shunned, { persistence: true })).toBe(false);
    expect(isAlone(shunned, { scheduling: 'weighted-least-connections' })).toBe(false);
    expect(isAlone(shunned, { scheduling: 'source-ip' })).toBe(false);
  });

  it('is none where who was shunned had been removed, or passed in between', () => {
    const back = to((number) => (number < 9 ? inTurn(number) : number < 20 ? others(number) : 'a'));
    const removed = new FakeBalancer({}, { ...back, keepsRemoved: true }).rounds(4).openFresh(9);
    const verdict = verdictOn(removed.remove('a').openFresh(18).end(), eligible);
    expect(verdict).toMatchObject({ is: 'fail' });
    expect(verdict.standsAlone).toBeUndefined();
    const late = new FakeBalancer({}, { lateMs: 60_000 }).rounds(4).openFresh(9, { hold: true });
    late.remove('a').openFresh(9).add('a', { reply: 503 }).rounds(6).openFresh(9);
    expect(verdictOn(late.end(), eligible)).toMatchObject({ is: 'fail' });
    expect(verdictOn(late.end(), eligible).standsAlone).toBeUndefined();
    const passing = new FakeBalancer({}, back).rounds(4).openFresh(9).behave('a', { reply: 503 });
    passing.rounds(6).openFresh(11).behave('a', {}).rounds(6).openFresh(2);
    passing.behave('a', { reply: 503 }).rounds(6).openFresh(3);
    expect(verdictOn(passing.end(), eligible).is).toBe('fail');
    expect(verdictOn(passing.end(), eligible).standsAlone).toBeUndefined();
  });

  it('is that neither a bad status nor silence is heeded, which leaves nothing of what is said on checks', () => {
    const verdictAfter = (replies: readonly (503 | 'silence' | 404)[]) => {
      const balancer = new FakeBalancer({}, { ignoresHealth: true });
      replies.forEach((reply, index) => {
        balancer.behave(['a', 'b'][index] as string, { reply });
      });
      return verdictOn(balancer.rounds(9).openFresh(18).end(), eligible);
    };
    const heedless = (...replies: Parameters<typeof verdictAfter>[0]) =>
      verdictAfter(replies).standsAlone === true;
    expect(verdictAfter([503, 'silence']).undermines).toContain('health.timeout');
    expect(verdictAfter([503, 'silence']).undermines).not.toContain('draining.no-new');
    expect(verdictAfter([503, 'silence']).undermines).not.toContain('health.isolation');
    expect(verdictAfter([503, 503]).undermines).toBeUndefined();
    expect(heedless(503, 'silence')).toBe(true);
    expect([heedless(503, 503), heedless('silence', 'silence'), heedless(404, 'silence')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

/** `a` goes out and recovers; `passes`: rounds that it passes before clients come. */
function recovering(wrong: Wrong = {}, passes = 6, reply = 200, asked: Asked = {}) {
  const balancer = new FakeBalancer(asked, wrong).rounds(4).openFresh(9);
  balancer.behave('a', { reply: 503 }).rounds(4).openFresh(9);
  return balancer.behave('a', { reply }).rounds(passes).openFresh(18).end();
}

describe(recovery, () => {
  it('passes where a recovered instance takes its turn again', () => {
    expect(verdictOn(recovering(), recovery)).toMatchObject({
      is: 'pass',
      sometimes: { 'recoveries seen in traffic': 1 },
    });
    expect(failures(recovering())).toEqual([]);
  });

  it('fails where it never does', () => {
    const verdict = verdictOn(recovering({ neverRecovers: true }), recovery);
    expect(verdict.why).toBe('a passed 4 checks in a row and got none of 18 connections');
    expect(failures(recovering({ neverRecovers: true }))).toEqual([recovery]);
  });

  it.each([
    // three of them may each pass somebody over four times in a row: 3 x 4 + 1 of 18 connections tell
    [3, 'fail'],
    [4, 'fail'],
    // 5 x 4 + 1 are more than there are
    [5, 'inconclusive'],
    ['n', 'inconclusive'],
  ])('asks for as many times the connections of %s schedulers: %s', (schedulers, is) => {
    const asked = { traits: { 'wrr.schedulers': schedulers } };
    expect(verdictOn(recovering({ neverRecovers: true }, 6, 200, asked), recovery).is).toBe(is);
  });

  it('waits for two passes more than the threshold', () => {
    expect(verdictOn(recovering({ neverRecovers: true }, 3), recovery).is).toBe('inconclusive');
    expect(verdictOn(recovering({ neverRecovers: true }, 4), recovery).is).toBe('fail');
  });

  it('leaves it to others where the instance recovers by an answer it had not given while in rotation', () => {
    expect(verdictOn(recovering({ neverRecovers: true }, 6, 204), recovery).is).toBe(
      'inconclusive',
    );
  });

  it('fails where clients are turned away although somebody recovered', () => {
    const alone = (wrong: Wrong, members: boolean) => {
      const traits = { 'schedule.noneEligible': 'refuse' };
      const balancer = new FakeBalancer({ weights: { a: 1 }, traits }, wrong);
      balancer.rounds(4).openFresh(4);
      balancer.behave('a', { reply: 503 }).rounds(4).openFresh(2).behave('a', {}).rounds(6);
      return (members ? balancer.reweigh('a', 2) : balancer).openFresh(4).end();
    };
    const verdict = verdictOn(alone({ neverRecovers: true }, false), recovery);
    expect(verdict).toMatchObject({ is: 'fail', observed: 'nobody in rotation' });
    expect(verdict.why).toContain('a had passed 4 checks in a row');
    expect(verdictOn(alone({ neverRecovers: true }, true), recovery).is).toBe('inconclusive');
    expect(verdictOn(alone({}, false), recovery).is).toBe('pass');
  });

  it('does not hold whoever may know of later failures to passes that are certainly known', () => {
    const traits = { 'schedule.noneEligible': 'refuse', 'change.propagationMs': 20_000 };
    const balancer = new FakeBalancer({ weights: { a: 1 }, traits });
    balancer.rounds(4).openFresh(4).behave('a', { reply: 503 }).rounds(4).openFresh(2);
    balancer.behave('a', {}).rounds(10).openFresh(2).behave('a', { reply: 503 }).rounds(3);
    expect(failures(balancer.openFresh(4).end())).toEqual([]);
  });
});
