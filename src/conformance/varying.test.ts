/** What does not matter in a timeline, on timelines whose failure is known. */
import { describe, expect, it } from 'vitest';
import { smallBounds } from './bounds.fixture.ts';
import { drawTimeline } from './drawn-timeline.ts';
import { wrrCycles } from './families/round-robin.ts';
import type { Timeline } from './timeline.ts';
import { indifferentValues } from './varying.ts';

const { timeline } = drawTimeline(wrrCycles, smallBounds, 'varying', 1);
const always = { runsMax: 100, hasMore: () => true };

describe('the values of a failing timeline', () => {
  it('are free where it fails whatever they are, and not where they decide', async () => {
    const first = timeline.instances[0]?.weight;
    const stillFails = async (other: Timeline) =>
      other.instances[0]?.weight === first &&
      other.configuration.backendServices[0]?.scheduling === 'weighted-round-robin';
    const free = await indifferentValues(timeline, stillFails, always);
    expect(free).toContain('the weight of b');
    expect(free).toContain('the unhealthy threshold');
    expect(free).toContain('how many fresh clients come in step 2');
    expect(free).not.toContain('the weight of a');
    expect(free).not.toContain('the algorithm');
  });

  it('are all kept where nothing else fails', async () => {
    const isItself = async (other: Timeline) => other === timeline;
    expect(await indifferentValues(timeline, isItself, always)).toEqual([]);
  });

  it('are varied within the rules, one by one, until the budget is used up', async () => {
    const tried: Timeline[] = [];
    const keep = async (other: Timeline) => tried.push(other) > 0;
    await indifferentValues(timeline, keep, always);
    const check = (one: Timeline) => one.configuration.backendServices[0]?.healthCheck;
    expect(tried.some((one) => check(one)?.timeoutSeconds === 4)).toBe(true);
    expect(new Set(tried.map((one) => JSON.stringify(one))).size).toBe(tried.length);
    tried.length = 0;
    await indifferentValues(timeline, keep, { ...always, runsMax: 3 });
    expect(tried).toHaveLength(3);
    expect(await indifferentValues(timeline, keep, { ...always, hasMore: () => false })).toEqual(
      [],
    );
  });
});
