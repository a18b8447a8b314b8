/** Judges of what a placed connection does: the port it reaches, its bytes, its end. Knows no algorithm. */
import type { When } from '../history/vocabulary.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import { epochOf, type Member } from './membership.ts';
import { isBefore } from './order.ts';
import { type Carried, isPlaced, linesInWhole, type Placed, type Reading } from './reading.ts';
import { failingSince } from './turned-away.ts';

export const forwardPort: Judge = judgeOf('forward.port', (subject) => {
  const now = astrayIn(subject, () => true);
  const later = ownPortsLater(subject);
  const judged = now.judged + later.judged;
  return {
    breaches: [...now.breaches, ...later.breaches],
    sometimes: { 'placed connections': judged },
    kept: `${counted(judged, 'connection')} reached the right port`,
  };
});

interface Arrivals {
  readonly judged: number;
  readonly breaches: readonly Breach[];
}

/** A port of its own stays whatever becomes of the service's; whether that one is kept is the change's matter. */
function ownPortsLater({ later }: Pick<Reading, 'later'>): Arrivals {
  if (later === null) return { judged: 0, breaches: [] };
  const { judged, breaches } = astrayIn(later.reading, ({ port }) => port !== null);
  const told = (one: Breach) => ({ ...one, lines: linesInWhole(later, one.lines) });
  return { judged, breaches: breaches.map(told) };
}

type Ported = Pick<Reading, 'configuration' | 'connections' | 'epochs'>;

function astrayIn(
  { configuration, connections, epochs }: Ported,
  isMeant: (member: Member) => boolean,
): Arrivals {
  const breaches: Breach[] = [];
  let judged = 0;
  for (const connection of connections) {
    if (!isPlaced(connection) || configuration === null) continue;
    const { placed } = connection;
    const member = epochOf(epochs, connection)?.members.get(placed.instance);
    if (member === undefined || !isMeant(member)) continue;
    judged++;
    const due = member.port ?? configuration.port;
    if (placed.port === due) continue;
    breaches.push({
      why: `connection ${connection.connection} reached port ${placed.port} of ${placed.instance}`,
      expected: `port ${due}, ${member.port === null ? "the service's" : "the instance's own"}`,
      observed: `port ${placed.port}`,
      lines: [placed.line],
    });
  }
  return { judged, breaches };
}

/** What a connection did while nothing but forwarding was at stake. */
interface Untroubled {
  readonly connection: Placed;
  readonly carried: readonly Carried[];
  readonly closed: Placed['closed'];
}

export const forwardData: Judge = judgeOf('forward.data', (subject) => {
  const ended = endedByItself(subject);
  const breaches: Breach[] = [...ended];
  let transfers = 0;
  let closes = 0;
  for (const { connection: one, carried, closed } of untroubled(subject)) {
    const { connection } = one;
    transfers += carried.length;
    for (const { bytesSent, bytesUp, bytesDown, line } of lossesIn(carried)) {
      breaches.push({
        why: `of ${bytesSent} bytes of connection ${connection} ${bytesUp} arrived and ${bytesDown} came back`,
        expected: `${bytesSent} bytes each way, unchanged`,
        observed: `${bytesUp} up, ${bytesDown} down`,
        lines: [line, ...endLines(one)],
      });
    }
    if (closed === null) continue;
    closes++;
    if (closed.learned) continue;
    breaches.push({
      why: `the ${closed.by} ended connection ${connection} and the other end did not learn of it`,
      expected: 'both ends learn of a close',
      observed: 'one did not',
      lines: [closed.line],
    });
  }
  return {
    breaches,
    undermines: ended.length > 0 ? toldByEnds : [],
    sometimes: { 'transfers of data': transfers, 'closes by one end': closes },
    kept: `${counted(transfers, 'transfer')} arrived whole, ${counted(closes, 'close')} reached the other end`,
  };
});

/** Told by what ends a connection: nothing where it ends by itself. */
const toldByEnds = [
  ...['draining.established', 'draining.others', 'draining.return', 'draining.default'],
  ...['health.live-connections', 'change.keeps-established', 'load.no-loss'],
  ...['schedule.weight-change', 'schedule.weight-zero'],
];

/**
 * Connections that the balancer ends while nothing but time passes, before anybody had failed a check or anything was
 * edited. On a real machine who did something just before nobody can tell.
 */
function endedByItself(subject: Subject): readonly Breach[] {
  const { time, connections } = subject;
  if (time !== 'stepped') return [];
  const all = connections
    .filter(isPlaced)
    .flatMap(({ connection, closed }) =>
      closed?.by === 'balancer' ? [{ connection, closed }] : [],
    );
  if (all.length === 0) return [];
  const untilLine = firstReasonLine(subject);
  const ended = all.filter(({ closed }) => closed.line < untilLine);
  const lastDone = lastDoneIn(connections);
  const inOrder = ended.toSorted((a, b) => a.closed.line - b.closed.line);
  return inOrder.flatMap(({ connection, closed }): readonly Breach[] => {
    const { fromMs, line } = closed;
    if (fromMs <= lastDone(line)) return [];
    return [
      {
        why: `the balancer ended connection ${connection} while nothing happened`,
        expected: 'it lasts until either end closes it',
        observed: `the balancer ${closed.how} it`,
        lines: [line],
      },
    ];
  });
}

