/**
 * Which of two events came first. In stepped time one clock writes, and the order of lines is the order of what
 * happened; in real time two events whose times touch have none, whatever lines they stand on. Knows no event.
 */
import type { TimeKind } from '../history/vocabulary.ts';

/** Sums of times are doubles, of 15 digits: two that are equal differ by less than this after a hundred days. */
export const roundingMs = 1e-5;

/**
 * Clocks count in ticks, and the one that they are in as a whole one, so that what lasts may be over up to a tick early:
 * a kernel's are of 10 ms at the coarsest (`CONFIG_HZ=100`), which is what nftables remembers by.
 */
const tickMs = 10;

/** How much before its time something may rightly be over, and two times differ that are meant to be one. */
export function earlyMs(time: TimeKind): number {
  return time === 'stepped' ? roundingMs : tickMs;
}

/** `line` null: worked out, so it stands on none. */
interface End {
  readonly toMs: number;
  readonly line: number | null;
}
interface Start {
  readonly fromMs: number;
  readonly line: number;
}

/** Whether the one was certainly over when the other began. */
export function isBefore(end: End, start: Start, time: TimeKind): boolean {
  if (end.toMs !== start.fromMs) return end.toMs < start.fromMs;
  return time === 'stepped' && end.line !== null && end.line < start.line;
}
