/**
 * Judges of connection draining: a removed instance gets nothing new, keeps what it has for the duration, and nobody
 * else notices. The duration counts from somewhere between request and answer of the removal.
 */
import {
  type Assessment,
  type Breach,
  counted,
  judgeOf,
  type Subject,
  undeclared,
} from './assessment.ts';
import { hasFailed } from './check-ledger.ts';
import { isAtFailure } from './cuts-at-results.ts';
import {
  doubtOn,
  drainOverMs,
  isLeftToDefault,
  type Outliving,
  outliving,
  returnOf,
} from './drain-ends.judges.ts';
import { editsJustBefore, isReconfiguredAt } from './edits.ts';
import { arrivedWhole, lostInForwarding } from './forwarding.judges.ts';
import type { Judge } from './judge.ts';
import { cycleOf, epochOf, type Removal } from './membership.ts';
import { earlyMs } from './order.ts';
import { isPlaced, type MembershipChange, type Placed, wordTrait } from './reading.ts';
import { hasOthers } from './rotation.ts';
import { pairsOf } from './sessions.ts';

/** New connections among which one would have gone to the removed instance: two of its former cycles of round robin. */
const cyclesToTempt = 2;
/** The same by hashing: with a share of 1/W, one of 10 W addresses misses it with probability e^-10. */
const hashedCyclesToTempt = 10;

export const noNew: Judge = judgeOf('draining.no-new', (subject) =>
  subject.effective.drainMs === 0 ? 'connection draining is off' : judgeNewConnections(subject),
);
export const drainingZero: Judge = judgeOf('draining.zero', (subject) => {
  if (subject.effective.drainMs > 0) return 'connection draining is on';
  const judged = judgeNewConnections(subject);
  const left = leftAlone(subject);
  return { ...judged, ...left, breaches: [...judged.breaches, ...left.breaches] };
});

/** Connections that outlived a removal that is declared to cut them. */
function leftAlone(subject: Subject): Pick<Assessment, 'breaches' | 'doubt'> {
  if (wordTrait(subject, 'draining.zero') !== 'cut') return { breaches: [] };
  const held = drained(subject).map((one) => ({ ...one, left: leftAt(subject, one) }));
  return {
    breaches: held.flatMap(({ connection, change, left }): readonly Breach[] => {
      if (left === null || left === 'perhaps') return [];
      return [
        {
          why: `connection ${connection.connection} on ${change.instance} ${left.observed} after the removal, and there is no drain`,
          expected: 'declared: cut',
          observed: 'it went on',
          lines: [left.line],
        },
      ];
    }),
    ...doubtOn(held.filter(({ left }) => left === 'perhaps').length, held.length),
  };
}

/** Without a drain also what happens at the very moment of the removal, on a later line, is after it. */
function leftAt(subject: Subject, { connection, change }: Drained): Outliving | 'perhaps' | null {
  const sureMs = drainOverMs(subject, change);
  const alive = connection.carried.find(
    (one) => one.line > change.line && one.fromMs >= sureMs && arrivedWhole(one),
  );
  if (alive === undefined) return outliving(subject, change, connection);
  return { observed: 'still carried data', line: alive.line };
}

/** New connections, with a drain only of clients that no session binds to the removed instance: those are another clause's. */
function judgeNewConnections(subject: Subject): Assessment {
  const { drainMs } = subject.effective;
  const known = new Map(pairsOf(subject).map(({ first, second }) => [second, first]));
  const breaches: Breach[] = [];
  const tempted = new Map<Removal, number>();
  for (const connection of subject.connections.filter(isPlaced)) {
    const epoch = epochOf(subject.epochs, connection);
    if (epoch === null || epoch.removed.size === 0) continue;
    const isTempting = hasOthers(subject, '', connection);
    for (const removal of epoch.removed.values()) {
      const { name } = removal.member;
      if (drainMs > 0 && known.get(connection)?.placed.instance === name) continue;
      const isDraining = connection.placed.toMs < removal.change.fromMs + drainMs;
      if (isTempting && (isDraining || drainMs === 0))
        tempted.set(removal, (tempted.get(removal) ?? 0) + 1);
      if (connection.placed.instance !== name) continue;
      breaches.push({
        why: `connection ${connection.connection} went to ${name}, removed ${(connection.opened.fromMs - removal.change.toMs).toFixed(0)} ms before`,
        expected: 'an instance that was not removed',
        observed: name,
        lines: [connection.placed.line],
      });
    }
  }
  const { scheduling } = subject.configuration;
  // whom least connections would have tempted is a matter of ties
  const cycles =
    scheduling === 'weighted-round-robin'
      ? cyclesToTempt
      : scheduling === 'source-ip'
        ? hashedCyclesToTempt
        : Number.POSITIVE_INFINITY;
  const enough = [...tempted].filter(
    ([{ before }, count]) => count >= cycles * cycleOf(before.values()),
  );
  const total = enough.reduce((sum, [, count]) => sum + count, 0);
  return {
    breaches,
    sometimes: { 'removals with new connections that would have gone there': enough.length },
    kept: `${counted(total, 'new connection')} after ${counted(enough.length, 'removal')}, none went to what was removed`,
  };
}

