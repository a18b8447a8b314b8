/**
 * What events show, as lanes: which instance was listed, what its checks and connections did. Works from events
 * alone, whole histories and the few of a story alike; draws nothing.
 */
import type { HistoryEvent } from '../history/vocabulary.ts';

interface Span {
  readonly lane: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'listed' | 'draining' | 'refusing' | 'connection';
}
interface Point {
  readonly lane: string;
  readonly at: number;
  readonly kind:
    | 'placed'
    | 'refused'
    | 'carried'
    | 'closed'
    | 'check'
    | 'check-not-answered'
    | 'change';
  /** Of a check: a status, or a word; empty where nothing is known. */
  readonly reply?: string;
}
export interface Lanes {
  readonly lanes: readonly string[];
  readonly spans: readonly Span[];
  readonly points: readonly Point[];
  readonly end: number;
}

const changesLane = 'changes';
const refusedLane = 'not placed';

type Mutable = { lanes: Set<string>; spans: Span[]; points: Point[] };

/** Where an event stands on the line of time. */
export type Places = ReadonlyMap<HistoryEvent, number>;

/**
 * Half of the width is time, half is order: no event hides another that happened at the same instant, and longer
 * waits are still longer.
 */
export function placesOf(events: readonly HistoryEvent[]): Places {
  const [first] = events;
  const last = events.at(-1);
  const totalMs = Math.max(1, (last?.toMs ?? 0) - (first?.toMs ?? 0));
  const places = new Map<HistoryEvent, number>();
  let place = 0;
  let beforeMs = first?.toMs ?? 0;
  for (const event of events) {
    place += 1 + (events.length * Math.max(0, event.toMs - beforeMs)) / totalMs;
    beforeMs = event.toMs;
    places.set(event, place);
  }
  return places;
}

export function lanesOf(events: readonly HistoryEvent[], places: Places = placesOf(events)): Lanes {
  const placeOf = (event: HistoryEvent) => places.get(event) ?? 0;
  const end = Math.max(0, ...events.map(placeOf)) + 1;
  const found: Mutable = { lanes: new Set(), spans: [], points: [] };
  listings(events, placeOf, end, found);
  refusals(events, placeOf, end, found);
  connections(events, placeOf, end, found);
  checks(events, placeOf, found);
  const lanes = [...found.lanes].sort(byInstanceThenKind);
  return { lanes, spans: found.spans, points: found.points, end };
}

type PlaceOf = (event: HistoryEvent) => number;

function byInstanceThenKind(a: string, b: string): number {
  const place = (lane: string) => (lane === changesLane ? 0 : lane === refusedLane ? 2 : 1);
  return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}

const trafficLane = (instance: string) => `${instance} traffic`;
const checksLane = (instance: string) => `${instance} checks`;

/** From registration to removal an instance is listed; from then until it is registered again it drains. */
function listings(
  events: readonly HistoryEvent[],
  placeOf: PlaceOf,
  end: number,
  found: Mutable,
): void {
  const since = new Map<string, { from: number; kind: 'listed' | 'draining' }>();
  const become = (instance: string, at: number, kind: 'listed' | 'draining' | null) => {
    const before = since.get(instance);
    if (before?.kind === kind) return;
    const lane = trafficLane(instance);
    found.lanes.add(lane);
    if (before !== undefined) found.spans.push({ lane, ...before, to: at });
    if (kind !== null) since.set(instance, { from: at, kind });
  };
  for (const instance of listedBefore(events)) become(instance, 0, 'listed');
  for (const event of events) {
    if (!isChange(event)) continue;
    found.lanes.add(changesLane);
    found.points.push({ lane: changesLane, at: placeOf(event), kind: 'change' });
    if (event.event === 'instance.registered') become(event.instance, placeOf(event), 'listed');
    if (event.event === 'instance.removed') become(event.instance, placeOf(event), 'draining');
  }
  for (const instance of since.keys()) become(instance, end, null);
}

