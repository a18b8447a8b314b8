/** Addresses of clients as histories write them, and as the 32 bits that they are. Knows no client. */

/** Of a dotted IPv4 address; whatever else it is given makes no sense. */
export function bitsOf(address: string): number {
  return address.split('.').reduce((bits, octet) => bits * 256 + Number(octet), 0);
}

export function octetsOf(bits: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255);
}

export function written(bits: number): string {
  return octetsOf(bits).join('.');
}
