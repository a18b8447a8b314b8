/**
 * Who arrives when, from where, and for how long: a cursor over connections in order of time. Knows nothing of what
 * becomes of them. Times stand in cells because a double that crosses a call is boxed.
 */
export interface Arrivals {
  /** [0] when the next connection arrives; Infinity: no more come. */
  readonly atMs: Float64Array;
  /** [0] how long it stays, if it is placed. */
  readonly holdMs: Float64Array;
  /** [0] who opens it, an index into `addresses`. */
  readonly source: Int32Array;
  /** IPv4 address of each source. */
  readonly addresses: Uint32Array;
  /** Arrivals happen from 0 to here. */
  readonly spanMs: number;
  /** Between two arrivals, on average. */
  readonly meanGapMs: number;
  /** Moves to the next connection. The cursor starts at the first. */
  advance(): void;
}
