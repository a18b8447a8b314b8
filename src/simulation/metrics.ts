/**
 * What a run measures, as columns: counts, time-weighted loads, and the same over time in a bounded number of buckets.
 * Reads the service's own load column and keeps none of its own; judges nothing.
 */
import { badInput } from '../errors/operator-error.ts';
import type { InstanceColumns } from '../scheduling/scheduler.ts';

/** Cells of a table sources × instances that stays in the second-level cache beside the rest. */
const placesMax = 2 ** 16;
/** Cells of the table that is made when it is asked for: half a gigabyte. */
const placesAskedMax = 2 ** 27;

export class Metrics {
  readonly instanceCount: number;
  arrived = 0;
  refused = 0;
  completed = 0;
  readonly placed: Int32Array;
  readonly failed: Int32Array;
  readonly lost: Int32Array;
  readonly cut: Int32Array;
  readonly activeMax: Int32Array;
  /** Open connections of all instances, those waiting for a silent instance included. */
  activeTotal = 0;
  activeTotalMax = 0;
  /** Integral of the load over time, connection-milliseconds. */
  readonly areaMs: Float64Array;
  /** The same up to the end of arrivals: what means are taken over. */
  readonly areaOfSpanMs: Float64Array;
  readonly eligibleMs: Float64Array;
  readonly arrivedBySource: Uint32Array;
  /**
   * Row: source; column: instance, the last one being "refused". Empty where it would be larger than was allowed and
   * nobody asked for it.
   */
  readonly placedBySource: Uint32Array;
  /** Whether it is small enough to be told in every result. */
  readonly hasFewPlaces: boolean;
  /** Empty where nobody asked for it. */
  readonly failedBySource: Uint32Array;

  bucketMs: number;
  bucketCount = 0;
  readonly bucketArrivals: Float64Array;
  readonly bucketRefused: Float64Array;
  readonly bucketPlaced: Float64Array;
  readonly bucketAreaMs: Float64Array;

  /** [0] when `cross` must be called next, at the latest. */
  readonly boundaryMs = Float64Array.of(0);
  readonly #now: Float64Array;
  readonly #instances: InstanceColumns;
  readonly #spanMs: number;
  readonly #bucketsMax: number;
  /**
   * Times at which connections ended less those at which they were opened, so that the integral of the load up to now
   * is this plus load × now. Sums of 10^7 times of an hour are exact to a hundredth of a millisecond.
   */
  readonly #endsLessStartsMs: Float64Array;
  readonly #areaBeforeBucketMs: Float64Array;
  readonly #placedBeforeBucket: Int32Array;
  #arrivedBeforeBucket = 0;
  #refusedBeforeBucket = 0;
  readonly #hasPlaces: boolean;
  readonly #eligibleSinceMs: Float64Array;
  #bucketEndMs: number;
  #isSpanOver = false;

