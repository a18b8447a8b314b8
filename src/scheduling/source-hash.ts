/**
 * Source IP by weighted rendezvous: each source draws, for each instance, a waiting time that its weight shortens,
 * and goes where it waits least. When an instance leaves, only its own sources move, and they come back with it.
 * Refuses to know ports, load and time.
 */
import { Participants } from './participants.ts';
import {
  type Instance,
  type InstanceColumns,
  NONE,
  type Scheduler,
  type Source,
  type SourceColumns,
} from './scheduler.ts';

export function sourceHash(instances: InstanceColumns, sources: SourceColumns): Scheduler {
  return new SourceHash(instances, sources);
}

class SourceHash implements Scheduler {
  readonly #weight: Int32Array;
  readonly #address: Uint32Array;
  readonly #participants: Participants;
  /** Last answer per source, good while neither the participants nor the source's address changed. */
  readonly #answer: Int32Array;
  readonly #answerEpoch: Int32Array;
  readonly #answerAddress: Uint32Array;
  #epoch = 1;

  constructor(instances: InstanceColumns, sources: SourceColumns) {
    this.#weight = instances.weight;
    this.#address = sources.address;
    this.#participants = new Participants(instances);
    this.#answer = new Int32Array(sources.sourcesMax);
    this.#answerEpoch = new Int32Array(sources.sourcesMax);
    this.#answerAddress = new Uint32Array(sources.sourcesMax);
  }

  pick(source: Source): Instance {
    const address = this.#address[source] as number;
    if (this.#answerEpoch[source] === this.#epoch && this.#answerAddress[source] === address) {
      return this.#answer[source] as number;
    }
    const best = this.#shortestWait(address);
    this.#answer[source] = best;
    this.#answerEpoch[source] = this.#epoch;
    this.#answerAddress[source] = address;
    return best;
  }

  /** The smallest of exponential times with rates w belongs to instance i with probability w(i)/Σw. */
  #shortestWait(address: number): Instance {
    const { list, count } = this.#participants;
    let best = NONE;
    let shortest = Number.POSITIVE_INFINITY;
    for (let position = 0; position < count; position++) {
      const instance = list[position] as number;
      const uniform = (mixed(address, instance) + 0.5) / 2 ** 32;
      const wait = -Math.log(uniform) / (this.#weight[instance] as number);
      if (wait < shortest) {
        shortest = wait;
        best = instance;
      }
    }
    return best;
  }

  loadChanged(): void {}
  eligibilityChanged(): void {
    this.#forgetAnswers();
  }
  weightChanged(): void {
    this.#forgetAnswers();
  }

  #forgetAnswers(): void {
    this.#participants.rebuild();
    this.#epoch = (this.#epoch + 1) | 0;
  }
}

/** A 32-bit hash of address and instance. Multipliers: the finalizer of MurmurHash3, public domain; the golden ratio spreads instances. */
export function mixed(address: number, instance: number): number {
  return finalized(finalized(address) ^ finalized(Math.imul(instance + 1, 0x9e3779b9)));
}

function finalized(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
