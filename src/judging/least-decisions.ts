/**
 * Decisions under weighted least connections: what everybody held just before each, as far as that is certain, and who
 * costs least then. Two readings of "least" (n/w and (n+1)/w) are right. Knows no clause.
 */
import type { Subject } from './assessment.ts';
import { heldSteps } from './held-connections.ts';
import { type Epoch, epochOf, type Member } from './membership.ts';
import { type MembershipChange, onceAReading, type Placed, wordTrait } from './reading.ts';
import { resumes } from './returns.ts';
import { sameMembers, standingOf } from './rotation.ts';
import { isDoubt } from './unseen-checks.ts';

export type Counts = ReadonlyMap<string, number>;

/** One decision of the balancer and what everybody held just before it. */
export interface Decision {
  readonly connection: Placed;
  readonly members: readonly Member[];
  readonly held: Counts;
  /** Connections ever placed on each. */
  readonly ever: Counts;
  readonly lastClose: LastClose | null;
  /** Connections that ended, one by one in that order, and how many of these had before it. */
  readonly ends: readonly End[];
  readonly ended: number;
  /** Instances that had a connection closed. */
  readonly released: ReadonlySet<string>;
}
interface End {
  readonly instance: string;
  readonly toMs: number;
}
/** The last close since which only opens happened, members and weights unchanged: what everybody held then, and the lines since. */
interface LastClose {
  readonly held: Counts;
  readonly lines: readonly number[];
}

/** Every decision with certain counts, and everybody certainly in rotation or certainly not. */
export const decisionsOf = onceAReading(decisionsIn);

function decisionsIn(subject: Subject): readonly Decision[] | string {
  if (subject.configuration.scheduling !== 'weighted-least-connections') {
    return 'not weighted least connections';
  }
  if (subject.changes.some((change) => isAnother(subject, change)))
    return 'an instance came back while connections from before were still there';
  const decisions: Decision[] = [];
  const fold = new HeldFold(subject);
  for (const step of heldSteps(subject)) {
    if (step.kind === 'blurred' || !step.isClear) fold.blur();
    if (step.kind === 'closed') fold.close(step.connection);
    if (step.kind !== 'placed') continue;
    const decision = fold.place(step.connection);
    if (decision !== null && step.isClear) decisions.push(decision);
  }
  return decisions;
}

/** Whether somebody is registered who may be another than the one that still holds connections: they may count or not. */
function isAnother(subject: Subject, change: MembershipChange): boolean {
  if (change.kind !== 'registered') return false;
  const own = subject.changes.filter(({ instance }) => instance === change.instance);
  const isSame = wordTrait(subject, 'draining.return') === 'resumes';
  if (isSame && resumes(change, own, subject)) return false;
  return subject.connections.some(
    ({ placed, closed }) =>
      placed?.instance === change.instance &&
      placed.line < change.line &&
      (closed === null || closed.line > change.line),
  );
}

class HeldFold {
  readonly #subject: Subject;
  readonly #held = new Map<string, number>();
  readonly #ever = new Map<string, number>();
  readonly #ends: End[] = [];
  readonly #clients = new Set<string>();
  /** By instance: the line of its last connection so far. */
  readonly #lastLines = new Map<string, number>();
  readonly #stayingIn: ReadonlySet<string>;
  #released = new Set<string>();
  #lastClose: { held: Counts; lines: number[]; around: Surroundings | null } | null = null;

  constructor(subject: Subject) {
    this.#subject = subject;
    const names = [...subject.instances.keys()];
    this.#stayingIn = new Set(names.filter((name) => staysIn(subject, name)));
  }

  /** What is held is still known from the lines, but not who was level when. */
  blur(): void {
    this.#lastClose = null;
    this.#released = new Set();
  }

  close({ placed, closed }: Placed): void {
    this.#held.set(placed.instance, (this.#held.get(placed.instance) ?? 0) - 1);
    this.#lastClose = { held: new Map(this.#held), lines: [], around: null };
    this.#released.add(placed.instance);
    this.#ends.push({ instance: placed.instance, toMs: closed?.toMs ?? placed.toMs });
  }

  place(connection: Placed): Decision | null {
    const { instance, line } = connection.placed;
    const isKnownClient =
      this.#subject.configuration.persistenceMs > 0 && this.#clients.has(connection.source);
    const around = isKnownClient
      ? null
      : surroundings(this.#subject, connection, this.#lastLines, this.#stayingIn);
    this.#opensOn(line, around);
    const decision = around === null ? null : this.#decision(connection, around);
    this.#clients.add(connection.source);
    this.#lastLines.set(instance, line);
    this.#held.set(instance, (this.#held.get(instance) ?? 0) + 1);
    this.#ever.set(instance, (this.#ever.get(instance) ?? 0) + 1);
    return decision;
  }

  /** Opens since the last close belong together while members and weights stay as at the first of them. */
  #opensOn(line: number, around: Surroundings | null): void {
    const close = this.#lastClose;
    if (close === null) return;
    close.lines.push(line);
    close.around ??= around;
    if (around === null || close.around === null || !isSame(close.around, around)) {
      this.#lastClose = null;
    }
  }

