/**
 * The addresses that clients of a timeline come from: named clients keep theirs, fresh ones get a new one each time.
 * Named clients are neighbours, so that whoever knows them by a part of the address takes one for another. All lie in
 * 127.128.0.0/9, which Linux serves without any set-up and where no instance lives.
 */

/** Addresses below 127.255.255.0: the last /24 is left free. */
const addressesMax = (1 << 23) - 256;
const addressMask = (1 << 23) - 1;

/** Spreads consecutive numbers over 32 bits; the finaliser of MurmurHash3 (Austin Appleby, public domain), whose constants these are. */
export function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A 32-bit number that differs for different texts, for seeding. */
export function textNumber(text: string): number {
  let bits = 0;
  for (const character of text) bits = mixed(Math.imul(bits, 31) + (character.codePointAt(0) ?? 0));
  return bits;
}

export interface Clients {
  named(name: string): string;
  fresh(): string;
}

/** By turns: the octet, counted from the last, in which a named client differs from the one before; null: in all. */
const octetsApart: readonly (number | null)[] = [null, 0, 1, 2, 0];

/** `salt`: the same salt gives the same addresses. No address is given out twice. */
export function createClients(salt: string): Clients {
  const known = new Map<string, number>();
  const used = new Set<number>();
  const base = textNumber(salt);
  let drawn = 0;
  let last = 0;
  const unused = (indexOf: (drawn: number) => number): number => {
    for (;;) {
      const index = indexOf(mixed(base + drawn++)) % addressesMax;
      if (used.has(index)) continue;
      used.add(index);
      return index;
    }
  };
  const anywhere = () => unused((bits) => bits);
  const beside = (neighbour: number, octet: number) => {
    const mask = (255 << (8 * octet)) & addressMask;
    return unused((bits) => (neighbour & ~mask) | (bits & mask));
  };
  return {
    named(name) {
      const octet = octetsApart[known.size % octetsApart.length] ?? null;
      const index = known.get(name) ?? (octet === null ? anywhere() : beside(last, octet));
      if (!known.has(name)) last = index;
      known.set(name, index);
      return written(index);
    },
    fresh: () => written(anywhere()),
  };
}

function written(index: number): string {
  return `127.${128 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}`;
}
