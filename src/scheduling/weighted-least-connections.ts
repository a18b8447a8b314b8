/**
 * Weighted least connections: whoever holds the fewest active connections per weight, compared by cross products so
 * that no rounding decides. Ties go by smooth weighted round robin among the tied, so that an idle fleet is shared
 * by weight too. Refuses to know sources, and connections that have ended.
 */
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

export function weightedLeastConnections(instances: InstanceColumns): Scheduler {
  return new WeightedLeastConnections(instances);
}

class WeightedLeastConnections implements Scheduler {
  readonly #instances: InstanceColumns;
  /**
   * Connections per weight; Infinity: takes no part. As quotients they are exact in order and in ties: a correctly
   * rounded quotient is the same for equal fractions, and unequal ones of so few connections and weights differ by far
   * more than a rounding.
   */
  readonly #load: Float64Array;
  readonly #credit: Int32Array;

  constructor(instances: InstanceColumns) {
    this.#instances = instances;
    this.#load = new Float64Array(instances.instancesMax);
    this.#credit = new Int32Array(instances.instancesMax);
    this.#startAnew();
  }

  pick(): Instance {
    const load = this.#load;
    let best = 0;
    let least = load[0] as number;
    let tied = 1;
    for (let instance = 1; instance < load.length; instance++) {
      const other = load[instance] as number;
      if (other > least) continue;
      if (other === least) tied++;
      else {
        best = instance;
        least = other;
        tied = 1;
      }
    }
    if (tied === 1) return least === Number.POSITIVE_INFINITY ? NONE : best;
    return this.#pickAmongTied(best);
  }

  #pickAmongTied(first: Instance): Instance {
    const load = this.#load;
    const credit = this.#credit;
    const { weight } = this.#instances;
    if (load[first] === Number.POSITIVE_INFINITY) return NONE;
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
    if (this.#load[instance] === Number.POSITIVE_INFINITY) return;
    const { active, weight } = this.#instances;
    this.#load[instance] = (active[instance] as number) / (weight[instance] as number);
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
    for (let instance = 0; instance < this.#load.length; instance++) {
      const takesPart = isEligible[instance] === 1 && (weight[instance] as number) > 0;
      this.#load[instance] = takesPart
        ? (active[instance] as number) / (weight[instance] as number)
        : Number.POSITIVE_INFINITY;
    }
  }
}
