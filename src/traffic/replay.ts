/** Replays a recorded trace as arrivals, faster or slower than it was recorded. Where it lacks a duration, one is drawn. */
import { invariant } from '../errors/invariant.ts';
import { type Distribution, samplerOf } from '../random/distributions.ts';
import { openStream } from '../random/stream.ts';
import { type Arrivals, batchSize } from './arrivals.ts';
import type { Trace } from './trace.ts';

export interface ReplayTraffic {
  readonly trace: Trace;
  /** 2: connections come twice as densely; their durations stay. */
  readonly speed: number;
  /** For rows without a duration; null only where every row has one. */
  readonly holdMs: Distribution | null;
}

export function replayArrivals(
  traffic: ReplayTraffic,
  seed: string,
  replication: number,
): Arrivals {
  const { trace, speed } = traffic;
  const holds = completedHolds(traffic, seed, replication);
  const atMs = new Float64Array(batchSize);
  const holdMs = new Float64Array(batchSize);
  const source = new Int32Array(batchSize);
  let next = 0;

  function nextBatch(): number {
    const from = next;
    next = Math.min(from + batchSize, trace.atMs.length);
    for (let row = from; row < next; row++) {
      atMs[row - from] = (trace.atMs[row] as number) / speed;
      holdMs[row - from] = holds[row] as number;
      source[row - from] = trace.source[row] as number;
    }
    return next - from;
  }

  const spanMs = (trace.atMs.at(-1) as number) / speed;
  const meanGapMs = spanMs / trace.atMs.length;
  const meanHoldMs = holds.reduce((sum, ms) => sum + ms, 0) / holds.length;
  const { addresses } = trace;
  return { atMs, holdMs, source, addresses, spanMs, meanGapMs, meanHoldMs, nextBatch };
}

/** Drawn for every row, used for those that lack one: which row gets which draw depends on the row alone. */
function completedHolds(traffic: ReplayTraffic, seed: string, replication: number): Float64Array {
  const { trace, holdMs } = traffic;
  if (trace.durationsMissing === 0) return trace.durationMs;
  invariant(holdMs !== null, 'a trace without durations comes with a distribution');
  const drawn = new Float64Array(trace.durationMs.length);
  samplerOf(holdMs, openStream(seed, 'traffic.holds', replication))(drawn);
  return trace.durationMs.map((ms, row) => (Number.isNaN(ms) ? (drawn[row] as number) : ms));
}
