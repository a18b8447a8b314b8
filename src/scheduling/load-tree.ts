/**
 * Weighted least connections for large fleets: a tournament among groups of eight, of their winners, and so on, so that
 * a pick looks at one winner and a change at a few groups whose places lie together. Ties go to whoever is furthest behind
 * in picks per weight, then to the lowest number; who comes or changes weight starts even with whoever was picked last,
 * so that it has nothing to catch up on. Refuses to know sources, and connections that have ended.
 */
import { type Instance, type InstanceColumns, NONE, type Scheduler } from './scheduler.ts';

const groupShift = 3;
const groupSize = 1 << groupShift;

export class LoadTree implements Scheduler {
  readonly #instances: InstanceColumns;
  /**
   * Level by level, instances first, each level filled up to whole groups: the winner's connections per weight, or
   * Infinity where nobody takes part, and beside it its picks so far and one more, per weight. Exact in order and in
   * ties (`weighted-least-connections.ts`).
   */
  readonly #rank: Float64Array;
  readonly #winner: Int32Array;
  /** Where each level begins; the last has one place, the winner of all. */
  readonly #start: Int32Array;
  readonly #top: number;
  readonly #picked: Float64Array;
  /** Picks per weight of whoever was picked last. */
  readonly #pace = Float64Array.of(0);
  /** Whoever was picked last, until the tree knows of its new turn: its new load usually comes at once. */
  #behind: Instance = NONE;

  constructor(instances: InstanceColumns) {
    this.#instances = instances;
    const { instancesMax } = instances;
    const start = [0];
    let width = instancesMax;
    let end = 0;
    do {
      const groups = Math.ceil(width / groupSize);
      end += groups * groupSize;
      start.push(end);
      width = groups;
    } while (width > 1);
    this.#start = Int32Array.from(start);
    this.#top = end;
    this.#rank = new Float64Array(2 * (end + 1)).fill(Number.POSITIVE_INFINITY);
    this.#winner = Int32Array.from({ length: end + 1 }, (_, place) => place);
    this.#picked = new Float64Array(instancesMax);
    for (let each = 0; each < instancesMax; each++) this.#weigh(each);
    for (let level = 0; level + 1 < start.length; level++) {
      const first = start[level] as number;
      for (let place = first; place < (start[level + 1] as number); place += groupSize) {
        this.#compare(place, (start[level + 1] as number) + ((place - first) >> groupShift));
      }
    }
  }

  pick(): Instance {
    if (this.#behind !== NONE) this.#climb(this.#behind);
    const best = this.#winner[this.#top] as number;
    if (this.#rank[2 * this.#top] === Number.POSITIVE_INFINITY) return NONE;
    const picked = (this.#picked[best] as number) + 1;
    const weight = this.#instances.weight[best] as number;
    this.#picked[best] = picked;
    this.#pace[0] = picked / weight;
    this.#rank[2 * best + 1] = (picked + 1) / weight;
    this.#behind = best;
    return best;
  }

  loadChanged(instance: Instance): void {
    if (this.#rank[2 * instance] === Number.POSITIVE_INFINITY) return;
    const { active, weight } = this.#instances;
    this.#rank[2 * instance] = (active[instance] as number) / (weight[instance] as number);
    this.#climb(instance);
  }
  eligibilityChanged(instance: Instance): void {
    this.#changed(instance);
  }
  weightChanged(instance: Instance): void {
    this.#changed(instance);
  }

  #changed(instance: Instance): void {
    if (this.#behind !== NONE) this.#climb(this.#behind);
    const weight = this.#instances.weight[instance] as number;
    this.#picked[instance] = Math.floor((this.#pace[0] as number) * weight);
    this.#weigh(instance);
    this.#climb(instance);
  }

  #weigh(instance: Instance): void {
    const { active, weight, isEligible } = this.#instances;
    const own = weight[instance] as number;
    const takesPart = isEligible[instance] === 1 && own > 0;
    const load = takesPart ? (active[instance] as number) / own : Number.POSITIVE_INFINITY;
    this.#rank[2 * instance] = load;
    this.#rank[2 * instance + 1] = ((this.#picked[instance] as number) + 1) / Math.max(own, 1);
  }

  /** Up to where somebody else won and still does: above, nothing has changed. */
  #climb(instance: Instance): void {
    if (instance === this.#behind) this.#behind = NONE;
    const rank = this.#rank;
    const winner = this.#winner;
    const start = this.#start;
    const load = rank[2 * instance] as number;
    const turn = rank[2 * instance + 1] as number;
    let group = instance >> groupShift;
    for (let level = 1; level < start.length; level++) {
      const parent = (start[level] as number) + group;
      const least = rank[2 * parent] as number;
      if (winner[parent] !== instance) {
        if (load > least) return;
        if (load === least) {
          const other = rank[2 * parent + 1] as number;
          if (turn > other || (turn === other && instance > (winner[parent] as number))) return;
        }
        winner[parent] = instance;
      } else if (load >= least) {
        this.#compare((start[level - 1] as number) + (group << groupShift), parent);
        group >>= groupShift;
        continue;
      }
      rank[2 * parent] = load;
      rank[2 * parent + 1] = turn;
      group >>= groupShift;
    }
  }

  /** Writes into the parent who wins among the places of a group; the first of equals is the one of lowest number. */
  #compare(first: number, parent: number): void {
    const rank = this.#rank;
    let best = first;
    let least = rank[2 * first] as number;
    let turn = rank[2 * first + 1] as number;
    for (let place = first + 1; place < first + groupSize; place++) {
      const other = rank[2 * place] as number;
      if (other > least) continue;
      if (other === least && (rank[2 * place + 1] as number) >= turn) continue;
      best = place;
      least = other;
      turn = rank[2 * place + 1] as number;
    }
    this.#winner[parent] = this.#winner[best] as number;
    rank[2 * parent] = least;
    rank[2 * parent + 1] = turn;
  }
}
