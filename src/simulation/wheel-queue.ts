/**
 * An event queue for very many pending events: what is far away lies unsorted in buckets of time, and only the bucket
 * that comes next gets sorted, in two passes over memory that lies together. Same order as `EventQueue`: time, then
 * scheduling. The figures that chose it over heaps are in `bench/README.md`.
 */
import { invariant } from '../errors/invariant.ts';
import { EventQueue } from './event-queue.ts';

/** Enough to pay for opening a bucket, few enough to be sorted inside the first-level caches. */
const eventsInBucket = 1024;
/** Means of holding that the wheel spans: exp(−4) = 2 % of exponential ones lie beyond and are handled twice. */
const spanInHolds = 4;
/** A bucket is at most this part of a mean: what falls into the bucket that is open needs a heap. */
const bucketsInHold = 32;
const bucketsMax = 4096;
/** Events of one bucket that lie together. */
const chunkBits = 6;
const chunkSize = 2 ** chunkBits;
const chunkMask = chunkSize - 1;
const chunksAtStart = 64;
/** Moves an event that sorting may cost; beyond, the times are so uneven that they are sorted by comparison. */
const movesMax = 16;
const none = -1;
/** Numbers beyond are all one bucket: still exact as doubles, also for events at Infinity. */
const bucketNumberMax = 2 ** 50;

/** Cells of the Float64Array that carry what would be boxed as fields. */
const scale = 0;
const current = 1;
const wheelEnd = 2;

export class WheelQueue {
  readonly headMs = Float64Array.of(Number.POSITIVE_INFINITY);
  readonly atMs = Float64Array.of(0);
  /** Buckets per ms, the number of the bucket that is open, the number after the wheel's last. */
  readonly #cells: Float64Array;
  readonly #mask: number;
  /** Bucket numbers count from time 0; numbers, not edges, decide where an event lies, so rounding cannot lose one. */
  readonly #length: Int32Array;
  readonly #firstChunk: Int32Array;
  readonly #lastChunk: Int32Array;
  /** The place after the wheel's: whatever lies beyond it. */
  readonly #far: number;
  #inWheel = 0;
  #times = new Float64Array(chunksAtStart * chunkSize);
  #payloads = new Int32Array(chunksAtStart * chunkSize);
  #nextChunk = new Int32Array(chunksAtStart);
  #freeChunk = none;
  #chunks = 0;
  /** The open bucket in order, Infinity after its end. */
  #sortedMs = Float64Array.of(Number.POSITIVE_INFINITY);
  #sortedPayload = new Int32Array(1);
  #sorted = 0;
  #taken = 0;
  #starts = new Int32Array(2);
  /** Events pushed into the open bucket: scheduled after all that were sorted. */
  readonly #late = new EventQueue();
  readonly #lateMs = this.#late.headMs;
  readonly #onOpened: (payloads: Int32Array, count: number) => void;

  /** About how far apart events are pushed and how far ahead; only speed depends on it. */
  constructor(
    meanGapMs: number,
    meanAheadMs: number,
    /** Told what comes due in the bucket that was opened, in order: a chance to bring near what it will need. */
    onOpened: (payloads: Int32Array, count: number) => void = () => {},
  ) {
    this.#onOpened = onOpened;
    invariant(meanGapMs >= 0 && meanAheadMs >= 0, 'events lie ahead');
    const aheadMs = Math.min(meanAheadMs, 2 ** 40);
    const filledMs = eventsInBucket * Math.max(meanGapMs, 1e-6);
    const bucketMs = Math.max(Math.min(filledMs, aheadMs / bucketsInHold), 1e-6);
    let buckets = spanInHolds * bucketsInHold;
    while (buckets * bucketMs < spanInHolds * aheadMs && buckets < bucketsMax) buckets *= 2;
    this.#cells = Float64Array.of(1 / bucketMs, 0, buckets);
    this.#mask = buckets - 1;
    this.#far = buckets;
    this.#length = new Int32Array(buckets + 1);
    this.#firstChunk = new Int32Array(buckets + 1).fill(none);
    this.#lastChunk = new Int32Array(buckets + 1).fill(none);
  }

  get length(): number {
    const near = this.#sorted - this.#taken + this.#late.length;
    return near + this.#inWheel + (this.#length[this.#far] as number);
  }

  push(payload: number): void {
    const cells = this.#cells;
    const at = this.atMs[0] as number;
    const scaled = at * (cells[scale] as number);
    const bucket = scaled < bucketNumberMax ? Math.floor(scaled) : bucketNumberMax;
    if (bucket <= (cells[current] as number)) {
      this.#pushLate(payload);
      return;
    }
    if (bucket < (cells[wheelEnd] as number)) {
      this.#inWheel++;
      this.#append(bucket & this.#mask, at, payload);
    } else this.#append(this.#far, at, payload);
    if (this.headMs[0] === Number.POSITIVE_INFINITY) this.#open();
  }

