/** What has a place on the wire and only a name on the call plane: addresses of instances, ports of clients, bytes. */
import type { InstanceAt } from '../adapters/contract.ts';
import type { InstanceListed } from '../history/vocabulary.ts';

/** What `carry` sends, in words: nothing is really sent here. */
export const carriedBytes = 1024;

const firstPort = 1024;
const lastPort = 65_535;

/**
 * Never the same twice for one client before all were: all ports but the system's (RFC 6335), in an order in which no bit
 * comes by turns, so that whoever decides by the port, or by a part of it, is not taken for somebody who goes round.
 */
export function clientPort(connection: number): number {
  let port = connection & 0xffff;
  do port = shuffled(port);
  while (port > lastPort - firstPort);
  return firstPort + port;
}

/** All numbers of 16 bits in another order: an odd factor and a shift to the right are both undone by another one. */
function shuffled(value: number): number {
  let bits = (value * 0x9e3b + 0x6d2b) & 0xffff;
  bits ^= bits >>> 7;
  bits = (bits * 0xb5ad) & 0xffff;
  return bits ^ (bits >>> 9);
}

export class CallPlaces {
  /** Of instances, in the order in which they were first listed. */
  readonly #numbers = new Map<string, number>();

  /** Names only, nothing lives there; an instance keeps its own whoever else is listed. */
  located(instances: readonly InstanceListed[]): readonly InstanceAt[] {
    return instances.map((listed) => {
      const number = this.#numbers.get(listed.name) ?? this.#numbers.size + 1;
      this.#numbers.set(listed.name, number);
      return { ...listed, address: `10.0.${number >>> 8}.${number & 255}` };
    });
  }
}
