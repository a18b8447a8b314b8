/** Goal: events leave in order of time, then of scheduling, whatever the interleaving. Method: against a sorted list. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { WheelQueue } from './wheel-queue.ts';

/** Few distinct times, so that ties abound, and some far ones; null pops. */
const delay = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(1e6, 1e12, 1e300, Number.POSITIVE_INFINITY) },
);
const moves = fc.array(fc.option(delay, { freq: 3 }), { maxLength: 400, size: 'max' });

describe.each([
  { name: 'a heap', newQueue: () => new EventQueue() },
  { name: 'a wheel with a bucket for each time', newQueue: () => new WheelQueue(0.25, 1000) },
  { name: 'a wheel with wide buckets', newQueue: () => new WheelQueue(2, 0) },
  { name: 'a wheel of one bucket', newQueue: () => new WheelQueue(1e6, 0) },
  { name: 'a wheel that turns often', newQueue: () => new WheelQueue(0.0025, 0) },
])('$name as an event queue', ({ newQueue }) => {
  it('pops what a stable sort by time would give', () => {
    fc.assert(
      fc.property(moves, (sequence) => {
        const queue = newQueue();
        const expected: { at: number; payload: number }[] = [];
        let now = 0;
        sequence.forEach((delayMs, payload) => {
          if (delayMs !== null) {
            const at = now + delayMs;
            queue.atMs[0] = at;
            queue.push(payload);
            expected.push({ at, payload });
            expected.sort((a, b) => a.at - b.at || a.payload - b.payload);
          } else if (expected.length > 0) {
            const first = expected.shift();
            now = first?.at ?? 0;
            expect(queue.pop()).toBe(first?.payload);
          }
          expect(queue.headMs[0]).toBe(expected[0]?.at ?? Number.POSITIVE_INFINITY);
          expect(queue.length).toBe(expected.length);
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('grows beyond its first capacity', () => {
    const queue = newQueue();
    for (let payload = 5000; payload > 0; payload--) {
      queue.atMs[0] = payload;
      queue.push(payload);
    }
    for (let payload = 1; payload <= 5000; payload++) expect(queue.pop()).toBe(payload);
  });

  it('refuses to pop what is not there', () => {
    expect(() => newQueue().pop()).toThrow(/pending/);
  });
});
