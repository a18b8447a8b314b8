/**
 * xoshiro128** by D. Blackman and S. Vigna (https://prng.di.unimi.it/xoshiro128starstar.c, public domain): period
 * 2^128 − 1, all 32-bit operations, so that V8 keeps the state in registers while it fills a buffer. Knows no
 * distribution and no seed text.
 */
import { invariant } from '../errors/invariant.ts';

/** The source's JUMP: as far as 2^64 draws. */
const jumpPolynomial = [0x8764000b, 0xf542d2d3, 0x6fa035c3, 0x77f2db5b] as const;

export class Xoshiro128 {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  /** Four 32-bit words, not all 0. */
  constructor(state: readonly number[]) {
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = state.map((word) => word | 0);
    invariant((s0 | s1 | s2 | s3) !== 0, 'the state of a generator is not all zeros');
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#s3 = s3;
  }

  /** 32 random bits, as a signed integer. */
  next(): number {
    const s1 = this.#s1;
    const raised = Math.imul(s1, 5);
    const drawn = Math.imul((raised << 7) | (raised >>> 25), 9);
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ s1;
    this.#s1 = s1 ^ s2;
    this.#s0 ^= s3;
    this.#s2 = s2 ^ (s1 << 9);
    this.#s3 = (s3 << 11) | (s3 >>> 21);
    return drawn;
  }

  /** The same numbers that as many calls of `next` would give. */
  fill(words: Int32Array): void {
    let s0 = this.#s0;
    let s1 = this.#s1;
    let s2 = this.#s2;
    let s3 = this.#s3;
    for (let at = 0; at < words.length; at++) {
      const raised = Math.imul(s1, 5);
      words[at] = Math.imul((raised << 7) | (raised >>> 25), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
    }
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#s3 = s3;
  }

  /** Moves on by 2^64 draws. */
  jump(): void {
    const reached = [0, 0, 0, 0] as [number, number, number, number];
    for (const word of jumpPolynomial) {
      for (let bit = 0; bit < 32; bit++) {
        if ((word & (1 << bit)) !== 0) {
          reached[0] ^= this.#s0;
          reached[1] ^= this.#s1;
          reached[2] ^= this.#s2;
          reached[3] ^= this.#s3;
        }
        this.next();
      }
    }
    [this.#s0, this.#s1, this.#s2, this.#s3] = reached;
  }
}
