/**
 * The testbed's one clock: ms of the system-wide monotonic clock, so that times taken in different processes on this
 * machine compare. Knows no trial.
 */
import { hrtime } from 'node:process';

/** CLOCK_MONOTONIC on Linux: the same zero in every process. */
export function monotonicMs(): number {
  return Number(hrtime.bigint()) / 1e6;
}