/** Line of the first thing that may be a reason to end any connection. */
function firstReasonLine({ whole, touches }: Subject): number {
  const { changes, reconfigurations } = whole;
  const edits = [...changes, ...reconfigurations, ...touches].map(({ line }) => line);
  const refusals = [...whole.instances.values()].flatMap(({ behaviours }) =>
    behaviours.filter(({ traffic }) => traffic !== 'accepted').map(({ line }) => line),
  );
  return Math.min(...edits, ...refusals, failingSince(whole));
}

/** When a client or an instance had last done anything before a line; to be asked in order. */
function lastDoneIn(connections: Subject['connections']): (line: number) => number {
  const done = connections
    .flatMap(({ opened, openedLine, placed, refused, carried, closed }) => [
      { toMs: opened.toMs, line: openedLine },
      ...[placed, refused, closed?.by === 'balancer' ? null : closed].filter((one) => one !== null),
      ...carried,
    ])
    .toSorted((a, b) => a.line - b.line);
  let at = 0;
  return (line) => {
    while ((done[at]?.line ?? line) < line) at++;
    return done[at - 1]?.toMs ?? Number.NEGATIVE_INFINITY;
  };
}

/** Where the balancer itself ended it: that is no other matter. */
function endLines({ closed }: Placed): readonly number[] {
  return closed?.by === 'balancer' ? [closed.line] : [];
}

/** Lines of transfers that did not arrive whole although nothing but forwarding was at stake. */
export function lostInForwarding(subject: Subject): readonly number[] {
  if (subject.connections.every(({ carried }) => carried.every(arrivedWhole))) return [];
  return untroubled(subject).flatMap(({ carried }) => lossesIn(carried).map(({ line }) => line));
}

function lossesIn(carried: readonly Carried[]): readonly Carried[] {
  return carried.filter((one) => !arrivedWhole(one));
}

export function arrivedWhole({ bytesSent, bytesUp, bytesDown }: Carried): boolean {
  return bytesUp === bytesSent && bytesDown === bytesSent;
}

/** On instances not yet removed and not yet failing, and not cut by the balancer for any other reason than data: nothing but forwarding is at stake. */
function untroubled(subject: Subject): readonly Untroubled[] {
  const troubledFrom = new Map<string, { readonly fromMs: number; readonly line: number }>();
  const trouble = (name: string, line: number, { fromMs }: When) => {
    if (line < (troubledFrom.get(name)?.line ?? Number.POSITIVE_INFINITY))
      troubledFrom.set(name, { fromMs, line });
  };
  for (const change of subject.changes) {
    if (change.kind === 'removed') trouble(change.instance, change.line, change);
  }
  for (const { name, ledger } of subject.instances.values()) {
    const failed = ledger.checks.find(({ result }) => result === 'failed');
    if (failed !== undefined) trouble(name, failed.startedLine, failed.started);
  }
  return subject.connections.filter(isPlaced).flatMap((connection): readonly Untroubled[] => {
    const trouble = troubledFrom.get(connection.placed.instance);
    const isUntroubled = (when: Carried | NonNullable<Placed['closed']>) =>
      trouble === undefined || isBefore(when, trouble, subject.time);
    const closed =
      connection.closed !== null && isUntroubled(connection.closed) ? connection.closed : null;
    if (closed?.by === 'balancer' && !isEndedByData(subject, connection, closed)) return [];
    const carried = connection.carried.filter(isUntroubled);
    return [{ connection, carried, closed: closed?.by === 'balancer' ? null : closed }];
  });
}

/**
 * Whether it ended at the very transfer that did not arrive, and nobody had edited anything or failed a check since it was
 * last seen alive. On a real machine who was first, the balancer or the data, nobody can tell.
 */
function isEndedByData(
  { time, changes, whole, instances }: Subject,
  { placed, carried }: Placed,
  closed: NonNullable<Placed['closed']>,
): boolean {
  const before = carried.filter(({ line }) => line < closed.line);
  const last = before.at(-1);
  if (time !== 'stepped' || last === undefined) return false;
  if (arrivedWhole(last) || last.fromMs !== closed.fromMs) return false;
  const aliveLine = before.findLast(arrivedWhole)?.line ?? placed.line;
  const isSince = (line: number) => aliveLine < line && line < last.line;
  if ([...changes, ...whole.reconfigurations].some(({ line }) => isSince(line))) return false;
  return [...instances.values()].every(({ ledger }) =>
    ledger.checks.every(
      ({ result, startedLine, concluded }) =>
        result === 'passed' || !isSince(concluded.line ?? startedLine),
    ),
  );
}
