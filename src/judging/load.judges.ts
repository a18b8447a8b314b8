/**
 * Judges of many connections at once: none is lost while the instances are healthy, and the shares hold although
 * nobody waits for anybody. Order among concurrent connections is nobody's business, only their counts are.
 */
import { promiseOf } from '../statistics/certificate.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { hasFailed } from './check-ledger.ts';
import type { Judge } from './judge.ts';
import { divisorOf, type Epoch, epochOf } from './membership.ts';
import { earlyMs, isBefore } from './order.ts';
import {
  type ConnectionReading,
  decided,
  isPlaced,
  numericTrait,
  type Placed,
  schedulersOf,
} from './reading.ts';
import { countsInWords, countsOf, hasOthers, type Stretch, standingOf } from './rotation.ts';
import { judgeShares } from './source-shares.ts';
import { turnedAwayBesideFailures, whyRefusalsTellNothing } from './turned-away.ts';

/** So many connections, each opened while others were, are a load and no coincidence. */
const connectionsToJudge = 100;

/** Connections that were opened before some earlier one was decided. */
function concurrentOf(connections: readonly ConnectionReading[]): ReadonlySet<ConnectionReading> {
  const concurrent = new Set<ConnectionReading>();
  let decidedLine = -1;
  for (const connection of connections) {
    if (connection.openedLine < decidedLine) concurrent.add(connection);
    decidedLine = Math.max(decidedLine, decided(connection)?.placed.line ?? -1);
  }
  return concurrent;
}

/** Why a client may rightly be turned away. */
function whyUnsound(subject: Subject): string | null {
  for (const { name, behaviours, ledger } of subject.instances.values()) {
    if (behaviours.some(({ traffic }) => traffic !== 'accepted')) return `${name} refuses traffic`;
    if (hasFailed(ledger)) return `${name} failed checks`;
  }
  return null;
}

export const noLoss: Judge = judgeOf('load.no-loss', (subject) => {
  const unsound = whyUnsound(subject);
  if (unsound !== null) {
    const breaches = turnedAwayInPassing(subject);
    return breaches.length === 0 ? unsound : { breaches, sometimes: {}, kept: unsound };
  }
  const concurrent = concurrentOf(subject.connections);
  const breaches = subject.connections.flatMap((connection): Breach[] => {
    const { refused, closed } = connection;
    if (refused !== null) {
      return isSomebodyIn(subject, connection)
        ? [lossOf(connection, 'refused', `refused (${refused.how})`, refused.line)]
        : [];
    }
    if (closed?.by !== 'balancer' || !isPlaced(connection) || isOver(subject, connection))
      return [];
    return [lossOf(connection, `lost on ${connection.placed.instance}`, closed.how, closed.line)];
  });
  return {
    breaches,
    sometimes: {
      'connections opened while others were':
        concurrent.size >= connectionsToJudge ? concurrent.size : 0,
    },
    kept: `${counted(subject.connections.length, 'connection')}, ${concurrent.size} of them at the same time as others, none lost`,
  };
});

/** Beside those who fail their checks somebody took the next one at once. On a real machine that may be another moment. */
function turnedAwayInPassing(subject: Subject): readonly Breach[] {
  if (subject.time !== 'stepped' || whyRefusalsTellNothing(subject) !== null) return [];
  return turnedAwayBesideFailures(subject).flatMap(({ breach, isInPassing }) =>
    isInPassing ? breach : [],
  );
}

/** Whoever is left may be new, and out until its checks have told. */
function isSomebodyIn(subject: Subject, connection: ConnectionReading): boolean {
  const decision = decided(connection);
  return decision !== null && hasOthers(subject, '', decision);
}

function lossOf(
  { connection }: ConnectionReading,
  what: string,
  observed: string,
  line: number,
): Breach {
  return {
    why: `connection ${connection} was ${what} although all instances were healthy`,
    expected: 'no connection is refused or lost',
    observed,
    lines: [line],
  };
}

/** Its instance was removed, and the drain was over or there was none. */
function isOver(subject: Subject, { placed, closed }: Placed): boolean {
  const { drainMs } = subject.effective;
  return subject.changes.some(
    ({ kind, instance, fromMs }) =>
      kind === 'removed' &&
      instance === placed.instance &&
      (closed?.toMs ?? 0) >= fromMs + drainMs - earlyMs(subject.time),
  );
}

export const loadShare: Judge = judgeOf('load.share', (subject, falseAlarmRate) => {
  const { scheduling, persistenceMs } = subject.configuration;
  if (persistenceMs > 0) return 'session persistence is on';
  if (scheduling === 'weighted-least-connections') return 'least connections promises no shares';
  const unsound = whyUnsound(subject);
  if (unsound !== null) return unsound;
  const blocks = blocksOf(subject);
  return scheduling === 'source-ip'
    ? hashedShares(subject, blocks, falseAlarmRate)
    : turnShares(subject, blocks);
});

