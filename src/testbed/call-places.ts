/** What has a place on the wire and only a name on the call plane: addresses of instances, ports of clients, bytes. */
import type { InstanceAt } from '../adapters/contract.ts';
import type { InstanceListed } from '../history/vocabulary.ts';

/** What `carry` sends, in words: nothing is really sent here. As many as on the wire. */
export const carriedBytes = 1024;

/** Never the same twice in a row for one client: all ports but the system's (RFC 6335), low and high by turns. */
export function clientPort(connection: number): number {
  return 1024 + ((connection * 32_003) % 64_512);
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
