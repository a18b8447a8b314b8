/** For tests: stepped time, and what is due when. Knows nothing of what it runs. */
export interface Timer {
  readonly atMs: number;
  readonly run: () => void;
  /** Whose drain it ends. */
  readonly drains?: string;
}

export class FakeClock {
  readonly #timers: Timer[] = [];
  nowMs = 0;

  after(ms: number, run: () => void, drains?: string): void {
    this.#timers.push({ atMs: this.nowMs + ms, run, ...(drains === undefined ? {} : { drains }) });
  }

  forgetDrainOf(name: string): void {
    const timer = this.#timers.findIndex(({ drains }) => drains === name);
    if (timer >= 0) this.#timers.splice(timer, 1);
  }

  /** Runs whatever comes due, `others` asked anew each time and first where several are due at once. */
  pass(ms: number, others: () => readonly Timer[]): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = [...others(), ...this.#timers].toSorted(
        (one, other) => one.atMs - other.atMs,
      )[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.nowMs = next.atMs;
      const timer = this.#timers.indexOf(next);
      if (timer >= 0) this.#timers.splice(timer, 1);
      next.run();
    }
    this.nowMs = untilMs;
  }
}
