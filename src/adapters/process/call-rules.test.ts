/** What replies on the call plane must keep, and that digits lost on the way are forgiven. */
import { describe, expect, it } from 'vitest';
import { CallRules, unrounded } from './call-rules.ts';

const reached = (nowMs: number) => ({ nowMs, probes: [], cut: [] });

describe('the rules of the call plane', () => {
  it('take a time with fewer digits for the one that was asked for', () => {
    const rules = new CallRules(true);
    const toMs = 31_999.999999999996;
    const told = unrounded(reached(32_000), toMs);
    expect(told.nowMs).toBe(toMs);
    expect(rules.faultInReached(toMs, told)).toBeNull();
    expect(rules.faultInReached(40_000, unrounded(reached(40_000.1), 40_000))).toContain('beyond');
  });

  it('forgive no cut outside the time that passed, and no time that goes back', () => {
    const rules = new CallRules(true);
    expect(rules.faultInReached(100, reached(100))).toBeNull();
    const cut = [{ connection: 3, atMs: 99, how: 'reset' as const }];
    expect(rules.faultInReached(200, { ...reached(200), cut })).toContain('connection 3 cut at 99');
    expect(rules.faultInReached(200, reached(50))).toContain('before 100');
  });
});