  pop(): number {
    const taken = this.#taken;
    const head = this.headMs[0] as number;
    // At one time, what was sorted was scheduled before what came late.
    if (taken === this.#sorted || head !== (this.#sortedMs[taken] as number)) {
      const payload = this.#late.pop();
      if (taken === this.#sorted && this.#late.length === 0) this.#open();
      else this.#tell();
      return payload;
    }
    const payload = this.#sortedPayload[taken] as number;
    this.#taken = taken + 1;
    const next = this.#sortedMs[taken + 1] as number;
    const lateMs = this.#lateMs[0] as number;
    this.headMs[0] = next <= lateMs ? next : lateMs;
    if (taken + 1 === this.#sorted && this.#late.length === 0) this.#open();
    return payload;
  }

  #tell(): void {
    const next = this.#sortedMs[this.#taken] as number;
    const lateMs = this.#lateMs[0] as number;
    this.headMs[0] = next <= lateMs ? next : lateMs;
  }

  #pushLate(payload: number): void {
    this.#late.atMs[0] = this.atMs[0] as number;
    this.#late.push(payload);
    this.#tell();
  }

  #append(place: number, at: number, payload: number): void {
    const length = this.#length[place] as number;
    if ((length & chunkMask) === 0) this.#chain(place);
    const cell = ((this.#lastChunk[place] as number) << chunkBits) | (length & chunkMask);
    this.#times[cell] = at;
    this.#payloads[cell] = payload;
    this.#length[place] = length + 1;
  }

  /** A further chunk for a bucket whose last one is full. */
  #chain(place: number): void {
    const chunk = this.#takeChunk();
    const last = this.#lastChunk[place] as number;
    if (last === none) this.#firstChunk[place] = chunk;
    else this.#nextChunk[last] = chunk;
    this.#nextChunk[chunk] = none;
    this.#lastChunk[place] = chunk;
  }

