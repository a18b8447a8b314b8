/**
 * Weighted least connections for large fleets: a tournament tree over the loads, so that a change costs as many
 * comparisons as the tree is high and a pick none. Ties go to whoever is furthest behind in picks per weight, then to
 * the lowest number. Refuses to know sources, and connections that have ended.
 */
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

export class LoadTree implements Scheduler {
  readonly #instances: InstanceColumns;
  /**
   * By node, the root at 1, instances from `#leaves` on: the winner's connections per weight; Infinity: takes no part.
   * Exact in order and in ties (`weighted-least-connections.ts`).
   */
  readonly #load: Float64Array;
  /** Picks so far and one more, per weight. */
  readonly #turn: Float64Array;
  readonly #picked: Float64Array;
  readonly #winner: Int32Array;
  readonly #leaves: number;
  /** Whoever was picked last, until the tree knows of its new turn: its new load usually comes at once. */
  #behind: Instance = NONE;

  constructor(instances: InstanceColumns) {
    this.#instances = instances;
    const { instancesMax } = instances;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(2, instancesMax)));
    this.#load = new Float64Array(2 * this.#leaves).fill(Number.POSITIVE_INFINITY);
    this.#turn = new Float64Array(this.#leaves);
    this.#picked = new Float64Array(instancesMax);
    this.#winner = new Int32Array(2 * this.#leaves);
    for (let leaf = 0; leaf < this.#leaves; leaf++) this.#winner[this.#leaves + leaf] = leaf;
    this.#startAnew();
  }

  pick(): Instance {
    if (this.#behind !== NONE) this.#climb(this.#behind);
    const best = this.#winner[1] as number;
    if (this.#load[1] === Number.POSITIVE_INFINITY) return NONE;
    this.#picked[best] = (this.#picked[best] as number) + 1;
    this.#turn[best] =
      ((this.#picked[best] as number) + 1) / (this.#instances.weight[best] as number);
    this.#behind = best;
    return best;
  }

  loadChanged(instance: Instance): void {
    const leaf = this.#leaves + instance;
    if (this.#load[leaf] === Number.POSITIVE_INFINITY) return;
    const { active, weight } = this.#instances;
    this.#load[leaf] = (active[instance] as number) / (weight[instance] as number);
    this.#climb(instance);
  }
  eligibilityChanged(): void {
    this.#startAnew();
  }
  weightChanged(): void {
    this.#startAnew();
  }

  /** Turns start anew for everybody, so that whoever comes does not catch up on what it missed. */
  #startAnew(): void {
    this.#picked.fill(0);
    this.#behind = NONE;
    for (let each = 0; each < this.#picked.length; each++) this.#weigh(each);
    for (let node = this.#leaves - 1; node > 0; node--) this.#settle(node);
  }

  #weigh(instance: Instance): void {
    const { active, weight, isEligible } = this.#instances;
    const own = weight[instance] as number;
    const takesPart = isEligible[instance] === 1 && own > 0;
    this.#load[this.#leaves + instance] = takesPart
      ? (active[instance] as number) / own
      : Number.POSITIVE_INFINITY;
    this.#turn[instance] = ((this.#picked[instance] as number) + 1) / Math.max(own, 1);
  }

  /** Up to where somebody else wins, as before: above, nothing has changed. */
  #climb(instance: Instance): void {
    if (instance === this.#behind) this.#behind = NONE;
    const winner = this.#winner;
    const load = this.#load;
    for (let node = (this.#leaves + instance) >> 1; node > 0; node >>= 1) {
      const before = winner[node] as number;
      const left = load[2 * node] as number;
      const right = load[2 * node + 1] as number;
      const isRight = right < left || (right === left && this.#isRightBehind(node));
      const now = winner[isRight ? 2 * node + 1 : 2 * node] as number;
      winner[node] = now;
      load[node] = isRight ? right : left;
      if (now === before && before !== instance) return;
    }
  }

  #settle(node: number): void {
    const left = this.#load[2 * node] as number;
    const right = this.#load[2 * node + 1] as number;
    const isRight = right < left || (right === left && this.#isRightBehind(node));
    this.#winner[node] = this.#winner[isRight ? 2 * node + 1 : 2 * node] as number;
    this.#load[node] = isRight ? right : left;
  }

  #isRightBehind(node: number): boolean {
    const left = this.#winner[2 * node] as number;
    const right = this.#winner[2 * node + 1] as number;
    return (this.#turn[right] as number) < (this.#turn[left] as number);
  }
}
