/** Scales follow floors; floors that do not go together are told before a run, not found out after it. */
import { describe, expect, it } from 'vitest';
import type { Description } from '../adapters/contract.ts';
import { createReferenceAdapter } from '../adapters/in-process/reference.ts';
import { scalesFor, shortDurations } from './scales.ts';

async function withFloors(floorsMs: Description['floorsMs']): Promise<Description> {
  const description = await createReferenceAdapter().describe({ protocol: 1 });
  return { ...description, time: ['scaled'], floorsMs };
}

describe('scales', () => {
  it('are as the page on the adapter protocol says', async () => {
    const description = await withFloors({ checkTimeout: 80, persistence: 2880, drain: 6000 });
    expect(scalesFor(description, 'scaled', null)).toEqual({
      checks: 40,
      persistence: 2,
      draining: 20,
    });
    const shortest = await withFloors({ checkTimeout: 80, persistence: 0, drain: 0 });
    expect(scalesFor(shortest, 'scaled', null)).toMatchObject({
      persistence: 1,
      draining: expect.closeTo(1000 / 300),
    });
  });

  it('are in doubt where a drain or persistence is over before checks can show anything', async () => {
    const short = await withFloors({ checkTimeout: 100, persistence: 1000, drain: 300 });
    expect(shortDurations(short)).toEqual([
      expect.stringMatching(/floorsMs\.drain at 300 .* 1000 ms.* 2000 would/),
      expect.stringMatching(/floorsMs\.persistence at 1000 .* 1440 ms/),
    ]);
    const long = await withFloors({ checkTimeout: 100, persistence: 2000, drain: 2000 });
    expect(shortDurations(long)).toEqual([]);
    expect(shortDurations({ ...short, time: ['stepped'] })).toEqual([]);
  });

  it('are in doubt where checks come faster than what they change is in effect', async () => {
    const { traits, ...fast } = await withFloors({
      checkTimeout: 60,
      persistence: 2000,
      drain: 2000,
    });
    const slow = (reading: number): Description => ({
      ...fast,
      traits: { ...traits, 'change.propagationMs': { reading, providedBy: 'balancer' } },
    });
    expect(shortDurations(slow(260))).toEqual([
      expect.stringMatching(
        /checkTimeout at 60 .* every 150 ms.* at 260: .* that 260 would decide/,
      ),
    ]);
    expect(shortDurations(slow(60))).toEqual([]);
    expect(shortDurations({ ...slow(260), time: ['stepped'] })).toEqual([]);
  });
});
