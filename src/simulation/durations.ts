/**
 * How long connections lasted, from opening to end, by how they ended, as histograms. The service remembers of each how
 * long it is to stay; one that ended early is booked when it would have left, and nobody has to remember when it came.
 * Knows no load and judges nothing.
 */
import type { Connection } from '../service/backend-service.ts';
import { type HistogramCounts, LogLinearHistogram } from './log-linear-histogram.ts';

/** `failed`: 0 where the instance refused, else for how long the client waited for it. */
type Ending = 'completed' | 'failed' | 'lost' | 'cutByDrain';

export class Durations {
  readonly #completed = new LogLinearHistogram();
  readonly #failed = new LogLinearHistogram();
  readonly #lost = new LogLinearHistogram();
  readonly #cutByDrain = new LogLinearHistogram();
  readonly #now: Float64Array;
  readonly #stayMs: Float32Array;
  /** When they ended that have not left yet. */
  readonly #lostMs = new Map<Connection, number>();
  readonly #cutMs = new Map<Connection, number>();

  /** `stayMs`: [0] how long the connection was to stay that was closed last. */
  constructor(now: Float64Array, stayMs: Float32Array) {
    this.#now = now;
    this.#stayMs = stayMs;
  }

  /** The connection closed last left when it was to leave. */
  completed(): void {
    const completed = this.#completed;
    completed.values[0] = this.#stayMs[0] as number;
    completed.record();
  }

  failedAtOnce(): void {
    recordIn(this.#failed, 0);
  }

  /** The connection closed last waited for its instance in vain. */
  gaveUp(): void {
    recordIn(this.#failed, this.#stayMs[0] as number);
  }

  /** Their instance failed, those that wait for it among them. */
  lost(connections: readonly Connection[]): void {
    for (const connection of connections) this.#lostMs.set(connection, this.#now[0] as number);
  }

  cutByDrain(connections: readonly Connection[]): void {
    for (const connection of connections) this.#cutMs.set(connection, this.#now[0] as number);
  }

  /** The connection closed last had ended before; `wasWaiting`: for its instance. */
  leftLate(connection: Connection, wasWaiting: boolean): void {
    const ended = this.#lostMs.has(connection) ? this.#lostMs : this.#cutMs;
    const endedMs = ended.get(connection) as number;
    ended.delete(connection);
    const earlyMs = (this.#now[0] as number) - endedMs;
    const ms = Math.max((this.#stayMs[0] as number) - earlyMs, 0);
    // Millions at once may have made the service forget it.
    if (Number.isNaN(ms)) return;
    const histogram = ended === this.#lostMs ? this.#lost : this.#cutByDrain;
    recordIn(wasWaiting ? this.#failed : histogram, ms);
  }

  /** In ms, complete once everybody has left. */
  counts(): Readonly<Record<Ending, HistogramCounts>> {
    return {
      completed: this.#completed.counts(),
      failed: this.#failed.counts(),
      lost: this.#lost.counts(),
      cutByDrain: this.#cutByDrain.counts(),
    };
  }
}

function recordIn(histogram: LogLinearHistogram, ms: number): void {
  histogram.values[0] = ms;
  histogram.record();
}
