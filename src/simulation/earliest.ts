/**
 * Which of many comes first: a knock-out tournament over times, so that a change costs as many comparisons as there
 * are rounds. Equal times are won by the lower index. Knows nothing of what happens then.
 */
export class Earliest {
  /** [0] the earliest time, Infinity if nobody has one. */
  readonly headMs = Float64Array.of(Number.POSITIVE_INFINITY);
  /** [0] the time about to be set. */
  readonly atMs = Float64Array.of(0);
  readonly #leaves: number;
  readonly #times: Float64Array;
  /** Winner of each match, an index; 1: the final; the leaves are their own winners. */
  readonly #winner: Int32Array;

  constructor(count: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(count, 2)));
    this.#times = new Float64Array(this.#leaves).fill(Number.POSITIVE_INFINITY);
    this.#winner = new Int32Array(2 * this.#leaves);
    for (let leaf = 0; leaf < this.#leaves; leaf++) this.#winner[this.#leaves + leaf] = leaf;
    for (let match = this.#leaves - 1; match > 0; match--) {
      this.#winner[match] = this.#winner[2 * match] as number;
    }
  }

  /** Who has the earliest time. */
  get head(): number {
    return this.#winner[1] as number;
  }

  /** Gives `index` the time in `atMs`; Infinity: none. */
  set(index: number): void {
    const times = this.#times;
    const winner = this.#winner;
    times[index] = this.atMs[0] as number;
    for (let match = (this.#leaves + index) >> 1; match > 0; match >>= 1) {
      const left = winner[2 * match] as number;
      const right = winner[2 * match + 1] as number;
      winner[match] = (times[right] as number) < (times[left] as number) ? right : left;
    }
    this.headMs[0] = times[winner[1] as number] as number;
  }
}