  /** The open bucket is empty: moves on to the next that holds something, and sorts it. */
  #open(): void {
    this.#sorted = 0;
    this.#taken = 0;
    this.#sortedMs[0] = Number.POSITIVE_INFINITY;
    this.headMs[0] = Number.POSITIVE_INFINITY;
    if (this.#inWheel === 0) {
      if (this.#length[this.#far] === 0) return;
      this.#refillWheel();
    }
    const number = this.#cells[current] as number;
    let passed = 1;
    while (this.#length[(number + passed) & this.#mask] === 0) passed++;
    this.#cells[current] = number + passed;
    this.#sort((number + passed) & this.#mask);
    this.#tell();
  }

  /** By counting into as many parts as there are events, then by insertion, which finds little left to do. */
  #sort(place: number): void {
    const count = this.#length[place] as number;
    const first = this.#firstChunk[place] as number;
    if (count >= this.#sortedMs.length) this.#makeRoomToSort(count);
    this.#distribute(first, count);
    this.#recycle(place);
    this.#inWheel -= count;
    this.#sorted = count;
    this.#sortedMs[count] = Number.POSITIVE_INFINITY;
    if (!this.#insert(count)) this.#compare(count);
    this.#onOpened(this.#sortedPayload, count);
  }

  #distribute(first: number, count: number): void {
    const starts = this.#starts;
    const times = this.#times;
    const sortedMs = this.#sortedMs;
    const perMs = (this.#cells[scale] as number) * count;
    const offset = (this.#cells[current] as number) * count;
    starts.fill(0, 0, count + 1);
    for (let at = 0, chunk = first; at < count; chunk = this.#nextChunk[chunk] as number) {
      const from = chunk << chunkBits;
      const to = from + Math.min(chunkSize, count - at);
      for (let cell = from; cell < to; cell++) {
        const part = partOf((times[cell] as number) * perMs - offset, count) + 1;
        starts[part] = (starts[part] as number) + 1;
      }
      at += chunkSize;
    }
    for (let part = 1; part < count; part++) {
      starts[part] = (starts[part] as number) + (starts[part - 1] as number);
    }
    for (let at = 0, chunk = first; at < count; chunk = this.#nextChunk[chunk] as number) {
      const from = chunk << chunkBits;
      const to = from + Math.min(chunkSize, count - at);
      for (let cell = from; cell < to; cell++) {
        const part = partOf((times[cell] as number) * perMs - offset, count);
        const start = starts[part] as number;
        starts[part] = start + 1;
        sortedMs[start] = times[cell] as number;
        this.#sortedPayload[start] = this.#payloads[cell] as number;
      }
      at += chunkSize;
    }
  }

  /** False: given up, in any order between the parts; equal times are still in the order of scheduling. */
  #insert(count: number): boolean {
    const sortedMs = this.#sortedMs;
    const sortedPayload = this.#sortedPayload;
    let moves = movesMax * count;
    for (let at = 1; at < count; at++) {
      const ms = sortedMs[at] as number;
      if ((sortedMs[at - 1] as number) <= ms) continue;
      const payload = sortedPayload[at] as number;
      let place = at;
      while (place > 0 && (sortedMs[place - 1] as number) > ms) {
        sortedMs[place] = sortedMs[place - 1] as number;
        sortedPayload[place] = sortedPayload[place - 1] as number;
        place--;
      }
      sortedMs[place] = ms;
      sortedPayload[place] = payload;
      moves -= at - place;
      if (moves < 0) return false;
    }
    return true;
  }

  /** A stable sort of the library's, for times too uneven for the other way. */
  #compare(count: number): void {
    const ms = this.#sortedMs.slice(0, count);
    const payload = this.#sortedPayload.slice(0, count);
    const order = Array.from(ms.keys()).sort((a, b) => (ms[a] as number) - (ms[b] as number));
    order.forEach((from, at) => {
      this.#sortedMs[at] = ms[from] as number;
      this.#sortedPayload[at] = payload[from] as number;
    });
  }

  /** The wheel is empty: it starts anew at the first of the far events. */
  #refillWheel(): void {
    const count = this.#length[this.#far] as number;
    const first = this.#firstChunk[this.#far] as number;
    let earliest = Number.POSITIVE_INFINITY;
    for (let at = 0, chunk = first; at < count; chunk = this.#nextChunk[chunk] as number) {
      const from = chunk << chunkBits;
      const to = from + Math.min(chunkSize, count - at);
      for (let cell = from; cell < to; cell++) {
        if ((this.#times[cell] as number) < earliest) earliest = this.#times[cell] as number;
      }
      at += chunkSize;
    }
    const start = Math.min(Math.floor(earliest * (this.#cells[scale] as number)), bucketNumberMax);
    this.#cells[current] = start - 1;
    this.#cells[wheelEnd] = start + this.#mask + 1;
    this.#length[this.#far] = 0;
    this.#firstChunk[this.#far] = none;
    this.#lastChunk[this.#far] = none;
    // Each chunk is free again as soon as it was read, so that the new ones can be made of it.
    for (let at = 0, chunk = first; at < count; at += chunkSize) {
      const after = this.#nextChunk[chunk] as number;
      const from = chunk << chunkBits;
      const to = from + Math.min(chunkSize, count - at);
      for (let cell = from; cell < to; cell++) this.#shelve(cell);
      this.#nextChunk[chunk] = this.#freeChunk;
      this.#freeChunk = chunk;
      chunk = after;
    }
  }

  #shelve(cell: number): void {
    const at = this.#times[cell] as number;
    const bucket = Math.min(Math.floor(at * (this.#cells[scale] as number)), bucketNumberMax);
    const payload = this.#payloads[cell] as number;
    if (bucket < (this.#cells[wheelEnd] as number)) {
      this.#inWheel++;
      this.#append(bucket & this.#mask, at, payload);
    } else this.#append(this.#far, at, payload);
  }

  #recycle(place: number): void {
    this.#nextChunk[this.#lastChunk[place] as number] = this.#freeChunk;
    this.#freeChunk = this.#firstChunk[place] as number;
    this.#firstChunk[place] = none;
    this.#lastChunk[place] = none;
    this.#length[place] = 0;
  }

  #takeChunk(): number {
    const chunk = this.#freeChunk;
    if (chunk !== none) {
      this.#freeChunk = this.#nextChunk[chunk] as number;
      return chunk;
    }
    if (this.#chunks === this.#nextChunk.length) this.#grow();
    return this.#chunks++;
  }

  #grow(): void {
    const chunks = 2 * this.#nextChunk.length;
    invariant(chunks <= 2 ** (30 - chunkBits), 'pending events fit into memory');
    const times = new Float64Array(chunks * chunkSize);
    times.set(this.#times);
    this.#times = times;
    this.#payloads = grown(this.#payloads, chunks * chunkSize);
    this.#nextChunk = grown(this.#nextChunk, chunks);
  }

  #makeRoomToSort(count: number): void {
    const room = 2 ** Math.ceil(Math.log2(count + 2));
    this.#sortedMs = new Float64Array(room);
    this.#sortedPayload = new Int32Array(room);
    this.#starts = new Int32Array(room + 1);
  }
}

/** A part of the bucket, from 0 to `count − 1`; rounding may lead out of it by a little, Infinity by a lot. */
function partOf(position: number, count: number): number {
  if (position < 0) return 0;
  return position < count ? Math.floor(position) : count - 1;
}

function grown(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(column);
  return longer;
}