/** Instances that do something without having been registered: they were there from the start. */
function listedBefore(events: readonly HistoryEvent[]): ReadonlySet<string> {
  const before = new Set<string>();
  const registered = new Set<string>();
  for (const event of events) {
    if (!('instance' in event) || event.event === 'instance.behaved') continue;
    if (event.event === 'instance.registered') registered.add(event.instance);
    else if (!registered.has(event.instance)) before.add(event.instance);
  }
  return before;
}

type Change = Extract<
  HistoryEvent,
  {
    event: 'service.configured' | 'instance.registered' | 'instance.reweighed' | 'instance.removed';
  }
>;

function isChange(event: HistoryEvent): event is Change {
  return (
    event.event === 'service.configured' ||
    (event.event.startsWith('instance.') && event.event !== 'instance.behaved')
  );
}

/** The world that we own: times in which an instance refuses traffic, or answers its checks with anything but itself. */
function refusals(
  events: readonly HistoryEvent[],
  placeOf: PlaceOf,
  end: number,
  found: Mutable,
): void {
  const since = new Map<string, number>();
  const finish = (instance: string, to: number) => {
    const from = since.get(instance);
    if (from === undefined) return;
    since.delete(instance);
    const lane = checksLane(instance);
    found.lanes.add(lane);
    found.spans.push({ lane, from, to, kind: 'refusing' });
  };
  for (const event of events) {
    if (event.event !== 'instance.behaved') continue;
    finish(event.instance, placeOf(event));
    const isFailing =
      event.afterwards.reply === 'refused' ||
      event.afterwards.reply === 'silence' ||
      event.traffic === 'refused';
    if (isFailing) since.set(event.instance, placeOf(event));
  }
  for (const instance of [...since.keys()]) finish(instance, end);
}

function connections(
  events: readonly HistoryEvent[],
  placeOf: PlaceOf,
  end: number,
  found: Mutable,
): void {
  const open = new Map<number, { lane: string; from: number }>();
  const point = (lane: string, at: number, kind: Point['kind']) => {
    found.lanes.add(lane);
    found.points.push({ lane, at, kind });
  };
  for (const event of events) {
    if (event.event === 'connection.placed') {
      const lane = trafficLane(event.instance);
      open.set(event.connection, { lane, from: placeOf(event) });
      point(lane, placeOf(event), 'placed');
    } else if (event.event === 'connection.refused') {
      point(refusedLane, placeOf(event), 'refused');
    } else if (event.event === 'connection.carried' || event.event === 'connection.closed') {
      const placed = open.get(event.connection);
      if (placed === undefined) continue;
      point(
        placed.lane,
        placeOf(event),
        event.event === 'connection.closed' ? 'closed' : 'carried',
      );
      if (event.event === 'connection.carried') continue;
      open.delete(event.connection);
      found.spans.push({ ...placed, to: placeOf(event), kind: 'connection' });
    }
  }
  if (!areConnectionsComplete(events)) return;
  for (const placed of open.values()) found.spans.push({ ...placed, to: end, kind: 'connection' });
}

/** A story leaves lines out; then a connection whose end is not among them may well have ended. */
function areConnectionsComplete(events: readonly HistoryEvent[]): boolean {
  const ids = events.flatMap((event) =>
    event.event === 'connection.placed' || event.event === 'connection.refused'
      ? event.connection
      : [],
  );
  return ids.every((id, index) => index === 0 || id === (ids[index - 1] ?? 0) + 1);
}

/** A check carries what it was answered with, where the events say so. */
function checks(events: readonly HistoryEvent[], placeOf: PlaceOf, found: Mutable): void {
  const replies = new Map<number, string>();
  for (const event of events) {
    if (event.event === 'check.replied') replies.set(event.check, String(event.reply));
    if (event.event === 'check.abandoned') replies.set(event.check, 'silence');
  }
  for (const event of events) {
    if (event.event !== 'check.started') continue;
    const lane = checksLane(event.instance);
    found.lanes.add(lane);
    const reply = replies.get(event.check) ?? '';
    const kind = reply === 'refused' || reply === 'silence' ? 'check-not-answered' : 'check';
    found.points.push({ lane, at: placeOf(event), kind, reply });
  }
}
