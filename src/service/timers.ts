/**
 * When which timer fires: an indexed heap over a fixed set of timers, each set at most once at a time. Timers due at
 * one instant fire in the order in which they were set. Knows no clock and not what a timer is for.
 */
import { invariant } from '../errors/invariant.ts';

export type Timer = number;

export class Timers {
  /** [0] when the next timer fires, Infinity if none is set. */
  readonly due = Float64Array.of(Number.POSITIVE_INFINITY);
  readonly #at: Float64Array;
  /** Which was set first, among those due at one instant. */
  readonly #order: Float64Array;
  readonly #heap: Int32Array;
  /** Where each timer stands in the heap; -1: not set. */
  readonly #place: Int32Array;
  #count = 0;
  #settings = 0;

  constructor(timersMax: number) {
    this.#at = new Float64Array(timersMax);
    this.#order = new Float64Array(timersMax);
    this.#heap = new Int32Array(timersMax);
    this.#place = new Int32Array(timersMax).fill(-1);
  }

  isSet(timer: Timer): boolean {
    return (this.#place[timer] as number) >= 0;
  }

  atMs(timer: Timer): number {
    return this.#at[timer] as number;
  }

  /** A timer that is set already is set again. */
  set(timer: Timer, atMs: number): void {
    this.cancel(timer);
    this.#at[timer] = atMs;
    this.#order[timer] = this.#settings++;
    this.#put(this.#count++, timer);
    this.#rise(this.#count - 1);
    this.#tell();
  }

  cancel(timer: Timer): void {
    const place = this.#place[timer] as number;
    if (place < 0) return;
    this.#place[timer] = -1;
    const last = this.#heap[--this.#count] as Timer;
    if (last !== timer) {
      this.#put(place, last);
      this.#rise(place);
      this.#sink(this.#place[last] as number);
    }
    this.#tell();
  }

  /** The timer that fires next, no longer set. */
  take(): Timer {
    invariant(this.#count > 0, 'no timer is set');
    const timer = this.#heap[0] as Timer;
    this.cancel(timer);
    return timer;
  }

  #tell(): void {
    this.due[0] =
      this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#at[this.#heap[0] as Timer] as number);
  }

  #isBefore(one: Timer, other: Timer): boolean {
    const difference = (this.#at[one] as number) - (this.#at[other] as number);
    if (difference !== 0) return difference < 0;
    return (this.#order[one] as number) < (this.#order[other] as number);
  }

  #put(place: number, timer: Timer): void {
    this.#heap[place] = timer;
    this.#place[timer] = place;
  }

  #rise(from: number): void {
    const timer = this.#heap[from] as Timer;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent] as Timer;
      if (!this.#isBefore(timer, above)) break;
      this.#put(place, above);
      place = parent;
    }
    this.#put(place, timer);
  }

  #sink(from: number): void {
    const timer = this.#heap[from] as Timer;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#count) break;
      const right = child + 1;
      if (
        right < this.#count &&
        this.#isBefore(this.#heap[right] as Timer, this.#heap[child] as Timer)
      ) {
        child = right;
      }
      const below = this.#heap[child] as Timer;
      if (!this.#isBefore(below, timer)) break;
      this.#put(place, below);
      place = child;
    }
    this.#put(place, timer);
  }
}
