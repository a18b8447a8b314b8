/**
 * Draws an index by given weights in constant time, whatever their number (Walker's alias method as built by Vose,
 * IEEE Transactions on Software Engineering 17(9), 1991). Knows no names for the indices.
 */
import { fillBelow, type RandomStream } from './stream.ts';

export interface AliasTable {
  /** Chance of keeping the index that was hit, else its alias is taken. */
  readonly keep: Float64Array;
  readonly alias: Int32Array;
}

export function aliasTableOf(weights: Float64Array): AliasTable {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scaled = weights.map((weight) => (weight * count) / total);
  const keep = new Float64Array(count).fill(1);
  const alias = Int32Array.from({ length: count }, (_, index) => index);
  const poor: number[] = [];
  const rich: number[] = [];
  scaled.forEach((share, index) => void (share < 1 ? poor : rich).push(index));
  while (poor.length > 0 && rich.length > 0) {
    const giver = rich.at(-1) as number;
    const taker = poor.pop() as number;
    keep[taker] = scaled[taker] as number;
    alias[taker] = giver;
    scaled[giver] = (scaled[giver] as number) - (1 - (scaled[taker] as number));
    if ((scaled[giver] as number) < 1) poor.push(rich.pop() as number);
  }
  return { keep, alias };
}

/** Fills the buffer with indices. */
export function fillIndices(table: AliasTable, stream: RandomStream, buffer: Int32Array): void {
  const { keep, alias } = table;
  fillBelow(stream, buffer, keep.length);
  for (let at = 0; at < buffer.length; at++) {
    const index = buffer[at] as number;
    const kept = (stream.next() >>> 0) * 2 ** -32 < (keep[index] as number);
    if (!kept) buffer[at] = alias[index] as number;
  }
}

/** Weights 1/1^s, 1/2^s, 1/3^s, …: how often the first, second, third, … most popular is met. */
export function zipfWeights(count: number, exponent: number): Float64Array {
  return Float64Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
}
