/**
 * Judge of when the persistence duration begins to count: within the declared clock a client finds its instance again
 * also beyond the guaranteed minimum, and once it has run out the scheduler decides again.
 */
import { type Breach, counted, judgeOf, type Subject, undeclared } from './assessment.ts';
import type { Judge } from './judge.ts';
import { cycleOf, divisorOf, epochOf, type Member } from './membership.ts';
import { isBefore } from './order.ts';
import { isPlaced, type Placed, schedulersOf, wordTrait } from './reading.ts';
import { isSequential, placeOf, sameMembers } from './rotation.ts';
import { groupedBySource, staysEligible } from './sessions.ts';
import { judgeCycles } from './weighted-round-robin.judges.ts';

/** Time since the clock was last started, at the least and at the most. */
interface Age {
  readonly minMs: number;
  readonly maxMs: number;
}
type Clock = 'creation' | 'last-connection' | 'while-connected';
const clocks: readonly Clock[] = ['creation', 'last-connection', 'while-connected'];

/** A client that comes back, and how old its session is by each clock; null: not known. */
interface Return {
  readonly first: Placed;
  readonly second: Placed;
  readonly ages: Readonly<Record<Clock, Age | null>>;
  readonly hasMoved: boolean;
}

const secondMs = 1000;
/** In real time a session may be forgotten somewhat later than its clock says. */
const lateShare = 0.1;
/** Several schedulers that decide again, and go round in whatever order, send all clients where they had been that rarely. */
const coincidence = 1e-8;

export const expiry: Judge = judgeOf('persistence.expiry', (subject) => {
  if (subject.effective.persistenceMs === 0) return 'session persistence is off';
  const { scheduling } = subject.configuration;
  if (scheduling === 'source-ip') return 'source IP scheduling keeps clients by itself';
  const returns = returnsOf(subject);
  const declared = wordTrait(subject, 'persistence.clock');
  const takesTurns = scheduling === 'weighted-round-robin';
  if (!takesTurns && (declared === null || declared === 'longer'))
    return 'not weighted round robin: who stays may have been chosen again';
  if (declared === null) return undeclaredClock(subject, returns);
  const clock = clocks.find((one) => one === declared);
  if (clock === undefined) return longerThanPromised(subject, returns, declared);
  const kept = returns.filter((one) => isKept(subject, one, clock));
  // by anything but turns who stays may have been chosen again
  const over = takesTurns ? returns.filter((one) => isOver(subject, one, clock)) : [];
  const moved = kept.filter(({ hasMoved }) => hasMoved);
  const batches = batchesOf(subject, over).filter((batch) => isTelling(subject, batch));
  const decidedAnew = batches.reduce((sum, batch) => sum + batch.length, 0);
  const stuck = batches.filter((batch) => !batch.some(({ hasMoved }) => hasMoved));
  return {
    breaches: [
      ...moved.map((one) => movedBreach(one, declared)),
      ...stuck.map((batch) => stuckBreach(batch, declared)),
    ],
    sometimes: {
      // counted from creation nothing lasts longer than the guaranteed minimum
      ...(clock === 'creation'
        ? {}
        : { 'clients back before the declared clock ran out': kept.length }),
      'clients back after it ran out': decidedAnew,
    },
    kept: `declared ${declared}: ${counted(kept.length, 'client')} kept beyond the minimum, ${decidedAnew} decided anew`,
  };
});

/** Long after the guaranteed minimum; what else it may last is not promised. */
function longerThanPromised(subject: Subject, returns: readonly Return[], declared: string) {
  const late = returns.filter((one) => isOver(subject, one, 'last-connection'));
  const stayed = late.filter(({ hasMoved }) => !hasMoved).length;
  if (late.length === 0) return 'nobody came back after the duration';
  return {
    observation: `declared ${declared}, which no duration ends; observed: ${stayed} of ${late.length} clients stayed after it`,
  };
}

/** The first clock that everything seen agrees with. */
function undeclaredClock(subject: Subject, returns: readonly Return[]) {
  if (returns.every((one) => !isOver(subject, one, 'creation')))
    return 'nobody came back after the duration';
  const agreeing = clocks.filter((clock) => {
    const over = returns.filter((one) => isOver(subject, one, clock));
    return (
      returns.every((one) => !one.hasMoved || !isKept(subject, one, clock)) &&
      (over.length === 0 || over.some(({ hasMoved }) => hasMoved))
    );
  });
  const words: Readonly<Record<Clock, string>> = {
    creation: 'from the first connection',
    'last-connection': 'from the last new connection',
    'while-connected': 'once no connection is open',
  };
  return undeclared(
    agreeing.length === 0
      ? 'sessions last longer than their duration'
      : `the clock runs ${agreeing.map((clock) => words[clock]).join(' or ')}`,
  );
}

/** Returns that came together: a batch of clients decided anew says nothing of the next one. */
function batchesOf(subject: Subject, returns: readonly Return[]): readonly (readonly Return[])[] {
  const apartMs = lateShare * subject.effective.persistenceMs;
  const batches: Return[][] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const one of returns.toSorted((a, b) => a.second.openedLine - b.second.openedLine)) {
    const { fromMs } = one.second.opened;
    if (fromMs - lastMs > apartMs) batches.push([]);
    batches.at(-1)?.push(one);
    lastMs = fromMs;
  }
  return batches;
}

/**
 * Whether clients, had none of them moved, could not have been decided anew: all the while the same instances were in
 * rotation, and one scheduler would not have gone round like that, or several hardly.
 */
