/**
 * Pending events in order of time, and of their scheduling where times are equal: a binary heap in typed arrays, so that
 * neither a push nor a pop allocates. Knows nothing of what its 32-bit payloads mean.
 */
import { invariant } from '../errors/invariant.ts';

const capacityAtStart = 1024;

export class EventQueue {
  /** [0] time of the next event; Infinity: none. Written by the queue. */
  readonly headMs = Float64Array.of(Number.POSITIVE_INFINITY);
  /** [0] time of the event about to be pushed. A cell: a double that crosses a call is boxed. */
  readonly atMs = Float64Array.of(0);
  #times = new Float64Array(capacityAtStart);
  /** Numbers of pushes, exact up to 2^53: none is met twice. */
  #orders = new Float64Array(capacityAtStart);
  #payloads = new Int32Array(capacityAtStart);
  #length = 0;
  #pushed = 0;

  get length(): number {
    return this.#length;
  }

  push(payload: number): void {
    const order = this.#pushed++;
    if (this.#length === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    const payloads = this.#payloads;
    const at = this.atMs[0] as number;
    let hole = this.#length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = times[parent] as number;
      if (above < at || (above === at && (orders[parent] as number) < order)) break;
      times[hole] = above;
      orders[hole] = orders[parent] as number;
      payloads[hole] = payloads[parent] as number;
      hole = parent;
    }
    times[hole] = at;
    orders[hole] = order;
    payloads[hole] = payload;
    this.headMs[0] = times[0] as number;
  }

  /** Removes the next event and returns its payload. */
  pop(): number {
    invariant(this.#length > 0, 'an event is popped only where one is pending');
    const payload = this.#payloads[0] as number;
    const last = --this.#length;
    if (last > 0) this.#sink(last);
    this.headMs[0] = last > 0 ? (this.#times[0] as number) : Number.POSITIVE_INFINITY;
    return payload;
  }

  /** Puts the event at `last` into the hole at the root and lets it sink. */
  #sink(last: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const payloads = this.#payloads;
    const at = times[last] as number;
    const order = orders[last] as number;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      const right = child + 1;
      if (right < last && this.#isBefore(right, times[child] as number, orders[child] as number)) {
        child = right;
      }
      if (!this.#isBefore(child, at, order)) break;
      times[hole] = times[child] as number;
      orders[hole] = orders[child] as number;
      payloads[hole] = payloads[child] as number;
      hole = child;
    }
    times[hole] = at;
    orders[hole] = order;
    payloads[hole] = payloads[last] as number;
  }

  #isBefore(entry: number, at: number, order: number): boolean {
    const entryAt = this.#times[entry] as number;
    if (entryAt !== at) return entryAt < at;
    return (this.#orders[entry] as number) < order;
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    const orders = new Float64Array(times.length);
    const payloads = new Int32Array(times.length);
    times.set(this.#times);
    orders.set(this.#orders);
    payloads.set(this.#payloads);
    this.#times = times;
    this.#orders = orders;
    this.#payloads = payloads;
  }
}
