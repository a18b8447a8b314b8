/** What events become in a picture: spans while something holds, points where something happens. */
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { lanesOf } from './story-lanes.ts';

const accepted = { is: 'accepted' } as const;
const at = (ms: number, what: object) => ({ fromMs: ms, toMs: ms, ...what }) as HistoryEvent;
const registered = (ms: number, instance: string) =>
  at(ms, { event: 'instance.registered', instance, weight: 1, port: null, outcome: accepted });
const placed = (ms: number, connection: number, instance: string) =>
  at(ms, { event: 'connection.placed', connection, instance, port: 80 });

describe('lanes of a history', () => {
  it('show an instance as listed until it is removed, and as draining from then on', () => {
    const removed = at(40, { event: 'instance.removed', instance: 'a', outcome: accepted });
    const { spans } = lanesOf([registered(10, 'a'), removed, placed(90, 1, 'b')]);
    expect(spans).toContainEqual({ lane: 'a traffic', fromMs: 10, toMs: 40, kind: 'listed' });
    expect(spans).toContainEqual({ lane: 'a traffic', fromMs: 40, toMs: 90, kind: 'draining' });
  });

  it('end the drain where the instance is registered again', () => {
    const removed = at(40, { event: 'instance.removed', instance: 'a', outcome: accepted });
    const { spans } = lanesOf([
      registered(10, 'a'),
      removed,
      registered(60, 'a'),
      placed(90, 1, 'a'),
    ]);
    expect(spans).toContainEqual({ lane: 'a traffic', fromMs: 40, toMs: 60, kind: 'draining' });
    expect(spans).toContainEqual({ lane: 'a traffic', fromMs: 60, toMs: 90, kind: 'listed' });
  });

  it('hold a connection from where it was placed to where it was closed, else to the end', () => {
    const closed = at(30, {
      event: 'connection.closed',
      connection: 1,
      by: 'client',
      how: 'closed',
      learned: true,
    });
    const { spans } = lanesOf([placed(10, 1, 'a'), placed(20, 2, 'a'), closed, placed(50, 3, 'b')]);
    expect(spans).toContainEqual({ lane: 'a traffic', fromMs: 10, toMs: 30, kind: 'connection' });
    expect(spans).toContainEqual({ lane: 'a traffic', fromMs: 20, toMs: 50, kind: 'connection' });
  });

  it('tell answered checks from those that were not', () => {
    const started = (ms: number, check: number) =>
      at(ms, { event: 'check.started', check, instance: 'a', method: 'tcp', port: 80, path: null });
    const replied = at(5, { event: 'check.replied', check: 1, reply: 'accepted' });
    const { points } = lanesOf([started(1, 1), replied, started(9, 2)]);
    expect(points.map((point) => point.kind)).toEqual(['check', 'check-not-answered']);
  });

  it('mark the time in which an instance was made to fail', () => {
    const behaved = (ms: number, reply: string) =>
      at(ms, {
        event: 'instance.behaved',
        instance: 'a',
        traffic: 'accepted',
        checks: [],
        afterwards: { reply, afterMs: 0 },
      });
    const { spans } = lanesOf([
      behaved(0, 'accepted'),
      behaved(20, 'silence'),
      behaved(70, 'accepted'),
    ]);
    expect(spans).toEqual([{ lane: 'a checks', fromMs: 20, toMs: 70, kind: 'refusing' }]);
  });

  it('put changes first, then instances by name, then what was not placed', () => {
    const refused = at(3, { event: 'connection.refused', connection: 9, how: 'reset' });
    const { lanes } = lanesOf([registered(0, 'b'), refused, placed(4, 1, 'a')], ['b', 'a']);
    expect(lanes).toEqual(['changes', 'a traffic', 'b traffic', 'not placed']);
  });

  it('are empty without events', () => {
    expect(lanesOf([])).toEqual({ lanes: [], spans: [], points: [], endMs: 1 });
  });
});
