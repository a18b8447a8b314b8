/** Whatever an adapter's clock says, the moment it speaks of lies in the interval that is made of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdapterClock } from './adapter-clock.ts';

const ms = fc.double({ min: 0, max: 50, noNaN: true });
const asked = fc.record({ pauseMs: ms, thereMs: ms, backMs: ms, isLazy: fc.boolean() });

describe('the clock of an adapter', () => {
  it('is bounded on both sides after every answer, also of one that does not look at its clock', () => {
    fc.assert(
      fc.property(ms, ms, fc.array(asked, { minLength: 1 }), (acceptedMs, backMs, questions) => {
        // ours at the adapter's zero
        const offsetMs = acceptedMs;
        let oursMs = acceptedMs + backMs;
        const clock = new AdapterClock(oursMs);
        for (const { pauseMs, thereMs, backMs: back, isLazy } of questions) {
          const fromMs = oursMs + pauseMs;
          const toMs = clock.surelyReachedMs(fromMs);
          expect(toMs).toBeLessThanOrEqual(fromMs - offsetMs + 1e-6);
          const trueMs = fromMs + thereMs - offsetMs;
          oursMs = fromMs + thereMs + back;
          const span = { fromMs, toMs: oursMs };
          const nowMs = isLazy ? toMs : trueMs;
          clock.learn({ nowMs, probes: [], cut: [] }, toMs, span);
          const at = clock.intervalOf(trueMs, span);
          expect(at.fromMs).toBeLessThanOrEqual(trueMs + offsetMs + 1e-6);
          expect(at.toMs).toBeGreaterThanOrEqual(trueMs + offsetMs - 1e-6);
          expect(clock.reachingMs(oursMs + 5) + offsetMs).toBeGreaterThanOrEqual(oursMs + 5 - 1e-6);
        }
      }),
      { seed: 1 },
    );
  });

  it('is known as well as the quickest answer was quick', () => {
    const clock = new AdapterClock(900);
    clock.learn({ nowMs: 101, probes: [], cut: [] }, 0, { fromMs: 900, toMs: 902 });
    expect(clock.intervalOf(200, { fromMs: 0, toMs: 5000 })).toEqual({ fromMs: 999, toMs: 1001 });
  });
});
