/**
 * The order of things witnessed at the earliest and latest. Touching intervals are unordered, so that no judge
 * depends on a tie; only what we asked for ourselves, after we knew something, is later than it by cause.
 */
/** Something that became known: at the latest then, and on which line; null: worked out, so it stands on none. */
export interface Known {
  readonly toMs: number;
  readonly line: number | null;
}
/** Something that we did: not before then, and on which line. */
export interface Done {
  readonly fromMs: number;
  readonly line: number;
}

/** Lines are written when known: at one instant of stepped time, what stands on an earlier line had happened when we acted. */
export function wasKnown(known: Known, done: Done): boolean {
  if (known.toMs < done.fromMs) return true;
  return known.toMs === done.fromMs && known.line !== null && known.line < done.line;
}
