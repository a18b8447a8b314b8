/** Parts of an IPv4 address, and what can be made of them, that somebody might know a client by. Knows no client. */
import { bitsOf, octetsOf } from '../history/addresses.ts';

export interface PartOfAddress {
  readonly words: string;
  readonly of: (source: string) => string | number;
  /** So many newcomers with it in common who all go to one place are no coincidence. */
  readonly followersToProve: number;
}

function ofOctets(
  words: string,
  part: (octets: readonly string[]) => string | number,
): PartOfAddress {
  return { words, of: (source) => part(source.split('.')), followersToProve: 4 };
}

/** There are so many of these that one of them would be a coincidence sooner. */
function ofBits(words: string, part: (address: number) => number): PartOfAddress {
  return { words, of: (source) => part(bitsOf(source)), followersToProve: 8 };
}

const bits = Array.from({ length: 31 }, (_, index) => index + 1);

export const partsOfAddress: readonly PartOfAddress[] = [
  ofOctets('the first three octets', (octets) => octets.slice(0, 3).join('.')),
  ofOctets('the address without its third octet', (octets) => octets.toSpliced(2, 1).join('.')),
  ofOctets('the address without its second octet', (octets) => octets.toSpliced(1, 1).join('.')),
  ofOctets('the last three octets', (octets) => octets.slice(1).join('.')),
  ofOctets('the digits without the dots', (octets) => octets.join('')),
  ofOctets('the first two octets', (octets) => octets.slice(0, 2).join('.')),
  ofOctets('the last two octets', (octets) => octets.slice(2).join('.')),
  ofOctets('the last octet', (octets) => octets.slice(3).join('.')),
  ofOctets('the first octet', (octets) => octets.slice(0, 1).join('.')),
  ...bits.map((count) => ofBits(`the first ${count} bits`, (address) => address >>> (32 - count))),
  ...bits.map((count) => ofBits(`the last ${count} bits`, (address) => address % 2 ** count)),
  ...[0, ...bits].map((bit) =>
    ofBits(`the address without bit ${bit}`, (address) => (address & ~(1 << bit)) >>> 0),
  ),
  ofBits('the sum of the octets', (address) => folded(address, (one, other) => one + other)),
  ofBits('the octets combined by exclusive or', (address) =>
    folded(address, (one, other) => one ^ other),
  ),
];

function folded(address: number, fold: (one: number, other: number) => number): number {
  return octetsOf(address).reduce(fold);
}