  #decision(connection: Placed, { members }: Surroundings): Decision {
    const close = this.#lastClose;
    return {
      connection,
      members,
      held: new Map(this.#held),
      ever: new Map(this.#ever),
      ends: this.#ends,
      ended: this.#ends.length,
      lastClose: close === null ? null : { held: close.held, lines: close.lines.slice() },
      released: new Set(this.#released),
    };
  }
}

interface Surroundings {
  readonly epoch: Epoch;
  readonly members: readonly Member[];
}

function surroundings(
  subject: Subject,
  connection: Placed,
  lastLines: ReadonlyMap<string, number>,
  stayingIn: ReadonlySet<string>,
): Surroundings | null {
  const epoch = epochOf(subject.epochs, connection);
  if (epoch === null) return null;
  const members: Member[] = [];
  for (const member of epoch.members.values()) {
    const standing = standingOf(subject, member.name, connection);
    const isIn = standing === 'in' || (standing === 'maybe' && stayingIn.has(member.name));
    if (standing === 'maybe' && !isIn) return null;
    if (!isIn || member.weight === 0) continue;
    if (!isBack(subject, member.name, connection, lastLines)) return null;
    members.push(member);
  }
  return members.length > 1 ? { epoch, members } : null;
}

/**
 * Whether no threshold takes it out: it was confirmed before it first failed and never fails as often in a row. That it is
 * not taken out earlier the connections that it is given since must show.
 */
function staysIn({ instances, configuration, header }: Subject, name: string): boolean {
  const { unhealthyThreshold, healthyThreshold } = configuration.check;
  const one = instances.get(name);
  if (one === undefined || header.checks === 'none') return false;
  if (one.refusingFromMs < Number.POSITIVE_INFINITY) return false;
  const { notPassed, checks } = one.ledger;
  // nothing says how whoever was registered anew begins
  if (checks.some(isDoubt)) return false;
  const passes = checks.findIndex(({ result }) => result !== 'passed');
  if (passes <= healthyThreshold) return false;
  return checks.every((_, index) => {
    const from = Math.max(0, index + 1 - unhealthyThreshold);
    return (notPassed[index + 1] ?? 0) - (notPassed[from] ?? 0) < unhealthyThreshold;
  });
}

/** Whoever ever failed a check is back with its first connection since: whether it comes back at all is another clause's. */
function isBack(
  { instances }: Subject,
  name: string,
  now: Placed,
  lastLines: ReadonlyMap<string, number>,
): boolean {
  const ledger = instances.get(name)?.ledger;
  if (ledger === undefined || ledger.notFailed.at(-1) === ledger.checks.length) return true;
  const failed = ledger.checks.findLast(
    ({ result, startedLine }) => result === 'failed' && startedLine < now.openedLine,
  );
  const lastLine = now.placed.instance === name ? now.placed.line : lastLines.get(name);
  return failed === undefined || (lastLine ?? -1) > failed.startedLine;
}

function isSame(one: Surroundings, other: Surroundings): boolean {
  return one.epoch === other.epoch && sameMembers(one.members, other.members);
}

/** Those that cost least: by n/w, or by (n+1)/w. */
function leastBy(ahead: 0 | 1, members: readonly Member[], counts: Counts): readonly Member[] {
  const cost = ({ name, weight }: Member) => ((counts.get(name) ?? 0) + ahead) / weight;
  const least = Math.min(...members.map(cost));
  return members.filter((member) => cost(member) === least);
}

/** The one that costs least by both readings, strictly; null: they disagree or there is a tie. */
export function leastOf(members: readonly Member[], counts: Counts): string | null {
  const [plain, ...plainTies] = leastBy(0, members, counts);
  const [ahead, ...aheadTies] = leastBy(1, members, counts);
  const isTied = plainTies.length + aheadTies.length > 0;
  return plain !== undefined && plain === ahead && !isTied ? plain.name : null;
}

/**
 * The one that is owed the next connection whoever has which of the weights: a scheduler that misreads weights is the
 * ratio's matter, one that does not look at what is held is the release's.
 */
export function certainlyOwed(members: readonly Member[], counts: Counts): string | null {
  const least = leastOf(members, counts);
  if (least === null) return null;
  const weights = members.map(({ weight }) => weight);
  const lightest = Math.min(...weights);
  const heaviest = Math.max(...weights);
  const own = counts.get(least) ?? 0;
  const others = members.filter(({ name }) => name !== least);
  const isOwed = others.every(({ name }) =>
    [0, 1].every(
      (ahead) => (own + ahead) / lightest < ((counts.get(name) ?? 0) + ahead) / heaviest,
    ),
  );
  return isOwed ? least : null;
}

/** Whether it costs least by either reading. */
export function isLeast(instance: string, members: readonly Member[], counts: Counts): boolean {
  return ([0, 1] as const).some((ahead) =>
    leastBy(ahead, members, counts).some(({ name }) => name === instance),
  );
}
