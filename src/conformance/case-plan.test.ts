/** What an implementation can hold decides what it is put to. */
import { expect, it } from 'vitest';
import { isHeldWithin } from './case-plan.ts';
import type { Step, Timeline } from './timeline.ts';

const limited = (steps: readonly Step[], connectionsMax: number) =>
  isHeldWithin({ steps } as Timeline, {
    limits: { deploymentsMax: 1, instancesMax: 10, connectionsMax },
  });

it('counts what is held and what is opened beside it, also what comes and goes', () => {
  const steps: readonly Step[] = [
    { do: 'open', count: 60, sources: 'fresh', hold: true },
    { do: 'open', count: 30, sources: 'fresh' },
    { do: 'open', count: 40, sources: 'fresh' },
  ];
  expect(limited(steps, 100)).toBe(true);
  expect(limited(steps, 99)).toBe(false);
});

it('takes a refill for what is held in all, not for so many more', () => {
  const steps: readonly Step[] = [
    { do: 'refill', to: 80 },
    { do: 'refill', to: 90 },
    { do: 'open', count: 10, sources: 'fresh', hold: true },
  ];
  expect(limited(steps, 100)).toBe(true);
  expect(limited(steps, 99)).toBe(false);
});
