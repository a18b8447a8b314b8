/**
 * Goal: the generator is the published one, and a jump is 2^64 draws. Method: the first outputs of the authors' C code,
 * and for the jump the generator's own linear map, squared 64 times.
 */
import { describe, expect, it } from 'vitest';
import { Xoshiro128 } from './xoshiro128.ts';

/** The state as one number of 128 bits, as the authors' code moves it on. */
function moved(state: bigint): bigint {
  const mask = 0xffffffffn;
  const words = [0n, 32n, 64n, 96n].map((shift) => (state >> shift) & mask);
  let [s0 = 0n, s1 = 0n, s2 = 0n, s3 = 0n] = words;
  const shifted = (s1 << 9n) & mask;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= shifted;
  s3 = ((s3 << 11n) & mask) | (s3 >> 21n);
  return s0 | (s1 << 32n) | (s2 << 64n) | (s3 << 96n);
}

/** A linear map over bits, as the images of the 128 single bits. */
type LinearMap = readonly bigint[];
function applied(map: LinearMap, state: bigint): bigint {
  let image = 0n;
  for (let bit = 0; bit < 128; bit++) {
    if (((state >> BigInt(bit)) & 1n) === 1n) image ^= map[bit] as bigint;
  }
  return image;
}

const wordsOf = (state: bigint) =>
  [0n, 32n, 64n, 96n].map((shift) => Number((state >> shift) & 0xffffffffn));

describe('xoshiro128**', () => {
  it('gives the numbers of the authors’ code', () => {
    const generator = new Xoshiro128([1, 2, 3, 4]);
    const drawn = Array.from({ length: 10 }, () => generator.next() >>> 0);
    expect(drawn).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });

  it('fills a buffer with what single draws would give', () => {
    const one = new Xoshiro128([5, 6, 7, 8]);
    const other = new Xoshiro128([5, 6, 7, 8]);
    const words = new Int32Array(100);
    one.fill(words);
    expect([...words]).toEqual(Array.from({ length: 100 }, () => other.next()));
    expect(one.next()).toBe(other.next());
  });

  it('jumps as far as 2^64 draws', () => {
    let map: LinearMap = Array.from({ length: 128 }, (_, bit) => moved(1n << BigInt(bit)));
    for (let squared = 0; squared < 64; squared++) {
      const once = map;
      map = once.map((image) => applied(once, image));
    }
    const start = 0x0123456789abcdef0fedcba987654321n;
    const jumped = new Xoshiro128(wordsOf(start));
    jumped.jump();
    const expected = new Xoshiro128(wordsOf(applied(map, start)));
    expect([jumped.next(), jumped.next()]).toEqual([expected.next(), expected.next()]);
  });

  it('refuses the one state that it could never leave', () => {
    expect(() => new Xoshiro128([0, 0, 0, 0])).toThrow(/not all zeros/);
  });
});
