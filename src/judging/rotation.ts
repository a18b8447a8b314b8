/**
 * Who was certainly in rotation and who certainly out of it when a connection was decided, with a margin that keeps a
 * health check gone wrong from looking like a scheduler gone wrong; and the stretches in which that stood still.
 */
import type { Subject } from './assessment.ts';
import { hasFailed, knownBefore, knownPossibly } from './check-ledger.ts';
import { type Epoch, epochOf, type Member } from './membership.ts';
import { isBefore } from './order.ts';
import {
  type ConnectionReading,
  type InstanceReading,
  isPlaced,
  onceAReading,
  type Placed,
  propagationOf,
  type Touch,
} from './reading.ts';

/** Results beyond a threshold that make a state sure even where the threshold kept is one or two off. */
export const resultsBeyond = 2;

type Standing = 'in' | 'out' | 'maybe';

/**
 * `in`: passes only since the history began, one more than the threshold, or two more after a failure. `out`: two
 * failures more than the threshold, and nothing else since. By the checks alone: membership is the epoch's matter.
 */
export function standingOf(subject: Subject, instance: string, connection: Placed): Standing {
  const reading = subject.instances.get(instance);
  if (reading === undefined) return 'maybe';
  const { ledger, refusingFromMs } = reading;
  const ifIn = refusingFromMs <= connection.placed.toMs ? 'maybe' : 'in';
  if (subject.header.checks === 'none') return ifIn;
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  const known = knownBefore(ledger, connection, propagationOf(subject));
  const possible = Math.max(known, knownPossibly(ledger, connection));
  const { notPassed, notFailed, passStreak, failStreak } = ledger;
  const margin = notPassed[known] === 0 ? 1 : resultsBeyond;
  const isIn = (passStreak[known] as number) >= healthyThreshold + margin;
  if (isIn && notPassed[known] === notPassed[possible]) return ifIn;
  const isOut = (failStreak[known] as number) >= unhealthyThreshold + resultsBeyond;
  return isOut && notFailed[known] === notFailed[possible] ? 'out' : 'maybe';
}

/** Whether somebody else was certainly in rotation: with nobody left, the declared reading decides. */
export function hasOthers(subject: Subject, instance: string, connection: Placed): boolean {
  const members = epochOf(subject.epochs, connection)?.members.values() ?? [];
  return [...members].some(
    ({ name, weight }) =>
      name !== instance && weight > 0 && standingOf(subject, name, connection) === 'in',
  );
}

/** Consecutive connections, all placed, during which members, weights and standings were certain and the same, and nothing was asked for. */
export interface Stretch {
  readonly epoch: Epoch;
  readonly inRotation: readonly Member[];
  readonly connections: readonly Placed[];
}

/** One after the other: each opened when the one before had been placed. */
export function isSequential(
  { time }: Pick<Subject, 'time'>,
  before: Placed,
  next: ConnectionReading,
): boolean {
  return isBefore(before.placed, { fromMs: next.opened.fromMs, line: next.openedLine }, time);
}

export const stretchesOf = onceAReading(stretchesIn);

function stretchesIn(subject: Subject): readonly Stretch[] {
  const stretches: (Stretch & { readonly connections: Placed[] })[] = [];
  const isTouched = touchedBetween(subject);
  let isOpen = false;
  for (const connection of subject.connections) {
    const place = isPlaced(connection) ? placeOf(subject, connection) : null;
    if (place === null || !isPlaced(connection)) {
      isOpen = false;
      continue;
    }
    const current = stretches.at(-1);
    const last = current?.connections.at(-1);
    const goesOn =
      isOpen &&
      current?.epoch === place.epoch &&
      sameMembers(current.inRotation, place.inRotation) &&
      last !== undefined &&
      isSequential(subject, last, connection) &&
      !isTouched(last, connection);
    if (goesOn) current.connections.push(connection);
    else stretches.push({ ...place, connections: [connection] });
    isOpen = true;
  }
  return stretches;
}

