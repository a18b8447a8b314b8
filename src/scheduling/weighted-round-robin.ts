/**
 * Weighted round robin in two orders. Small fleets go the smooth way: each pick every participant gains its weight, the
 * richest is picked and pays the sum (nginx commit 52327e0627f4). Large ones go by earliest eligible virtual deadline
 * (I. Stoica, H. Abdel-Wahab, Old Dominion University TR-95-22, 1995), which need not look at all of them. Either way
 * any Σw/gcd picks in a row give each exactly w/gcd, so a cycle is worked out once, pick by pick, and then repeated.
 * Any change starts a new cycle: nothing is left to wash out. Refuses to know load and sources.
 */
import { DeadlineOrder } from './deadline-order.ts';
import { Participants } from './participants.ts';
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';
import { SmoothOrder } from './smooth-order.ts';

/** Up to here looking at all costs no more than a heap. */
const smoothMax = 64;
/** Picks remembered at once; a longer cycle is worked out every time. */
const cycleMax = 2 ** 20;

/** The next instance of a cycle that begins anew with `startAnew`. */
export interface CycleOrder {
  startAnew(): void;
  next(): Instance;
}

export function weightedRoundRobin(instances: InstanceColumns): Scheduler {
  return new WeightedRoundRobin(instances);
}

class WeightedRoundRobin implements Scheduler {
  readonly #instances: InstanceColumns;
  readonly #participants: Participants;
  readonly #smooth: SmoothOrder;
  readonly #deadlines: DeadlineOrder;
  #order: CycleOrder;
  /** The cycle as far as it is known; it is repeated once it is complete. */
  #cycle = new Int32Array(0);
  #length = 0;
  #known = 0;
  #at = 0;
  /** Something changed since the cycle was begun: several changes between two picks cost one look at everybody. */
  #hasChanged = true;

  constructor(instances: InstanceColumns) {
    this.#instances = instances;
    this.#participants = new Participants(instances);
    this.#smooth = new SmoothOrder(instances, this.#participants);
    this.#deadlines = new DeadlineOrder(instances, this.#participants);
    this.#order = this.#smooth;
  }

  pick(): Instance {
    const at = this.#at;
    if (at < this.#known) {
      this.#at = at + 1 === this.#length ? 0 : at + 1;
      return this.#cycle[at] as number;
    }
    return this.#pickNew();
  }

  #pickNew(): Instance {
    if (this.#hasChanged) this.#startAnew();
    if (this.#participants.count === 0) return NONE;
    const instance = this.#order.next();
    if (this.#length > cycleMax) return instance;
    if (this.#known === this.#cycle.length) this.#makeRoom();
    this.#cycle[this.#known++] = instance;
    this.#at = this.#known === this.#length ? 0 : this.#known;
    return instance;
  }

  loadChanged(): void {}
  eligibilityChanged(): void {
    this.#endCycle();
  }
  weightChanged(): void {
    this.#endCycle();
  }

  #endCycle(): void {
    this.#hasChanged = true;
    this.#known = 0;
    this.#at = 0;
  }

  #startAnew(): void {
    this.#hasChanged = false;
    this.#participants.rebuild();
    const { list, count } = this.#participants;
    const { weight } = this.#instances;
    let sum = 0;
    let divisor = 0;
    for (let position = 0; position < count; position++) {
      const own = weight[list[position] as number] as number;
      sum += own;
      divisor = greatestCommonDivisor(divisor, own);
    }
    this.#length = count === 0 ? 0 : sum / divisor;
    this.#order = count > smoothMax ? this.#deadlines : this.#smooth;
    this.#order.startAnew();
  }

  #makeRoom(): void {
    const longer = new Int32Array(Math.min(this.#length, Math.max(64, 2 * this.#cycle.length)));
    longer.set(this.#cycle);
    this.#cycle = longer;
  }
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