  constructor(
    instances: InstanceColumns,
    instanceCount: number,
    sourceCount: number,
    now: Float64Array,
    spanMs: number,
    bucketsMax: number,
    tellsEverySource: boolean,
  ) {
    this.#instances = instances;
    this.#now = now;
    this.#spanMs = spanMs;
    this.#bucketsMax = bucketsMax;
    this.instanceCount = instanceCount;
    const counts = () => new Int32Array(instanceCount);
    const sums = () => new Float64Array(instanceCount);
    [this.placed, this.failed, this.lost, this.cut] = [counts(), counts(), counts(), counts()];
    this.activeMax = counts();
    this.areaMs = sums();
    this.areaOfSpanMs = sums();
    this.eligibleMs = sums();
    this.#endsLessStartsMs = sums();
    this.#areaBeforeBucketMs = sums();
    this.#eligibleSinceMs = sums().fill(Number.NaN);
    this.#placedBeforeBucket = counts();
    this.arrivedBySource = new Uint32Array(sourceCount);
    const places = sourceCount * (instanceCount + 1);
    if (tellsEverySource) expectRoomForPlaces(places, sourceCount, instanceCount);
    this.hasFewPlaces = places <= placesMax;
    this.#hasPlaces = this.hasFewPlaces || tellsEverySource;
    // A table that was asked for goes to another thread, which shares the memory rather than copy it.
    this.placedBySource = tellsEverySource
      ? new Uint32Array(new SharedArrayBuffer(places * Uint32Array.BYTES_PER_ELEMENT))
      : new Uint32Array(this.#hasPlaces ? places : 0);
    this.failedBySource = new Uint32Array(tellsEverySource ? sourceCount : 0);
    this.bucketArrivals = new Float64Array(bucketsMax);
    this.bucketRefused = new Float64Array(bucketsMax);
    this.bucketPlaced = new Float64Array(bucketsMax * instanceCount);
    this.bucketAreaMs = new Float64Array(bucketsMax * instanceCount);
    this.bucketMs = roundWidth(spanMs / bucketsMax);
    this.#bucketEndMs = this.bucketMs;
    this.boundaryMs[0] = Math.min(this.#bucketEndMs, spanMs);
  }

  /** A batch of arrivals, which all happen before the next is drawn. */
  noteSources(sources: Int32Array, count: number): void {
    const { arrivedBySource } = this;
    for (let at = 0; at < count; at++) {
      const source = sources[at] as number;
      arrivedBySource[source] = (arrivedBySource[source] as number) + 1;
    }
  }

  noteRefused(source: number): void {
    this.refused++;
    if (this.#hasPlaces) this.#notePlace(source, this.instanceCount);
  }

  /** The instance that it was placed on is down. */
  noteFailed(source: number): void {
    const { failedBySource } = this;
    if (failedBySource.length > 0) failedBySource[source] = (failedBySource[source] as number) + 1;
  }

  notePlaced(source: number, instance: number): void {
    const { placed } = this;
    placed[instance] = (placed[instance] as number) + 1;
    if (this.#hasPlaces) this.#notePlace(source, instance);
  }

  /** The service counts it already. */
  noteOpened(instance: number): void {
    const { activeMax } = this;
    this.#endsLessStartsMs[instance] =
      (this.#endsLessStartsMs[instance] as number) - (this.#now[0] as number);
    const active = this.#instances.active[instance] as number;
    if (active > (activeMax[instance] as number)) activeMax[instance] = active;
    if (++this.activeTotal > this.activeTotalMax) this.activeTotalMax = this.activeTotal;
  }

  noteClosed(instance: number): void {
    this.#endsLessStartsMs[instance] =
      (this.#endsLessStartsMs[instance] as number) + (this.#now[0] as number);
    this.activeTotal--;
  }

  /** Several at once: their instance failed, or a drain was over. */
  noteEnded(instance: number, count: number): void {
    this.#endsLessStartsMs[instance] =
      (this.#endsLessStartsMs[instance] as number) + count * (this.#now[0] as number);
    this.activeTotal -= count;
  }

  #notePlace(source: number, column: number): void {
    const cell = source * (this.instanceCount + 1) + column;
    this.placedBySource[cell] = (this.placedBySource[cell] as number) + 1;
  }

  #settle(): void {
    const now = this.#now[0] as number;
    const { active } = this.#instances;
    for (let instance = 0; instance < this.instanceCount; instance++) {
      this.areaMs[instance] =
        (this.#endsLessStartsMs[instance] as number) + (active[instance] as number) * now;
    }
  }

  noteEligibility(instance: number, isEligible: boolean): void {
    const now = this.#now[0] as number;
    const since = this.#eligibleSinceMs[instance] as number;
    if (!Number.isNaN(since)) {
      this.eligibleMs[instance] = (this.eligibleMs[instance] as number) + now - since;
    }
    this.#eligibleSinceMs[instance] = isEligible ? now : Number.NaN;
  }

  /** Called with the clock on `boundaryMs`: closes what ends there. */
  cross(): void {
    this.#settle();
    const now = this.#now[0] as number;
    if (!this.#isSpanOver && now >= this.#spanMs) {
      this.#isSpanOver = true;
      this.areaOfSpanMs.set(this.areaMs);
    }
    if (now >= this.#bucketEndMs) this.#closeBucket();
    const spanEnd = this.#isSpanOver ? Number.POSITIVE_INFINITY : this.#spanMs;
    this.boundaryMs[0] = Math.min(this.#bucketEndMs, spanEnd);
  }

  /** Closes the last, partly filled bucket. */
  conclude(): void {
    this.#settle();
    for (let instance = 0; instance < this.instanceCount; instance++) {
      const isEligible = !Number.isNaN(this.#eligibleSinceMs[instance] as number);
      this.noteEligibility(instance, isEligible);
    }
    if (!this.#isSpanOver) this.areaOfSpanMs.set(this.areaMs);
    this.#bookBucket();
    const begunMs = this.#bucketEndMs - this.bucketMs;
    if ((this.#now[0] as number) > begunMs || this.bucketCount === 0) this.bucketCount++;
  }

  #closeBucket(): void {
    this.#bookBucket();
    this.bucketCount++;
    if (this.bucketCount === this.#bucketsMax) this.#halveBuckets();
    this.#bucketEndMs = (this.bucketCount + 1) * this.bucketMs;
  }

  #bookBucket(): void {
    const row = this.bucketCount * this.instanceCount;
    this.bucketArrivals[this.bucketCount] = this.arrived - this.#arrivedBeforeBucket;
    this.bucketRefused[this.bucketCount] = this.refused - this.#refusedBeforeBucket;
    this.#arrivedBeforeBucket = this.arrived;
    this.#refusedBeforeBucket = this.refused;
    for (let instance = 0; instance < this.instanceCount; instance++) {
      const area = this.areaMs[instance] as number;
      this.bucketAreaMs[row + instance] = area - (this.#areaBeforeBucketMs[instance] as number);
      this.#areaBeforeBucketMs[instance] = area;
      const placed = this.placed[instance] as number;
      this.bucketPlaced[row + instance] = placed - (this.#placedBeforeBucket[instance] as number);
      this.#placedBeforeBucket[instance] = placed;
    }
  }

  /** The run is longer than foreseen: pairs of buckets become one of double width. */
  #halveBuckets(): void {
    this.bucketMs *= 2;
    this.bucketCount = this.#bucketsMax / 2;
    for (const column of [this.bucketArrivals, this.bucketRefused]) mergePairs(column, 1);
    for (const column of [this.bucketPlaced, this.bucketAreaMs]) {
      mergePairs(column, this.instanceCount);
    }
  }
}

function expectRoomForPlaces(places: number, sources: number, instances: number): void {
  if (places <= placesAskedMax) return;
  throw badInput(
    `a table of ${sources} sources and ${instances} instances has more than ${placesAskedMax} cells`,
    'SOURCES_TOO_MANY',
    'Leave out --sources, or simulate fewer sources or instances.',
  );
}

/** Adds row 2k+1 to row 2k and moves the sum to row k; the upper half becomes zeros. */
function mergePairs(column: Float64Array, width: number): void {
  const half = column.length / width / 2;
  for (let row = 0; row < half; row++) {
    for (let at = 0; at < width; at++) {
      const even = column[2 * row * width + at] as number;
      column[row * width + at] = even + (column[(2 * row + 1) * width + at] as number);
    }
  }
  column.fill(0, half * width);
}

/** The next of 1, 2, 5, 10, … times a power of ten: a width that an axis can be read by. */
function roundWidth(atLeastMs: number): number {
  const floorMs = Math.max(atLeastMs, 1);
  const power = 10 ** Math.floor(Math.log10(floorMs));
  const step = [1, 2, 5, 10].find((each) => each * power >= floorMs * (1 - 1e-12)) ?? 10;
  return step * power;
}
