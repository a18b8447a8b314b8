/**
 * Judges of how a drain ends: by the default where no duration was given, early once its last connection is over, or
 * by the return of its instance. Whether checks still come is what shows the end of a drain without connections.
 */
import { type Breach, counted, judgeOf, type Subject, undeclared } from './assessment.ts';
import { hasFailed } from './check-ledger.ts';
import { isAtFailure } from './cuts-at-results.ts';
import { isEditedAt } from './edits.ts';
import { arrivedWhole, lostInForwarding } from './forwarding.judges.ts';
import type { Judge } from './judge.ts';
import { earlyMs, isBefore, roundingMs } from './order.ts';
import {
  type ConnectionReading,
  isPlaced,
  type MembershipChange,
  numericTrait,
  type Placed,
  propagationOf,
  type Reading,
  wordTrait,
} from './reading.ts';
import { resumes } from './returns.ts';
import { standingOf } from './rotation.ts';
import { type Look, looksOf, showing, whyNoWindows } from './rotation-windows.ts';
import { isDoubt } from './unseen-checks.ts';

/**
 * When the drain that follows a removal is over at the latest: it may begin only once the removal is in effect. In real
 * time only one that lasted twice as long, or a second more, is too long.
 */
export function drainOverMs(subject: Subject, removal: MembershipChange): number {
  const graceMs =
    subject.time === 'stepped' ? roundingMs : Math.max(1000, subject.effective.drainMs);
  return drainDueMs(subject, removal) + graceMs;
}

/** The same for who is never late. */
function drainDueMs(subject: Subject, { toMs }: MembershipChange): number {
  return toMs + propagationOf(subject) + subject.effective.drainMs;
}

/** What shows that a connection was still there when the drain of its instance was over. */
export interface Outliving {
  readonly observed: string;
  readonly line: number;
}

/**
 * Whether a held connection outlived the drain. `perhaps`: nothing was seen of it any more, and on a real plane one
 * that is over may look like that; in stepped time every end is told.
 */
export function outliving(
  subject: Subject,
  change: MembershipChange,
  { carried, closed }: Placed,
): Outliving | 'perhaps' | null {
  const overMs = drainOverMs(subject, change);
  const alive = carried.findLast((one) => one.fromMs > overMs && arrivedWhole(one));
  if (alive !== undefined) return { observed: 'still carried data', line: alive.line };
  const untilMs = closed?.fromMs ?? heardUntilMs(subject);
  if (closed?.by === 'balancer')
    return untilMs <= overMs ? null : { observed: 'ended only later', line: closed.line };
  const dueMs = drainDueMs(subject, change);
  const isLost = carried.some((one) => one.fromMs > dueMs && !arrivedWhole(one));
  if (isLost || untilMs <= dueMs) return null;
  if (subject.time !== 'stepped') return 'perhaps';
  return { observed: 'never ended', line: closed?.line ?? change.line };
}

/** Until when this reading tells of ends: those after another configuration are left out of it. */
function heardUntilMs({ endMs, whole }: Subject): number {
  const changed = whole.reconfigurations.find(({ outcome }) => outcome !== 'rejected');
  return Math.min(endMs, changed?.fromMs ?? endMs);
}

/** Those of whom nothing was seen any more decide nothing, nor do the others then. */
export function doubtOn(unseen: number, of: number): { readonly doubt?: string } {
  const seen = 'seen neither to end with the drain nor to go on after it';
  const were = unseen === 1 ? 'was' : 'were';
  return unseen === 0 ? {} : { doubt: `${unseen} of ${counted(of, 'connection')} ${were} ${seen}` };
}

/** Whether the document that was deployed says nothing of the duration. */
export function isLeftToDefault({ header }: Pick<Reading, 'header'>): boolean {
  const services = (header.configuration as { backendServices?: unknown } | null)?.backendServices;
  const [service] = Array.isArray(services) ? services : [];
  return service?.connectionDraining?.durationSeconds === undefined;
}

/** When the instance of this removal was registered again before its drain was certainly over; null: it was not. */
export function returnOf(subject: Subject, removal: MembershipChange): MembershipChange | null {
  const untilMs = removal.toMs + propagationOf(subject) + subject.effective.drainMs;
  const back = subject.changes.find(
    ({ kind, instance, line, fromMs, outcome }) =>
      kind === 'registered' &&
      outcome !== 'rejected' &&
      instance === removal.instance &&
      line > removal.line &&
      fromMs < untilMs,
  );
  return back ?? null;
}

