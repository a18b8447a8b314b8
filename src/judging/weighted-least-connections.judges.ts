/**
 * Judges of weighted least connections, on held connections only: idle picks prove nothing, and where two readings of
 * "least" (n/w and (n+1)/w) disagree nobody is charged.
 */
import { type Assessment, type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { heldSteps } from './held-connections.ts';
import type { Judge } from './judge.ts';
import { cycleOf, divisorOf, type Epoch, epochOf, type Member } from './membership.ts';
import { type MembershipChange, type Placed, wordTrait } from './reading.ts';
import { resumes } from './returns.ts';
import { sameMembers, standingOf } from './rotation.ts';

type Counts = ReadonlyMap<string, number>;

/** One decision of the balancer and what everybody held just before it. */
interface Decision {
  readonly connection: Placed;
  readonly members: readonly Member[];
  readonly held: Counts;
  /** Connections ever placed on each. */
  readonly ever: Counts;
  readonly lastClose: LastClose | null;
  /** Instances whose connections ended, one by one in that order, and how many of these had before it. */
  readonly ends: readonly string[];
  readonly ended: number;
  /** Instances that had a connection closed. */
  readonly released: ReadonlySet<string>;
}
/** The last close since which only opens happened, members and weights unchanged: what everybody held then, and the lines since. */
interface LastClose {
  readonly held: Counts;
  readonly lines: readonly number[];
}

/** Every decision with certain counts, and everybody certainly in rotation or certainly not. */
function decisionsOf(subject: Subject): readonly Decision[] | string {
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
  readonly #ends: string[] = [];
  readonly #clients = new Set<string>();
  /** By instance: the line of its last connection so far. */
  readonly #lastLines = new Map<string, number>();
  #released = new Set<string>();
  #lastClose: { held: Counts; lines: number[]; around: Surroundings | null } | null = null;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** What is held is still known from the lines, but not who was level when. */
  blur(): void {
    this.#lastClose = null;
    this.#released = new Set();
  }

  close({ placed }: Placed): void {
    this.#held.set(placed.instance, (this.#held.get(placed.instance) ?? 0) - 1);
    this.#lastClose = { held: new Map(this.#held), lines: [], around: null };
    this.#released.add(placed.instance);
    this.#ends.push(placed.instance);
  }

  place(connection: Placed): Decision | null {
    const { instance, line } = connection.placed;
    const isKnownClient =
      this.#subject.configuration.persistenceMs > 0 && this.#clients.has(connection.source);
    const around = isKnownClient ? null : surroundings(this.#subject, connection, this.#lastLines);
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
): Surroundings | null {
  const epoch = epochOf(subject.epochs, connection);
  if (epoch === null) return null;
  const members: Member[] = [];
  for (const member of epoch.members.values()) {
    const standing = standingOf(subject, member.name, connection);
    if (standing === 'maybe') return null;
    if (standing !== 'in' || member.weight === 0) continue;
    if (!isBack(subject, member.name, connection, lastLines)) return null;
    members.push(member);
  }
  return members.length > 1 ? { epoch, members } : null;
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
function leastOf(members: readonly Member[], counts: Counts): string | null {
  const [plain, ...plainTies] = leastBy(0, members, counts);
  const [ahead, ...aheadTies] = leastBy(1, members, counts);
  const isTied = plainTies.length + aheadTies.length > 0;
  return plain !== undefined && plain === ahead && !isTied ? plain.name : null;
}

/**
 * The one that is owed the next connection whoever has which of the weights: a scheduler that misreads weights is the
 * ratio's matter, one that does not look at what is held is the release's.
 */
function owedOf(members: readonly Member[], counts: Counts): string | null {
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

/** How a changed weight is taken up is another clause's matter. */
function reweighedLine({ changes }: Subject): number {
  const change = changes.find(
    ({ kind, outcome, weight }) => kind === 'reweighed' && outcome !== 'rejected' && weight > 0,
  );
  return change?.line ?? Number.POSITIVE_INFINITY;
}

/** Refills by changed weights of somebody who kept those before: uneven ones, and breaches. */
export function refillsByChangedWeights(
  subject: Subject,
): { readonly refills: number; readonly breaches: readonly Breach[] } | string {
  const decisions = decisionsOf(subject);
  if (typeof decisions === 'string') return decisions;
  const untilLine = reweighedLine(subject);
  const judged = decisions.flatMap((decision) => {
    const refill = refillOf(decision);
    return refill === null ? [] : [{ ...refill, line: decision.connection.placed.line }];
  });
  const before = judged.filter(({ line }) => line < untilLine);
  const isKept =
    before.some(({ isUneven, isWeighted }) => isUneven && isWeighted) &&
    before.every((one) => one.breach === null);
  const after = judged.filter(({ line, isUneven }) => isKept && isUneven && line > untilLine);
  return { refills: after.length, breaches: after.flatMap(({ breach }) => breach ?? []) };
}

export const wlcRatio: Judge = judgeOf('schedule.wlc.ratio', (subject) => {
  const decisions = decisionsOf(subject);
  if (typeof decisions === 'string') return decisions;
  const untilLine = reweighedLine(subject);
  const before = decisions.filter(({ connection }) => connection.placed.line < untilLine);
  const refills = before.flatMap((decision) => refillOf(decision) ?? []);
  const uneven = refills.filter(({ isUneven }) => isUneven);
  return {
    breaches: refills.flatMap(({ breach }) => (breach === null ? [] : [breach])),
    sometimes: { 'uneven closes filled up again': uneven.length },
    kept: `${counted(uneven.length, 'time')} the held connections were level after an uneven close`,
  } satisfies Assessment;
});

/** A decision that fills up to a whole multiple of the weights, if nobody stood above its part at the last close. */
function refillOf({ connection, members, held, lastClose }: Decision) {
  if (lastClose === null) return null;
  const names = members.map(({ name }) => name);
  if (!names.includes(connection.placed.instance)) return null;
  const after = (name: string) =>
    (held.get(name) ?? 0) + (name === connection.placed.instance ? 1 : 0);
  const total = names.reduce((sum, name) => sum + after(name), 0);
  if (total % cycleOf(members) !== 0) return null;
  const weights = members.reduce((sum, { weight }) => sum + weight, 0);
  const levels = members.map(({ name, weight }) => ({
    name,
    due: (total * weight) / weights,
    closed: lastClose.held.get(name) ?? 0,
    weight,
  }));
  if (levels.some(({ due, closed }) => closed > due)) return null;
  const refilled = total - levels.reduce((sum, { closed }) => sum + closed, 0);
  // what a scheduler that counts no connections would have made of it
  const isUneven = levels.some(
    ({ due, closed, weight }) => Math.abs(closed + (refilled * weight) / weights - due) > 1,
  );
  const isLevel = levels.every(({ name, due }) => Math.abs(after(name) - due) <= 1);
  const breach: Breach | null = isLevel
    ? null
    : {
        why: `of ${total} held connections ${names.map((name) => `${name} has ${after(name)}`).join(', ')} after ${refilled} were opened anew`,
        expected: `within one of ${levels.map(({ name, due }) => `${name} ${due}`).join(', ')}`,
        observed: names.map((name) => `${name} ${after(name)}`).join(', '),
        lines: lastClose.lines,
      };
  // who is as heavy as everybody else says nothing of whether weights are kept
  const isWeighted = new Set(members.map(({ weight }) => weight)).size > 1;
  return { isUneven, isWeighted, breach };
}

/** What is told by how connections stand once some have ended: nothing of the weights where ends are only heard of late. */
const toldByCounts = ['schedule.wlc.ratio', 'schedule.wlc.active-only'];

/**
 * Whether all decisions are right by what is held where ends are heard of late, in their order: who never hears of any,
 * or does not count at all, is charged elsewhere.
 */
function isReleasedLate(decisions: readonly Decision[]): boolean {
  const heard = new Map<string, number>();
  let heardCount = 0;
  for (const { connection, members, ever, ends, ended } of decisions) {
    const counted = () =>
      new Map([...ever].map(([name, count]) => [name, count - (heard.get(name) ?? 0)]));
    while (!isLeast(connection.placed.instance, members, counted())) {
      const next = heardCount < ended ? ends[heardCount++] : undefined;
      if (next === undefined) return false;
      heard.set(next, (heard.get(next) ?? 0) + 1);
    }
  }
  // late is not never: by the last decision all have been heard of
  return heardCount > 0 && heardCount === decisions.at(-1)?.ended;
}

function isLeast(instance: string, members: readonly Member[], counts: Counts): boolean {
  return ([0, 1] as const).some((ahead) =>
    leastBy(ahead, members, counts).some(({ name }) => name === instance),
  );
}

export const wlcRelease: Judge = judgeOf('schedule.wlc.release', (subject) => {
  const decisions = decisionsOf(subject);
  if (typeof decisions === 'string') return decisions;
  const breaches: Breach[] = [];
  let owed = 0;
  const untilLine = reweighedLine(subject);
  for (const { connection, members, held, released } of decisions) {
    const least = owedOf(members, held);
    const { instance, line } = connection.placed;
    if (least === null || !released.has(least) || line > untilLine) continue;
    // who is out of rotation and given one all the same is another clause's
    if (!members.some(({ name }) => name === instance)) continue;
    owed++;
    if (instance === least) continue;
    breaches.push({
      why: `connection ${connection.connection} went to ${instance} while ${least} was owed it`,
      expected: `${least}, which held ${held.get(least) ?? 0} after its connections ended`,
      observed: `${instance}, which held ${held.get(instance) ?? 0}`,
      lines: [line],
    });
  }
  return {
    breaches,
    undermines: breaches.length > 0 && isReleasedLate(decisions) ? toldByCounts : [],
    sometimes: { 'connections owed to an instance that was released': owed },
    kept: `${counted(owed, 'connection')} went to the instance whose own had ended`,
  };
});

/** As many coincidences as these are none. */
const coincidencesMax = 2;

/** Whoever counts closed connections, too, follows that count from the first decision on. */
function followsEver(decisions: readonly Decision[]): boolean {
  return decisions.every(({ connection: { placed }, members, ever }) =>
    isLeast(placed.instance, members, ever),
  );
}

/**
 * Round robin levels what was ever placed without counting anything; then ratio and release are to be charged, not this.
 * Among other members it begins anew.
 */
function looksLikeRoundRobin(decisions: readonly Decision[]): boolean {
  let members: readonly Member[] = [];
  let turns = 0;
  const counts = new Map<string, number>();
  return decisions.every(({ connection: { placed }, members: now }) => {
    if (!sameMembers(members, now)) turns = 0;
    members = now;
    if (turns++ % cycleOf(members) === 0) counts.clear();
    const count = (counts.get(placed.instance) ?? 0) + 1;
    counts.set(placed.instance, count);
    const weight = members.find(({ name }) => name === placed.instance)?.weight ?? 0;
    return count <= weight / divisorOf(members.map((one) => one.weight));
  });
}

export const wlcActiveOnly: Judge = judgeOf('schedule.wlc.active-only', (subject) => {
  const decisions = decisionsOf(subject);
  if (typeof decisions === 'string') return decisions;
  // decisions that come out differently when closed connections count
  const telling = decisions.flatMap(({ connection, members, held, ever }) => {
    const right = leastOf(members, held);
    const wrong = leastOf(members, ever);
    return right === null || wrong === null || right === wrong
      ? []
      : [{ connection, right, wrong }];
  });
  const astray = telling.filter(({ connection, wrong }) => connection.placed.instance === wrong);
  const isCounting = astray.length > coincidencesMax && astray.length === telling.length;
  const isBroken = isCounting && followsEver(decisions) && !looksLikeRoundRobin(decisions);
  const [first] = astray;
  return {
    breaches:
      isBroken && first !== undefined
        ? [
            {
              why: `${counted(astray.length, 'connection')} went where the fewest were ever placed, closed ones included`,
              expected: `connection ${first.connection.connection} on ${first.right}, which held the fewest for its weight`,
              observed: `it went to ${first.wrong}`,
              lines: astray.map(({ connection }) => connection.placed.line),
            },
          ]
        : [],
    sometimes: { 'decisions that closed connections would change': telling.length },
    kept: `${counted(telling.length, 'connection')} went where the fewest were held, not where the fewest were ever placed`,
    ...(astray.length > 0 && !isBroken
      ? { doubt: `${astray.length} of ${telling.length} telling connections went astray` }
      : {}),
  };
});
