/** Many slots walking one table, a few nanoseconds a step. Knows nothing of what the table means. */
import type { CompiledMachine, Stepper, Table } from './table.ts';

export class TableStepper implements Stepper {
  readonly table: Table;
  readonly #next: Uint8Array;
  readonly #outcome: Uint32Array;
  readonly #stateTags: Uint8Array;
  readonly #width: number;
  readonly #state: Uint8Array;

  constructor(compiled: CompiledMachine, slots: number) {
    this.table = compiled.table;
    this.#next = this.table.next;
    this.#outcome = this.table.outcome;
    this.#stateTags = this.table.stateTags;
    this.#width = this.table.events.length;
    this.#state = new Uint8Array(slots).fill(this.table.initial);
  }

  step(slot: number, event: number): number {
    const cell = (this.#state[slot] as number) * this.#width + event;
    this.#state[slot] = this.#next[cell] as number;
    return this.#outcome[cell] as number;
  }

  tags(slot: number): number {
    return this.#stateTags[this.#state[slot] as number] as number;
  }

  state(slot: number): number {
    return this.#state[slot] as number;
  }

  reset(slot: number): void {
    this.#state[slot] = this.table.initial;
  }
}