/** The removal after a return: what ends from then on ends in another drain. */
function removedAgain({ changes }: Subject, back: MembershipChange): MembershipChange | undefined {
  return changes.find(
    ({ kind, instance, line }) =>
      kind === 'removed' && instance === back.instance && line > back.line,
  );
}

function removalsOf(subject: Subject): readonly MembershipChange[] {
  return subject.changes.filter(
    ({ kind, outcome }) => kind === 'removed' && outcome === 'accepted',
  );
}

/** Held by the instance when it was removed, and by the client for longer; of instances that fail checks nothing is said. */
function heldAt(subject: Subject, { instance, line }: MembershipChange): readonly Placed[] {
  if (hasFailed(subject.instances.get(instance)?.ledger)) return [];
  return subject.connections
    .filter(isPlaced)
    .filter(
      ({ placed, closed }) =>
        placed.instance === instance &&
        placed.line < line &&
        (closed === null || closed.line > line),
    );
}

/** A transfer from here on tells the default from most other durations. */
const lateShare = 0.75;

export const drainingDefault: Judge = judgeOf('draining.default', (subject) => {
  if (!isLeftToDefault(subject)) return 'the configuration gives a duration';
  const { drainMs } = subject.effective;
  const isClosing = wordTrait(subject, 'draining.deadline') === 'close';
  const breaches: Breach[] = [];
  let late = 0;
  let closedThen = 0;
  let unseen = 0;
  let held = 0;
  for (const change of removalsOf(subject).filter((one) => returnOf(subject, one) === null)) {
    const endMs = change.fromMs + drainMs - earlyMs(subject.time);
    for (const one of heldAt(subject, change)) {
      const { connection, closed, carried } = one;
      held++;
      const say = (observed: string, line: number): Breach => ({
        why: `connection ${connection} on ${change.instance} ${observed}; no duration was given, so it is ${drainMs} ms`,
        expected: `the default duration of ${drainMs} ms`,
        observed,
        lines: [line],
      });
      const isCut = closed?.by === 'balancer';
      if (isCut && closed.toMs < endMs)
        breaches.push(say(`ended after ${(closed.toMs - change.toMs).toFixed(0)} ms`, closed.line));
      else if (isCut) closedThen++;
      const left = isClosing ? outliving(subject, change, one) : null;
      if (left === 'perhaps') unseen++;
      else if (left !== null) breaches.push(say(`${left.observed} after that`, left.line));
      late += carried.filter(
        (transfer) =>
          arrivedWhole(transfer) &&
          transfer.toMs < endMs &&
          transfer.fromMs >= change.toMs + lateShare * drainMs,
      ).length;
    }
  }
  return {
    breaches,
    sometimes: {
      'transfers late in a drain of the default duration': late,
      ...(isClosing ? { 'connections closed at its end': closedThen } : {}),
    },
    ...doubtOn(unseen, held),
    kept: `${counted(late, 'connection')} carried data late in the default ${drainMs} ms, ${closedThen} closed at its end`,
  };
});

/** Intervals without a connection and a check, in which one was due whichever way intervals are measured. */
const intervalsToMiss = 3;

export const earlyFinish: Judge = judgeOf('draining.early-finish', (subject) => {
  const reading = wordTrait(subject, 'draining.earlyFinish');
  const ends = removalsOf(subject).flatMap((change) => emptiedDrain(subject, change) ?? []);
  const idle = reading === 'at-once' ? removalsOf(subject).flatMap(drainedForNothing(subject)) : [];
  if (ends.length === 0) {
    const why = 'no drain lost its last connection long before its end';
    return idle.length === 0 ? why : { breaches: idle, sometimes: {}, kept: why };
  }
  const telling = ends.filter(({ isChecked }) => isChecked);
  if (telling.length === 0 && idle.length === 0)
    return {
      observation: 'no check reaches a draining instance, so that the end of a drain does not show',
    };
  const after = telling.filter(({ lines }) => lines.length > 0);
  const observed = `checks went on after the last connection in ${after.length} of ${counted(telling.length, 'drain')}`;
  if (reading === null) return undeclared(observed);
  const wrong = telling.filter(({ lines }) => lines.length > 0 === (reading === 'at-once'));
  const late = wrong.map(
    ({ change, lines, endedLine }): Breach => ({
      why: `${change.instance} was ${lines.length > 0 ? 'still' : 'no longer'} checked after its last connection had ended`,
      expected: `the drain ends ${reading === 'at-once' ? 'at once' : 'at its deadline'}, declared: ${reading}`,
      observed: lines.length > 0 ? counted(lines.length, 'further check') : 'no further check',
      lines: lines.length > 0 ? lines : [endedLine],
    }),
  );
  return {
    breaches: [...late, ...idle],
    sometimes: { 'drains that lost their last connection early': telling.length },
    kept: `declared ${reading}: ${observed}`,
  };
});

