/**
 * The checks that wait for their reply, and until when: a timeout begins when the check really does, not when it was
 * due, and is longer by what the process missed meanwhile. Knows no socket and no service.
 */
import type { Check } from '../service/backend-service.ts';
import type { CheckProbe } from './check-probe.ts';
import type { WatchedClock } from './watched-clock.ts';

/** Longer by no more than this share: what answers half a timeout late (no case is closer) must not be in time. */
const longerMax = 0.4;

interface Running {
  readonly probe: CheckProbe;
  readonly beganMs: number;
  readonly timeoutMs: number;
  /** When the service, which counts from when the check was due, takes it for timed out. */
  readonly endsMs: number;
  readonly missedMs: number;
  isAnswered: boolean;
}

export class RunningChecks {
  readonly #clock: WatchedClock;
  readonly #running = new Map<Check, Running>();

  constructor(clock: WatchedClock) {
    this.#clock = clock;
  }

  begin(check: Check, probe: CheckProbe, dueMs: number, timeoutMs: number): void {
    const beganMs = this.#clock.nowMs();
    const { missedMs } = this.#clock;
    const endsMs = dueMs + timeoutMs;
    this.#running.set(check, { probe, beganMs, timeoutMs, endsMs, missedMs, isAnswered: false });
  }

  /** How long the reply took, which comes now and is the last word; null: the check is over. */
  answered(check: Check): number | null {
    const running = this.#running.get(check);
    if (running === undefined) return null;
    running.isAnswered = true;
    const nowMs = this.#clock.nowMs();
    const afterMs = nowMs - running.beganMs;
    return nowMs < this.#lastMs(running) ? Math.min(afterMs, running.timeoutMs) : afterMs;
  }

  concluded(check: Check): void {
    const running = this.#running.get(check);
    if (running !== undefined) running.isAnswered = true;
  }

  end(check: Check): void {
    this.#running.get(check)?.probe.end();
    this.#running.delete(check);
  }

  endAll(which: (check: Check) => boolean): void {
    for (const check of [...this.#running.keys()]) if (which(check)) this.end(check);
  }

  /** What may not be passed yet: the first end of a check that has time left. Infinity: nothing. */
  hold(nowMs: number): { readonly atMs: number; readonly untilMs: number } {
    let first = { atMs: Number.POSITIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
    for (const running of this.#running.values()) {
      const untilMs = this.#lastMs(running);
      if (running.isAnswered || untilMs <= nowMs || running.endsMs >= first.atMs) continue;
      first = { atMs: running.endsMs, untilMs };
    }
    return first;
  }

  #lastMs({ beganMs, timeoutMs, missedMs }: Running): number {
    const longerMs = Math.min(this.#clock.missedMs - missedMs, longerMax * timeoutMs);
    return beganMs + timeoutMs + longerMs;
  }
}
