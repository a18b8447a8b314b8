/** Takes what cases say in the order in which they were drawn, however they end. Knows nothing of what they say. */
export class InOrder {
  /** By place, counted from 0. */
  readonly #waiting = new Map<number, () => void>();
  #place = 0;

  /** Calls `learn` once all earlier cases were heard. */
  hear(place: number, learn: () => void): void {
    this.#waiting.set(place, learn);
    for (;;) {
      const next = this.#waiting.get(this.#place);
      if (next === undefined) return;
      this.#waiting.delete(this.#place++);
      next();
    }
  }

  /** What still waits for a case that will not end any more. */
  hearRest(): void {
    const waiting = [...this.#waiting].toSorted(([one], [other]) => one - other);
    this.#waiting.clear();
    for (const [, learn] of waiting) learn();
  }
}
