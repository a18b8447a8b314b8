/** Judges of session persistence: who comes back in time finds its instance again, unless that is out of rotation or leaves. */
import { type Assessment, type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { knownBefore, knownPossibly } from './check-ledger.ts';
import type { Judge } from './judge.ts';
import { justOut } from './just-out.ts';
import { cycleOf, epochOf } from './membership.ts';
import { type PartOfAddress, partsOfAddress } from './parts-of-address.ts';
import { isPlaced, type Placed, schedulersOf, wordTrait } from './reading.ts';
import { hasOthers, type Stretch, standingOf, staysInside, stretchesOf } from './rotation.ts';
import { type Pair, pairsOf, staysDespiteFailures, staysEligible, wouldMove } from './sessions.ts';
import { pairsThroughConfigurations } from './sessions-through-configurations.ts';
import { turnedAwayWhenStranded } from './stranded-clients.ts';
import { judgeCycles, washoutOf } from './weighted-round-robin.judges.ts';

/** A gap from here on is about the duration; one below `shortGap` is about who is known. */
const longGap = 0.3;
const shortGap = 0.2;
/** A pass needs a gap of this share of the duration (clause book). */
const provingGap = 0.9;
/** So many clients whom the scheduler would have moved rule out coincidence. */
const clientsToProve = 3;

const clientsMoved = `${clientsToProve} clients whom the scheduler would have moved`;

function whyNoSessions(subject: Subject): string | null {
  if (subject.effective.persistenceMs === 0) return 'session persistence is off';
  return subject.configuration.scheduling === 'source-ip'
    ? 'source IP scheduling keeps clients by itself'
    : null;
}

function judgePairs(subject: Subject, pairs: readonly Pair[]) {
  const held = pairs.filter((pair) => pair.isRunning && staysEligible(subject, pair));
  const kept = held.filter(({ first, second }) => first.placed.instance === second.placed.instance);
  const moved = held.filter(
    ({ first, second }) => first.placed.instance !== second.placed.instance,
  );
  const clients = new Set(
    kept.filter((pair) => wouldMove(subject, pair)).map(({ first }) => first.source),
  ).size;
  return { kept, moved, clients, isProven: clients >= clientsToProve };
}

function movedBreach({ first, second, gap }: Pair): Breach {
  return {
    why: `${second.source} moved from ${first.placed.instance} to ${second.placed.instance} after ${(100 * Math.max(0, gap)).toFixed(0)} % of the duration`,
    expected: `${first.placed.instance} again, which was eligible all the while`,
    observed: second.placed.instance,
    lines: [first.placed.line, second.placed.line],
  };
}

/**
 * Whether a client that comes back soon and moves was not known at all: others that came back soon were not kept either,
 * and nothing happened meanwhile that a client might be forgotten for.
 */
function keyMatter(subject: Subject, pairs: readonly Pair[]): (pair: Pair) => boolean {
  const soon = judgePairs(
    subject,
    pairs.filter(({ gap, picks }) => gap < shortGap && picks <= crowdMin),
  );
  // a key that no client has twice keeps some by chance, and never most
  const isKnown = soon.isProven || soon.kept.length > soon.moved.length;
  return (pair) =>
    !isKnown && pair.gap < shortGap && pair.picks <= crowdMin && isUneventful(subject, pair);
}

function takesTurns({ configuration }: Subject): boolean {
  return configuration.scheduling === 'weighted-round-robin';
}

/** Who is known by more than the address is not known again from another port. */
function knownBy({ first, second }: Pair): readonly string[] {
  return first.port === second.port ? [] : ['persistence.source-address'];
}

/** Connections between two of one client after which it may have been pushed out of a table. */
const crowdMin = 64;

function isUneventful(subject: Subject, { first, second }: Pair): boolean {
  const isBetween = (line: number) => first.openedLine < line && line < second.placed.line;
  const edits = [...subject.changes, ...subject.whole.reconfigurations];
  if (edits.some(({ line }) => isBetween(line))) return false;
  return [...subject.instances.values()].every(({ ledger }) => {
    // with the result before, so that the first of another kind is none like the others
    const known = Math.max(0, knownBefore(ledger, first) - 1);
    const possible = Math.max(known, knownPossibly(ledger, second));
    return (
      ledger.notPassed[known] === ledger.notPassed[possible] ||
      ledger.notFailed[known] === ledger.notFailed[possible]
    );
  });
}

export const sticks: Judge = judgeOf('persistence.sticks', (subject) => {
  const why = whyNoSessions(subject);
  if (why !== null) return why;
  const pairs = pairsOf(subject);
  const isKeyMatter = keyMatter(subject, pairs);
  // what clients are known by shows by turns alone
  const isLeft = (pair: Pair) => takesTurns(subject) && isKeyMatter(pair);
  const { kept, moved } = judgePairs(
    subject,
    pairs.filter(
      (pair) =>
        pair.isGuaranteed && (pair.gap >= longGap || (pair.gap < shortGap && !isLeft(pair))),
    ),
  );
  // that it is memory may show in any gap, how long it lasts only in a long one
  const { clients, isProven } = judgePairs(subject, pairs);
  const proving = kept.filter((pair) => pair.gap >= provingGap && wouldMove(subject, pair)).length;
  // whoever knew its clients before another configuration knows them after it
  const forgotten =
    isProven && moved.length === 0
      ? [...forgottenThroughConfigurations(subject), ...forgottenForFailures(subject, pairs)]
      : [];
  return {
    breaches: [
      ...moved.map((pair) => ({ ...movedBreach(pair), restsOn: knownBy(pair) })),
      ...forgotten,
    ],
    sometimes: {
      'gaps of nine tenths after which the scheduler would have moved': proving,
      [clientsMoved]: isProven ? clients : 0,
    },
    kept: `${counted(kept.length, 'return')} to the same instance, ${proving} after nine tenths of the duration or more`,
  };
});

function forgottenThroughConfigurations(subject: Subject): readonly Breach[] {
  return pairsThroughConfigurations(subject)
    .filter(({ first, second }) => first.placed.instance !== second.placed.instance)
    .map((pair) => {
      const breach = movedBreach(pair);
      return { ...breach, why: `${breach.why}, once another configuration was accepted` };
    });
}

/** What is why then, where it fails as well: its instance may have been taken for unhealthy. */
const healthBefore = [
  'health.unhealthy-threshold',
  'health.consecutive',
  'health.isolation',
  'schedule.eligible',
];

/** Failed checks that take nobody out are no reason to forget a client. */
function forgottenForFailures(subject: Subject, pairs: readonly Pair[]): readonly Breach[] {
  return pairs
    .filter((pair) => pair.isGuaranteed && staysDespiteFailures(subject, pair))
    .filter(({ first, second }) => first.placed.instance !== second.placed.instance)
    .map((pair) => ({
      ...movedBreach(pair),
      restsOn: [...knownBy(pair), ...healthBefore],
    }));
}

/**
 * Newcomers who all go where a stranger with the same part of the address went, where the scheduler, which gives them
 * whole cycles, would have sent them elsewhere.
 */
function takenForOthers(subject: Subject): readonly Breach[] {
  if ((wordTrait(subject, 'wrr.schedulers') ?? '1') !== '1') return [];
  return newcomersOf(subject).flatMap((stretch): readonly Breach[] => {
    const { breach } = judgeCycles(stretch, washoutOf(subject));
    if (breach === null) return [];
    return partsOfAddress.flatMap((part) => followersBreach(stretch.connections, part)).slice(0, 1);
  });
}

/** Clients who were never there before, one after the other, with nobody else between them whom the scheduler may have placed. */
function newcomersOf(subject: Subject): readonly Stretch[] {
  const firsts = firstConnectionsOf(subject);
  const keptByMemory = new Set(
    pairsOf(subject)
      .filter(({ first, second, isRunning }) => {
        return isRunning && first.placed.instance === second.placed.instance;
      })
      .map(({ second }) => second.connection),
  );
  return stretchesOf(subject).flatMap((stretch) => {
    const runs: Placed[][] = [[]];
    for (const one of stretch.connections) {
      if (firsts.get(one.source) === one.connection) runs.at(-1)?.push(one);
      else if (!keptByMemory.has(one.connection)) runs.push([]);
    }
    // who is given to somebody out of rotation is another clause's
    return stretch.inRotation.length < 2 || !staysInside(stretch)
      ? []
      : runs.map((connections) => ({ ...stretch, connections }));
  });
}

/** By source: whoever was there at a time of which nothing is certain is known from then on, too. */
function firstConnectionsOf({ whole }: Subject): ReadonlyMap<string, number> {
  const firsts = new Map<string, number>();
  for (const { source, connection } of whole.connections) {
    if (!firsts.has(source)) firsts.set(source, connection);
  }
  return firsts;
}

function followersBreach(
  newcomers: readonly Placed[],
  { words, of, followersToProve }: PartOfAddress,
): readonly Breach[] {
  const homes = new Map<string | number, string>();
  const followers = newcomers.filter(({ source, placed }) => {
    const key = of(source);
    const isKnown = homes.has(key);
    if (!isKnown) homes.set(key, placed.instance);
    return isKnown;
  });
  const isLed = ({ source, placed }: Placed) => homes.get(of(source)) === placed.instance;
  if (followers.length < followersToProve || !followers.every(isLed)) return [];
  return [
    {
      why: `${counted(followers.length, 'new client')} went where a client with ${words} in common had gone, each of them`,
      expected: 'the scheduler decides on clients with addresses of their own',
      observed: `known by ${words}`,
      lines: followers.map(({ placed }) => placed.line),
    },
  ];
}

export const sourceAddress: Judge = judgeOf('persistence.source-address', (subject) => {
  const why = whyNoSessions(subject);
  if (why !== null) return why;
  // where nobody is kept and nobody would have moved for certain, it may be memory itself that is missing
  if (!takesTurns(subject)) return 'not weighted round robin';
  // real clients never use a port twice in a row; where no socket is involved the history must say so
  const isReal = subject.time !== 'stepped';
  const pairs = pairsOf(subject);
  const isKeyMatter = keyMatter(subject, pairs);
  const { kept, moved, clients, isProven } = judgePairs(
    subject,
    pairs.filter(
      ({ gap, first, second }) => gap < shortGap && (isReal || first.port !== second.port),
    ),
  );
  return {
    breaches: [...moved.filter(isKeyMatter).map(movedBreach), ...takenForOthers(subject)],
    sometimes: {
      [clientsMoved]: isProven ? clients : 0,
    },
    kept: `${counted(kept.length, 'return')} from another port to the same instance`,
  };
});

/** Connections of one client in a row that reach two instances under any right round robin. */
const cyclesToReachTwo = 2;

export const persistenceOff: Judge = judgeOf('persistence.off', (subject) => {
  const { scheduling, persistenceMs } = subject.configuration;
  if (persistenceMs > 0) return 'session persistence is on';
  if (scheduling === 'weighted-least-connections') return heldByOneEach(subject);
  if (scheduling !== 'weighted-round-robin') return 'not weighted round robin';
  const schedulers = schedulersOf(subject);
  if (!Number.isFinite(schedulers)) return 'an unknown number of schedulers is declared';
  const breaches: Breach[] = [];
  let clients = 0;
  for (const stretch of stretchesOf(subject)) {
    if (stretch.inRotation.length < 2 || !staysInside(stretch)) continue;
    // of several schedulers one at least has its two cycles then
    const needed = schedulers * cyclesToReachTwo * cycleOf(stretch.inRotation);
    // where several clients all go to one instance it is the scheduler that overlooks the others
    const sources = new Set(stretch.connections.map(({ source }) => source));
    const all = new Set(stretch.connections.map(({ placed }) => placed.instance));
    if (sources.size > 1 && all.size < 2) continue;
    for (const run of runsOfOneSource(stretch.connections)) {
      if (run.length < needed) continue;
      clients++;
      const reached = new Set(run.map(({ placed }) => placed.instance));
      const [only] = reached;
      if (reached.size > 1 || only === undefined) continue;
      breaches.push({
        why: `${counted(run.length, 'connection')} of ${run[0]?.source} in a row all went to ${only}`,
        expected: 'the scheduler alone decides, so another instance has its turn',
        observed: `${only} every time`,
        lines: run.map(({ placed }) => placed.line),
      });
    }
  }
  return {
    breaches,
    sometimes: { 'clients with two cycles of connections in a row': clients },
    kept: `${counted(clients, 'client')} reached more than one instance`,
  };
});

/** Least connections has others take some of what one client holds, however many it held before. */
function heldByOneEach(subject: Subject): Assessment {
  const breaches: Breach[] = [];
  let clients = 0;
  for (const stretch of stretchesOf(subject)) {
    const { inRotation, connections } = stretch;
    const isHeld = connections.every(({ closed }) => closed === null);
    if (inRotation.length < 2 || !isHeld || !staysInside(stretch)) continue;
    const all = new Set(connections.map(({ placed }) => placed.instance));
    const runs = runsOfOneSource(connections).filter(
      (run) => run.length >= cyclesToReachTwo * cycleOf(inRotation),
    );
    clients += runs.length;
    // where everybody holds at one instance it is the scheduler that overlooks the others
    if (runs.length < 2 || all.size < 2) continue;
    const isStuck = (run: readonly Placed[]) =>
      new Set(run.map(({ placed }) => placed.instance)).size === 1;
    if (!runs.every(isStuck)) continue;
    breaches.push({
      why: `each of ${counted(runs.length, 'client')} holds all its connections at one instance`,
      expected: 'the scheduler alone decides, so others get some',
      observed: 'one instance a client',
      lines: connections.map(({ placed }) => placed.line),
    });
  }
  return {
    breaches,
    sometimes: { 'clients with two cycles of connections in a row': clients },
    kept: `${counted(clients, 'client')} reached more than one instance`,
  };
}

function runsOfOneSource(connections: readonly Placed[]): readonly (readonly Placed[])[] {
  const runs: Placed[][] = [];
  for (const connection of connections) {
    const run = runs.at(-1);
    if (run?.[0]?.source === connection.source) run.push(connection);
    else runs.push([connection]);
  }
  return runs;
}

export const persistenceUnhealthy: Judge = judgeOf('persistence.unhealthy', (subject) => {
  const why = whyNoSessions(subject);
  if (why !== null) return why;
  const isJustOut = justOut(subject, strangersOf(subject));
  const judged = pairsOf(subject).filter(
    ({ first, second, isRunning }) =>
      isRunning &&
      (standingOf(subject, first.placed.instance, second) === 'out' ||
        isJustOut(first.placed.instance, second)) &&
      hasOthers(subject, first.placed.instance, second),
  );
  const judgement = knownClients(
    subject,
    judged,
    'unhealthy',
    'known clients of an unhealthy instance',
  );
  return { ...judgement, breaches: [...judgement.breaches, ...turnedAwayWhenStranded(subject)] };
});

export const persistenceDraining: Judge = judgeOf('persistence.draining', (subject) => {
  const why = whyNoSessions(subject);
  if (why !== null) return why;
  if (subject.effective.drainMs === 0) return 'connection draining is off';
  const judged = pairsOf(subject).filter(
    ({ first, second, isRunning }) =>
      isRunning &&
      epochOf(subject.epochs, second)?.removed.has(first.placed.instance) === true &&
      hasOthers(subject, first.placed.instance, second),
  );
  return knownClients(subject, judged, 'draining', 'known clients of a draining instance');
});

function knownClients(
  subject: Subject,
  judged: readonly Pair[],
  state: string,
  obligation: string,
) {
  const strangers = strangersOf(subject);
  const stayed = judged.filter(
    ({ first, second }) => first.placed.instance === second.placed.instance,
  );
  // who is sent there by what is held is not there by memory, which brings all of them
  const isMemory =
    subject.configuration.scheduling === 'weighted-round-robin' ||
    (stayed.length === judged.length && stayed.length >= clientsToProve);
  return {
    breaches: (isMemory ? judged : [])
      .filter(({ first, second }) => first.placed.instance === second.placed.instance)
      // where strangers are sent as well it is no memory that sends known clients
      .filter(({ first: { placed }, second }) => {
        return !strangers.some(
          (one) =>
            one.placed.instance === placed.instance &&
            one.openedLine > placed.line &&
            (state === 'unhealthy'
              ? standingOf(subject, placed.instance, one) === 'out'
              : epochOf(subject.epochs, one)?.removed.has(placed.instance) === true) &&
            one.openedLine < second.openedLine,
        );
      })
      .map(
        ({ second }): Breach => ({
          why: `${second.source} went to ${second.placed.instance}, which it knew, although it was ${state}`,
          expected: 'another instance, which could take it',
          observed: second.placed.instance,
          lines: [second.placed.line],
        }),
      ),
    sometimes: { [obligation]: judged.length },
    kept: `${counted(judged.length, 'known client')} of an instance that was ${state} went elsewhere`,
  };
}

/** The first connection of each client. */
function strangersOf(subject: Subject): readonly Placed[] {
  const seen = new Set<string>();
  return subject.connections
    .filter(isPlaced)
    .filter(({ source }) => !seen.has(source) && seen.add(source));
}
