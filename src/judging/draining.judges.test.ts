/** Judges of connection draining on balancers that drain right and wrong. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
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

  it('of nothing: no new connection at once', () => {
    const zero: Asked = { drainSeconds: 0 };
    expect(verdictOn(removed({}, zero), 'draining.zero').is).toBe('pass');
    expect(failures(removed({ keepsRemoved: true }, zero))).toEqual(['draining.zero']);
    expect(verdictOn(removed(), 'draining.zero').is).toBe('inconclusive');
  });

  it('says nothing where nobody is removed', () => {
    const history = new FakeBalancer().rounds(4).openFresh(9, { hold: true }).carryAll().end();
    for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
