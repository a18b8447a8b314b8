/**
 * Counts of values over a logarithmic scale with linear steps inside each octave: the bucket is read off the bits of the
 * double, so recording is a shift, two comparisons and an addition. Values are told with a bounded relative error; counts
 * merge exactly. Knows nothing of what it counts, and no file format.
 */
import { invariant } from '../errors/invariant.ts';

const stepBits = 8;
const stepsInOctave = 2 ** stepBits;
/** Octaves from 2^-10 (a microsecond, where values are ms) to 2^43 (278 years). */
const leastExponent = -10;
const octaves = 53;
/** Before the first octave everything from 0 up, after the last everything to Infinity. */
const bucketCount = octaves * stepsInOctave + 2;
/** Exponent and the first bits of the mantissa stand in the upper half of a double (IEEE 754). */
const shift = 20 - stepBits;
const offset = ((1023 + leastExponent) << stepBits) - 1;
const upperHalf = new Uint8Array(Float64Array.of(1).buffer)[7] === 0x3f ? 1 : 0;

/** Values from `leastValue` up are told at most this part off. */
export const relativeErrorMax = 1 / (2 * stepsInOctave);
/** What is smaller counts as 0. */
export const leastValue = 2 ** leastExponent;

export class LogLinearHistogram {
  /** Where the values to be recorded are put: as arguments they would be boxed. */
  readonly values: Float64Array;
  readonly #bits: Int32Array;
  /** A run has at most 10^9 events (`limits.eventsMax`), so none overflows; half as large as doubles, they stay cached. */
  readonly #counts = new Int32Array(bucketCount);

  /** `room`: how many values can be recorded at once. */
  constructor(room = 1) {
    this.values = new Float64Array(room);
    this.#bits = new Int32Array(this.values.buffer);
  }

  /** Records `values[0]`, which is not negative. */
  record(): void {
    const bucket = bucketOf(this.#bits[upperHalf] as number);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
  }

  /** Records the first `count` of `values`. */
  recordMany(count: number): void {
    const counts = this.#counts;
    const bits = this.#bits;
    for (let at = 0; at < count; at++) {
      const bucket = bucketOf(bits[2 * at + upperHalf] as number);
      counts[bucket] = (counts[bucket] as number) + 1;
    }
  }

  /** Takes back `values[0]`, which was recorded before, or will be, bit for bit. */
  withdraw(): void {
    const bucket = bucketOf(this.#bits[upperHalf] as number);
    this.#counts[bucket] = (this.#counts[bucket] as number) - 1;
  }

  /** A copy, to be kept or sent to another thread; with so many zeros more that were counted elsewhere. */
  counts(zeros = 0): HistogramCounts {
    const counts = Float64Array.from(this.#counts);
    counts[0] = (counts[0] as number) + zeros;
    for (const count of counts) invariant(count >= 0, 'what was withdrawn was recorded');
    return countsOf(counts);
  }
}

/** What a histogram held: its buckets that are not empty, smallest first. Plain data. */
export interface HistogramCounts {
  readonly buckets: Uint16Array;
  /** Of the same buckets. */
  readonly counts: Float64Array;
}

/** The sums of several. */
export function mergeCounts(parts: readonly HistogramCounts[]): HistogramCounts {
  const sums = new Float64Array(bucketCount);
  for (const { buckets, counts } of parts) {
    buckets.forEach((bucket, at) => {
      sums[bucket] = (sums[bucket] as number) + (counts[at] as number);
    });
  }
  return countsOf(sums);
}

export function totalOf({ counts }: HistogramCounts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The middle of each bucket that holds something, with its count, smallest first. */
export function valuesOf({ buckets, counts }: HistogramCounts): readonly ValueCount[] {
  return Array.from(buckets, (bucket, at) => ({
    value: middleOf(bucket),
    count: counts[at] as number,
  }));
}
export interface ValueCount {
  readonly value: number;
  readonly count: number;
}

/**
 * For each share in (0, 1], rising, the least value that at least that share of all values does not exceed; nothing for a
 * histogram without values. Within `relativeErrorMax`, below `leastValue` within that.
 */
export function quantilesOf(
  { buckets, counts }: HistogramCounts,
  shares: readonly number[],
): readonly number[] {
  const total = totalOf({ buckets, counts });
  if (total === 0) return [];
  let at = 0;
  let below = counts[0] as number;
  return shares.map((share) => {
    const rank = Math.min(Math.max(Math.ceil(share * total), 1), total);
    while (below < rank) below += counts[++at] as number;
    return middleOf(buckets[at] as number);
  });
}

function bucketOf(upperBits: number): number {
  const bucket = (upperBits >> shift) - offset;
  if (bucket <= 0) return 0;
  return bucket < bucketCount ? bucket : bucketCount - 1;
}

function countsOf(dense: Float64Array): HistogramCounts {
  const buckets = Uint16Array.from(dense.keys()).filter((bucket) => dense[bucket] !== 0);
  return { buckets, counts: Float64Array.from(buckets, (bucket) => dense[bucket] as number) };
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const octave = 2 ** (leastExponent + Math.floor((bucket - 1) / stepsInOctave));
  const step = (bucket - 1) % stepsInOctave;
  return octave * (1 + (step + 0.5) / stepsInOctave);
}