interface Drained {
  readonly connection: Placed;
  readonly change: MembershipChange;
}

/** Held connections of a removed instance, opened before the removal. */
function drained(subject: Subject): readonly Drained[] {
  const removals = subject.changes.filter(
    ({ kind, outcome }) => kind === 'removed' && outcome === 'accepted',
  );
  // whoever is registered again drains no longer, and by which default is another clause's
  const draining = removals.filter((change) => returnOf(subject, change) === null);
  const isResuming = wordTrait(subject, 'draining.return') === 'resumes';
  const isJudged = (instance: string) =>
    !hasFailed(subject.instances.get(instance)?.ledger) || keepsUnhealthy(subject, instance);
  return draining.flatMap((change) => {
    if (!isJudged(change.instance)) return [];
    // whoever does not resume may end at the first deadline what outlived the return
    const earlier = removals.findLast(
      ({ instance, line }) => instance === change.instance && line < change.line,
    );
    const sinceLine = isResuming ? -1 : (earlier?.line ?? -1);
    return subject.connections
      .filter(isPlaced)
      .filter(({ placed, closed }) => {
        const isHeld = closed === null || closed.line > change.line;
        const isItsOwn =
          placed.instance === change.instance &&
          placed.line < change.line &&
          placed.line > sinceLine;
        return isItsOwn && isHeld;
      })
      .map((connection) => ({ connection, change }));
  });
}

/** Whether its failed checks are no reason to end its connections: declared, and nothing seen that says otherwise. */
function keepsUnhealthy(subject: Subject, instance: string): boolean {
  if (wordTrait(subject, 'health.liveConnections') !== 'kept') return false;
  const refusingFromMs = subject.instances.get(instance)?.refusingFromMs;
  if (refusingFromMs !== Number.POSITIVE_INFINITY) return false;
  return !subject.connections.filter(isPlaced).some(({ placed, closed }) => {
    const isMember = !subject.changes.some(
      (change) =>
        change.kind === 'removed' &&
        change.instance === placed.instance &&
        change.line < (closed?.line ?? 0),
    );
    return (
      closed?.by === 'balancer' &&
      isMember &&
      hasFailed(subject.instances.get(placed.instance)?.ledger)
    );
  });
}

/** From here on a transfer shows that the drain lasts, not only that it began. */
const laterShare = 0.5;

export const established: Judge = judgeOf('draining.established', (subject) => {
  const { drainMs } = subject.effective;
  if (drainMs === 0) return 'connection draining is off';
  if (isLeftToDefault(subject)) return 'the duration is left to the default';
  const breaches: Breach[] = [];
  // where data are lost on connections that no drain touches, the same loss here is no drain's doing
  const lostAnyway = lostInForwarding(subject);
  let transfers = 0;
  let later = 0;
  for (const { connection, change } of drained(subject)) {
    const endMs = change.fromMs + drainMs - earlyMs(subject.time);
    const { closed, placed } = connection;
    for (const one of connection.carried) {
      if (one.line < change.line || one.toMs >= endMs) continue;
      if (closed !== null && closed.by !== 'balancer' && closed.line < one.line) continue;
      transfers++;
      if (one.fromMs >= change.toMs + laterShare * drainMs) later++;
      if (arrivedWhole(one)) continue;
      const afterMs = one.fromMs - change.toMs;
      const lines = [one.line, ...lostAnyway];
      const breach = lost(connection, placed.instance, afterMs, drainMs, lines);
      // who loses data anywhere loses them here, too
      breaches.push({ ...breach, restsOn: ['forward.data'] });
    }
    if (
      closed?.by === 'balancer' &&
      closed.toMs < endMs &&
      !isOthersDoing(subject, closed, change.instance)
    ) {
      const afterMs = closed.toMs - change.toMs;
      const lines = [closed.line, ...lostAnyway];
      breaches.push(lost(connection, placed.instance, afterMs, drainMs, lines));
    }
  }
  return {
    breaches,
    sometimes: {
      'transfers while draining': transfers,
      'transfers in the later half of a drain': later,
    },
    kept: `${counted(transfers, 'transfer')} on connections of a draining instance arrived whole`,
  };
});

