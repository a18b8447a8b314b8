/**
 * The addresses that clients of a timeline come from: named clients keep theirs, fresh ones get a new one each time.
 * All lie in 127.128.0.0/9, which Linux serves without any set-up and where no instance lives.
 */

/** Addresses below 127.255.255.0: the last /24 is left free. */
const addressesMax = (1 << 23) - 256;

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

/** `salt`: the same salt gives the same addresses. No address is given out twice. */
export function createClients(salt: string): Clients {
  const known = new Map<string, string>();
  const used = new Set<number>();
  const base = textNumber(salt);
  let drawn = 0;
  const next = (): string => {
    for (;;) {
      const index = mixed(base + drawn++) % addressesMax;
      if (used.has(index)) continue;
      used.add(index);
      return `127.${128 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}`;
    }
  };
  return {
    named(name) {
      const address = known.get(name) ?? next();
      known.set(name, address);
      return address;
    },
    fresh: next,
  };
}
