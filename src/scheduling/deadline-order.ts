/**
 * Earliest eligible virtual deadline first: the k-th pick of weight w may come from k/w of a cycle on and is due at
 * (k + 1)/w; among those that may, the one due first is picked, then the lowest number. A heap holds who may, lists by
 * pick hold who may later. Quotients of whole numbers up to 100 are exact in order and in ties as doubles.
 */
import { invariant } from '../errors/invariant.ts';
import type { Participants } from './participants.ts';
import { type Instance, type InstanceColumns, NONE } from './scheduler.ts';
import type { CycleOrder } from './weighted-round-robin.ts';

/** The largest weight that any profile takes (`src/spec/profiles.ts`). */
const weightMax = 100;

export class DeadlineOrder implements CycleOrder {
  readonly #weight: Int32Array;
  readonly #participants: Participants;
  readonly #picked: Int32Array;
  readonly #deadline: Float64Array;
  readonly #heap: Int32Array;
  #count = 0;
  /** By pick of the cycle: the first of those who may from then on. */
  #released = new Int32Array(0);
  readonly #nextReleased: Int32Array;
  #sum = 0;
  #pick = 0;
  /** While a cycle begins: how many have the weight, then where in the heap the next of them goes. */
  readonly #placeOfWeight = new Int32Array(weightMax + 1);

  constructor(instances: InstanceColumns, participants: Participants) {
    this.#weight = instances.weight;
    this.#participants = participants;
    this.#picked = new Int32Array(instances.instancesMax);
    this.#deadline = new Float64Array(instances.instancesMax);
    this.#heap = new Int32Array(instances.instancesMax);
    this.#nextReleased = new Int32Array(instances.instancesMax);
  }

  startAnew(): void {
    const { list, count } = this.#participants;
    this.#sum = 0;
    this.#pick = 0;
    this.#placeOfWeight.fill(0);
    for (let position = 0; position < count; position++) {
      const weight = this.#weight[list[position] as number] as number;
      invariant(weight <= weightMax, `a weight of ${weight} is more than ${weightMax}`);
      this.#sum += weight;
      this.#placeOfWeight[weight] = (this.#placeOfWeight[weight] as number) + 1;
    }
    this.#rank(list, count);
    if (this.#released.length < this.#sum) this.#released = new Int32Array(this.#sum);
    this.#released.fill(NONE, 0, this.#sum);
  }

  /** All may at once, the heaviest first, then the lowest number: counted into order, which is a heap already. */
  #rank(list: Int32Array, count: number): void {
    const placeOfWeight = this.#placeOfWeight;
    let place = 0;
    for (let weight = weightMax; weight > 0; weight--) {
      const own = placeOfWeight[weight] as number;
      placeOfWeight[weight] = place;
      place += own;
    }
    for (let position = 0; position < count; position++) {
      const instance = list[position] as number;
      const weight = this.#weight[instance] as number;
      const rank = placeOfWeight[weight] as number;
      placeOfWeight[weight] = rank + 1;
      this.#heap[rank] = instance;
      this.#picked[instance] = 0;
      this.#deadline[instance] = 1 / weight;
    }
    this.#count = count;
  }

  next(): Instance {
    if (this.#pick === this.#sum) this.startAnew();
    let waiting = this.#released[this.#pick] as number;
    while (waiting !== NONE) {
      this.#admit(waiting);
      waiting = this.#nextReleased[waiting] as number;
    }
    this.#pick++;
    const instance = this.#takeFirst();
    const picked = (this.#picked[instance] as number) + 1;
    this.#picked[instance] = picked;
    const weight = this.#weight[instance] as number;
    if (picked < weight) {
      const from = Math.max(Math.ceil((picked * this.#sum) / weight), this.#pick);
      this.#nextReleased[instance] = this.#released[from] as number;
      this.#released[from] = instance;
    }
    return instance;
  }

  #admit(instance: Instance): void {
    const picked = this.#picked[instance] as number;
    this.#deadline[instance] = (picked + 1) / (this.#weight[instance] as number);
    let place = this.#count++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent] as number;
      if (!this.#isBefore(instance, above)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = instance;
  }

  #takeFirst(): Instance {
    const first = this.#heap[0] as number;
    const last = this.#heap[--this.#count] as number;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#count) break;
      const right = child + 1;
      const isRightBefore =
        right < this.#count &&
        this.#isBefore(this.#heap[right] as number, this.#heap[child] as number);
      if (isRightBefore) child = right;
      const below = this.#heap[child] as number;
      if (!this.#isBefore(below, last)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = last;
    return first;
  }

  #isBefore(one: Instance, other: Instance): boolean {
    const difference = (this.#deadline[one] as number) - (this.#deadline[other] as number);
    return difference === 0 ? one < other : difference < 0;
  }
}
