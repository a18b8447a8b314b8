/**
 * The candidate that lost: `EventQueue` with four children to a node instead of two, half as high, with more to compare
 * at each level. Kept so that `event-queues.ts` can be repeated; same order and same limits as the queue that is used.
 */
const capacityAtStart = 1024;

export class FourAryHeap {
  readonly headMs = Float64Array.of(Number.POSITIVE_INFINITY);
  readonly atMs = Float64Array.of(0);
  #times = new Float64Array(capacityAtStart);
  #orders = new Float64Array(capacityAtStart);
  #payloads = new Int32Array(capacityAtStart);
  #length = 0;
  #pushed = 0;

  push(payload: number): void {
    if (this.#length === this.#times.length) this.#grow();
    const at = this.atMs[0] as number;
    const order = this.#pushed++;
    let hole = this.#length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!this.#isAfter(parent, at, order)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, order, payload);
    this.headMs[0] = this.#times[0] as number;
  }

  pop(): number {
    const payload = this.#payloads[0] as number;
    const last = --this.#length;
    if (last > 0) this.#sink(last);
    this.headMs[0] = last > 0 ? (this.#times[0] as number) : Number.POSITIVE_INFINITY;
    return payload;
  }

  #sink(last: number): void {
    const at = this.#times[last] as number;
    const order = this.#orders[last] as number;
    let hole = 0;
    for (let first = 1; first < last; first = 4 * hole + 1) {
      let least = first;
      const end = Math.min(first + 4, last);
      for (let child = first + 1; child < end; child++) {
        if (this.#isAfter(least, this.#times[child] as number, this.#orders[child] as number)) {
          least = child;
        }
      }
      if (this.#isAfter(least, at, order)) break;
      this.#move(least, hole);
      hole = least;
    }
    this.#put(hole, at, order, this.#payloads[last] as number);
  }

  #isAfter(entry: number, at: number, order: number): boolean {
    const entryAt = this.#times[entry] as number;
    return entryAt > at || (entryAt === at && (this.#orders[entry] as number) > order);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#payloads[to] = this.#payloads[from] as number;
  }

  #put(place: number, at: number, order: number, payload: number): void {
    this.#times[place] = at;
    this.#orders[place] = order;
    this.#payloads[place] = payload;
  }

  #grow(): void {
    const [times, orders, payloads] = [this.#times, this.#orders, this.#payloads];
    this.#times = new Float64Array(2 * times.length);
    this.#orders = new Float64Array(2 * times.length);
    this.#payloads = new Int32Array(2 * times.length);
    this.#times.set(times);
    this.#orders.set(orders);
    this.#payloads.set(payloads);
  }
}
