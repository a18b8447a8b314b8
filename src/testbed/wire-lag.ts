/**
 * Watches this process's own event loop: how late a short timer fires. What the sockets' process could not see or
 * answer in time is no fault of a balancer.
 */
import { monotonicMs } from './monotonic.ts';

/** Short against the shortest limit (a quarter of 40 ms), long enough to cost nothing. */
const tickMs = 5;

export interface LagWatch {
  stop(): void;
}

/** Reports every tick that came late, with the time since which the loop was busy. */
export function watchLag(
  report: (lag: { fromMs: number; toMs: number; lagMs: number }) => void,
): LagWatch {
  let dueMs = monotonicMs() + tickMs;
  const timer = setInterval(() => {
    const toMs = monotonicMs();
    const lagMs = toMs - dueMs;
    if (lagMs > tickMs / 2) report({ fromMs: dueMs, toMs, lagMs });
    dueMs = toMs + tickMs;
  }, tickMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
