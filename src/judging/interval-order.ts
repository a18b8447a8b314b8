/**
 * The order of things witnessed at the earliest and latest. Touching intervals are unordered, so that no judge
 * depends on a tie; only what we asked for ourselves, after we knew something, is later than it by cause.
 */
/** Something that became known: at the latest then, and on which line; null: worked out, so it stands on none. */
export interface Known {
  readonly toMs: number;
  readonly line: number | null;
}
