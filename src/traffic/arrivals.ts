/**
 * Who arrives when, from where, and for how long: connections in order of time, a batch at a time, so that the reader
 * walks columns and pays for one call in hundreds. Knows nothing of what becomes of them.
 */
export interface Arrivals {
  /** When each connection of the batch arrives, ms from 0. The same columns are filled again for the next batch. */
  readonly atMs: Float64Array;
  /** How long it stays, if it is placed. */
  readonly holdMs: Float64Array;
  /** Who opens it, an index into `addresses`. */
  readonly source: Int32Array;
  /** IPv4 address of each source. */
  readonly addresses: Uint32Array;
  /** Arrivals happen from 0 to here. */
  readonly spanMs: number;
  /** Between two arrivals, on average. */
  readonly meanGapMs: number;
  /** That a connection stays, on average; may be Infinity. */
  readonly meanHoldMs: number;
  /** Fills the columns with the next connections and says how many; 0: no more come. */
  nextBatch(): number;
}

/** Large enough to amortise the calls, small enough for the first-level cache. */
export const batchSize = 512;
