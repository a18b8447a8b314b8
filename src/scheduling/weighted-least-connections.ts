/**
 * Weighted least connections: whoever holds the fewest active connections per weight, compared by cross products so
 * that no rounding decides. Ties go by smooth weighted round robin among the tied, so that an idle fleet is shared
 * by weight too. Refuses to know sources, and connections that have ended.
 */
import { Participants } from './participants.ts';
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

export function weightedLeastConnections(instances: InstanceColumns): Scheduler {
  return new WeightedLeastConnections(instances);
}

class WeightedLeastConnections implements Scheduler {
  readonly #weight: Int32Array;
  readonly #active: Int32Array;
  readonly #credit: Int32Array;
  readonly #participants: Participants;

  constructor(instances: InstanceColumns) {
    this.#weight = instances.weight;
    this.#active = instances.active;
    this.#credit = new Int32Array(instances.instancesMax);
    this.#participants = new Participants(instances);
  }

  pick(): Instance {
    const { list, count } = this.#participants;
    if (count === 0) return NONE;
    let best = list[0] as number;
    let leastActive = this.#active[best] as number;
    let itsWeight = this.#weight[best] as number;
    let tied = 1;
    for (let position = 1; position < count; position++) {
      const instance = list[position] as number;
      const active = this.#active[instance] as number;
      const weight = this.#weight[instance] as number;
      const difference = active * itsWeight - leastActive * weight;
      if (difference < 0) {
        best = instance;
        leastActive = active;
        itsWeight = weight;
        tied = 1;
      } else if (difference === 0) tied++;
    }
    return tied === 1 ? best : this.#pickAmongTied(leastActive, itsWeight);
  }

  #pickAmongTied(leastActive: number, itsWeight: number): Instance {
    const { list, count } = this.#participants;
    const credit = this.#credit;
    let best = NONE;
    let bestCredit = 0;
    let total = 0;
    for (let position = 0; position < count; position++) {
      const instance = list[position] as number;
      const weight = this.#weight[instance] as number;
      if ((this.#active[instance] as number) * itsWeight !== leastActive * weight) continue;
      const raised = (credit[instance] as number) + weight;
      credit[instance] = raised;
      total += weight;
      if (best === NONE || raised > bestCredit) {
        best = instance;
        bestCredit = raised;
      }
    }
    credit[best] = bestCredit - total;
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
