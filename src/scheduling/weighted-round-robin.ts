/**
 * Weighted round robin, the smooth way: each pick every participant gains its weight, the richest is picked and pays
 * the sum. Any Σw/gcd picks in a row give each exactly w/gcd. Published with nginx commit 52327e0627f4. Any change
 * starts a new cycle, so nothing is left to wash out. Refuses to know load and sources.
 */
import { Participants } from './participants.ts';
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

export function weightedRoundRobin(instances: InstanceColumns): Scheduler {
  return new WeightedRoundRobin(instances);
}

class WeightedRoundRobin implements Scheduler {
  readonly #weight: Int32Array;
  readonly #credit: Int32Array;
  readonly #participants: Participants;

  constructor(instances: InstanceColumns) {
    this.#weight = instances.weight;
    this.#credit = new Int32Array(instances.instancesMax);
    this.#participants = new Participants(instances);
  }

  pick(): Instance {
    const { list, count } = this.#participants;
    const credit = this.#credit;
    let best = NONE;
    let bestCredit = 0;
    let total = 0;
    for (let position = 0; position < count; position++) {
      const instance = list[position] as number;
      const weight = this.#weight[instance] as number;
      const raised = (credit[instance] as number) + weight;
      credit[instance] = raised;
      total += weight;
      if (best === NONE || raised > bestCredit) {
        best = instance;
        bestCredit = raised;
      }
    }
    if (best !== NONE) credit[best] = bestCredit - total;
    return best;
  }

  loadChanged(): void {}
  eligibilityChanged(): void {
    this.#startAnew();
  }
  weightChanged(): void {
    this.#startAnew();
  }

  #startAnew(): void {
    this.#participants.rebuild();
    this.#credit.fill(0);
  }
}
