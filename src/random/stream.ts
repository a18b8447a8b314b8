/**
 * Independent streams of random numbers: one for each purpose (arrivals, holding times, failures of one instance, …)
 * and replication, all from one printable seed. Knows no distribution and nothing of what is drawn.
 */
import { invariant } from '../errors/invariant.ts';
import { Xoshiro128 } from './xoshiro128.ts';

export type RandomStream = Xoshiro128;

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

/** Neighbouring seeds must give unrelated states, so the state comes from SplitMix64, as the generator's authors advise. */
function seededState(seed: string, purpose: string, block: number): number[] {
  // The separator cannot occur in UTF-8 text, so ('a', 'bc') and ('ab', 'c') differ.
  const start = hashed(`${seed}\u0000${purpose}\u0000${block}`);
  const words = [mixed(start + goldenGamma), mixed(start + 2n * goldenGamma)];
  return words.flatMap((word) => [Number(word >> 32n) | 0, Number(word & 0xffffffffn) | 0]);
}

/** Replications that one seeding serves by jumps: more would make opening a stream slow. */
const replicationsInBlock = 64;

/** The same arguments give the same numbers, for ever; streams of different purposes or replications share none. */
export function openStream(seed: string, purpose: string, replication = 0): RandomStream {
  const block = Math.floor(replication / replicationsInBlock);
  const stream = new Xoshiro128(seededState(seed, purpose, block));
  // Each jump is 2^64 draws, so replications of one block cannot overlap.
  for (let jumped = replication % replicationsInBlock; jumped > 0; jumped--) stream.jump();
  return stream;
}

/** Uniform over [0, 1), 53 bits. */
export function uniform(stream: RandomStream): number {
  const high = stream.next() >>> 5;
  return (high * 2 ** 26 + (stream.next() >>> 6)) * 2 ** -53;
}

/** Each a whole number from 0 to `count - 1`. */
export function fillBelow(stream: RandomStream, buffer: Int32Array, count: number): void {
  invariant(count >= 1 && count <= 2 ** 21, 'from 1 to 2^21: a product with 32 bits stays exact');
  stream.fill(buffer);
  // D. Lemire, Fast Random Integer Generation in an Interval, 2019: reject the few that would make some too likely.
  const rejectedBelow = 2 ** 32 % count;
  for (let at = 0; at < buffer.length; at++) {
    let product = ((buffer[at] as number) >>> 0) * count;
    let drawn = Math.floor(product / 2 ** 32);
    while (product - drawn * 2 ** 32 < rejectedBelow) {
      product = (stream.next() >>> 0) * count;
      drawn = Math.floor(product / 2 ** 32);
    }
    buffer[at] = drawn;
  }
}
