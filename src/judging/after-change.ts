/**
 * The part of a history that follows an accepted change of the configuration, as a history of its own: who was a member
 * then, how instances behaved, and all that began after the change. Knows no verdict and leaves the rest of the
 * history alone.
 */
import type { History, HistoryEvent, InstanceListed } from '../history/vocabulary.ts';
import type { EventIntake } from './event-intake.ts';

export interface LaterHistory {
  readonly history: History;
  /** By line of it: the line it was taken from. */
  readonly lines: readonly number[];
}

interface Line {
  readonly event: HistoryEvent;
  readonly line: number;
}

/** From the change on line `changeLine` to the next one. */
export function afterChange(
  { header, events }: Pick<History, 'header' | 'events'>,
  whole: EventIntake,
  changeLine: number,
): LaterHistory | null {
  const change = events[changeLine];
  if (change?.event !== 'service.configured') return null;
  const next = whole.reconfigured.find(
    ({ line, event }) => line > changeLine && event.outcome.is !== 'rejected',
  );
  const untilLine = next?.line ?? Number.POSITIVE_INFINITY;
  const propagationMs = Number(header.traits?.['change.propagationMs']?.reading ?? 0) || 0;
  const following = events.flatMap((event, line): Line[] =>
    line > changeLine && (line < untilLine || event.event === 'history.ended')
      ? [{ event, line }]
      : [],
  );
  const isBegun = (event: HistoryEvent) =>
    propagationMs === 0 ? event.fromMs >= change.toMs : event.fromMs > change.toMs + propagationMs;
  const begun = { connections: new Set<number>(), checks: new Set<number>() };
  const kept = following.filter(({ event }) => {
    if (event.event === 'connection.opened' && isBegun(event))
      begun.connections.add(event.connection);
    if (event.event === 'check.started' && isBegun(event)) begun.checks.add(event.check);
    if ('connection' in event) return begun.connections.has(event.connection);
    return !('check' in event) || begun.checks.has(event.check);
  });
  const lines: readonly Line[] = [
    { event: change, line: changeLine },
    ...behavioursAt(whole, changeLine).map(({ event, line }) => {
      return { event: { ...event, fromMs: change.toMs, toMs: change.toMs }, line };
    }),
    ...kept,
  ];
  return {
    history: {
      header: {
        ...header,
        configuration: change.configuration,
        instances: membersAt(header.instances ?? [], whole, changeLine),
      },
      events: lines.map(({ event }) => event),
    },
    lines: lines.map(({ line }) => line),
  };
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