/** So many checks after a removal are none that was under way. */
const checksToProve = 2;

/** With nothing held at the removal a drain that is declared to end early is over at once; checks show that it goes on. */
function drainedForNothing(subject: Subject): (change: MembershipChange) => readonly Breach[] {
  const { drainMs, intervalMs, timeoutMs } = subject.effective;
  // from then on no check is under way, and a busy machine has delivered all
  const graceMs = propagationOf(subject) + intervalMs + timeoutMs;
  return (change) => {
    const { instance, line, fromMs, toMs } = change;
    const own = subject.connections.filter((one) => one.placed?.instance === instance);
    const isOver = ({ closed }: ConnectionReading) =>
      closed?.learned === true && closed.line < line && closed.toMs <= fromMs;
    if (!own.every(isOver) || returnOf(subject, change) !== null) return [];
    const overMs = Math.min(fromMs + drainMs, subject.endMs);
    const lines = (subject.instances.get(instance)?.ledger.checks ?? [])
      .filter((check) => !isDoubt(check))
      .filter(({ started }) => started.fromMs > toMs + graceMs && started.toMs < overMs)
      .map(({ startedLine }) => startedLine);
    if (lines.length < checksToProve) return [];
    return [
      {
        why: `${instance} was still checked ${graceMs.toFixed(0)} ms after its removal, when it held no connection`,
        expected: 'the drain ends at once, declared: at-once',
        observed: counted(lines.length, 'further check'),
        lines,
      },
    ];
  };
}

/** A drain whose connections were all ended by clients, and the checks of its instance before and after that. */
function emptiedDrain(subject: Subject, change: MembershipChange) {
  const { drainMs, intervalMs, timeoutMs } = subject.effective;
  const held = heldAt(subject, change);
  if (held.length === 0 || returnOf(subject, change) !== null) return null;
  // its removal was not in effect then, and what came in its stead drains, too
  const isGivenMore = ({ placed }: ConnectionReading) =>
    placed?.instance === change.instance && placed.line > change.line;
  if (subject.connections.some(isGivenMore)) return null;
  const last = held.reduce((one, other) =>
    (other.closed?.line ?? Number.POSITIVE_INFINITY) >
    (one.closed?.line ?? Number.POSITIVE_INFINITY)
      ? other
      : one,
  ).closed;
  if (last === null || held.some(({ closed }) => closed?.by === 'balancer')) return null;
  const slackMs = numericTrait(subject, 'health.timerSlackMs', 0);
  // a check that had begun, or that a busy machine delivered late, tells nothing
  const graceMs = propagationOf(subject) + (subject.time === 'stepped' ? 0 : intervalMs);
  const overMs = Math.min(change.fromMs + drainMs, subject.endMs);
  if (overMs - last.toMs < intervalsToMiss * (intervalMs + slackMs) + timeoutMs) return null;
  const checks = (subject.instances.get(change.instance)?.ledger.checks ?? []).filter(
    (check) => !isDoubt(check),
  );
  // nobody promises checks while it drains: only where they went on until then does their end tell anything
  const longestMs = intervalMs + slackMs + timeoutMs;
  const isChecked = checks.some(
    ({ startedLine, started }) =>
      startedLine > change.line &&
      started.fromMs > change.toMs &&
      startedLine < last.line &&
      started.toMs + longestMs >= last.fromMs,
  );
  const lines = checks
    .filter(({ started }) => started.fromMs > last.toMs + graceMs && started.toMs < overMs)
    .map(({ startedLine }) => startedLine);
  return { change, isChecked, lines, endedLine: last.line };
}

