/**
 * Independent streams of random numbers: one for each purpose (arrivals, holding times, failures of one instance, …)
 * and replication, all from one printable seed. Knows no distribution and nothing of what is drawn.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

export type RandomStream = RandomGenerator;

/** FNV-1a, 64 bits: offset basis and prime from http://www.isthe.com/chongo/tech/comp/fnv/. */
const fnvOffset = 0xcbf29ce484222325n;
const fnvPrime = 0x100000001b3n;
/** SplitMix64's increment and multipliers: https://prng.di.unimi.it/splitmix64.c (public domain). */
const goldenGamma = 0x9e3779b97f4a7c15n;
const firstMix = 0xbf58476d1ce4e5b9n;
const secondMix = 0x94d049bb133111ebn;
const mask64 = (1n << 64n) - 1n;

function hashed(text: string): bigint {
  let hash = fnvOffset;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * fnvPrime) & mask64;
  }
  return hash;
}

function mixed(counter: bigint): bigint {
  let word = counter & mask64;
  word = ((word ^ (word >> 30n)) * firstMix) & mask64;
  word = ((word ^ (word >> 27n)) * secondMix) & mask64;
  return word ^ (word >> 31n);
}

/** pure-rand seeds linearly (neighbouring seeds give near copies), so the state comes from SplitMix64 instead. */
function seededState(seed: string, purpose: string): number[] {
  // The separator cannot occur in UTF-8 text, so ('a', 'bc') and ('ab', 'c') differ.
  const start = hashed(`${seed}\u0000${purpose}`);
  const words = [mixed(start + goldenGamma), mixed(start + 2n * goldenGamma)];
  return words.flatMap((word) => [Number(word >> 32n) | 0, Number(word & 0xffffffffn) | 0]);
}

/** The same arguments give the same numbers, for ever; streams of different purposes or replications share none. */
export function openStream(seed: string, purpose: string, replication = 0): RandomStream {
  const stream = xoroshiro128plusFromState(seededState(seed, purpose));
  // Each jump is 2^64 draws, so replications of one purpose cannot overlap.
  for (let jumped = 0; jumped <= replication; jumped++) stream.jump();
  return stream;
}

/** Uniform over [0, 1), 53 bits. */
export function uniform(stream: RandomStream): number {
  return uniformFloat64(stream);
}

/** A whole number from 0 to `count - 1`. */
export function uniformBelow(stream: RandomStream, count: number): number {
  return Math.floor(uniformFloat64(stream) * count);
}
