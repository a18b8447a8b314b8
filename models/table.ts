/**
 * A state machine flattened into integers: one array cell per (state, event). Many slots (one per instance, one per
 * source) walk the same table. Knows neither XState nor what the events mean.
 */
import { invariant } from '../src/errors/invariant.ts';

export const actionShift = 8;
export const actionListShift = 16;
/** What one outcome has room for: eight tags, eight actions, 255 lists and states. */
const tagsMax = 8;
const actionsMax = 8;
export const statesMax = 255;

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
  /** Index into `table.states`. */
  state(slot: number): number;
  reset(slot: number): void;
}
export interface CompiledMachine {
  readonly machine: unknown;
  readonly input: unknown;
  readonly table: Table;
}

/** The bit that a tag has in `stateTags` and in the low byte of an outcome. */
export function tagBit(table: Table, tag: string): number {
  return 1 << known(table.tags.indexOf(tag), 'tag', tag);
}
/** The bit that an action has in an outcome; 0 where no transition performs it. */
export function actionBit(table: Table, action: string): number {
  const index = table.actions.indexOf(action);
  return index < 0 ? 0 : 1 << (index + actionShift);
}
export function eventIndex(table: Table, event: string): number {
  return known(table.events.indexOf(event), 'event', event);
}
function known(index: number, what: string, name: string): number {
  invariant(index >= 0, `the table has no ${what} ${name}`);
  return index;
}

/** One cell to be: where it leads, what is done on the way, and the machine's transition behind it. */
export interface Cell {
  readonly next: number;
  readonly actions: readonly string[];
  readonly edge: string;
}
/** Packs cells, in the order state by state and event by event, into a table. */
export function packTable(parts: {
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly initial: number;
  readonly tags: readonly string[];
  readonly stateTags: Uint8Array;
  readonly cells: readonly Cell[];
}): Table {
  const { states, tags, stateTags, cells } = parts;
  invariant(states.length <= statesMax, `${states.length} states, room for ${statesMax}`);
  invariant(tags.length <= tagsMax, `${tags.length} tags, room for ${tagsMax}`);
  const actions = [...new Set(cells.flatMap((cell) => cell.actions))];
  invariant(actions.length <= actionsMax, `${actions.length} actions, room for ${actionsMax}`);
  const lists = [...new Set(['', ...cells.map((cell) => cell.actions.join(' '))])];
  invariant(lists.length <= statesMax, `${lists.length} action lists, room for ${statesMax}`);
  const actionLists = lists.map((list) =>
    list === '' ? [] : list.split(' ').map((action) => actions.indexOf(action)),
  );
  const outcome = cells.map((cell) => {
    const set = cell.actions.reduce((bits, action) => bits | (1 << actions.indexOf(action)), 0);
    const list = lists.indexOf(cell.actions.join(' '));
    return (stateTags[cell.next] ?? 0) | (set << actionShift) | (list << actionListShift);
  });
  return {
    states,
    events: parts.events,
    initial: parts.initial,
    tags,
    actions,
    actionLists,
    next: Uint8Array.from(cells, (cell) => cell.next),
    outcome: Uint32Array.from(outcome),
    stateTags,
    edges: cells.map((cell) => cell.edge),
  };
}
