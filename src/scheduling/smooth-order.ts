/** Smooth weighted round robin: each pick all gain their weight, the richest pays the sum. Looks at everybody. */
import type { Participants } from './participants.ts';
import { type Instance, type InstanceColumns, NONE } from './scheduler.ts';
import type { CycleOrder } from './weighted-round-robin.ts';

export class SmoothOrder implements CycleOrder {
  readonly #weight: Int32Array;
  readonly #credit: Int32Array;
  readonly #participants: Participants;

  constructor(instances: InstanceColumns, participants: Participants) {
    this.#weight = instances.weight;
    this.#credit = new Int32Array(instances.instancesMax);
    this.#participants = participants;
  }

  startAnew(): void {
    this.#credit.fill(0);
  }

  next(): Instance {
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
    credit[best] = bestCredit - total;
    return best;
  }
}
