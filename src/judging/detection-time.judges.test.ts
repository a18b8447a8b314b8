/** Judge of how soon a failure is found out, on balancers that are in time, late, or never look. */
import { describe, expect, it } from 'vitest';
import { FakeBalancer, intervalMs, timeoutMs, type Wrong } from './balancer.fixture.ts';
import { judgeHistory } from './judge-history.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const clause = 'health.detection-time';

const counted = { 'health.intervalFrom': 'start' };

function failed(
  wrong: Wrong = {},
  failure: { reply: number | 'silence' } = { reply: 'silence' },
  traits: Readonly<Record<string, string>> = counted,
) {
  return new FakeBalancer({ weights: { a: 1, b: 1 }, traits }, wrong)
    .rounds(4)
    .openFresh(4)
    .behave('a', failure)
    .pass(2 * intervalMs + timeoutMs + 1)
    .openFresh(8)
    .end();
}

describe('health.detection-time', () => {
  it('passes where a failed instance is out in time', () => {
    for (const failure of [{ reply: 503 }, { reply: 'silence' as const }]) {
      expect(passes(failed({}, failure))).toContain(clause);
      expect(failures(failed({}, failure))).toEqual([]);
    }
  });

  it('fails where it is late, and is also affected where nobody looks any more', () => {
    expect(failures(failed({ lateMs: 30 * intervalMs }))).toContain(clause);
    const blind = new FakeBalancer({ weights: { a: 1, b: 1 } }).rounds(4).openFresh(4);
    blind.of('a').nextCheckMs = Number.POSITIVE_INFINITY;
    const history = blind.behave('a', { reply: 503 }).rounds(10).openFresh(8).end();
    expect(failures(history)).toEqual(['health.interval']);
    expect(judgeHistory(history)).toContainEqual(
      expect.objectContaining({ clause, attributedTo: 'health.interval' }),
    );
  });

  it('allows as much as either way of counting where it is not declared', () => {
    const told = (traits: Readonly<Record<string, string>>) =>
      verdictOn(failed({}, { reply: 'silence' }, traits), clause).why;
    expect(told(counted)).toContain(`within ${2 * intervalMs + timeoutMs} ms`);
    expect(told({ 'health.intervalFrom': 'end' })).toContain(`${2 * (intervalMs + timeoutMs)} ms`);
    expect(told({})).toContain(`within ${2 * (intervalMs + timeoutMs)} ms`);
  });

  it('charges a threshold that is one too high to the threshold', () => {
    const history = new FakeBalancer({ weights: { a: 1, b: 1 } }, { unhealthyThreshold: 3 })
      .rounds(4)
      .openFresh(8)
      .behave('a', { reply: 503 });
    for (let check = 0; check < 5; check++) history.rounds(1).openFresh(8);
    expect(failures(history.end())).toEqual(['health.unhealthy-threshold']);
  });

  it('says nothing where nobody fails, or nobody is looked for afterwards', () => {
    const quiet = new FakeBalancer().rounds(4).openFresh(9).end();
    expect(verdictOn(quiet, clause).is).toBe('inconclusive');
    const unseen = new FakeBalancer().rounds(4).openFresh(9).behave('a', { reply: 503 }).rounds(9);
    expect(verdictOn(unseen.end(), clause).is).toBe('inconclusive');
  });
});
