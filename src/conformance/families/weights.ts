/** Weight vectors for timelines: those that peers get wrong, those at the bounds, and any others. Knows no algorithm. */
import fc from 'fast-check';
import { cycleOf } from './family.ts';

/** Weight vectors that peers get wrong (known-defects: bursts, extreme ratios, equal then unequal) beside random ones. */
const notedWeights: readonly (readonly number[])[] = [
  [5, 1, 1],
  [4, 3, 2],
  [5, 10],
  [11, 3],
  [2, 3, 5],
  [1, 1, 1],
  [3, 1],
  [10, 1],
  // the first is by far the lightest
  [1, 11],
  [1, 2, 1, 3, 1],
  // the first two have a divisor that the others do not
  [4, 2, 3],
  [6, 3, 2],
  // as high as weights go, and as many instances as timelines have on the wire
  [100, 50],
  [60, 30, 90],
  [64, 96],
  [1, 1, 1, 1, 1, 1, 1, 1, 1],
  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
];

export function weights(cycleMax: number, instancesMax: number): fc.Arbitrary<readonly number[]> {
  const random = fc
    .array(fc.integer({ min: 1, max: Math.max(2, Math.floor(cycleMax / 3)) }), {
      minLength: 2,
      maxLength: Math.min(5, instancesMax),
    })
    .filter((vector) => cycleOf(vector) <= cycleMax);
  const noted = notedWeights.filter(
    (vector) => cycleOf(vector) <= cycleMax && vector.length <= instancesMax,
  );
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...noted) }, random);
}

/** At the bounds: the highest weights, cycles of more than a byte holds, and more instances than any other timeline has. */
export const boundaryWeights: readonly (readonly number[])[] = [
  [100, 50],
  [100, 1],
  [1, 100],
  [64, 63],
  [100, 99, 60],
  [4, 2, 3],
  new Array<number>(20).fill(1),
  // as many instances as the page allows in a group
  new Array<number>(100).fill(1),
];

/** Checks until everybody is sure of a state, with one that was under way when the instance changed its mind. */
export const checksToBeSure = 6;

/** Cycles of the longer kind that an old round may last, as the judge grants it, and four to judge. */
export const cyclesToFollow = 16 + 4;
