/**
 * Watches this process's own event loop: how late a short timer fires. What the sockets' process could not see or
 * answer in time is no fault of a balancer.
 */
import { monotonicMs } from './monotonic.ts';

/** Short against the shortest check timeout (40 ms), long enough to cost nothing. */
const tickMs = 2;
/** A tick later than this was late: timers fire on whole ms. */
const jitterMs = 1;

export interface LagWatch {
  /** Whatever this process sees now cannot have happened before: its event loop was idle and watching then. */
  earliestMs(): number;
  stop(): void;
}

/** Reports every tick that came late, with the time since which the loop was busy. */
export function watchLag(
  report: (lag: { fromMs: number; toMs: number; lagMs: number }) => void,
): LagWatch {
  let tickedMs = monotonicMs();
  /** When the last tick was due: where it came late, the loop was not watching from then on. */
  let watchingMs = tickedMs;
  const timer = setInterval(() => {
    const dueMs = tickedMs + tickMs;
    const toMs = monotonicMs();
    const lagMs = toMs - dueMs;
    watchingMs = lagMs > jitterMs ? tickedMs : toMs;
    tickedMs = toMs;
    if (lagMs > tickMs) report({ fromMs: dueMs, toMs, lagMs });
  }, tickMs);
  timer.unref();
  // a loop that wakes late runs what it sees before the tick that is overdue: the last tick's time serves then too
  return { earliestMs: () => watchingMs, stop: () => clearInterval(timer) };
}
