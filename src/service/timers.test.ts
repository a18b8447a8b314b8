import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timers } from './timers.ts';

describe('timers', () => {
  it('fire in the order of their times, and of their setting where times are equal', () => {
    const setting = fc.record({ timer: fc.nat(9), atMs: fc.nat(4), isCancelled: fc.boolean() });
    fc.assert(
      fc.property(fc.array(setting, { maxLength: 60 }), (settings) => {
        const timers = new Timers(10);
        let expected: { timer: number; atMs: number }[] = [];
        for (const { timer, atMs, isCancelled } of settings) {
          expected = expected.filter((other) => other.timer !== timer);
          if (isCancelled) timers.cancel(timer);
          else {
            timers.set(timer, atMs);
            expected.push({ timer, atMs });
          }
          expect(timers.due[0]).toBe(Math.min(...expected.map((set) => set.atMs)));
        }
        const fired = [];
        while (timers.due[0] !== Number.POSITIVE_INFINITY) {
          fired.push({ atMs: timers.due[0], timer: timers.take() });
        }
        expect(fired).toEqual(
          expected.toSorted((a, b) => a.atMs - b.atMs).map(({ atMs, timer }) => ({ atMs, timer })),
        );
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
