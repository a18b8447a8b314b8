/**
 * Weighted least connections: whoever holds the fewest active connections per weight, compared so that no
 * rounding decides. Ties go by smooth weighted round robin among the tied (in large fleets by picks per weight), so
 * that an idle fleet is shared by weight too. Refuses to know sources, and connections that have ended.
 */
import { LoadTree } from './load-tree.ts';
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

/** Up to here groups are compared one by one; the service's usual room, where ties go in the order that nginx has. */
const scanMax = 200;

export function weightedLeastConnections(instances: InstanceColumns): Scheduler {
  return instances.instancesMax > scanMax
    ? new LoadTree(instances)
    : new WeightedLeastConnections(instances);
}

/** As a shift: groups of four. With 20 instances a pick compares 5 groups, and an opening 4 instances again. */
const groupShift = 2;
const groupSize = 1 << groupShift;

class WeightedLeastConnections implements Scheduler {
  readonly #instances: InstanceColumns;
  /**
   * Connections per weight; Infinity: takes no part. As quotients they are exact in order and in ties: a correctly
   * rounded quotient is the same for equal fractions, and unequal ones of so few connections and weights differ by far
   * more than a rounding. Filled up to whole groups.
   */
  readonly #load: Float64Array;
  /** The least load of each group, who has it, and whether somebody else of the group has it, too. */
  readonly #leastOfGroup: Float64Array;
  readonly #bestOfGroup: Int32Array;
  readonly #isGroupTied: Uint8Array;
  readonly #credit: Int32Array;

  constructor(instances: InstanceColumns) {
    const groups = Math.ceil(instances.instancesMax / groupSize);
    this.#instances = instances;
    this.#load = new Float64Array(groups * groupSize).fill(Number.POSITIVE_INFINITY);
    this.#leastOfGroup = new Float64Array(groups);
    this.#bestOfGroup = new Int32Array(groups);
    this.#isGroupTied = new Uint8Array(groups);
    this.#credit = new Int32Array(instances.instancesMax);
    this.#startAnew();
  }

  pick(): Instance {
    const leastOfGroup = this.#leastOfGroup;
    let best = 0;
    let least = leastOfGroup[0] as number;
    let isTied = false;
    for (let group = 1; group < leastOfGroup.length; group++) {
      const other = leastOfGroup[group] as number;
      if (other > least) continue;
      if (other === least) isTied = true;
      else {
        least = other;
        best = group;
        isTied = false;
      }
    }
    if (least === Number.POSITIVE_INFINITY) return NONE;
    if (isTied || this.#isGroupTied[best] === 1) return this.#pickAmongTied(best, least);
    return this.#bestOfGroup[best] as number;
  }

  #pickAmongTied(group: number, least: number): Instance {
    const load = this.#load;
    const credit = this.#credit;
    const { weight } = this.#instances;
    let best = NONE;
    let bestCredit = 0;
    let total = 0;
    for (let instance = group << groupShift; instance < credit.length; instance++) {
      if (load[instance] !== least) continue;
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
    const before = load[instance] as number;
    if (before === Number.POSITIVE_INFINITY) return;
    const { active, weight } = this.#instances;
    const changed = (active[instance] as number) / (weight[instance] as number);
    load[instance] = changed;
    const group = instance >> groupShift;
    const least = this.#leastOfGroup[group] as number;
    if (changed < least) {
      this.#leastOfGroup[group] = changed;
      this.#bestOfGroup[group] = instance;
      this.#isGroupTied[group] = 0;
    } else if (changed === least) {
      // from above it ties with whoever has the least; otherwise nothing changed
      if (before > changed) this.#isGroupTied[group] = 1;
    } else if (before === least) this.#compareGroup(group);
  }

  eligibilityChanged(): void {
    this.#startAnew();
  }
  weightChanged(): void {
    this.#startAnew();
  }

  #compareGroup(group: number): void {
    const load = this.#load;
    const first = group << groupShift;
    let best = first;
    let least = load[first] as number;
    let isTied = 0;
    for (let instance = first + 1; instance < first + groupSize; instance++) {
      const other = load[instance] as number;
      if (other > least) continue;
      if (other === least) isTied = 1;
      else {
        least = other;
        best = instance;
        isTied = 0;
      }
    }
    this.#leastOfGroup[group] = least;
    this.#bestOfGroup[group] = best;
    this.#isGroupTied[group] = isTied;
  }

  #startAnew(): void {
    const { active, weight, isEligible, instancesMax } = this.#instances;
    this.#credit.fill(0);
    for (let instance = 0; instance < instancesMax; instance++) {
      const takesPart = isEligible[instance] === 1 && (weight[instance] as number) > 0;
      this.#load[instance] = takesPart
        ? (active[instance] as number) / (weight[instance] as number)
        : Number.POSITIVE_INFINITY;
    }
    for (let group = 0; group < this.#leastOfGroup.length; group++) this.#compareGroup(group);
  }
}
