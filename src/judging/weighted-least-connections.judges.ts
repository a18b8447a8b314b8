/**
 * Judges of weighted least connections, on held connections only: idle picks prove nothing, and where two readings of
 * "least" (n/w and (n+1)/w) disagree nobody is charged.
 */
import { type Assessment, type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import { certainlyOwed, type Decision, decisionsOf, isLeast, leastOf } from './least-decisions.ts';
import { cycleOf, divisorOf } from './membership.ts';
import { sameMembers } from './rotation.ts';

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

/** Intervals of checks after which whoever has not heard of an end counts something else. */
const lateIntervalsMax = 10;

/**
 * Whether all decisions are right by what is held where ends are heard of late, in their order: who never hears of any,
 * or does not count at all, is charged elsewhere.
 */
function isReleasedLate(decisions: readonly Decision[], { effective }: Subject): boolean {
  const lateMaxMs = lateIntervalsMax * effective.intervalMs;
  const heard = new Map<string, number>();
  let heardCount = 0;
  for (const { connection, members, ever, ends, ended } of decisions) {
    const isOverdue = () =>
      (ends[heardCount]?.toMs ?? Number.POSITIVE_INFINITY) < connection.opened.fromMs - lateMaxMs;
    const counted = () =>
      new Map([...ever].map(([name, count]) => [name, count - (heard.get(name) ?? 0)]));
    while (isOverdue() || !isLeast(connection.placed.instance, members, counted())) {
      const next = heardCount < ended ? ends[heardCount++]?.instance : undefined;
      if (next === undefined) return false;
      heard.set(next, (heard.get(next) ?? 0) + 1);
    }
  }
  // late is not never: by the last decision all have been heard of
  return heardCount > 0 && heardCount === decisions.at(-1)?.ended;
}

export const wlcRelease: Judge = judgeOf('schedule.wlc.release', (subject) => {
  const decisions = decisionsOf(subject);
  if (typeof decisions === 'string') return decisions;
  const untilLine = reweighedLine(subject);
  const segments = segmentsOf(decisions).map((segment) => ({
    owed: segment.flatMap((decision) => owedIn(decision, untilLine)),
    isCountedAnew: countsAnew(segment),
  }));
  const owed = segments.flatMap((segment) => segment.owed);
  const breaches = segments.flatMap((segment) =>
    segment.isCountedAnew ? [] : segment.owed.flatMap((one) => unreleased(one) ?? []),
  );
  return {
    breaches,
    undermines: breaches.length > 0 && isReleasedLate(decisions, subject) ? toldByCounts : [],
    sometimes: { 'connections owed to an instance that was released': owed.length },
    kept: `${counted(owed.length, 'connection')} went to the instance whose own had ended`,
  };
});

/** A decision on a connection that somebody is owed because its own ended. */
interface Owed {
  readonly decision: Decision;
  readonly to: string;
}

/** None where nobody is owed it, or it went to somebody out of rotation, which is another clause's. */
function owedIn(decision: Decision, untilLine: number): readonly Owed[] {
  const { connection, members, held, released } = decision;
  const { instance, line } = connection.placed;
  const to = certainlyOwed(members, held);
  if (to === null || !released.has(to) || line > untilLine) return [];
  return members.some(({ name }) => name === instance) ? [{ decision, to }] : [];
}

function unreleased({ decision: { connection, held }, to }: Owed): Breach | null {
  const { instance, line } = connection.placed;
  if (instance === to) return null;
  return {
    why: `connection ${connection.connection} went to ${instance} while ${to} was owed it`,
    expected: `${to}, which held ${held.get(to) ?? 0} after its connections ended`,
    observed: `${instance}, which held ${held.get(instance) ?? 0}`,
    lines: [line],
  };
}

/** Decisions in a row among the same members. */
function segmentsOf(decisions: readonly Decision[]): readonly (readonly Decision[])[] {
  const segments: Decision[][] = [];
  for (const decision of decisions) {
    const current = segments.at(-1);
    const last = current?.at(-1);
    if (last !== undefined && sameMembers(last.members, decision.members)) current?.push(decision);
    else segments.push([decision]);
  }
  return segments;
}

/** Whoever forgets at a change of members what everybody holds is the ratio's matter. */
function countsAnew(segment: readonly Decision[]): boolean {
  const [first] = segment;
  if (first === undefined || first.ever.size === 0) return false;
  const counts = new Map<string, number>();
  return segment.every(({ connection: { placed }, members }) => {
    const isRight = isLeast(placed.instance, members, counts);
    counts.set(placed.instance, (counts.get(placed.instance) ?? 0) + 1);
    return isRight;
  });
}

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
  return segmentsOf(decisions).every(goesRound);
}

function goesRound(segment: readonly Decision[]): boolean {
  const members = segment[0]?.members ?? [];
  const weights = new Map(members.map(({ name, weight }) => [name, weight]));
  const divisor = divisorOf([...weights.values()]);
  const cycle = cycleOf(members);
  const counts = new Map<string, number>();
  return segment.every(({ connection: { placed } }, index) => {
    if (index % cycle === 0) counts.clear();
    const count = (counts.get(placed.instance) ?? 0) + 1;
    counts.set(placed.instance, count);
    return count <= (weights.get(placed.instance) ?? 0) / divisor;
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
