/**
 * Connections that instances hold, as recycled rows of columns: memory follows how many there are at once. Knows no
 * discipline: `next` and `other` link rows as their owner likes, `keyMs` is a time of the owner's.
 */

import { invariant } from '../errors/invariant.ts';
import { connectionsMax } from './plan.ts';

export const none = -1;
const seatsAtFirst = 256;

export class Seats {
  connection = new Int32Array(seatsAtFirst);
  arrivedMs = new Float64Array(seatsAtFirst);
  workMs = new Float64Array(seatsAtFirst);
  keyMs = new Float64Array(seatsAtFirst);
  next = new Int32Array(seatsAtFirst);
  other = new Int32Array(seatsAtFirst);
  #free = none;
  /** Rows that were ever taken. */
  #used = 0;

  /** A row whose columns hold anything. */
  take(): number {
    const seat = this.#free;
    if (seat !== none) {
      this.#free = this.next[seat] as number;
      return seat;
    }
    if (this.#used === this.connection.length) this.#grow();
    return this.#used++;
  }

  release(seat: number): void {
    this.next[seat] = this.#free;
    this.#free = seat;
  }

  #grow(): void {
    const length = 2 * this.connection.length;
    // Those whose instance dropped them keep their row until they would have left.
    invariant(length <= 4 * connectionsMax, 'connections in service fit into memory');
    this.connection = longer(this.connection, new Int32Array(length));
    this.arrivedMs = longer(this.arrivedMs, new Float64Array(length));
    this.workMs = longer(this.workMs, new Float64Array(length));
    this.keyMs = longer(this.keyMs, new Float64Array(length));
    this.next = longer(this.next, new Int32Array(length));
    this.other = longer(this.other, new Int32Array(length));
  }
}

function longer<Column extends Int32Array | Float64Array>(column: Column, room: Column): Column {
  room.set(column);
  return room;
}
