/**
 * Real time, and how much of it this process could not look, as on a busy machine: what it neither did nor saw then
 * should not run into anybody's timeout. Knows no check.
 */

/** Short against the shortest timeout (40 ms): so often the loop shows that it is not held up. */
const tickMs = 2;
/** Longer than this between two looks, and the rest was missed. */
const gapMaxMs = 5;

export class WatchedClock {
  readonly #timer = setInterval(() => this.nowMs(), tickMs).unref();
  readonly #beganMs = performance.now();
  #lookedMs = this.#beganMs;
  #missedMs = 0;

  /** Since it began. */
  nowMs(): number {
    const realMs = performance.now();
    this.#missedMs += Math.max(0, realMs - this.#lookedMs - gapMaxMs);
    this.#lookedMs = realMs;
    return realMs - this.#beganMs;
  }

  /** How much of that was missed, as of the last look. */
  get missedMs(): number {
    return this.#missedMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
