/** Shrinking on timelines whose failure is known: the smallest must come out, and the budget must hold. */
import { describe, expect, it } from 'vitest';
import { smallBounds } from './bounds.fixture.ts';
import { drawTimelines } from './drawn-timeline.ts';
import { wrrCycles } from './families/round-robin.ts';
import { shrinkTimeline } from './shrinking.ts';
import type { Timeline } from './timeline.ts';

function weightsSum(timeline: Timeline): number {
  return timeline.instances.reduce((sum, { weight }) => sum + weight, 0);
}

describe('shrinking a timeline', () => {
  const drawn = drawTimelines(wrrCycles, smallBounds, 'shrink', 20).filter(
    ({ timeline }) => weightsSum(timeline) > 8,
  );

  it('finds a smaller timeline that still fails, and leaves out the steps that do not matter', async () => {
    for (const found of drawn) {
      const stillFails = async (timeline: Timeline) => weightsSum(timeline) > 8;
      const shrunk = await shrinkTimeline(found, stillFails, {
        runsMax: 500,
        hasMore: () => true,
      });
      expect(weightsSum(shrunk.timeline)).toBeGreaterThan(8);
      expect(weightsSum(shrunk.timeline)).toBeLessThanOrEqual(weightsSum(found.timeline));
      expect(shrunk.timeline.steps).toHaveLength(1);
    }
  });

  it('stops when the budget is used up and keeps what it has', async () => {
    const found = drawn[0];
    if (found === undefined) throw new Error('nothing drawn');
    const shrunk = await shrinkTimeline(found, async () => true, {
      runsMax: 3,
      hasMore: () => true,
    });
    expect(shrunk.runs).toBe(3);
  });

  it('draws the same timelines from the same seed and others from another', () => {
    const again = drawTimelines(wrrCycles, smallBounds, 'shrink', 20);
    expect(again.map((one) => one.timeline)).toEqual(
      drawTimelines(wrrCycles, smallBounds, 'shrink', 20).map((one) => one.timeline),
    );
    expect(again.map((one) => one.timeline)).not.toEqual(
      drawTimelines(wrrCycles, smallBounds, 'other', 20).map((one) => one.timeline),
    );
  });
});
