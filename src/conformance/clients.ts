/**
 * The addresses that clients of a timeline come from: named clients keep theirs, fresh ones get a new one each time.
 * Named clients are neighbours, so that whoever knows them by a part of the address, down to one bit less, takes one for
 * another. On the wire all lie in 127.128.0.0/9, which Linux serves without any set-up and where no instance lives; where
 * connections are calls they come from all over the world, and in every other timeline half of the fresh ones from private
 * networks: whoever takes such a network for one client would have only few of them else.
 */
import type { Description } from '../adapters/contract.ts';
import { bitsOf, octetsOf, written } from '../history/addresses.ts';

export type Plane = Description['plane'];

type Network = readonly [first: number, last: number];

/** The networks that clients live in, in their order. */
const networks: Readonly<Record<Plane, readonly [Network, ...Network[]]>> = {
  // the last /24 is left free
  wire: [[addressOf(127, 128), addressOf(127, 255, 255) - 1]],
  // neither "this" network, nor the host's own, nor groups (RFC 6890)
  call: [
    [addressOf(1), addressOf(127) - 1],
    [addressOf(128), addressOf(224) - 1],
  ],
};

/** RFC 1918, without what instances are called by on the call plane (10.0.0.0/16). */
const privateNetworks: readonly Network[] = [
  [addressOf(10, 1), addressOf(11) - 1],
  [addressOf(172, 16), addressOf(172, 32) - 1],
  [addressOf(192, 168), addressOf(192, 169) - 1],
];

function addressOf(first: number, second = 0, third = 0): number {
  return ((first * 256 + second) * 256 + third) * 256;
}

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
/** So many differ by octets; of all that follow one in so many is anywhere, and those after it differ from that one by a bit each. */
const apartByOctets = 40;
const bitsInAddress = 32;
/**
 * Two more than are apart by a bit, the last with the same digits: where it comes no cycle of three ends, so that it is
 * seen who is taken for whom.
 */
export const neighbourhood = 3 + bitsInAddress;

/** Of addresses that may all have no other one with the same digits. */
const drawsMax = 20;

/** `salt`: the same salt gives the same addresses. No address is given out twice. */
export function createClients(salt: string, plane: Plane): Clients {
  const known = new Map<string, number>();
  const used = new Set<number>();
  const base = textNumber(salt);
  let drawn = 0;
  let last = 0;
  const isClients = (address: number) =>
    networks[plane].some(([from, to]) => from <= address && address <= to);
  const isFree = (address: number) => !used.has(address) && isClients(address);
  const taken = (address: number): number => {
    used.add(address);
    return address;
  };
  const unused = (addressFor: (bits: number) => number): number => {
    for (;;) {
      const address = addressFor(mixed(base + drawn++));
      if (isFree(address)) return taken(address);
    }
  };
  const isAtHome = plane === 'call' && base % 2 === 0;
  let freshDrawn = 0;
  const fresh = (): number => {
    const turn = freshDrawn++ % (2 * privateNetworks.length);
    const home = isAtHome ? privateNetworks[turn] : undefined;
    if (home === undefined) return anywhere();
    const [from, to] = home;
    return unused((bits) => from + (bits % (to - from + 1)));
  };
  const [[first]] = networks[plane];
  const size = Math.max(...networks[plane].map(([, last]) => last)) - first + 1;
  const anywhere = () => unused((bits) => first + (bits % size));
  const beside = (neighbour: number, octet: number) => {
    const mask = 255 << (8 * octet);
    return unused((bits) => ((neighbour & ~mask) | (bits & mask)) >>> 0);
  };
  const addressOfNext = (): number => {
    const count = known.size - apartByOctets;
    if (count >= 0) return besideByBit(Math.floor(count / neighbourhood), count % neighbourhood);
    const octet = octetsApart[known.size % octetsApart.length] ?? null;
    last = octet === null ? anywhere() : beside(last, octet);
    return last;
  };
  /** With another that is written with the same digits, which most have. */
  const withAlike = (): number => {
    for (let draws = 1; ; draws++) {
      const address = anywhere();
      if (draws === drawsMax || sameDigits(address).some(isClients)) return address;
    }
  };
  const besideByBit = (round: number, turn: number): number => {
    if (turn === 0) {
      last = withAlike();
      return last;
    }
    // in another order each round, so that no bit always comes as long after what it is beside
    const bit = ((2 * round + 1) * turn + 7 * round) % bitsInAddress;
    const byBit = turn <= bitsInAddress ? [(last ^ (1 << bit)) >>> 0] : [];
    const wanted = turn === neighbourhood - 1 ? sameDigits(last) : byBit;
    const free = wanted.find(isFree);
    return free === undefined ? anywhere() : taken(free);
  };
  return {
    named(name) {
      const address = known.get(name) ?? addressOfNext();
      known.set(name, address);
      return written(address);
    },
    fresh: () => written(fresh()),
  };
}

/** Other addresses that are written with the same digits in the same order: only the dots differ. */
function sameDigits(address: number): readonly number[] {
  const octets = octetsOf(address).map(String);
  return octets.slice(1).flatMap((second, index) => {
    const first = octets[index] ?? '';
    const digits = first + second;
    return Array.from({ length: digits.length - 1 }, (_, cut) => [
      digits.slice(0, cut + 1),
      digits.slice(cut + 1),
    ])
      .filter((pair) => pair[0] !== first && pair.every(isOctet))
      .map((pair) => bitsOf(octets.toSpliced(index, 2, ...pair).join('.')));
  });
}

function isOctet(text: string): boolean {
  return Number(text) <= 255 && String(Number(text)) === text;
}
