/**
 * Independent arrivals at a constant rate, from a population of sources that is uniform or follows Zipf's law. Knows
 * no load balancer.
 */
import { aliasTableOf, fillIndices, zipfWeights } from '../random/alias-table.ts';
import { type Distribution, meanOf, type Sampler, samplerOf } from '../random/distributions.ts';
import { fillBelow, openStream, type RandomStream } from '../random/stream.ts';
import { type Arrivals, batchSize } from './arrivals.ts';

export interface PoissonTraffic {
  readonly ratePerMs: number;
  readonly spanMs: number;
  readonly sourceCount: number;
  /** 0: all sources alike; 1: the second is met half as often as the first, the third a third as often, … */
  readonly zipfExponent: number;
  readonly holdMs: Distribution;
}

/** Addresses of made-up sources count up from 100.64.0.1, in the block of RFC 6598, which is nobody's. */
const firstAddress = 0x64400001;

export function poissonArrivals(
  traffic: PoissonTraffic,
  seed: string,
  replication: number,
): Arrivals {
  return new PoissonArrivals(traffic, seed, replication);
}

class PoissonArrivals implements Arrivals {
  readonly atMs = new Float64Array(batchSize);
  readonly holdMs = new Float64Array(batchSize);
  readonly source = new Int32Array(batchSize);
  readonly addresses: Uint32Array;
  readonly spanMs: number;
  readonly meanGapMs: number;
  readonly meanHoldMs: number;
  readonly #sampleGaps: Sampler;
  readonly #sampleHolds: Sampler;
  readonly #sampleSources: (buffer: Int32Array) => void;
  #lastMs = 0;

  constructor(traffic: PoissonTraffic, seed: string, replication: number) {
    const { ratePerMs, spanMs, sourceCount, zipfExponent, holdMs } = traffic;
    const streamOf = (purpose: string) => openStream(seed, `traffic.${purpose}`, replication);
    this.spanMs = spanMs;
    this.meanGapMs = 1 / ratePerMs;
    this.meanHoldMs = meanOf(holdMs);
    this.addresses = Uint32Array.from({ length: sourceCount }, (_, index) => firstAddress + index);
    this.#sampleGaps = samplerOf(
      { kind: 'exponential', mean: this.meanGapMs },
      streamOf('arrivals'),
    );
    this.#sampleHolds = samplerOf(holdMs, streamOf('holds'));
    this.#sampleSources = sourceSampler(sourceCount, zipfExponent, streamOf('sources'));
  }

  nextBatch(): number {
    const { atMs, spanMs } = this;
    this.#sampleGaps(atMs);
    this.#sampleHolds(this.holdMs);
    this.#sampleSources(this.source);
    let at = this.#lastMs;
    let count = 0;
    for (let drawn = 0; drawn < batchSize; drawn++) {
      at += atMs[drawn] as number;
      atMs[drawn] = at;
      if (at < spanMs) count++;
    }
    this.#lastMs = at;
    return count;
  }
}

function sourceSampler(
  count: number,
  zipfExponent: number,
  stream: RandomStream,
): (buffer: Int32Array) => void {
  if (zipfExponent === 0) return (buffer) => fillBelow(stream, buffer, count);
  const table = aliasTableOf(zipfWeights(count, zipfExponent));
  return (buffer) => fillIndices(table, stream, buffer);
}
