/**
 * Source IP by weighted rendezvous: each source draws, for each instance, a waiting time that its weight shortens, and
 * goes where it waits least. In large fleets nobody looks at all instances: random places are offered the source, each
 * taken with probability in proportion to its weight, and the first that takes it has it. Draws and offers are the same
 * whoever takes part, so when an instance leaves, only its own sources move, and they come back with it. Refuses to
 * know ports, load and time.
 */
import { invariant } from '../errors/invariant.ts';
import { Participants } from './participants.ts';
import {
  type Instance,
  type InstanceColumns,
  NONE,
  type Scheduler,
  type Source,
  type SourceColumns,
} from './scheduler.ts';

/** Up to here comparing all that take part costs less than offers to places that are empty; the service's usual room. */
const comparedMax = 200;

/**
 * The units of a weight lie in bands: 0 to 7, 8 to 15, 16 to 31, … 64 to 127; 100 is the largest weight that any profile
 * takes. Bands that no weight reaches are left out, so that small weights cost hardly more offers than large ones.
 */
const bands = 5;
const firstBandWidth = 8;
/**
 * How long offers go on, in mean gaps between those of one unit; if nobody took the source by then, all participants
 * are compared. Where all places have weight 1, that happens to 1 source in 3,000 (e^−8).
 */
const offersMax = 8;

export function sourceHash(instances: InstanceColumns, sources: SourceColumns): Scheduler {
  return new SourceHash(instances, sources);
}

class SourceHash implements Scheduler {
  readonly #instances: InstanceColumns;
  readonly #address: Uint32Array;
  readonly #participants: Participants;
  #areParticipantsKnown = false;
  /** Weight where the instance takes part, else 0. */
  readonly #share: Int32Array;
  /** How many of the shares reach into the band. */
  readonly #sharesInBand = new Int32Array(bands);
  /** Last answer per source, good while neither the participants nor the source's address changed. */
  readonly #answer: Int32Array;
  readonly #answerEpoch: Int32Array;
  readonly #answerAddress: Uint32Array;
  #epoch = 1;

  constructor(instances: InstanceColumns, sources: SourceColumns) {
    this.#instances = instances;
    this.#address = sources.address;
    this.#participants = new Participants(instances);
    this.#share = new Int32Array(instances.instancesMax);
    this.#answer = new Int32Array(sources.sourcesMax);
    this.#answerEpoch = new Int32Array(sources.sourcesMax);
    this.#answerAddress = new Uint32Array(sources.sourcesMax);
    for (let instance = 0; instance < instances.instancesMax; instance++) this.#changed(instance);
  }

  pick(source: Source): Instance {
    const address = this.#address[source] as number;
    if (this.#answerEpoch[source] === this.#epoch && this.#answerAddress[source] === address) {
      return this.#answer[source] as number;
    }
    let best = this.#share.length > comparedMax ? this.#firstToTake(address) : NONE;
    if (best === NONE) best = this.#shortestWait(address);
    this.#answer[source] = best;
    this.#answerEpoch[source] = this.#epoch;
    this.#answerAddress[source] = address;
    return best;
  }

  /**
   * The offers of each band are a Poisson process of their own, as frequent as the band is wide, each to any of its
   * units in any place: the first that hits a unit which somebody has is an instance's in proportion to its share.
   */
  #firstToTake(address: number): Instance {
    const share = this.#share;
    let best = NONE;
    let endsAt = offersMax;
    for (let band = bands - 1; band >= 0; band--) {
      if (this.#sharesInBand[band] === 0) continue;
      const first = firstUnitOf(band);
      const width = Math.max(firstBandWidth, first);
      const units = share.length * width;
      const start = mixed(address, -1 - band);
      let at = 0;
      for (let offer = 1; ; offer++) {
        const drawn = finalized(start + Math.imul(offer, goldenRatio));
        at -= Math.log((drawn + 0.5) / 2 ** 32) / width;
        if (at >= endsAt) break;
        const place = Math.floor((finalized(drawn ^ goldenRatio) / 2 ** 32) * units);
        const slot = Math.floor(place / width);
        if ((share[slot] as number) <= first + place - slot * width) continue;
        best = slot;
        endsAt = at;
        break;
      }
    }
    return best;
  }

  /** The smallest of exponential times with rates w belongs to instance i with probability w(i)/Σw. */
  #shortestWait(address: number): Instance {
    if (!this.#areParticipantsKnown) this.#participants.rebuild();
    this.#areParticipantsKnown = true;
    const { list, count } = this.#participants;
    let best = NONE;
    let shortest = Number.POSITIVE_INFINITY;
    for (let position = 0; position < count; position++) {
      const instance = list[position] as number;
      const uniform = (mixed(address, instance) + 0.5) / 2 ** 32;
      const wait = -Math.log(uniform) / (this.#share[instance] as number);
      if (wait < shortest) {
        shortest = wait;
        best = instance;
      }
    }
    return best;
  }

  loadChanged(): void {}
  eligibilityChanged(instance: Instance): void {
    this.#changed(instance);
  }
  weightChanged(instance: Instance): void {
    this.#changed(instance);
  }

  #changed(instance: Instance): void {
    const { weight, isEligible } = this.#instances;
    const before = this.#share[instance] as number;
    const after = isEligible[instance] === 1 ? (weight[instance] as number) : 0;
    invariant(after >= 0 && after <= firstUnitOf(bands), 'a weight lies within the bands');
    for (let band = 0; band < bands; band++) {
      const first = firstUnitOf(band);
      const gained = Number(after > first) - Number(before > first);
      this.#sharesInBand[band] = (this.#sharesInBand[band] as number) + gained;
    }
    this.#share[instance] = after;
    this.#areParticipantsKnown = false;
    this.#epoch = (this.#epoch + 1) | 0;
  }
}

function firstUnitOf(band: number): number {
  return band === 0 ? 0 : firstBandWidth << (band - 1);
}

/** 2^32 divided by the golden ratio: multiples of it lie far apart. */
const goldenRatio = 0x9e3779b9;

/** A 32-bit hash of address and number. Multipliers: the finalizer of MurmurHash3, public domain. */
export function mixed(address: number, number: number): number {
  return finalized(finalized(address) ^ finalized(Math.imul(number + 1, goldenRatio)));
}

function finalized(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
