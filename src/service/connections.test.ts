import { describe, expect, it } from 'vitest';
import { NONE } from '../scheduling/scheduler.ts';
import { Connections } from './connections.ts';

describe('handles of connections', () => {
  it('refuse more than there is room for, with a way out', () => {
    const connections = new Connections(8);
    for (let count = 0; count < 8; count++) connections.open(0);
    expect(() => connections.open(0)).toThrow(/more than 8 connections/);
  });

  it('mean nothing any more once their connection has ended, though its slot is used again', () => {
    const connections = new Connections(1);
    const before = connections.open(3);
    expect(connections.close(before)).toBe(3);
    const after = connections.open(4);
    expect(after).not.toBe(before);
    expect(connections.close(before)).toBe(NONE);
    expect(connections.instanceOf(before)).toBe(NONE);
    expect(connections.instanceOf(after)).toBe(4);
  });

  it('keep the slot of a connection that was ended until its holder closes it late', () => {
    const connections = new Connections(2);
    const ended = [connections.open(1), connections.open(1)];
    expect(connections.endAll(1)).toEqual(ended);
    expect(connections.endAll(1)).toEqual([]);
    expect(connections.close(ended[0] as number)).toBe(NONE);
    // The other slot is found again where there is no room left otherwise.
    const later = [connections.open(2), connections.open(2)];
    expect(connections.close(ended[1] as number)).toBe(NONE);
    expect(later.map((handle) => connections.instanceOf(handle))).toEqual([2, 2]);
  });

  it('grow beyond the first room', () => {
    const connections = new Connections(2 ** 20);
    const handles = Array.from({ length: 5000 }, (_, count) => connections.open(count % 7));
    expect(new Set(handles).size).toBe(5000);
    expect(handles.every((handle, count) => connections.instanceOf(handle) === count % 7)).toBe(
      true,
    );
  });
});
