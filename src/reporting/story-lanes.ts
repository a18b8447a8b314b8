/**
 * What a history shows, as lanes over time: which instance was listed, what its checks and connections did.
 * Works from events alone, whole histories and the few of a story alike; draws nothing.
 */
import type { HistoryEvent } from '../history/vocabulary.ts';

interface Span {
  readonly lane: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'listed' | 'draining' | 'refusing' | 'connection';
}
interface Point {
  readonly lane: string;
  readonly atMs: number;
  readonly kind:
    | 'placed'
    | 'refused'
    | 'carried'
    | 'closed'
    | 'check'
    | 'check-not-answered'
    | 'change';
}
export interface Lanes {
  readonly lanes: readonly string[];
  readonly spans: readonly Span[];
  readonly points: readonly Point[];
  readonly endMs: number;
}

const changesLane = 'changes';
const refusedLane = 'not placed';

type Mutable = { lanes: Set<string>; spans: Span[]; points: Point[] };

export function lanesOf(events: readonly HistoryEvent[], initial: readonly string[] = []): Lanes {
  const endMs = events.reduce((latest, event) => Math.max(latest, event.toMs), 1);
  const found: Mutable = { lanes: new Set(), spans: [], points: [] };
  listings(events, initial, endMs, found);
  refusals(events, endMs, found);
  connections(events, endMs, found);
  checks(events, found);
  const lanes = [...found.lanes].sort(byInstanceThenKind);
  return { lanes, spans: found.spans, points: found.points, endMs };
}

function byInstanceThenKind(a: string, b: string): number {
  const place = (lane: string) => (lane === changesLane ? 0 : lane === refusedLane ? 2 : 1);
  return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}

const trafficLane = (instance: string) => `${instance} traffic`;
const checksLane = (instance: string) => `${instance} checks`;

/** From registration to removal an instance is listed; from then until it is registered again it drains. */
function listings(
  events: readonly HistoryEvent[],
  initial: readonly string[],
  endMs: number,
  found: Mutable,
): void {
  const since = new Map<string, { fromMs: number; kind: 'listed' | 'draining' }>();
  const become = (instance: string, atMs: number, kind: 'listed' | 'draining' | null) => {
    const before = since.get(instance);
    if (before?.kind === kind) return;
    const lane = trafficLane(instance);
    found.lanes.add(lane);
    if (before !== undefined) found.spans.push({ lane, ...before, toMs: atMs });
    if (kind !== null) since.set(instance, { fromMs: atMs, kind });
  };
  for (const instance of initial) become(instance, 0, 'listed');
  for (const event of events) {
    if (!isChange(event)) continue;
    found.lanes.add(changesLane);
    found.points.push({ lane: changesLane, atMs: event.toMs, kind: 'change' });
    if (event.event === 'instance.registered') become(event.instance, event.toMs, 'listed');
    if (event.event === 'instance.removed') become(event.instance, event.toMs, 'draining');
  }
  for (const instance of since.keys()) become(instance, endMs, null);
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
function refusals(events: readonly HistoryEvent[], endMs: number, found: Mutable): void {
  const since = new Map<string, number>();
  const end = (instance: string, toMs: number) => {
    const fromMs = since.get(instance);
    if (fromMs === undefined) return;
    since.delete(instance);
    const lane = checksLane(instance);
    found.lanes.add(lane);
    found.spans.push({ lane, fromMs, toMs, kind: 'refusing' });
  };
  for (const event of events) {
    if (event.event !== 'instance.behaved') continue;
    end(event.instance, event.toMs);
    const isFailing =
      event.afterwards.reply === 'refused' ||
      event.afterwards.reply === 'silence' ||
      event.traffic === 'refused';
    if (isFailing) since.set(event.instance, event.toMs);
  }
  for (const instance of [...since.keys()]) end(instance, endMs);
}

function connections(events: readonly HistoryEvent[], endMs: number, found: Mutable): void {
  const open = new Map<number, { lane: string; fromMs: number }>();
  const point = (lane: string, atMs: number, kind: Point['kind']) => {
    found.lanes.add(lane);
    found.points.push({ lane, atMs, kind });
  };
  for (const event of events) {
    if (event.event === 'connection.placed') {
      const lane = trafficLane(event.instance);
      open.set(event.connection, { lane, fromMs: event.toMs });
      point(lane, event.toMs, 'placed');
    } else if (event.event === 'connection.refused') {
      point(refusedLane, event.toMs, 'refused');
    } else if (event.event === 'connection.carried' || event.event === 'connection.closed') {
      const placed = open.get(event.connection);
      if (placed === undefined) continue;
      point(placed.lane, event.toMs, event.event === 'connection.closed' ? 'closed' : 'carried');
      if (event.event === 'connection.carried') continue;
      open.delete(event.connection);
      found.spans.push({ ...placed, toMs: event.toMs, kind: 'connection' });
    }
  }
  for (const placed of open.values())
    found.spans.push({ ...placed, toMs: endMs, kind: 'connection' });
}

function checks(events: readonly HistoryEvent[], found: Mutable): void {
  const answered = new Set<number>();
  for (const event of events) {
    if (event.event === 'check.replied' && event.reply !== 'refused' && event.reply !== 'silence')
      answered.add(event.check);
  }
  const isAnsweredKnown = events.some(
    (event) => event.event === 'check.replied' || event.event === 'check.abandoned',
  );
  for (const event of events) {
    if (event.event !== 'check.started') continue;
    const lane = checksLane(event.instance);
    found.lanes.add(lane);
    const kind = !isAnsweredKnown || answered.has(event.check) ? 'check' : 'check-not-answered';
    found.points.push({ lane, atMs: event.fromMs, kind });
  }
}
