/** Who was out when another configuration came, on balancers that keep it out and on one that does not. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const eligible = 'schedule.eligible';
const heals: Wrong = { healsOnReconfigure: true };

interface Course {
  readonly before?: Asked;
  readonly reply?: 503 | 404;
  /** Rounds of checks in which `a` fails. */
  readonly failing?: number;
  readonly seen?: number;
  /** Just before the other configuration. */
  readonly edit?: (balancer: FakeBalancer) => void;
}

function reconfigured(after: Asked, wrong: Wrong = {}, course: Course = {}) {
  const { before = {}, reply = 503, failing = 6, seen = 9, edit = () => {} } = course;
  const balancer = new FakeBalancer(before, wrong).rounds(4).openFresh(9);
  balancer.behave('a', { reply }).rounds(failing).openFresh(seen);
  edit(balancer);
  return balancer.reconfigure(after).openFresh(9, { hold: true }).rounds(1).openFresh(9).end();
}

const others: readonly Asked[] = [
  { scheduling: 'weighted-least-connections' },
  { scheduling: 'source-ip' },
  { unhealthyThreshold: 4 },
  { healthyThreshold: 1 },
  { persistence: true },
];

describe('who is in when another configuration comes', () => {
  const threshold = 'health.unhealthy-threshold';
  const kept: readonly Asked[] = [
    ...[{ unhealthyThreshold: 4 }, { healthyThreshold: 1 }, { persistence: true }],
    { method: 'tcp' },
  ];
  const course = (wrong: Wrong, after: Asked, count = 9) =>
    new FakeBalancer({}, wrong)
      .rounds(4)
      .openFresh(9)
      .reconfigure(after)
      .openFresh(count)
      .rounds(4)
      .openFresh(9)
      .end();

  it('stays in, and is not taken out by it without a check', () => {
    for (const other of kept) {
      const named = JSON.stringify(other);
      expect(failures(course({}, other)), named).toEqual([]);
      expect(failures(course({ downsOnReconfigure: true }, other)), named).toEqual([threshold]);
    }
  });

  it('says nothing of a few clients, of another algorithm, nor where some were turned away before', () => {
    const downs: Wrong = { downsOnReconfigure: true };
    expect(failures(course(downs, { scheduling: 'source-ip' }))).not.toContain(threshold);
    expect(failures(course(downs, { healthyThreshold: 1 }, 3))).toEqual([]);
    const refuses = (connection: number) => connection === 2;
    expect(failures(course({ ...downs, refuses }, { healthyThreshold: 1 }))).not.toContain(
      threshold,
    );
  });
});

describe('who is out when another configuration comes', () => {
  it('stays out, whatever that one changes, which is looked at before any check', () => {
    for (const other of others) {
      const verdict = verdictOn(reconfigured(other), eligible);
      expect(verdict.is, JSON.stringify(other)).toBe('pass');
      expect(verdict.sometimes).toEqual({ 'connections while somebody was out of rotation': 27 });
      expect(failures(reconfigured(other))).toEqual([]);
    }
  });

  it('is not brought in by it without a pass, which nothing else is to blame for', () => {
    for (const other of others) {
      const history = reconfigured(other, heals);
      expect(failures(history), JSON.stringify(other)).toEqual([eligible]);
      expect(verdictOn(history, eligible)).toMatchObject({ is: 'fail', standsAlone: true });
    }
  });

  it('says nothing of who had not long been out, or whom nobody was seen to be kept from', () => {
    const other = { healthyThreshold: 1 };
    expect(failures(reconfigured(other, heals, { failing: 3 }))).toEqual([]);
    expect(failures(reconfigured(other, heals, { seen: 2 }))).toEqual([]);
    const history = reconfigured(other, { ...heals, ignoresHealth: true });
    expect(verdictOn(history, eligible).standsAlone).toBeUndefined();
  });

  it('says nothing of an answer that a setting could call a pass, nor where members changed', () => {
    expect(failures(reconfigured({ healthyThreshold: 1 }, heals, { reply: 404 }))).toEqual([]);
    const edit = (balancer: FakeBalancer) => {
      balancer.reweigh('b', 2);
    };
    expect(failures(reconfigured({ healthyThreshold: 1 }, heals, { edit }))).toEqual([]);
  });

  it('may be gone to by a client that knows it, which is a matter of sessions', () => {
    const balancer = new FakeBalancer({ persistence: true }, heals).rounds(4);
    for (const client of ['127.128.0.1', '127.128.0.2', '127.128.0.3']) balancer.open(client);
    balancer.behave('a', { reply: 503 }).rounds(6).openFresh(9);
    balancer.reconfigure({ persistence: true, unhealthyThreshold: 4 });
    for (const client of ['127.128.0.1', '127.128.0.2', '127.128.0.3']) balancer.open(client);
    expect(failures(balancer.end())).not.toContain(eligible);
  });
});