/** Ended at the very edit of somebody else, one of several in a list at that, which is another clause's. */
function isOthersDoing(
  subject: Subject,
  closed: NonNullable<Placed['closed']>,
  instance: string,
): boolean {
  if (isReconfiguredAt(subject, closed)) return true;
  const edits = editsJustBefore(subject, closed);
  const [last] = edits.filter((edit) => edit.kind !== 'removed' || edit.instance !== instance);
  if (last === undefined) return false;
  // where nobody is left the other clause has nobody to speak of
  const since = subject.epochs.find(({ until }) => until.line > last.line);
  const isAlone = edits.length === 1 && last.kind === 'removed';
  return !isAlone || since === undefined || since.members.size > 0;
}

function lost(
  { connection }: Placed,
  instance: string,
  afterMs: number,
  drainMs: number,
  lines: readonly number[],
): Breach {
  return {
    why: `connection ${connection} on ${instance} no longer worked ${afterMs.toFixed(0)} ms after the removal`,
    expected: `it goes on for ${drainMs} ms`,
    observed: `over after ${afterMs.toFixed(0)} ms`,
    lines,
  };
}

function halfEnded({ connection, placed }: Placed, line: number): Breach {
  return {
    why: `connection ${connection} on ${placed.instance} was ended at one end only at the end of its drain`,
    expected: 'declared: close',
    observed: 'the other end did not learn of it',
    lines: [line],
  };
}

export const deadline: Judge = judgeOf('draining.deadline', (subject) => {
  const { drainMs } = subject.effective;
  if (drainMs === 0) return 'connection draining is off';
  if (isLeftToDefault(subject)) return 'the duration is left to the default';
  const reading = wordTrait(subject, 'draining.deadline');
  const isClosing = reading === 'close';
  const breaches: Breach[] = [];
  let closedThen = 0;
  let left = 0;
  let unseen = 0;
  const all = drained(subject);
  for (const { connection, change } of all) {
    const { closed, placed } = connection;
    const isOver =
      closed?.by === 'balancer' && closed.toMs >= change.fromMs + drainMs - earlyMs(subject.time);
    const after = outliving(subject, change, connection);
    const alive = after === 'perhaps' ? null : after;
    if (isOver) closedThen++;
    if (after === 'perhaps') unseen++;
    if (alive !== null) left++;
    if (isClosing && isOver && !closed.learned) breaches.push(halfEnded(connection, closed.line));
    const line = isClosing ? alive?.line : isOver ? closed?.line : undefined;
    if (reading === null || line === undefined) continue;
    breaches.push({
      why: `connection ${connection.connection} on ${placed.instance} was ${isClosing ? 'left open' : 'closed'} at the end of its drain`,
      expected: `declared: ${reading}`,
      observed: isClosing ? `it ${alive?.observed}` : 'the balancer closed it',
      lines: [line],
    });
  }
  if (reading === null) {
    return closedThen + left === 0
      ? 'no connection was seen at the end of a drain'
      : undeclared(`${closedThen} closed, ${left} left open`);
  }
  return {
    breaches,
    sometimes: {
      [`connections ${isClosing ? 'closed' : 'left open'} at the end of a drain`]: isClosing
        ? closedThen
        : left,
    },
    ...(isClosing ? doubtOn(unseen, all.length) : {}),
    kept: `${counted(isClosing ? closedThen : left, 'connection')} ${isClosing ? 'closed' : 'left open'} at the end of a drain, as declared`,
  };
});

export const drainingOthers: Judge = judgeOf('draining.others', (subject) => {
  const gone = new Set(
    subject.changes.filter(({ kind }) => kind === 'removed').map(({ instance }) => instance),
  );
  const first = subject.changes.find(
    ({ kind, outcome }) => kind === 'removed' && outcome === 'accepted',
  );
  if (first === undefined) return 'no instance was removed';
  const breaches: Breach[] = [];
  let untouched = 0;
  for (const connection of subject.connections.filter(isPlaced)) {
    const { placed, closed, carried } = connection;
    if (
      gone.has(placed.instance) ||
      placed.line > first.line ||
      hasFailed(subject.instances.get(placed.instance)?.ledger)
    )
      continue;
    if (closed !== null && closed.line < first.line) continue;
    if (closed?.by === 'balancer') {
      // what another edit ended is another clause's
      const last = subject.changes.findLast(({ line }) => line < closed.line);
      const atOnce = editsJustBefore(subject, closed);
      if (last?.kind !== 'removed' || atOnce.some(({ kind }) => kind !== 'removed')) continue;
      if (isAtFailure(subject, closed) || isReconfiguredAt(subject, closed)) continue;
      breaches.push({
        why: `connection ${connection.connection} on ${placed.instance} was ended while ${first.instance} was removed`,
        expected: 'connections of other instances go on',
        observed: `the balancer ${closed.how} it`,
        lines: [closed.line],
      });
    } else if (closed !== null || carried.some(({ line }) => line > first.line)) untouched++;
  }
  return {
    breaches,
    sometimes: { 'connections of others that went on': untouched },
    kept: `${counted(untouched, 'connection')} of other instances went on through a removal`,
  };
});
