/**
 * Independent arrivals at a constant rate, from a population of sources that is uniform or follows Zipf's law. Knows
 * no load balancer.
 */
import { aliasTableOf, drawIndex, zipfWeights } from '../random/alias-table.ts';
import { type Distribution, fillExponential, samplerOf } from '../random/distributions.ts';
import { openStream, uniformBelow } from '../random/stream.ts';
import type { Arrivals } from './arrivals.ts';

export interface PoissonTraffic {
  readonly ratePerMs: number;
  readonly spanMs: number;
  readonly sourceCount: number;
  /** 0: all sources alike; 1: the second is met half as often as the first, the third a third as often, … */
  readonly zipfExponent: number;
  readonly holdMs: Distribution;
}

/** Draws made at a time; large enough to amortise the call, small enough for the first-level cache. */
const batchSize = 512;
/** Addresses of made-up sources count up from 100.64.0.1, in the block of RFC 6598, which is nobody's. */
const firstAddress = 0x64400001;

export function poissonArrivals(
  traffic: PoissonTraffic,
  seed: string,
  replication: number,
): Arrivals {
  const { ratePerMs, spanMs, sourceCount, zipfExponent } = traffic;
  const arrivalStream = openStream(seed, 'traffic.arrivals', replication);
  const sourceStream = openStream(seed, 'traffic.sources', replication);
  const sampleHold = samplerOf(traffic.holdMs, openStream(seed, 'traffic.holds', replication));
  const table = zipfExponent === 0 ? null : aliasTableOf(zipfWeights(sourceCount, zipfExponent));
  const gaps = new Float64Array(batchSize);
  const holds = new Float64Array(batchSize);
  const atMs = Float64Array.of(0);
  const holdMs = Float64Array.of(0);
  const source = Int32Array.of(0);
  let at = batchSize;

  function advance(): void {
    if (at === batchSize) {
      fillExponential(arrivalStream, gaps, 1 / ratePerMs);
      sampleHold(holds);
      at = 0;
    }
    atMs[0] = (atMs[0] as number) + (gaps[at] as number);
    if ((atMs[0] as number) >= spanMs) atMs[0] = Number.POSITIVE_INFINITY;
    holdMs[0] = holds[at] as number;
    source[0] =
      table === null ? uniformBelow(sourceStream, sourceCount) : drawIndex(table, sourceStream);
    at++;
  }

  advance();
  const addresses = Uint32Array.from({ length: sourceCount }, (_, index) => firstAddress + index);
  return { atMs, holdMs, source, addresses, spanMs, meanGapMs: 1 / ratePerMs, advance };
}
