/**
 * The part of a history that follows an accepted change of the configuration, as a history of its own: who was a member
 * then, how instances behaved, and all that began after the change. Knows no verdict and leaves the rest of the
 * history alone.
 */
import type {
  History,
  HistoryEvent,
  InstanceListed,
  TimeKind,
  When,
} from '../history/vocabulary.ts';
import type { EventIntake } from './event-intake.ts';
import { isBefore } from './order.ts';
import { type ConnectionReading, propagationOf } from './reading.ts';

export interface LaterHistory {
  readonly history: History;
  /** By line of it: the line it was taken from. */
  readonly lines: readonly number[];
}

interface Line {
  readonly event: HistoryEvent;
  readonly line: number;
}

/**
 * From the change on line `changeLine` to the next one. `isHeldKnown`: with the connections that were held then, as if
 * they had been placed just then: somebody who counts them goes on counting.
 */
export function afterChange(
  { header, events }: Pick<History, 'header' | 'events'>,
  whole: EventIntake,
  changeLine: number,
  { isHeldKnown }: { readonly isHeldKnown: boolean } = { isHeldKnown: false },
): LaterHistory | null {
  const change = events[changeLine];
  if (change?.event !== 'service.configured') return null;
  const propagationMs = propagationOf({ traits: header.traits ?? {} });
  const next = nextChange(whole, changeLine);
  const { time } = header;
  const following = linesBetween(events, { changeLine, next, time });
  const held = isHeldKnown ? heldAt(whole, changeLine) : [];
  const isBegun = begunWith(change.toMs, { propagationMs, time });
  const isMissed = ({ event }: Line) => event.event === 'connection.opened' && !isBegun(event);
  // who counts them has these, too, and nobody knows by which configuration they were placed
  if (isHeldKnown && following.some(isMissed)) return null;
  if (isHeldKnown && !isHeldCertain(whole, { ...change, line: changeLine }, time)) return null;
  const lines: readonly Line[] = [
    { event: change, line: changeLine },
    ...behavioursAt(whole, changeLine).map(({ event, line }) => {
      return { event: { ...event, fromMs: change.toMs, toMs: change.toMs }, line };
    }),
    ...held.flatMap((connection) => placedAt(connection, change.toMs)),
    ...begunAfter(following, isBegun, held),
  ];
  const instances = membersAt(header.instances ?? [], whole, changeLine);
  return {
    history: {
      header: { ...header, configuration: change.configuration, instances },
      events: lines.map(({ event }, index) =>
        event.event === 'history.ended' ? { ...event, events: index } : event,
      ),
    },
    lines: lines.map(({ line }) => line),
  };
}

type Configured = EventIntake['reconfigured'][number];

/** The next change that may have come into effect. */
function nextChange({ reconfigured }: EventIntake, changeLine: number): Configured | undefined {
  return reconfigured.find(
    ({ line, event }) => line > changeLine && event.outcome.is !== 'rejected',
  );
}

/** What happened under the next configuration is not silence under this one: it ends where that was asked for. */
function linesBetween(
  events: readonly HistoryEvent[],
  {
    changeLine,
    next,
    time,
  }: {
    readonly changeLine: number;
    readonly next: Configured | undefined;
    readonly time: TimeKind;
  },
): readonly Line[] {
  const untilLine = next?.line ?? Number.POSITIVE_INFINITY;
  return events.flatMap((event, line): Line[] => {
    if (line <= changeLine || (line >= untilLine && event.event !== 'history.ended')) return [];
    if (next === undefined) return [{ event, line }];
    const { fromMs } = next.event;
    if (event.event !== 'history.ended')
      return happenedUnder(event, line, { fromMs, line: next.line }, time) ? [{ event, line }] : [];
    return [{ event: { ...event, fromMs, toMs: fromMs }, line }];
  });
}

/** Whether a connection or a check came so far before another configuration was asked for; all else stays. */
export function happenedUnder(
  event: HistoryEvent,
  line: number,
  change: { readonly fromMs: number; readonly line: number },
  time: TimeKind,
): boolean {
  const isTraffic = 'connection' in event || 'check' in event;
  return !isTraffic || isBefore({ toMs: event.toMs, line }, change, time);
}

/** Whether what begins then, on a later line, begins under the new configuration. */
function begunWith(
  changedMs: number,
  { propagationMs, time }: { readonly propagationMs: number; readonly time: TimeKind },
) {
  const isAtOnce = propagationMs === 0 && time === 'stepped';
  return ({ fromMs }: HistoryEvent) =>
    isAtOnce ? fromMs >= changedMs : fromMs > changedMs + propagationMs;
}

/** Without connections and checks that may have begun before the change was in effect. */
function begunAfter(
  following: readonly Line[],
  isBegun: (event: HistoryEvent) => boolean,
  held: readonly Held[],
): readonly Line[] {
  const connections = new Set(held.map(({ connection }) => connection));
  const checks = new Set<number>();
  return following.filter(({ event }) => {
    if (event.event === 'connection.opened' && isBegun(event)) connections.add(event.connection);
    if (event.event === 'check.started' && isBegun(event)) checks.add(event.check);
    if ('connection' in event) return connections.has(event.connection);
    return !('check' in event) || checks.has(event.check);
  });
}

type Held = Pick<ConnectionReading, 'connection' | 'source' | 'port' | 'openedLine'> & {
  readonly placed: NonNullable<ConnectionReading['placed']>;
};

function heldAt({ connections }: EventIntake, changeLine: number): readonly Held[] {
  return [...connections.values()].flatMap(({ placed, closed, ...connection }): readonly Held[] => {
    const isHeld =
      placed !== null && placed.line < changeLine && (closed === null || closed.line > changeLine);
    return isHeld ? [{ ...connection, placed }] : [];
  });
}

/** Whether each connection was certainly held at the change or certainly not. */
function isHeldCertain(
  { connections }: EventIntake,
  change: When & { readonly line: number },
  time: TimeKind,
): boolean {
  const isApart = (from: When & { readonly line: number }, to: When & { readonly line: number }) =>
    isBefore(to, change, time) || isBefore(change, from, time);
  return [...connections.values()].every(({ opened, openedLine, placed, closed }) => {
    const asked = { ...opened, line: openedLine };
    return isApart(asked, placed ?? asked) && (closed === null || isApart(closed, closed));
  });
}

function placedAt({ connection, source, port, openedLine, placed }: Held, ms: number): Line[] {
  const at = { fromMs: ms, toMs: ms, connection };
  const { instance, port: reached, line } = placed;
  return [
    { event: { ...at, event: 'connection.opened', source, port }, line: openedLine },
    { event: { ...at, event: 'connection.placed', instance, port: reached }, line },
  ];
}

/** How each instance behaved just then. */
function behavioursAt({ behaviours }: EventIntake, untilLine: number): readonly Line[] {
  return [...behaviours].flatMap(([instance, own]): Line[] => {
    const last = own.findLast(({ line }) => line < untilLine);
    if (last === undefined) return [];
    const { line, ...behaviour } = last;
    return [{ event: { ...behaviour, event: 'instance.behaved', instance }, line }];
  });
}

function membersAt(
  listed: readonly InstanceListed[],
  { changes }: EventIntake,
  untilLine: number,
): readonly InstanceListed[] {
  const members = new Map(listed.map((one) => [one.name, one]));
  for (const { kind, instance, weight, port, outcome, line } of changes) {
    if (line > untilLine || outcome !== 'accepted') continue;
    if (kind === 'removed') members.delete(instance);
    else members.set(instance, { name: instance, weight, port });
  }
  return [...members.values()];
}
