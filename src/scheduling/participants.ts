/**
 * The instances that take part in scheduling just now, as a dense list: eligible and of a positive weight. Rebuilt
 * when either changes, so that a pick scans nobody else. Knows no algorithm.
 */
import type { Instance, InstanceColumns } from './scheduler.ts';

export class Participants {
  readonly list: Int32Array;
  count = 0;
  readonly #instances: InstanceColumns;

  constructor(instances: InstanceColumns) {
    this.#instances = instances;
    this.list = new Int32Array(instances.instancesMax);
    this.rebuild();
  }

  rebuild(): void {
    const { isEligible, weight, instancesMax } = this.#instances;
    this.count = 0;
    for (let instance: Instance = 0; instance < instancesMax; instance++) {
      if (isEligible[instance] === 1 && (weight[instance] as number) > 0) {
        this.list[this.count++] = instance;
      }
    }
  }
}
