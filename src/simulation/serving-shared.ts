/**
 * Processor sharing: an instance's slots are shared evenly by all its connections, none having more than one. A clock
 * of its own tells how much work each connection got since the instance was last empty; who leaves next is then a
 * matter of fixed marks on that clock, however often others come and go. The marks of an instance are a skew heap
 * (D. Sleator and R. Tarjan, Self-adjusting heaps, 1986): linked rows, O(log n) a change, amortised.
 */
import { Earliest } from './earliest.ts';
import type { ServingPlan } from './plan.ts';
import { none, Seats } from './seats.ts';
import type { Departures, Serving } from './serving.ts';
import type { ServingMeasures } from './serving-measures.ts';

/** A delay of less than this part of the clock is what adding up left: thousands of units in the last place. */
const rounding = 1e-12;

export class ProcessorSharing implements Serving {
  readonly headMs = Float64Array.of(Number.POSITIVE_INFINITY);
  readonly atMs: Float64Array;
  readonly workMs = Float64Array.of(0);
  readonly measures: ServingMeasures;
  readonly #now: Float64Array;
  readonly #departures: Departures;
  readonly #close: (connection: number) => unknown;
  readonly #slots: Int32Array;
  readonly #placesMax: Float64Array;
  /** `keyMs`: the mark on its instance's clock at which it leaves; `next` and `other`: below it in the heap. */
  readonly #seats = new Seats();
  /** Of each row, how many were admitted before it; wraps around, and is compared by difference. */
  #order = new Int32Array(0);
  #admitted = 0;
  readonly #root: Int32Array;
  readonly #present: Int32Array;
  /** Work that each connection of the instance got since the instance was empty, and when that was so. */
  readonly #givenMs: Float64Array;
  readonly #givenAtMs: Float64Array;
  readonly #earliest: Earliest;

  constructor(
    { slots, queueMax }: ServingPlan,
    measures: ServingMeasures,
    now: Float64Array,
    departures: Departures,
    close: (connection: number) => unknown,
  ) {
    this.measures = measures;
    this.atMs = departures.atMs;
    this.#now = now;
    this.#departures = departures;
    this.#close = close;
    this.#slots = Int32Array.from(slots);
    this.#placesMax = Float64Array.from(slots, (each, at) => each + (queueMax[at] as number));
    this.#root = new Int32Array(slots.length).fill(none);
    this.#present = new Int32Array(slots.length);
    this.#givenMs = new Float64Array(slots.length);
    this.#givenAtMs = new Float64Array(slots.length);
    this.#earliest = new Earliest(slots.length);
  }

  push(payload: number): void {
    this.#departures.push(payload);
    this.#tell();
  }

