/** Goal: events leave in order of time, then of scheduling, whatever the interleaving. Method: against a sorted list. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

/** Few distinct times, so that ties abound; null pops. */
const moves = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }), {
  maxLength: 400,
  size: 'max',
});

describe('event queue', () => {
  it('pops what a stable sort by time would give', () => {
    fc.assert(
      fc.property(moves, (sequence) => {
        const queue = new EventQueue();
        const expected: { at: number; payload: number }[] = [];
        sequence.forEach((at, payload) => {
          if (at !== null) {
            queue.atMs[0] = at;
            queue.push(payload);
            expected.push({ at, payload });
            expected.sort((a, b) => a.at - b.at || a.payload - b.payload);
          } else if (expected.length > 0) expect(queue.pop()).toBe(expected.shift()?.payload);
          expect(queue.headMs[0]).toBe(expected[0]?.at ?? Number.POSITIVE_INFINITY);
          expect(queue.length).toBe(expected.length);
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('grows beyond its first capacity', () => {
    const queue = new EventQueue();
    for (let payload = 5000; payload > 0; payload--) {
      queue.atMs[0] = payload;
      queue.push(payload);
    }
    for (let payload = 1; payload <= 5000; payload++) expect(queue.pop()).toBe(payload);
  });

  it('refuses to pop what is not there', () => {
    expect(() => new EventQueue().pop()).toThrow(/pending/);
  });
});
