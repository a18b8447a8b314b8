/** Edits of a compiled table, cell by cell: same machine, other behaviour. Knows no machine in particular. */
import {
  actionListShift,
  type CompiledMachine,
  packTable,
  type Table,
} from '../../models/table.ts';
import { invariant } from '../errors/invariant.ts';

export interface Wire {
  readonly state: string;
  readonly tags: readonly string[];
  readonly event: string;
  readonly next: string;
  readonly actions: readonly string[];
}
export type Rewrite = (wire: Wire) => Pick<Wire, 'next' | 'actions'>;

export function rewired(compiled: CompiledMachine, rewrite: Rewrite): CompiledMachine {
  const { table } = compiled;
  const cells = table.edges.map((edge, cell) => {
    const { next, actions } = rewrite(wireOf(table, cell));
    const target = table.states.indexOf(next);
    invariant(target >= 0, `no state ${next}`);
    return { next: target, actions, edge };
  });
  return { ...compiled, table: packTable({ ...table, cells }) };
}

/** Nothing happens: no other state, no action. */
export function ignored(wire: Wire): Pick<Wire, 'next' | 'actions'> {
  return { next: wire.state, actions: [] };
}

function wireOf(table: Table, cell: number): Wire {
  const width = table.events.length;
  const state = Math.floor(cell / width);
  const list = table.actionLists[(table.outcome[cell] as number) >>> actionListShift] ?? [];
  return {
    state: table.states[state] as string,
    tags: tagsAt(table, state),
    event: table.events[cell % width] as string,
    next: table.states[table.next[cell] as number] as string,
    actions: list.map((action) => table.actions[action] as string),
  };
}

function tagsAt(table: Table, state: number): readonly string[] {
  return table.tags.filter((_, bit) => ((table.stateTags[state] as number) & (1 << bit)) !== 0);
}
