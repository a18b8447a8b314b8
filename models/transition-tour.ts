/**
 * Walks that take every cell of a table at least once: always on to the nearest cell not yet taken, and from the
 * start again where none can be reached any more. Knows no machine.
 */
import type { Table } from './table.ts';

/** Sequences of event indices, each to be walked from the initial state. */
export function transitionTour(table: Table): readonly (readonly number[])[] {
  const width = table.events.length;
  const isTaken = new Uint8Array(table.next.length);
  const walks: number[][] = [];
  let walk: number[] = [];
  let state = table.initial;
  for (;;) {
    const path = pathToNew(table, state, isTaken);
    if (path === null && walk.length === 0) return walks;
    if (path === null) {
      walks.push(walk);
      walk = [];
      state = table.initial;
      continue;
    }
    for (const event of path) {
      const cell = state * width + event;
      isTaken[cell] = 1;
      walk.push(event);
      state = table.next[cell] as number;
    }
  }
}

/** The shortest path that ends with a cell not yet taken; null if none is in reach. */
function pathToNew(table: Table, from: number, isTaken: Uint8Array): readonly number[] | null {
  const paths = new Map<number, readonly number[]>([[from, []]]);
  for (const [state, path] of paths) {
    for (let event = 0; event < table.events.length; event++) {
      const cell = state * table.events.length + event;
      if (isTaken[cell] === 0) return [...path, event];
      const next = table.next[cell] as number;
      if (!paths.has(next)) paths.set(next, [...path, event]);
    }
  }
  return null;
}
