/**
 * Draws timelines from their families by seed and keeps what fast-check needs to shrink them. The timeline, not the
 * seed, is the artefact: a seed means nothing to another version of a generator.
 */
import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { textNumber } from './clients.ts';
import type { Bounds, Family } from './families/family.ts';
import type { Timeline } from './timeline.ts';

export interface DrawnTimeline {
  /** `health-thresholds-3`: unique within a run. */
  readonly name: string;
  readonly seed: string;
  readonly timeline: Timeline;
  /** Smaller timelines of the same family, most promising first. */
  shrink(): Iterable<DrawnTimeline>;
}

/** Every other draw leans to small and boundary values (fast-check's bias); the rest are spread evenly. */
const biasFactor = 3;

export function drawTimelines(
  family: Family,
  bounds: Bounds,
  seed: string,
  count: number,
): readonly DrawnTimeline[] {
  const fixed = family.fixed?.(bounds);
  if (fixed !== undefined) {
    return fixed.slice(0, count).map((timeline, index) => {
      const name = `${family.name}-${index + 1}`;
      return { name, seed: `${seed}/${name}`, timeline, shrink: () => [] };
    });
  }
  return Array.from({ length: count }, (_, index) => draw(family, bounds, seed, index));
}

/** The `number`-th one that `drawTimelines` draws, counted from 1; those that are the same in every run come round again. */
export function drawTimeline(
  family: Family,
  bounds: Bounds,
  seed: string,
  number: number,
): DrawnTimeline {
  const fixed = family.fixed?.(bounds) ?? [];
  const timeline = fixed[(number - 1) % Math.max(1, fixed.length)];
  if (timeline === undefined) return draw(family, bounds, seed, number - 1);
  const name = `${family.name}-${number}`;
  return { name, seed: `${seed}/${name}`, timeline, shrink: () => [] };
}

function draw(family: Family, bounds: Bounds, seed: string, index: number): DrawnTimeline {
  const { name } = family;
  const arbitrary = family.timelines({ ...bounds, turn: index });
  const own = `${seed}/${name}/${index + 1}`;
  const random = new fc.Random(xoroshiro128plus(textNumber(own)));
  const value = arbitrary.generate(random, index % 2 === 0 ? undefined : biasFactor);
  return drawn(`${name}-${index + 1}`, own, arbitrary, value);
}

function drawn(
  name: string,
  seed: string,
  arbitrary: fc.Arbitrary<Timeline>,
  value: fc.Value<Timeline>,
): DrawnTimeline {
  return {
    name,
    seed,
    timeline: value.value,
    *shrink() {
      for (const smaller of arbitrary.shrink(value.value, value.context)) {
        yield drawn(name, seed, arbitrary, smaller);
      }
    },
  };
}
