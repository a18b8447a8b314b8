/**
 * How long connections lasted, from opening to end, by how they ended, as histograms. Everybody who is held is expected
 * to stay as long as was drawn, and booked so, many at a time; the few who do not are taken back and booked when they
 * would have left, so that nobody has to remember when they came. Where instances have slots, nobody can expect anything,
 * and who stayed how long is booked when it ends. Knows no load and judges nothing.
 */
import type { Connection } from '../service/backend-service.ts';
import { slotMaskOf } from '../service/connections.ts';
import { batchSize } from '../traffic/arrivals.ts';
import { type HistogramCounts, LogLinearHistogram } from './log-linear-histogram.ts';

/** `failed`: 0 where the instance refused, else for how long the client waited for it. */
type Ending = 'completed' | 'failed' | 'lost' | 'cutByDrain';

const isBooked = 0;
const isLost = 1;
const isCut = 2;

export class Durations {
  readonly #completed = new LogLinearHistogram(batchSize);
  readonly #failed = new LogLinearHistogram();
  readonly #lost = new LogLinearHistogram();
  readonly #cutByDrain = new LogLinearHistogram();
  readonly #now: Float64Array;
  /**
   * By slot of the connection: how long it is to stay, as a float, since the column has to stay near the processor;
   * negative: it waits for its instance, and is not expected.
   */
  readonly #stayMs: Float32Array;
  /** When it came, where its stay is not known; of one that ended early: when it ended and its stay, added up. */
  readonly #markMs: Float64Array;
  /** Of those who ended early: lost, cut, or booked already. */
  readonly #howEnded: Uint8Array;
  readonly #slotMask: number;
  #failedAtOnce = 0;
  readonly #areStaysKnown: boolean;

  constructor(now: Float64Array, connectionsMax: number, areStaysKnown: boolean) {
    this.#now = now;
    this.#areStaysKnown = areStaysKnown;
    this.#slotMask = slotMaskOf(connectionsMax);
    // Memory that nobody writes is not resident.
    this.#stayMs = new Float32Array(this.#slotMask + 1);
    this.#markMs = new Float64Array(this.#slotMask + 1);
    this.#howEnded = new Uint8Array(this.#slotMask + 1);
  }

  /** A batch of arrivals that is over: who was held of them is expected to complete. */
  book(stayMs: Float64Array, count: number): void {
    if (!this.#areStaysKnown) return;
    const { values } = this.#completed;
    let held = 0;
    for (let at = 0; at < count; at++) {
      const ms = stayMs[at] as number;
      if (ms >= 0) values[held++] = Math.fround(ms);
    }
    this.#completed.recordMany(held);
  }

  /** One of the batch was refused, or met an instance that is down. */
  strikeOut(stayMs: Float64Array, at: number): void {
    stayMs[at] = -1;
  }

  held(connection: Connection, stayMs: Float64Array, at: number): void {
    this.#stayMs[connection & this.#slotMask] = stayMs[at] as number;
  }

  /** By an instance with slots. */
  admitted(connection: Connection): void {
    this.#stayMs[connection & this.#slotMask] = 0;
    this.#markMs[connection & this.#slotMask] = this.#now[0] as number;
  }

  /** One that was admitted. */
  served(connection: Connection): void {
    this.#recordStay(connection, this.#completed);
  }

  waits(connection: Connection, forMs: number): void {
    this.#stayMs[connection & this.#slotMask] = -forMs;
  }

  failedAtOnce(): void {
    this.#failedAtOnce++;
  }

  gaveUp(connection: Connection): void {
    recordIn(this.#failed, -(this.#stayMs[connection & this.#slotMask] as number));
  }

  /** Their instance failed, those that wait for it among them. */
  lost(connections: readonly Connection[]): void {
    for (const connection of connections) this.#endEarly(connection, isLost);
  }

  cutByDrain(connections: readonly Connection[]): void {
    for (const connection of connections) this.#endEarly(connection, isCut);
  }

  #endEarly(connection: Connection, how: number): void {
    const slot = connection & this.#slotMask;
    const stayMs = this.#stayMs[slot] as number;
    if (!this.#areStaysKnown && stayMs >= 0) {
      this.#recordStay(connection, how === isLost ? this.#lost : this.#cutByDrain);
      this.#howEnded[slot] = isBooked;
      return;
    }
    this.#markMs[slot] = (this.#now[0] as number) + Math.abs(stayMs);
    this.#howEnded[slot] = how;
    if (stayMs < 0) return;
    this.#completed.values[0] = stayMs;
    this.#completed.withdraw();
  }

  #recordStay(connection: Connection, histogram: LogLinearHistogram): void {
    const cameMs = this.#markMs[connection & this.#slotMask] as number;
    recordIn(histogram, (this.#now[0] as number) - cameMs);
  }

  /** A connection that had ended before would leave now; `wasWaiting`: for its instance. */
  leftLate(connection: Connection, wasWaiting: boolean): void {
    const slot = connection & this.#slotMask;
    if (this.#howEnded[slot] === isBooked) return;
    const ms = Math.max((this.#markMs[slot] as number) - (this.#now[0] as number), 0);
    const histogram = this.#howEnded[slot] === isLost ? this.#lost : this.#cutByDrain;
    recordIn(wasWaiting ? this.#failed : histogram, ms);
  }

  /** In ms, complete once everybody has left. */
  counts(): Readonly<Record<Ending, HistogramCounts>> {
    return {
      completed: this.#completed.counts(),
      failed: this.#failed.counts(this.#failedAtOnce),
      lost: this.#lost.counts(),
      cutByDrain: this.#cutByDrain.counts(),
    };
  }
}

function recordIn(histogram: LogLinearHistogram, ms: number): void {
  histogram.values[0] = ms;
  histogram.record();
}
