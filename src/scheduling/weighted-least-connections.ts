/**
 * Weighted least connections: whoever holds the fewest active connections per weight, compared so that no
 * rounding decides. Ties go by smooth weighted round robin among the tied (in large fleets by picks per weight), so
 * that an idle fleet is shared by weight too. Refuses to know sources, and connections that have ended.
 */
import { LoadTree } from './load-tree.ts';
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

/**
 * Up to here everybody is looked at. A tree is faster from about 64 on, but the service's usual room is 200, and the
 * order of ties there is the one that nginx has.
 */
const scanMax = 200;

export function weightedLeastConnections(instances: InstanceColumns): Scheduler {
  return instances.instancesMax > scanMax
    ? new LoadTree(instances)
    : new WeightedLeastConnections(instances);
}

class WeightedLeastConnections implements Scheduler {
  readonly #instances: InstanceColumns;
  /**
   * Connections per weight; Infinity: takes no part. As quotients they are exact in order and in ties: a correctly
   * rounded quotient is the same for equal fractions, and unequal ones of so few connections and weights differ by far
   * more than a rounding.
   */
  readonly #load: Float64Array;
  /** Whoever held the least when all were looked at last, and has not been overtaken since. */
  #best: Instance = 0;
  /** [0] a load that all others have at least. While the best has less, nobody needs to be looked at. */
  readonly #others = Float64Array.of(Number.NEGATIVE_INFINITY);
  readonly #credit: Int32Array;

  constructor(instances: InstanceColumns) {
    this.#instances = instances;
    this.#load = new Float64Array(instances.instancesMax);
    this.#credit = new Int32Array(instances.instancesMax);
    this.#startAnew();
  }

  pick(): Instance {
    if ((this.#load[this.#best] as number) < (this.#others[0] as number)) return this.#best;
    return this.#lookAtAll();
  }

  #lookAtAll(): Instance {
    const load = this.#load;
    let best = 0;
    let least = load[0] as number;
    let next = Number.POSITIVE_INFINITY;
    for (let instance = 1; instance < load.length; instance++) {
      const other = load[instance] as number;
      if (other >= next) continue;
      if (other < least) {
        next = least;
        least = other;
        best = instance;
      } else next = other;
    }
    this.#best = best;
    this.#others[0] = next;
    if (least === Number.POSITIVE_INFINITY) return NONE;
    return least < next ? best : this.#pickAmongTied(best);
  }

  #pickAmongTied(first: Instance): Instance {
    const load = this.#load;
    const credit = this.#credit;
    const { weight } = this.#instances;
    let best = NONE;
    let bestCredit = 0;
    let total = 0;
    for (let instance = first; instance < load.length; instance++) {
      if (load[instance] !== load[first]) continue;
      const raised = (credit[instance] as number) + (weight[instance] as number);
      credit[instance] = raised;
      total += weight[instance] as number;
      if (best === NONE || raised > bestCredit) {
        best = instance;
        bestCredit = raised;
      }
    }
    credit[best] = bestCredit - total;
    return best;
  }

  loadChanged(instance: Instance): void {
    const load = this.#load;
    if (load[instance] === Number.POSITIVE_INFINITY) return;
    const { active, weight } = this.#instances;
    const changed = (active[instance] as number) / (weight[instance] as number);
    load[instance] = changed;
    if (changed >= (this.#others[0] as number) || instance === this.#best) return;
    const least = load[this.#best] as number;
    if (changed >= least) this.#others[0] = changed;
    else {
      if (least < (this.#others[0] as number)) this.#others[0] = least;
      this.#best = instance;
    }
  }
  eligibilityChanged(): void {
    this.#startAnew();
  }
  weightChanged(): void {
    this.#startAnew();
  }

  #startAnew(): void {
    const { active, weight, isEligible } = this.#instances;
    this.#credit.fill(0);
    this.#others[0] = Number.NEGATIVE_INFINITY;
    for (let instance = 0; instance < this.#load.length; instance++) {
      const takesPart = isEligible[instance] === 1 && (weight[instance] as number) > 0;
      this.#load[instance] = takesPart
        ? (active[instance] as number) / (weight[instance] as number)
        : Number.POSITIVE_INFINITY;
    }
  }
}