/** Whether anything was asked for in between that changed nothing: a rotation may begin anew. To be asked in order. */
function touchedBetween({ touches, time, ...subject }: Subject) {
  const propagationMs = propagationOf(subject);
  const isOver = ({ toMs, line }: Touch, { opened, openedLine }: Placed) =>
    isBefore(
      { toMs: toMs + propagationMs, line: propagationMs === 0 ? line : null },
      { fromMs: opened.fromMs, line: openedLine },
      time,
    );
  let at = 0;
  return (last: Placed, next: Placed): boolean => {
    while (at < touches.length && isOver(touches[at] as Touch, last)) at++;
    const touch = touches[at];
    return touch !== undefined && !isBefore(next.placed, touch, time);
  };
}

export function sameMembers(some: readonly Member[], others: readonly Member[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

/** The certain surroundings of one decision, or null. */
export function placeOf(subject: Subject, connection: Placed) {
  const epoch = epochOf(subject.epochs, connection);
  if (epoch === null) return null;
  const inRotation: Member[] = [];
  for (const member of epoch.members.values()) {
    const standing = standingOf(subject, member.name, connection);
    if (standing === 'maybe') return null;
    if (standing === 'in' && member.weight > 0) inRotation.push(member);
  }
  if (inRotation.length === 0) return null;
  return { epoch, inRotation };
}

/** Connections that reached each instance. */
export function countsOf(connections: readonly Placed[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { placed } of connections) {
    counts.set(placed.instance, (counts.get(placed.instance) ?? 0) + 1);
  }
  return counts;
}

export function namesIn({ inRotation }: Pick<Stretch, 'inRotation'>): readonly string[] {
  return inRotation.map(({ name }) => name);
}

/** `a 5, b 1, c 1`, by weights. */
export function weightsInWords(members: readonly Member[]): string {
  return members.map(({ name, weight }) => `${name} ${weight}`).join(', ');
}

/** `a 5, b 1, c 1`. */
export function countsInWords(
  names: readonly string[],
  counts: ReadonlyMap<string, number>,
): string {
  return names.map((name) => `${name} ${counts.get(name) ?? 0}`).join(', ');
}

/** A pass that took more of the timeout than this may be no pass to whoever has another timeout. */
const quickShare = 0.25;

/**
 * Whether somebody's absence may be a health check's doing: only where nobody was out of rotation, all gave the same
 * answers to all their checks, at once, and never failed one does absence mean the scheduler.
 */
export function isAbsenceDoubtful(stretch: Stretch, subject: Subject): boolean {
  const { epoch, inRotation, connections } = stretch;
  const counts = countsOf(connections);
  if (inRotation.every(({ name }) => counts.has(name))) return false;
  const members = [...epoch.members.values()].filter(({ weight }) => weight > 0);
  if (members.length > inRotation.length) return true;
  // somebody who leaves may fail, and take others for failed
  const isFailing = ({ name, ledger }: InstanceReading) =>
    !epoch.members.has(name) && hasFailed(ledger);
  if ([...subject.instances.values()].some(isFailing)) return true;
  const replies = new Set<unknown>();
  for (const { name } of inRotation) {
    const checks = subject.instances.get(name)?.ledger.checks ?? [];
    for (const { reply, result, started, concluded } of checks) {
      if (result === 'failed') return true;
      const tookMs = concluded.toMs - started.fromMs;
      if (tookMs > quickShare * subject.effective.timeoutMs) return true;
      if (result === 'passed') replies.add(reply);
    }
  }
  return replies.size > 1;
}

/** Whether everyone who was given a connection in the stretch was in rotation: else another clause has its say. */
export function staysInside({ inRotation, connections }: Stretch): boolean {
  const names = new Set(inRotation.map(({ name }) => name));
  return connections.every(({ placed }) => names.has(placed.instance));
}
