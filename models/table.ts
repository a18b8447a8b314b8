/**
 * A state machine flattened into integers: one array cell per (state, event). Many slots (one per instance, one per
 * source) walk the same table. Knows neither XState nor what the events mean.
 */

/** `next[state * events.length + event]`; outcome packs tags reached (bits 0-7), actions as a set (8-15), index of the ordered action list (16-23). */
export interface Table {
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly initial: number;
  readonly tags: readonly string[];
  readonly actions: readonly string[];
  readonly actionLists: readonly (readonly number[])[];
  readonly next: Uint8Array;
  readonly outcome: Uint32Array;
  /** Tags of each state as bits of `tags`. */
  readonly stateTags: Uint8Array;
  /** The machine's own transition behind each cell, for coverage: `healthy --check.failed--> unhealthy`. */
  readonly edges: readonly string[];
}
/** What the service runs on: a table walked by integers, or live actors that must give the same. */
export interface Stepper {
  readonly table: Table;
  /** Takes `event` in `slot` and returns the outcome bits. */
  step(slot: number, event: number): number;
  tags(slot: number): number;
  reset(slot: number): void;
}
export interface CompiledMachine {
  readonly machine: unknown;
  readonly input: unknown;
  readonly table: Table;
}
