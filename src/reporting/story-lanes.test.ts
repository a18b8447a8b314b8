/** What events become in a picture: spans while something holds, points where something happens. */
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { lanesOf as lanesAt, placesOf } from './story-lanes.ts';

const accepted = { is: 'accepted' } as const;
const at = (ms: number, what: object) => ({ fromMs: ms, toMs: ms, ...what }) as HistoryEvent;
const registered = (ms: number, instance: string) =>
  at(ms, { event: 'instance.registered', instance, weight: 1, port: null, outcome: accepted });
const placed = (ms: number, connection: number, instance: string) =>
  at(ms, { event: 'connection.placed', connection, instance, port: 80 });

/** Lanes on the plain line of time, so that the examples below can be read. */
const lanesOf = (events: readonly HistoryEvent[]) =>
  lanesAt(events, new Map(events.map((event) => [event, event.toMs])));

describe('lanes of a history', () => {
  it('show an instance as listed until it is removed, and as draining from then on', () => {
    const removed = at(40, { event: 'instance.removed', instance: 'a', outcome: accepted });
    const { spans } = lanesOf([registered(10, 'a'), removed, placed(90, 1, 'b')]);
    expect(spans).toContainEqual({ lane: 'a traffic', from: 10, to: 40, kind: 'listed' });
    expect(spans).toContainEqual({ lane: 'a traffic', from: 40, to: 91, kind: 'draining' });
  });

  it('end the drain where the instance is registered again', () => {
    const removed = at(40, { event: 'instance.removed', instance: 'a', outcome: accepted });
    const { spans } = lanesOf([
      registered(10, 'a'),
      removed,
      registered(60, 'a'),
      placed(90, 1, 'a'),
    ]);
    expect(spans).toContainEqual({ lane: 'a traffic', from: 40, to: 60, kind: 'draining' });
    expect(spans).toContainEqual({ lane: 'a traffic', from: 60, to: 91, kind: 'listed' });
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
    expect(spans).toContainEqual({ lane: 'a traffic', from: 10, to: 30, kind: 'connection' });
    expect(spans).toContainEqual({ lane: 'a traffic', from: 20, to: 51, kind: 'connection' });
  });

  it('hold no connection open whose end may be among lines left out', () => {
    const { spans } = lanesOf([placed(10, 1, 'a'), placed(50, 7, 'a')]);
    expect(spans.filter(({ kind }) => kind === 'connection')).toEqual([]);
  });

  it('say what a check was answered with, and call none unanswered that the events do not show to be', () => {
    const started = (ms: number, check: number) =>
      at(ms, { event: 'check.started', check, instance: 'a', method: 'http', port: 80, path: '/' });
    const replied = (check: number, reply: unknown) =>
      at(5, { event: 'check.replied', check, reply });
    const abandoned = at(9, { event: 'check.abandoned', check: 3 });
    const events = [
      started(1, 1),
      started(2, 2),
      started(3, 3),
      replied(1, 503),
      replied(2, 'refused'),
      abandoned,
      started(9, 4),
    ];
    expect(lanesOf(events).points.map(({ kind, reply }) => [kind, reply])).toEqual([
      ['check', '503'],
      ['check-not-answered', 'refused'],
      ['check-not-answered', 'silence'],
      ['check', ''],
    ]);
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
    expect(spans).toEqual([{ lane: 'a checks', from: 20, to: 70, kind: 'refusing' }]);
  });

  it('put changes first, then instances by name, then what was not placed', () => {
    const refused = at(3, { event: 'connection.refused', connection: 9, how: 'reset' });
    const { lanes } = lanesOf([registered(0, 'b'), refused, placed(4, 1, 'a')]);
    expect(lanes).toEqual(['changes', 'a traffic', 'b traffic', 'not placed']);
  });

  it('take an instance that was never registered as there from the start', () => {
    const { spans } = lanesOf([placed(10, 1, 'a')]);
    expect(spans).toContainEqual({ lane: 'a traffic', from: 0, to: 11, kind: 'listed' });
  });

  it('are empty without events', () => {
    expect(lanesOf([])).toEqual({ lanes: [], spans: [], points: [], end: 1 });
  });
});

describe('places on the line of time', () => {
  it('keep the order, tell one instant apart, and widen with the wait', () => {
    const events = [placed(0, 1, 'a'), placed(0, 2, 'a'), placed(10, 3, 'a'), placed(100, 4, 'a')];
    const places = [...placesOf(events).values()];
    const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
    expect(gaps[0]).toBe(1);
    expect(gaps[1]).toBeGreaterThan(1);
    expect(gaps[2]).toBeGreaterThan(gaps[1] ?? 0);
  });

  it('stay finite for events that are all at one instant', () => {
    const places = [...placesOf([placed(5, 1, 'a'), placed(5, 2, 'a')]).values()];
    expect(places).toEqual([1, 2]);
  });
});
