import { describe, expect, it } from 'vitest';
import { actionBit, actionListShift, eventIndex, packTable, tagBit } from './table.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

/** A table with as much of everything as is said. */
function tableOf({ states = 1, tags = 0, lists = [['n0']] as readonly (readonly string[])[] }) {
  const cells = Array.from({ length: states * lists.length }, (_, cell) => ({
    next: cell % states,
    actions: lists[cell % lists.length] ?? [],
    edge: `edge ${cell}`,
  }));
  return packTable({
    states: names(states),
    events: names(lists.length),
    initial: 0,
    tags: names(tags),
    stateTags: new Uint8Array(states),
    cells,
  });
}
/** Lists of one and of two out of eight actions, and longer ones after them: as many as asked for. */
function listsOf(count: number): readonly (readonly string[])[] {
  const eight = names(8);
  const pairs = eight.flatMap((one) => eight.map((other) => [one, other]));
  const triples = pairs.flatMap((pair) => eight.map((other) => [...pair, other]));
  return [...eight.map((one) => [one]), ...pairs, ...triples].slice(0, count);
}

describe('a table', () => {
  it('has room for 255 states, 8 tags, 8 actions and 254 lists of them, and no more', () => {
    expect(tableOf({ states: 255, tags: 8 }).states.length).toBe(255);
    expect(() => tableOf({ states: 256 })).toThrow('256 states, room for 255');
    expect(() => tableOf({ tags: 9 })).toThrow('9 tags, room for 8');
    expect(tableOf({ lists: [names(8)] }).actions.length).toBe(8);
    expect(() => tableOf({ lists: [names(9)] })).toThrow('9 actions, room for 8');
    expect(tableOf({ lists: listsOf(254) }).actionLists.length).toBe(255);
    expect(() => tableOf({ lists: listsOf(255) })).toThrow('256 action lists, room for 255');
  });
  it('keeps the edges, and the first list is that of nothing done', () => {
    const { edges, actionLists, outcome } = tableOf({ lists: [[], ['n1', 'n0']] });
    expect(edges).toEqual(['edge 0', 'edge 1']);
    expect(actionLists).toEqual([[], [0, 1]]);
    expect([...outcome].map((bits) => bits >>> actionListShift)).toEqual([0, 1]);
  });
  it('knows the bits of its tags and actions, and the places of its events', () => {
    const table = tableOf({ tags: 3, lists: [['n0'], ['n1']] });
    expect(tagBit(table, 'n2')).toBe(4);
    expect([actionBit(table, 'n0'), actionBit(table, 'n1')]).toEqual([1 << 8, 1 << 9]);
    expect([eventIndex(table, 'n0'), eventIndex(table, 'n1')]).toEqual([0, 1]);
  });
  it('refuses a tag and an event that it does not have; an action that nobody performs has no bit', () => {
    const table = tableOf({});
    expect(() => tagBit(table, 'gone')).toThrow('the table has no tag gone');
    expect(() => eventIndex(table, 'gone')).toThrow('the table has no event gone');
    expect(actionBit(table, 'gone')).toBe(0);
  });
});
