/**
 * How long connections lasted, from opening to end, by how they ended, as histograms. Knows no load and judges nothing.
 */
import type { Connection } from '../service/backend-service.ts';
import { type HistogramCounts, LogLinearHistogram } from './log-linear-histogram.ts';

/** `failed`: 0 where the instance refused, else for how long the client waited for it. */
type Ending = 'completed' | 'failed' | 'lost' | 'cutByDrain';

/** What of a service says when a connection was opened. */
interface Openings {
  readonly now: Float64Array;
  readonly openedMs: Float64Array;
  openedMsOf(connection: Connection): number;
}

export class Durations {
  readonly #completed = new LogLinearHistogram();
  readonly #failed = new LogLinearHistogram();
  readonly #lost = new LogLinearHistogram();
  readonly #cutByDrain = new LogLinearHistogram();
  readonly #now: Float64Array;
  readonly #openedMs: Float64Array;
  readonly #openings: Openings;
  /** Clients of silent instances: they have failed, whatever ends them. */
  readonly #waiting = new Set<Connection>();

  constructor(openings: Openings) {
    this.#openings = openings;
    this.#now = openings.now;
    this.#openedMs = openings.openedMs;
  }

  /** The one that the service closed last. */
  completed(): void {
    const completed = this.#completed;
    completed.values[0] = (this.#now[0] as number) - (this.#openedMs[0] as number);
    completed.record();
  }

  failedAtOnce(): void {
    recordIn(this.#failed, 0);
  }

  waits(connection: Connection): void {
    this.#waiting.add(connection);
  }

  /** The one that the service closed last waited in vain. */
  gaveUp(connection: Connection): void {
    this.#waiting.delete(connection);
    recordIn(this.#failed, (this.#now[0] as number) - (this.#openedMs[0] as number));
  }

  /** Their instance failed; whoever waited for it among them. */
  lost(connections: readonly Connection[]): void {
    this.#endTogether(connections, this.#lost);
  }

  cutByDrain(connections: readonly Connection[]): void {
    this.#endTogether(connections, this.#cutByDrain);
  }

  /** In ms. */
  counts(): Readonly<Record<Ending, HistogramCounts>> {
    return {
      completed: this.#completed.counts(),
      failed: this.#failed.counts(),
      lost: this.#lost.counts(),
      cutByDrain: this.#cutByDrain.counts(),
    };
  }

  #endTogether(connections: readonly Connection[], histogram: LogLinearHistogram): void {
    for (const connection of connections) {
      const ms = (this.#now[0] as number) - this.#openings.openedMsOf(connection);
      recordIn(this.#waiting.delete(connection) ? this.#failed : histogram, ms);
    }
  }
}

function recordIn(histogram: LogLinearHistogram, ms: number): void {
  histogram.values[0] = ms;
  histogram.record();
}
