/**
 * First in, first out: an instance serves as many connections at a time as it has slots, the others wait in the order
 * in which they came. Queues are lists linked through the rows of the connections that wait.
 */
import type { ServingPlan } from './plan.ts';
import { none, Seats } from './seats.ts';
import type { Departures, Serving } from './serving.ts';
import type { ServingMeasures } from './serving-measures.ts';

export class FirstInFirstOut implements Serving {
  readonly headMs: Float64Array;
  readonly atMs: Float64Array;
  readonly workMs = Float64Array.of(0);
  readonly measures: ServingMeasures;
  readonly #now: Float64Array;
  readonly #departures: Departures;
  readonly #close: (connection: number) => unknown;
  readonly #slots: Int32Array;
  /** Slots and places of the queue together; Infinity: as many as come. */
  readonly #placesMax: Float64Array;
  /** `keyMs`: how long it waited. A row in service is free again when its departure is popped, whatever became of it. */
  readonly #seats = new Seats();
  readonly #inService: Int32Array;
  readonly #waiting: Int32Array;
  readonly #first: Int32Array;
  readonly #last: Int32Array;

  constructor(
    { slots, queueMax }: ServingPlan,
    measures: ServingMeasures,
    now: Float64Array,
    departures: Departures,
    close: (connection: number) => unknown,
  ) {
    this.measures = measures;
    this.headMs = departures.headMs;
    this.atMs = departures.atMs;
    this.#now = now;
    this.#departures = departures;
    this.#close = close;
    this.#slots = Int32Array.from(slots);
    this.#placesMax = Float64Array.from(slots, (each, at) => each + (queueMax[at] as number));
    this.#inService = new Int32Array(slots.length);
    this.#waiting = new Int32Array(slots.length);
    this.#first = new Int32Array(slots.length).fill(none);
    this.#last = new Int32Array(slots.length).fill(none);
  }

  push(payload: number): void {
    this.#departures.push(payload);
  }

  offer(instance: number): boolean {
    const present = (this.#inService[instance] as number) + (this.#waiting[instance] as number);
    const hasRoom = present < (this.#placesMax[instance] as number);
    this.measures.noteOffered(instance, hasRoom);
    return hasRoom;
  }

  admit(connection: number, instance: number): void {
    const seats = this.#seats;
    const seat = seats.take();
    seats.connection[seat] = connection;
    seats.arrivedMs[seat] = this.#now[0] as number;
    seats.workMs[seat] = this.workMs[0] as number;
    if ((this.#inService[instance] as number) < (this.#slots[instance] as number)) {
      this.#start(seat, instance);
    } else this.#append(seat, instance);
  }

  pop(): number {
    const payload = this.#departures.pop();
    if (payload < 0) return payload;
    const seats = this.#seats;
    this.measures.arrivedMs[0] = seats.arrivedMs[payload] as number;
    this.measures.delayMs[0] = seats.keyMs[payload] as number;
    seats.release(payload);
    return seats.connection[payload] as number;
  }

  served(instance: number): void {
    this.measures.noteServed(instance);
    const serving = (this.#inService[instance] as number) - 1;
    this.#inService[instance] = serving;
    const seat = this.#first[instance] as number;
    if (seat === none) {
      this.measures.noteBusy(instance, serving);
      return;
    }
    const next = this.#seats.next[seat] as number;
    this.#first[instance] = next;
    if (next === none) this.#last[instance] = none;
    this.#waiting[instance] = (this.#waiting[instance] as number) - 1;
    this.#start(seat, instance);
  }

  dropAll(instance: number): void {
    const seats = this.#seats;
    let seat = this.#first[instance] as number;
    while (seat !== none) {
      const next = seats.next[seat] as number;
      this.#close(seats.connection[seat] as number);
      seats.release(seat);
      seat = next;
    }
    this.#first[instance] = none;
    this.#last[instance] = none;
    this.#waiting[instance] = 0;
    this.#inService[instance] = 0;
    this.measures.noteBusy(instance, 0);
  }

  #start(seat: number, instance: number): void {
    const seats = this.#seats;
    const now = this.#now[0] as number;
    seats.keyMs[seat] = now - (seats.arrivedMs[seat] as number);
    const serving = (this.#inService[instance] as number) + 1;
    this.#inService[instance] = serving;
    this.measures.noteBusy(instance, serving);
    this.#departures.atMs[0] = now + (seats.workMs[seat] as number);
    this.#departures.push(seat);
  }

  #append(seat: number, instance: number): void {
    this.#seats.next[seat] = none;
    const last = this.#last[instance] as number;
    if (last === none) this.#first[instance] = seat;
    else this.#seats.next[last] = seat;
    this.#last[instance] = seat;
    const waiting = (this.#waiting[instance] as number) + 1;
    this.#waiting[instance] = waiting;
    this.measures.noteWaiting(instance, waiting);
  }
}
