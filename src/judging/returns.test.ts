/** Instances that come back while they drain: only a connection that is held all the while proves it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeBalancer } from './balancer.fixture.ts';
import { readHistory } from './read-history.ts';
import type { MembershipChange, Reading } from './reading.ts';
import { resumes } from './returns.ts';

const drainMs = 60_000;

interface Course {
  /** Connections of everybody, opened before the removal of `a` or after it. */
  readonly held: 'before' | 'after' | 'closed' | 'nowhere';
  readonly awayMs: number;
}

/** `a` is removed and registered again; the deadline is not kept, so that connections are held beyond it. */
function reading({ held, awayMs }: Course): Reading {
  const balancer = new FakeBalancer({ drainSeconds: drainMs / 1000 }, { deadline: 'leave' });
  balancer.rounds(4);
  if (held !== 'nowhere' && held !== 'after') balancer.openFresh(6, { hold: true });
  balancer.remove('a');
  if (held === 'after') balancer.openFresh(6, { hold: true });
  balancer.pass(awayMs);
  if (held === 'closed') balancer.closeSome('a', 2);
  return readHistory(balancer.add('a').end());
}

function of(all: Reading, edit: (change: MembershipChange) => MembershipChange = (one) => one) {
  const own = all.changes.map(edit);
  const back = own.find(({ kind }) => kind === 'registered') as MembershipChange;
  return resumes(back, own, all);
}

describe('an instance that is registered again', () => {
  it('resumes exactly where a connection of its own was held from before the removal, and the drain not over', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('before', 'after', 'closed', 'nowhere'),
        fc.oneof(fc.nat({ max: 2 * drainMs }), fc.constantFrom(drainMs - 1, drainMs, drainMs + 1)),
        (held, awayMs) => {
          expect(of(reading({ held, awayMs }))).toBe(held === 'before' && awayMs < drainMs);
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  const right = reading({ held: 'before', awayMs: 10_000 });
  const other = (kind: MembershipChange['kind'], is: MembershipChange['outcome']) =>
    of(right, (one) => (one.kind === kind ? { ...one, outcome: is } : one));

  it('does not resume for certain where the removal or the registration was not accepted', () => {
    expect(of(right)).toBe(true);
    for (const is of ['rejected', 'unknown', 'unsupported'] as const) {
      expect([other('removed', is), other('registered', is)]).toEqual([false, false]);
    }
  });

  it('may be out until it passes anew where one begins out of rotation', () => {
    const isDoubted = (initial: string) => {
      const traits = { 'draining.return': 'resumes', 'health.initial': initial };
      const balancer = new FakeBalancer({ drainSeconds: drainMs / 1000, traits })
        .rounds(4)
        .openFresh(6, { hold: true })
        .remove('a')
        .add('a')
        .openFresh(6);
      const { checks = [] } = readHistory(balancer.end()).instances.get('a')?.ledger ?? {};
      return checks.some(({ result }) => result === 'unknown');
    };
    expect(['up', 'down', 'pending'].map(isDoubted)).toEqual([false, true, true]);
  });

  it('does not resume by another weight, nor without a removal before it', () => {
    expect(of(right, (one) => ({ ...one, kind: 'registered' }))).toBe(false);
    const [removal, back] = right.changes as [MembershipChange, MembershipChange];
    expect(resumes({ ...back, kind: 'reweighed' }, right.changes, right)).toBe(false);
    expect(resumes(back, [{ ...removal, line: back.line + 1 }, back], right)).toBe(false);
  });

  it('counts the duration from when the removal was asked for to when the return was answered', () => {
    const [removal, back] = right.changes as [MembershipChange, MembershipChange];
    const slow = (fromMs: number, toMs: number) =>
      resumes({ ...back, toMs }, [{ ...removal, fromMs }, back], right);
    expect(slow(back.toMs - drainMs, back.toMs)).toBe(false);
    expect(slow(back.toMs - drainMs + 1, back.toMs)).toBe(true);
    expect(slow(removal.fromMs, removal.fromMs + drainMs)).toBe(false);
  });

  it('counts to when the return is certainly in effect', () => {
    const [removal, back] = right.changes as [MembershipChange, MembershipChange];
    const late = (propagationMs: number) => {
      const reading = propagationMs;
      const traits = { 'change.propagationMs': { reading, providedBy: 'balancer' } } as const;
      return resumes(back, right.changes, { ...right, traits });
    };
    const leftMs = removal.fromMs + drainMs - back.toMs;
    expect([late(leftMs - 1), late(leftMs)]).toEqual([true, false]);
  });

  it('does not resume by connections of others, nor where no duration is known', () => {
    const elsewhere = right.connections.map((one) => ({
      ...one,
      placed: one.placed === null ? null : { ...one.placed, instance: 'b' },
    }));
    const [, back] = right.changes as [MembershipChange, MembershipChange];
    expect(resumes(back, right.changes, { ...right, connections: elsewhere })).toBe(false);
    expect(resumes(back, right.changes, { ...right, effective: null })).toBe(false);
  });
});