  offer(instance: number): boolean {
    const hasRoom = (this.#present[instance] as number) < (this.#placesMax[instance] as number);
    this.measures.noteOffered(instance, hasRoom);
    return hasRoom;
  }

  admit(connection: number, instance: number): void {
    this.#give(instance);
    const seat = this.#take();
    const seats = this.#seats;
    const work = this.workMs[0] as number;
    seats.connection[seat] = connection;
    seats.arrivedMs[seat] = this.#now[0] as number;
    seats.workMs[seat] = work;
    seats.keyMs[seat] = (this.#givenMs[instance] as number) + work;
    this.#root[instance] = this.#merged(this.#root[instance] as number, seat);
    this.#count(instance, (this.#present[instance] as number) + 1);
    this.#foresee(instance);
  }

  pop(): number {
    if ((this.#departures.headMs[0] as number) < (this.#earliest.headMs[0] as number)) {
      const payload = this.#departures.pop();
      this.#tell();
      return payload;
    }
    const instance = this.#earliest.head;
    const seats = this.#seats;
    const seat = this.#root[instance] as number;
    this.#root[instance] = this.#merged(seats.next[seat] as number, seats.other[seat] as number);
    this.#give(instance);
    // On the mark itself, so that rounding does not add up.
    this.#givenMs[instance] = seats.keyMs[seat] as number;
    const arrivedMs = seats.arrivedMs[seat] as number;
    this.measures.arrivedMs[0] = arrivedMs;
    const now = this.#now[0] as number;
    const delay = now - arrivedMs - (seats.workMs[seat] as number);
    this.measures.delayMs[0] = delay > rounding * now ? delay : 0;
    seats.release(seat);
    this.#count(instance, (this.#present[instance] as number) - 1);
    this.#foresee(instance);
    return seats.connection[seat] as number;
  }

  served(instance: number): void {
    this.measures.noteServed(instance);
  }

  dropAll(instance: number): void {
    const seats = this.#seats;
    let seat = this.#root[instance] as number;
    while (seat !== none) {
      const below = this.#merged(seats.next[seat] as number, seats.other[seat] as number);
      this.#close(seats.connection[seat] as number);
      seats.release(seat);
      seat = below;
    }
    this.#root[instance] = none;
    this.#count(instance, 0);
    this.#foresee(instance);
  }

  /** Time passed: everybody at the instance got an even share of it. */
  #give(instance: number): void {
    const now = this.#now[0] as number;
    const passed = now - (this.#givenAtMs[instance] as number);
    this.#givenAtMs[instance] = now;
    const present = this.#present[instance] as number;
    const slots = this.#slots[instance] as number;
    if (present === 0) this.#givenMs[instance] = 0;
    else {
      const given = present > slots ? (passed * slots) / present : passed;
      this.#givenMs[instance] = (this.#givenMs[instance] as number) + given;
    }
  }

  #count(instance: number, present: number): void {
    const slots = this.#slots[instance] as number;
    this.#present[instance] = present;
    this.measures.noteBusy(instance, present > slots ? slots : present);
    this.measures.noteWaiting(instance, present - slots);
  }

  /** When the first of the instance leaves if nobody comes before. */
  #foresee(instance: number): void {
    const earliest = this.#earliest;
    const seat = this.#root[instance] as number;
    if (seat === none) earliest.atMs[0] = Number.POSITIVE_INFINITY;
    else {
      const present = this.#present[instance] as number;
      const slots = this.#slots[instance] as number;
      const left = (this.#seats.keyMs[seat] as number) - (this.#givenMs[instance] as number);
      const lasts = present > slots ? (left * present) / slots : left;
      // Rounding may leave less than nothing; the clock does not go back.
      earliest.atMs[0] = (this.#now[0] as number) + (lasts > 0 ? lasts : 0);
    }
    earliest.set(instance);
    this.#tell();
  }

  #tell(): void {
    const served = this.#earliest.headMs[0] as number;
    const givingUp = this.#departures.headMs[0] as number;
    this.headMs[0] = served <= givingUp ? served : givingUp;
  }

  #take(): number {
    const seats = this.#seats;
    const seat = seats.take();
    if (this.#order.length < seats.connection.length) {
      const order = new Int32Array(seats.connection.length);
      order.set(this.#order);
      this.#order = order;
    }
    this.#order[seat] = this.#admitted;
    this.#admitted = (this.#admitted + 1) | 0;
    seats.next[seat] = none;
    seats.other[seat] = none;
    return seat;
  }

  /** Two heaps as one. */
  #merged(one: number, two: number): number {
    if (one === none) return two;
    if (two === none) return one;
    const { next, other } = this.#seats;
    let upper = this.#isBefore(one, two) ? one : two;
    let lower = upper === one ? two : one;
    const root = upper;
    for (;;) {
      const right = other[upper] as number;
      other[upper] = next[upper] as number;
      if (right === none) {
        next[upper] = lower;
        return root;
      }
      const isRightFirst = this.#isBefore(right, lower);
      const first = isRightFirst ? right : lower;
      next[upper] = first;
      lower = isRightFirst ? lower : right;
      upper = first;
    }
  }

  #isBefore(seat: number, than: number): boolean {
    const { keyMs } = this.#seats;
    const mark = keyMs[seat] as number;
    const other = keyMs[than] as number;
    if (mark !== other) return mark < other;
    return (((this.#order[seat] as number) - (this.#order[than] as number)) | 0) < 0;
  }
}
