/**
 * An event queue for very many pending events: what is far away lies unsorted in buckets of time, and only the bucket
 * that is next is sorted, in a small heap. Same order as `EventQueue`: time, then scheduling. Measured with 4, 20 and 20
 * instances and 60,000, 60,000 and 600,000 connections open: a whole run takes 16, 8 and 7 % less CPU than with one heap.
 */
import { invariant } from '../errors/invariant.ts';
import { EventQueue } from './event-queue.ts';

/** A power of two; with tens of events in each, the wheel spans hundreds of thousands of events. */
const buckets = 8192;
const bucketMask = buckets - 1;
const capacityAtStart = 1024;
const none = -1;
/** Numbers beyond are all one bucket: still exact as doubles, also for events at Infinity. */
const bucketNumberMax = 2 ** 50;

export class WheelQueue {
  readonly headMs: Float64Array;
  readonly atMs: Float64Array;
  /** The events of bucket `#current` and before. */
  readonly #near = new EventQueue();
  readonly #bucketsPerMs: number;
  readonly #heads = new Int32Array(buckets).fill(none);
  #far = none;
  /** Bucket numbers count from time 0; numbers, not edges, decide where an event lies, so rounding cannot lose one. */
  #current = 0;
  #wheelEnd = buckets;
  #inWheel = 0;
  #inFar = 0;
  #pushed = 0;
  #times = new Float64Array(capacityAtStart);
  #orders = new Int32Array(capacityAtStart);
  #payloads = new Int32Array(capacityAtStart);
  #next = new Int32Array(capacityAtStart);
  #free = none;
  #used = 0;

  /** `bucketMs`: about as long as a few dozen events take to come due. */
  constructor(bucketMs: number) {
    invariant(bucketMs > 0, 'a bucket has a width');
    this.#bucketsPerMs = 1 / bucketMs;
    this.headMs = this.#near.headMs;
    this.atMs = this.#near.atMs;
  }

  get length(): number {
    return this.#near.length + this.#inWheel + this.#inFar;
  }

  push(payload: number): void {
    const order = this.#pushed;
    this.#pushed = (order + 1) | 0;
    const bucket = this.#bucketOf(this.atMs[0] as number);
    if (bucket <= this.#current) {
      this.#near.insert(payload, order);
      return;
    }
    const slot = this.#takeSlot();
    this.#times[slot] = this.atMs[0] as number;
    this.#orders[slot] = order;
    this.#payloads[slot] = payload;
    this.#shelve(slot, bucket);
    if (this.#near.length === 0) this.#turn();
  }

  pop(): number {
    const payload = this.#near.pop();
    if (this.#near.length === 0 && this.#inWheel + this.#inFar > 0) this.#turn();
    return payload;
  }

  #bucketOf(atMs: number): number {
    return Math.min(Math.floor(atMs * this.#bucketsPerMs), bucketNumberMax);
  }

  #shelve(slot: number, bucket: number): void {
    if (bucket < this.#wheelEnd) {
      const place = bucket & bucketMask;
      this.#next[slot] = this.#heads[place] as number;
      this.#heads[place] = slot;
      this.#inWheel++;
    } else {
      this.#next[slot] = this.#far;
      this.#far = slot;
      this.#inFar++;
    }
  }

  /** Moves on to the next bucket that holds something, and sorts it. */
  #turn(): void {
    if (this.#inWheel === 0) this.#refillWheel();
    while (this.#near.length === 0) {
      const place = ++this.#current & bucketMask;
      let slot = this.#heads[place] as number;
      this.#heads[place] = none;
      while (slot !== none) {
        const after = this.#next[slot] as number;
        this.#inWheel--;
        this.#bringNear(slot);
        slot = after;
      }
    }
  }

  /** The wheel is empty: it starts anew at the first of the far events. */
  #refillWheel(): void {
    let first = Number.POSITIVE_INFINITY;
    for (let slot = this.#far; slot !== none; slot = this.#next[slot] as number) {
      first = Math.min(first, this.#times[slot] as number);
    }
    this.#current = this.#bucketOf(first) - 1;
    this.#wheelEnd = this.#current + 1 + buckets;
    let slot = this.#far;
    this.#far = none;
    this.#inFar = 0;
    while (slot !== none) {
      const after = this.#next[slot] as number;
      this.#shelve(slot, this.#bucketOf(this.#times[slot] as number));
      slot = after;
    }
  }

  #bringNear(slot: number): void {
    this.atMs[0] = this.#times[slot] as number;
    this.#near.insert(this.#payloads[slot] as number, this.#orders[slot] as number);
    this.#next[slot] = this.#free;
    this.#free = slot;
  }

  #takeSlot(): number {
    const slot = this.#free;
    if (slot !== none) {
      this.#free = this.#next[slot] as number;
      return slot;
    }
    if (this.#used === this.#times.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const length = 2 * this.#times.length;
    const times = new Float64Array(length);
    times.set(this.#times);
    this.#times = times;
    this.#orders = grown(this.#orders, length);
    this.#payloads = grown(this.#payloads, length);
    this.#next = grown(this.#next, length);
  }
}

function grown(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(column);
  return longer;
}