export const drainingReturn: Judge = judgeOf('draining.return', (subject) => {
  const { drainMs } = subject.effective;
  if (drainMs === 0) return 'connection draining is off';
  const reading = wordTrait(subject, 'draining.return');
  const isClosing = wordTrait(subject, 'draining.deadline') === 'close';
  const breaches: Breach[] = [];
  // where connections end that no drain touches, the same end here is no drain's doing
  const lostAnyway = lostInForwarding(subject);
  let lived = 0;
  let ended = 0;
  let unseen = 0;
  let held = 0;
  for (const change of removalsOf(subject)) {
    const back = returnOf(subject, change);
    // one that may have come into effect only after the drain says nothing
    if (back === null || back.toMs + propagationOf(subject) >= change.fromMs + drainMs) continue;
    const again = removedAgain(subject, back);
    for (const one of heldAt(subject, change)) {
      const { connection, closed } = one;
      held++;
      const isCut =
        closed?.by === 'balancer' &&
        closed.line > back.line &&
        (again === undefined || isBefore(closed, again, subject.time));
      if (isCut && (isEditedAt(subject, closed, back.line) || isAtFailure(subject, closed)))
        continue;
      const left = outliving(subject, change, one);
      const alive = left === 'perhaps' ? null : left;
      if (isCut) ended++;
      else if (left === 'perhaps') unseen++;
      if (alive !== null) lived++;
      const isWrong = reading === 'resumes' ? isCut : isClosing && alive !== null;
      const line = isCut ? closed.line : alive?.line;
      if (reading === null || !isWrong || line === undefined) continue;
      breaches.push({
        why: `connection ${connection} on ${change.instance}, which was registered again while it drained, ${isCut ? 'was ended' : 'outlived the drain'}`,
        expected: `declared: ${reading}`,
        observed: isCut ? 'the balancer ended it' : `it ${alive?.observed} after the old deadline`,
        lines: isCut ? [line, ...lostAnyway] : [line],
      });
    }
  }
  const observed = `of the connections of an instance that came back while draining ${lived} outlived the drain, ${ended} were ended`;
  const absent = reading === 'resumes' ? absentAfterReturn(subject) : [];
  if (lived + ended + absent.length === 0)
    return 'no instance with connections was registered again while draining';
  if (reading === null) return undeclared(observed);
  return {
    breaches: [...breaches, ...absent],
    sometimes: {
      'connections of an instance that came back':
        reading === 'resumes' || !isClosing ? lived : ended,
    },
    ...(reading !== 'resumes' && isClosing ? doubtOn(unseen, held) : {}),
    kept: `declared ${reading}: ${observed}`,
  };
});

/** Whoever was in rotation and is listed again while it drains takes its turn again, also once the drain would have ended. */
function absentAfterReturn(subject: Subject): readonly Breach[] {
  if (whyNoWindows(subject) !== null) return [];
  return subject.changes.flatMap((back): readonly Breach[] => {
    const own = subject.changes.filter(({ instance }) => instance === back.instance);
    if (!resumes(back, own, subject)) return [];
    const next = own.find(({ line }) => line > back.line)?.line ?? Number.POSITIVE_INFINITY;
    const looks = looksOf(subject, back.instance).filter(
      ({ connection }) =>
        connection.openedLine > back.line &&
        connection.placed.line < next &&
        standingOf(subject, back.instance, connection) === 'in',
    );
    const removal = own.findLast(({ kind, line }) => kind === 'removed' && line < back.line);
    const endMs = (removal?.toMs ?? 0) + subject.effective.drainMs;
    const isLater = ({ connection }: Look) => connection.opened.fromMs > endMs;
    return [looks.filter((look) => !isLater(look)), looks.filter(isLater)]
      .map((window) => showing(subject, window, { afterChange: true }))
      .filter(({ shows }) => shows === 'out')
      .map(({ lines }) => ({
        why: `${back.instance} got none of ${lines.length} connections after it was listed again while it drained`,
        expected: 'declared: resumes, hence in rotation as before',
        observed: 'out of rotation',
        lines,
      }));
  });
}
