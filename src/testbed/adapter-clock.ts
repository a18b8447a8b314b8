/**
 * Where the clock of an adapter stands against ours, within bounds that get narrower with every answer. Both run at
 * one rate; the adapter's began at 0 when it accepted the deployment. Reads no clock.
 */
import type { Reached } from '../adapters/contract.ts';
import type { When } from '../history/vocabulary.ts';

export class AdapterClock {
  /** Ours minus the adapter's, at the least and at the most. */
  #leastMs = 0;
  #mostMs: number;
  #reachedMs = 0;

  /** `repliedMs`: when the deployment was known to be accepted; our own zero is when it was asked for. */
  constructor(repliedMs: number) {
    this.#mostMs = repliedMs;
  }

  /** `span`: by our clock, from the question to the answer. */
  learn({ nowMs, probes }: Reached, toMs: number, span: When): void {
    this.#reachedMs = Math.max(this.#reachedMs, nowMs);
    this.#mostMs = Math.min(this.#mostMs, span.toMs - nowMs);
    // probes may have been due before the question, and who answers with `toMs` itself did not look at a clock
    const isRead = probes.length === 0 && nowMs > toMs;
    if (isRead) this.#leastMs = Math.max(this.#leastMs, span.fromMs - nowMs);
    this.#leastMs = Math.min(this.#leastMs, this.#mostMs);
  }

  /** When a moment of the adapter's was by ours, which is within `span`. */
  intervalOf(adapterMs: number, span: When): When {
    const within = (ms: number) => Math.min(span.toMs, Math.max(span.fromMs, ms));
    return {
      fromMs: within(adapterMs + this.#leastMs),
      toMs: within(adapterMs + this.#mostMs),
    };
  }

  /** What the adapter's clock shows by now for certain: going there takes no waiting. */
  surelyReachedMs(oursMs: number): number {
    return Math.max(this.#reachedMs, oursMs - this.#mostMs, 0);
  }

  /** What the adapter's clock must show for ours to show `oursMs`. */
  reachingMs(oursMs: number): number {
    return Math.max(this.#reachedMs, oursMs - this.#leastMs);
  }
}
