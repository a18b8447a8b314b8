/**
 * Pairs of connections of one client with none between them, and whether a session was certainly running when the
 * second was opened. The guaranteed minimum counts from the first connection; later ones extend it only if declared.
 */
import type { Subject } from './assessment.ts';
import { knownBefore, knownPossibly } from './check-ledger.ts';
import { epochOf } from './membership.ts';
import { earlyMs } from './order.ts';
import { isPlaced, type Placed, propagationOf, wordTrait } from './reading.ts';
import { isSequential, resultsBeyond, standingOf } from './rotation.ts';

export interface Pair {
  readonly first: Placed;
  readonly second: Placed;
  /** Between the two, at the least, as a share of the duration. */
  readonly gap: number;
  /** The session that held at the first certainly still ran, as far as time goes. */
  readonly isRunning: boolean;
  /** So it did by the guaranteed minimum, which counts from the first connection whatever is declared. */
  readonly isGuaranteed: boolean;
  /** Connections placed from the first, exclusive, to the second, inclusive. */
  readonly picks: number;
}

/** By address, each in the order of opening. */
export function groupedBySource(
  connections: readonly Placed[],
): ReadonlyMap<string, readonly Placed[]> {
  const grouped = new Map<string, Placed[]>();
  for (const connection of connections) {
    const own = grouped.get(connection.source);
    if (own === undefined) grouped.set(connection.source, [connection]);
    else own.push(connection);
  }
  return grouped;
}

/** Readings under which every new connection starts the time again. */
const extending = ['last-connection', 'while-connected'];

export function pairsOf(subject: Subject): readonly Pair[] {
  const durationMs = subject.effective.persistenceMs;
  if (durationMs === 0) return [];
  const certainMs = durationMs - earlyMs(subject.time);
  const isExtended = extending.includes(wordTrait(subject, 'persistence.clock') ?? '');
  const last = new Map<string, { connection: Placed; index: number; root: Placed | null }>();
  const pairs: Pair[] = [];
  subject.connections.filter(isPlaced).forEach((second, index) => {
    const before = last.get(second.source);
    if (before === undefined) {
      last.set(second.source, { connection: second, index, root: second });
      return;
    }
    const first = before.connection;
    const isSince = (start: Placed | null) =>
      start !== null &&
      isSequential(subject, first, second) &&
      second.placed.toMs - start.opened.fromMs < certainMs;
    const isGuaranteed = isSince(before.root);
    const isRunning = isExtended ? isSince(first) : isGuaranteed;
    const gap = (second.opened.fromMs - first.placed.toMs) / durationMs;
    pairs.push({ first, second, gap, isRunning, isGuaranteed, picks: index - before.index });
    // a new instance is a new session; otherwise only time tells whether this is still the old one
    const isNew = first.placed.instance !== second.placed.instance;
    const root = isNew ? second : isGuaranteed ? before.root : null;
    last.set(second.source, { connection: second, index, root });
  });
  return pairs;
}

/** Whether the instance of the first was certainly eligible from the first to the second. */
export function staysEligible(subject: Subject, { first, second }: Pair): boolean {
  const name = first.placed.instance;
  const ledger = subject.instances.get(name)?.ledger;
  if (ledger === undefined || standingOf(subject, name, second) !== 'in') return false;
  const known = knownBefore(ledger, first, propagationOf(subject));
  const possible = knownPossibly(ledger, second);
  const isHealthy = ledger.notPassed[known] === ledger.notPassed[Math.max(known, possible)];
  const isMember = [first, second].every(
    (one) => (epochOf(subject.epochs, one)?.members.get(name)?.weight ?? 0) > 0,
  );
  const isUntouched = !changesBetween(subject, first, second).some(
    // whatever came of it, another weight leaves it eligible; 0 does not
    ({ instance, kind, weight }) => instance === name && !(kind === 'reweighed' && weight > 0),
  );
  return isHealthy && isMember && isUntouched;
}

/**
 * Whether the instance of the first was eligible until the second although it failed checks meanwhile: so few that two
 * more would be none too many.
 */
export function staysDespiteFailures(subject: Subject, { first, second }: Pair): boolean {
  const name = first.placed.instance;
  const ledger = subject.instances.get(name)?.ledger;
  if (ledger === undefined || changesBetween(subject, first, second).length > 0) return false;
  const isIn = (one: Placed) =>
    standingOf(subject, name, one) === 'in' && epochOf(subject.epochs, one) !== null;
  if (!isIn(first) || !isIn(second)) return false;
  const { unhealthyThreshold } = subject.configuration.check;
  const since = Math.max(
    0,
    knownBefore(ledger, first, propagationOf(subject)) - unhealthyThreshold,
  );
  const possible = Math.max(since, knownPossibly(ledger, second));
  const failures = (ledger.notPassed[possible] ?? 0) - (ledger.notPassed[since] ?? 0);
  return failures > 0 && failures + resultsBeyond < unhealthyThreshold;
}

function changesBetween(subject: Subject, first: Placed, second: Placed) {
  return subject.changes.filter(({ line }) => first.openedLine < line && line < second.placed.line);
}

/** Whether round robin would certainly have chosen another instance for the second. */
export function wouldMove(subject: Subject, { first, second, picks }: Pair): boolean {
  if (subject.configuration.scheduling !== 'weighted-round-robin') return false;
  // by other weights there are other cycles
  if (changesBetween(subject, first, second).some(({ kind }) => kind === 'reweighed')) return false;
  const members = [...(epochOf(subject.epochs, second)?.members.values() ?? [])];
  const weight = members.find(({ name }) => name === first.placed.instance)?.weight ?? 0;
  const least = Math.min(...members.map((one) => one.weight));
  const isDivisor = members.every((one) => one.weight % least === 0);
  const cycle = members.reduce((sum, one) => sum + one.weight, 0) / least;
  // an instance with one turn a cycle comes again after whole cycles only
  return isDivisor && weight === least && picks % cycle !== 0;
}
