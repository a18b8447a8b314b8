/** Judges of outages on balancers that refuse or use everybody, that keep connections or cut them. */
import { describe, expect, it } from 'vitest';
import { FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const none = 'schedule.none-eligible';
const live = 'health.live-connections';
const declared = { 'schedule.noneEligible': 'refuse', 'health.liveConnections': 'kept' };

/** Two go out, then the third. */
function outage(wrong: Wrong = {}, traits: Readonly<Record<string, string>> = declared) {
  return outageOn(new FakeBalancer({ traits }, wrong));
}

function outageOn(balancer: FakeBalancer) {
  return balancer
    .rounds(4)
    .openFresh(9, { hold: true })
    .behave('a', { reply: 503 })
    .behave('b', { reply: 503 })
    .rounds(6)
    .openFresh(12)
    .carryAll()
    .behave('c', { reply: 503 })
    .rounds(6)
    .openFresh(6)
    .end();
}

describe('an outage', () => {
  it('leaves an end at the very instant of a failure of somebody else to another clause', () => {
    expect(verdictOn(outage({ cutsAtTurns: () => true }), live).is).not.toBe('fail');
    expect(verdictOn(outage({ cutsUnhealthy: true }), live).is).toBe('fail');
  });

  it('passes where everybody is refused and connections are kept, as declared', () => {
    expect(passes(outage())).toEqual(expect.arrayContaining([none, live]));
    expect(failures(outage())).toEqual([]);
  });

  it('passes the other readings where they are declared', () => {
    const other = { 'schedule.noneEligible': 'all', 'health.liveConnections': 'cut' };
    const history = outage({ usesAllWhenNone: true, cutsUnhealthy: true }, other);
    expect(passes(history)).toEqual(expect.arrayContaining([none, live]));
    expect(failures(history)).toEqual([]);
  });

  it('fails whoever does other than declared', () => {
    expect(failures(outage({ usesAllWhenNone: true }))).toEqual([none]);
    expect(failures(outage({}, { ...declared, 'schedule.noneEligible': 'all' }))).toEqual([none]);
    expect(failures(outage({ cutsUnhealthy: true }))).toEqual([live]);
    expect(failures(outage({}, { ...declared, 'health.liveConnections': 'cut' }))).toEqual([live]);
  });

  it('judges a second outage as it does the first, and the return between them not at all', () => {
    const twice = (wrong: { cutsUnhealthy: boolean }, isCut: boolean) => {
      const balancer = new FakeBalancer({ traits: declared }, wrong)
        .rounds(4)
        .openFresh(9, { hold: true })
        .behave('a', { reply: 503 })
        .rounds(6)
        .openFresh(12)
        .behave('a', {})
        .rounds(6)
        .openFresh(9);
      wrong.cutsUnhealthy = isCut;
      return balancer.behave('a', { reply: 503 }).rounds(6).openFresh(12).end();
    };
    expect(failures(twice({ cutsUnhealthy: false }, true))).toEqual([live]);
    expect(failures(twice({ cutsUnhealthy: false }, false))).toEqual([]);
  });

  it('holds whoever refuses to the manner that is declared', () => {
    expect(failures(outage({}, { ...declared, refusal: 'closed' }))).toEqual([]);
    expect(failures(outage({}, { ...declared, refusal: 'reset' }))).toEqual([none]);
  });

  it('holds whoever has an empty list to the manner that is declared, also where nobody is ever out', () => {
    const emptied = (refusal: string) =>
      new FakeBalancer({ traits: { refusal } }).rounds(4).remove('a').remove('b').remove('c');
    expect(failures(emptied('closed').openFresh(6).end())).toEqual([]);
    expect(failures(emptied('reset').openFresh(6).end())).toEqual([none]);
  });

  it('sees the last one lose its connections, also where all others fail at that very instant', () => {
    const lastOut: Wrong = { cutsLastOut: true };
    expect(failures(outage(lastOut))).toEqual([live]);
    const together = new FakeBalancer({ traits: declared }, lastOut);
    for (const one of together.instances) one.nextCheckMs = intervalMs;
    expect(failures(outageOn(together))).toEqual([live]);
  });

  it('does not charge to it that somebody who was removed is taken for a member', () => {
    const ofOne = (wrong: Wrong) =>
      new FakeBalancer({ traits: declared, weights: { a: 1, b: 1 } }, wrong)
        .rounds(4)
        .openFresh(6)
        .behave('a', { reply: 503 })
        .rounds(6)
        .openFresh(6)
        .behave('a', {})
        .rounds(6)
        .remove('b')
        .openFresh(6)
        .behave('a', { reply: 503 })
        .rounds(6)
        .openFresh(6)
        .end();
    expect(failures(ofOne({ keepsRemoved: true }))).not.toContain(none);
    expect(verdictOn(ofOne({ usesAllWhenNone: true }), none).is).toBe('fail');
    expect(verdictOn(ofOne({}), none).is).toBe('pass');
  });

  it('only says what it saw where nothing is declared', () => {
    for (const clause of [none, live]) {
      expect(verdictOn(outage({}, {}), clause)).toMatchObject({
        is: 'inconclusive',
        isObservation: true,
        why: expect.stringMatching(/^undeclared; observed: /),
      });
    }
  });

  it('charges nothing here where health takes nobody out, and says nothing without an outage', () => {
    expect(verdictOn(outage({ ignoresHealth: true }), none).is).toBe('inconclusive');
    const quiet = new FakeBalancer({ traits: declared })
      .rounds(4)
      .openFresh(9, { hold: true })
      .end();
    for (const clause of [none, live]) expect(verdictOn(quiet, clause).is).toBe('inconclusive');
  });
});