function isTelling(subject: Subject, batch: readonly Return[]): boolean {
  const [first, ...others] = batch.map(({ second }) => placeOf(subject, second));
  if (first == null) return false;
  const isSame = others.every(
    (one) => one?.epoch === first.epoch && sameMembers(one.inRotation, first.inRotation),
  );
  if (!isSame) return false;
  if (schedulersOf(subject) > 1) {
    const cycles = Math.floor(batch.length / cycleOf(first.inRotation));
    return arrangementsOf(first.inRotation) ** -cycles <= coincidence;
  }
  // somebody between them would have had a turn, too
  const [from = 0, to = 0] = [batch[0]?.second.openedLine, batch.at(-1)?.second.openedLine];
  const between = subject.connections.filter(
    ({ openedLine }) => from <= openedLine && openedLine <= to,
  );
  if (between.length > batch.length) return false;
  const connections = batch.map(({ first: { placed }, second }) => ({ ...second, placed }));
  return judgeCycles({ ...first, connections }, 0).breach !== null;
}

/** In how many orders a cycle can give everybody its part: the multinomial coefficient of the weights. */
function arrangementsOf(members: readonly Member[]): number {
  const divisor = divisorOf(members.map(({ weight }) => weight));
  let places = 0;
  let arrangements = 1;
  for (const { weight } of members) {
    for (let turn = 1; turn <= weight / divisor; turn++) arrangements *= ++places / turn;
  }
  return arrangements;
}

/** Certainly still within the declared clock, though certainly beyond what is guaranteed to everybody. */
function isKept(subject: Subject, { ages }: Return, clock: Clock): boolean {
  const { persistenceMs } = subject.effective;
  const own = ages[clock];
  // where nobody knows when the session began, nothing is guaranteed to everybody any more
  const isBeyond = ages.creation === null || ages.creation.minMs > persistenceMs;
  return own !== null && own.maxMs < persistenceMs && isBeyond;
}

function isOver({ effective, time }: Subject, { ages, second }: Return, clock: Clock): boolean {
  const { persistenceMs } = effective;
  const ageMs = ages[clock]?.minMs ?? 0;
  if (time !== 'stepped') return ageMs > (1 + lateShare) * persistenceMs;
  // at the very end it is over, too, where nobody can be a rounding away from that, whatever the unit
  const isWhole = second.opened.fromMs % secondMs === 0;
  return ageMs > persistenceMs || (isWhole && ageMs === persistenceMs);
}

function movedBreach({ first, second }: Return, declared: string): Breach {
  return {
    why: `${second.source} moved from ${first.placed.instance} to ${second.placed.instance} before its session was over`,
    expected: `${first.placed.instance} again, declared: ${declared}`,
    observed: second.placed.instance,
    lines: [first.placed.line, second.placed.line],
  };
}

function stuckBreach(over: readonly Return[], declared: string): Breach {
  return {
    why: `all ${over.length} clients whose sessions were over went where they had gone before`,
    expected: `the scheduler decides again, declared: ${declared}`,
    observed: 'none of them moved',
    lines: over.map(({ second }) => second.placed.line),
  };
}

function returnsOf(subject: Subject): readonly Return[] {
  const bySource = groupedBySource(subject.connections.filter(isPlaced));
  return [...bySource.values()].flatMap((own) => returnsOfOne(subject, own));
}

function returnsOfOne(subject: Subject, connections: readonly Placed[]): readonly Return[] {
  const { persistenceMs } = subject.effective;
  let root = connections[0] ?? null;
  return connections.slice(1).flatMap((second, index): Return[] => {
    const first = connections[index] as Placed;
    const sinceRoot = root === null ? null : ageOf(root, second);
    const hasMoved = first.placed.instance !== second.placed.instance;
    // another instance is a new session; otherwise only time tells whether this is still the old one
    if (hasMoved) root = second;
    else if (sinceRoot !== null && sinceRoot.maxMs >= persistenceMs) root = null;
    const pair = { first, second, gap: 0, isRunning: true, isGuaranteed: true, picks: 0 };
    const isMember = epochOf(subject.epochs, second) !== null;
    if (!isSequential(subject, first, second) || !isMember || !staysEligible(subject, pair))
      return [];
    const ages = {
      creation: sinceRoot,
      'last-connection': ageOf(first, second),
      'while-connected': connectedAge(subject, connections.slice(0, index + 1), second),
    };
    return [{ first, second, ages, hasMoved }];
  });
}

function ageOf(start: Placed, end: Placed): Age {
  return {
    minMs: end.opened.fromMs - start.placed.toMs,
    maxMs: end.placed.toMs - start.opened.fromMs,
  };
}

/** Nothing while one of the earlier connections is open; then since the last of them was. */
function connectedAge(
  { time }: Subject,
  earlier: readonly Placed[],
  { opened, openedLine, placed }: Placed,
): Age {
  const decided = { toMs: placed.toMs, line: openedLine };
  const isOpen = earlier.some(({ closed }) => closed === null || isBefore(decided, closed, time));
  if (isOpen) return { minMs: 0, maxMs: 0 };
  const endedFromMs = Math.max(...earlier.map(({ closed }) => closed?.fromMs ?? 0));
  const endedToMs = Math.max(...earlier.map(({ closed }) => closed?.toMs ?? 0));
  return { minMs: opened.fromMs - endedToMs, maxMs: placed.toMs - endedFromMs };
}