/** Connections in a row that saw the same members, all of them in rotation, and were mostly opened at once. */
function blocksOf(subject: Subject): readonly Stretch[] {
  const blocks: { epoch: Epoch; connections: Placed[] }[] = [];
  let isOpen = false;
  for (const connection of subject.connections) {
    const epoch = isPlaced(connection) ? epochOf(subject.epochs, connection) : null;
    if (!isPlaced(connection) || epoch === null || !isEverybodyIn(subject, epoch, connection)) {
      isOpen = false;
      continue;
    }
    const last = blocks.at(-1);
    if (isOpen && last?.epoch === epoch) last.connections.push(connection);
    else blocks.push({ epoch, connections: [connection] });
    isOpen = true;
  }
  const concurrent = concurrentOf(subject.connections);
  return blocks
    .filter(
      ({ epoch, connections }) =>
        epoch.members.size > 1 &&
        connections.filter((one) => concurrent.has(one)).length >= connectionsToJudge &&
        isApart(subject, connections),
    )
    .map(({ epoch, connections }) => ({
      epoch,
      connections,
      inRotation: [...epoch.members.values()].filter(({ weight }) => weight > 0),
    }));
}

/** Whether nobody else was decided at the same time as some of them, and took a turn of theirs. */
function isApart({ connections: all, time }: Subject, block: readonly Placed[]): boolean {
  const from = all.findIndex(({ connection }) => connection === block[0]?.connection);
  const whole = spanOf(block);
  const before = spanOf(all.slice(0, from));
  const after = spanOf(all.slice(from + block.length));
  return isBefore(before.end, whole.start, time) && isBefore(whole.end, after.start, time);
}

/** From when the first of them was opened to when all were decided. */
function spanOf(connections: readonly ConnectionReading[]) {
  const start = { fromMs: Number.POSITIVE_INFINITY, line: Number.POSITIVE_INFINITY };
  const end = { toMs: Number.NEGATIVE_INFINITY, line: -1 };
  for (const one of connections) {
    start.fromMs = Math.min(start.fromMs, one.opened.fromMs);
    start.line = Math.min(start.line, one.openedLine);
    const { placed } = decided(one) ?? { placed: { ...one.opened, line: one.openedLine } };
    end.toMs = Math.max(end.toMs, placed.toMs);
    end.line = Math.max(end.line, placed.line);
  }
  return { start, end };
}

function isEverybodyIn(subject: Subject, epoch: Epoch, connection: Placed): boolean {
  return [...epoch.members.keys()].every((name) => standingOf(subject, name, connection) === 'in');
}

const obligation = `blocks of ${connectionsToJudge} connections opened at once`;

/** Whole cycles, and a part of one at either end: no statistics. */
function turnShares(subject: Subject, blocks: readonly Stretch[]) {
  const schedulers = schedulersOf(subject);
  if (!Number.isFinite(schedulers)) return 'an unknown number of schedulers is declared';
  // a cycle of the wash-out may be anybody's whole
  const washout = numericTrait(subject, 'wrr.washoutCycles', 0);
  const judged = blocks.map(({ inRotation, connections }) => {
    const counts = countsOf(connections);
    const divisor = divisorOf(inRotation.map(({ weight }) => weight));
    const weights = inRotation.reduce((sum, { weight }) => sum + weight, 0);
    const names = inRotation.map(({ name }) => name);
    const due = inRotation.map(({ weight }) => (connections.length * weight) / weights);
    const isLevel = inRotation.every(
      ({ name, weight }, index) =>
        Math.abs((counts.get(name) ?? 0) - (due[index] ?? 0)) <=
        (schedulers * (2 * weight + washout * weights)) / divisor,
    );
    const words = `${countsInWords(names, counts)} of ${connections.length}`;
    const breach: Breach = {
      why: `${words} connections opened at once, by the weights ${inRotation.map(({ weight }) => weight).join(':')}`,
      expected: names.map((name, index) => `${name} ${(due[index] ?? 0).toFixed(1)}`).join(', '),
      observed: words,
      lines: connections.map(({ placed }) => placed.line),
    };
    return { words, breach: isLevel ? null : breach };
  });
  return {
    breaches: judged.flatMap(({ breach }) => breach ?? []),
    sometimes: { [obligation]: judged.length },
    kept: `opened at once, divided by the weights: ${judged.map(({ words }) => words).join('; ')}`,
  };
}

function hashedShares(subject: Subject, blocks: readonly Stretch[], falseAlarmRate: number) {
  if (falseAlarmRate === 0) return 'no statistical check was planned on this timeline';
  const judged = blocks.map((block) => judgeShares(subject, block, falseAlarmRate / blocks.length));
  const [largest] = judged.toSorted((a, b) => b.addresses - a.addresses);
  return {
    breaches: judged.flatMap(({ breach }) => breach ?? []),
    sometimes: { [obligation]: judged.filter(({ isEnough }) => isEnough).length },
    kept: `opened at once: ${judged.map(({ addresses, words }) => `${addresses} addresses, ${words}`).join('; ')}${largest === undefined ? '' : `; ${promiseOf(largest.certificate)}`}`,
    ...(largest === undefined ? {} : { certificate: largest.certificate }),
  };
}
