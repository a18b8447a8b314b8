/** Judge of how an instance begins, on balancers that take it for up, for down, and that decide by the first result. */
import { describe, expect, it } from 'vitest';
import { FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const clause = 'health.initial';
const up = { 'health.initial': 'up', 'health.first': 'counts' };

function added(
  reply: number,
  wrong: Wrong = {},
  traits: Readonly<Record<string, string>> = up,
  threshold = 3,
) {
  const asked = { traits, unhealthyThreshold: threshold, healthyThreshold: threshold };
  return new FakeBalancer({ ...asked, weights: { a: 1, b: 1 } }, wrong)
    .rounds(5)
    .add('c', { reply, afterMs: 1000 })
    .openFresh(12)
    .pass(2000)
    .openFresh(12)
    .end();
}

describe('health.initial', () => {
  it('passes where a new instance is in rotation and one result changes nothing, as declared', () => {
    for (const reply of [200, 503]) {
      expect(passes(added(reply))).toContain(clause);
      expect(failures(added(reply))).toEqual([]);
    }
  });

  it('passes a start outside of rotation, and a first result that decides, where declared', () => {
    const down = { 'health.initial': 'down', 'health.first': 'counts' };
    expect(passes(added(200, { startsOut: true }, down))).toContain(clause);
    const pending = { 'health.initial': 'pending', 'health.first': 'decides' };
    for (const reply of [200, 503]) {
      const history = added(reply, { startsOut: true, firstDecides: true }, pending);
      expect(passes(history)).toContain(clause);
    }
  });

  it('fails whoever begins other than declared', () => {
    expect(failures(added(503, { startsOut: true }))).toContain(clause);
    expect(failures(added(503, {}, { ...up, 'health.initial': 'down' }))).toContain(clause);
    expect(failures(added(503, { firstDecides: true }))).toContain(clause);
    const decides = { ...up, 'health.first': 'decides' };
    expect(failures(added(503, {}, decides))).toContain(clause);
  });

  it('fails whoever counts a result that was none of the new one, unless it always needs one less', () => {
    const watched = (counted: number, wrong: Wrong = {}) => {
      const asked = { traits: up, unhealthyThreshold: 4, healthyThreshold: 4 };
      const balancer = new FakeBalancer({ ...asked, weights: { a: 1, b: 1 } }, wrong)
        .rounds(6)
        .add('c', { reply: 503, afterMs: 1000 });
      balancer.of('c').failures = counted;
      balancer.openFresh(12).pass(2000);
      for (let check = 0; check < 5; check++) balancer.openFresh(12).rounds(1);
      return verdictOn(balancer.openFresh(12).end(), clause);
    };
    expect(watched(0).is).toBe('pass');
    expect(watched(1)).toMatchObject({ is: 'fail', observed: 'as if one more had come' });
    expect(watched(0, { unhealthyThreshold: 3 })).toMatchObject({
      restsOn: expect.arrayContaining(['health.unhealthy-threshold']),
    });
  });

  it('fails whoever needs one result more from the first one on, unless it always does', () => {
    const watched = (wrong: Wrong) => {
      const asked = { traits: up, unhealthyThreshold: 3, healthyThreshold: 3 };
      const balancer = new FakeBalancer({ ...asked, weights: { a: 1, b: 1 } }, wrong)
        .rounds(5)
        .add('c', { reply: 503, afterMs: 1000 })
        .openFresh(12)
        .pass(2000);
      for (let check = 0; check < 4; check++) balancer.openFresh(12).rounds(1);
      return verdictOn(balancer.openFresh(12).end(), clause);
    };
    expect(watched({}).is).toBe('pass');
    expect(watched({ unhealthyThreshold: 4 })).toMatchObject({
      is: 'fail',
      why: 'c was in rotation after its first 3 failed checks, and no longer after one more',
      restsOn: expect.arrayContaining(['health.unhealthy-threshold']),
    });
  });

  it('only says what it saw where nothing is declared', () => {
    expect(verdictOn(added(503, {}, {}), clause)).toMatchObject({
      isObservation: true,
      why: 'undeclared; observed: c was in rotation before its first result',
    });
  });

  it('says nothing where a threshold of one or two may be what decided', () => {
    expect(verdictOn(added(503, {}, up, 2), clause).is).toBe('inconclusive');
  });

  it('says nothing of who is listed again when its drain may not be over yet', () => {
    const propagationMs = 3000;
    const traits = { 'health.initial': 'down', 'change.propagationMs': propagationMs };
    const relisted = (afterDrainMs: number) => {
      const asked = { unhealthyThreshold: 3, healthyThreshold: 3, drainSeconds: 60, traits };
      const balancer = new FakeBalancer(asked, { finishesAtDeadline: true })
        .rounds(6)
        .remove('b')
        .pass(60_000 + afterDrainMs)
        .add('b');
      balancer.of('b').nextCheckMs += 2 * intervalMs;
      const history = balancer.pass(propagationMs + 1).openFresh(9);
      return verdictOn(history.end(), clause).is;
    };
    expect(relisted(propagationMs)).toBe('inconclusive');
    expect(relisted(propagationMs + 1)).toBe('fail');
  });
});
