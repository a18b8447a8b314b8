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
const groupMask = groupSize - 1;

class WeightedLeastConnections implements Scheduler {
  readonly #instances: InstanceColumns;
  /**
   * Connections per weight; Infinity: takes no part. As quotients they are exact in order and in ties: a correctly
   * rounded quotient is the same for equal fractions, and unequal ones of so few connections and weights differ by far
   * more than a rounding. Filled up to whole groups.
   */
  readonly #load: Float64Array;
  /** The least load of each group, and as bits from its first instance on: all who have it. */
  readonly #leastOfGroup: Float64Array;
  readonly #tiedInGroup: Int32Array;
  readonly #credit: Int32Array;

  constructor(instances: InstanceColumns) {
    const groups = Math.ceil(instances.instancesMax / groupSize);
    this.#instances = instances;
    this.#load = new Float64Array(groups * groupSize).fill(Number.POSITIVE_INFINITY);
    this.#leastOfGroup = new Float64Array(groups);
    this.#tiedInGroup = new Int32Array(groups);
    this.#credit = new Int32Array(instances.instancesMax);
    this.#startAnew();
  }

  pick(): Instance {
    const leastOfGroup = this.#leastOfGroup;
    let best = 0;
    let least = leastOfGroup[0] as number;
    let areGroupsTied = false;
    for (let group = 1; group < leastOfGroup.length; group++) {
      const other = leastOfGroup[group] as number;
      if (other > least) continue;
      if (other === least) areGroupsTied = true;
      else {
        least = other;
        best = group;
        areGroupsTied = false;
      }
    }
    if (least === Number.POSITIVE_INFINITY) return NONE;
    const tied = this.#tiedInGroup[best] as number;
    // A single bit: nobody else of the group has as little.
    if (areGroupsTied || (tied & (tied - 1)) !== 0) return this.#pickAmongTied(best, least);
    return (best << groupShift) | lowestBit(tied);
  }

  #pickAmongTied(first: number, least: number): Instance {
    const leastOfGroup = this.#leastOfGroup;
    const credit = this.#credit;
    const { weight } = this.#instances;
    let best = NONE;
    let bestCredit = 0;
    let total = 0;
    for (let group = first; group < leastOfGroup.length; group++) {
      if (leastOfGroup[group] !== least) continue;
      for (let tied = this.#tiedInGroup[group] as number; tied !== 0; tied &= tied - 1) {
        const instance = (group << groupShift) | lowestBit(tied);
        const own = weight[instance] as number;
        const raised = (credit[instance] as number) + own;
        credit[instance] = raised;
        total += own;
        if (best === NONE || raised > bestCredit) {
          best = instance;
          bestCredit = raised;
        }
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
    const bit = 1 << (instance & groupMask);
    const least = this.#leastOfGroup[group] as number;
    if (changed < least) {
      this.#leastOfGroup[group] = changed;
      this.#tiedInGroup[group] = bit;
    } else if (changed === least) {
      this.#tiedInGroup[group] = (this.#tiedInGroup[group] as number) | bit;
    } else if (before === least) {
      const others = (this.#tiedInGroup[group] as number) & ~bit;
      if (others === 0) this.#compareGroup(group);
      else this.#tiedInGroup[group] = others;
    }
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
    let least = load[first] as number;
    let tied = 1;
    for (let place = 1; place < groupSize; place++) {
      const other = load[first + place] as number;
      if (other > least) continue;
      tied = other === least ? tied | (1 << place) : 1 << place;
      least = other;
    }
    this.#leastOfGroup[group] = least;
    this.#tiedInGroup[group] = tied;
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

/** The place of the lowest bit that is set. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
