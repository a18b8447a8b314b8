/** Names in timelines: whoever is nowhere is found where he stands, and no timeline of ours speaks of such. */
import { describe, expect, it } from 'vitest';
import { smallBounds } from './bounds.fixture.ts';
import { drawTimelines } from './drawn-timeline.ts';
import { families } from './families/families.ts';
import type { Step, Timeline } from './timeline.ts';
import { idleSteps, strangersIn } from './timeline-names.ts';

const one = (name: string) => ({ name, weight: 1, port: null });

function timelineOf(...steps: readonly Step[]): Timeline {
  return { instances: [one('a'), one('b')], steps } as unknown as Timeline;
}

describe('names in a timeline', () => {
  it('of nobody are told with their places', () => {
    const strangers = strangersIn(
      timelineOf(
        { do: 'remove', instance: 'zz' },
        { do: 'close', of: 'y' },
        { do: 'close', of: 'all' },
        { after: { checks: { a: 1, x: 1 } }, do: 'wait' },
        { do: 'add', instance: one('c') },
        { do: 'behave', instance: 'c', behaviour: {} },
      ),
    );
    expect(strangers).toEqual([
      { path: 'steps[0].instance', name: 'zz' },
      { path: 'steps[1].of', name: 'y' },
      { path: 'steps[3].after.checks["x"]', name: 'x' },
    ]);
  });

  it('of who is no member then are told as steps that do nothing', () => {
    const idle = idleSteps(
      timelineOf(
        { do: 'remove', instance: 'b' },
        { do: 'reweigh', instance: 'b', weight: 2 },
        { do: 'list', instances: [one('b')] },
        { do: 'reweigh', instance: 'b', weight: 3 },
        { do: 'remove', instance: 'a' },
      ),
    );
    expect(idle).toEqual([
      'steps[1] (reweigh) does nothing: b is no member then',
      'steps[4] (remove) does nothing: a is no member then',
    ]);
  });

  it('are of somebody in whatever is drawn', () => {
    const drawn = families.flatMap((family) => drawTimelines(family, smallBounds, 'names', 10));
    expect(drawn.flatMap(({ timeline }) => strangersIn(timeline))).toEqual([]);
  });
});
