/**
 * Judge of a weight that is changed while traffic flows: a scheduler that kept the weights before keeps the new ones
 * after it, and nobody's connection is cut by it. Who never kept any is charged elsewhere.
 */
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { hasFailed } from './check-ledger.ts';
import { isAtFailure } from './cuts-at-results.ts';
import type { Judge } from './judge.ts';
import { cycleOf, divisorOf, type Member } from './membership.ts';
import { isPlaced, type MembershipChange, schedulersOf } from './reading.ts';
import { judgeCounts } from './reweighed-counts.ts';
import { namesIn, type Stretch, stretchesOf, weightsInWords } from './rotation.ts';
import { judgeReweighing } from './source-reweighing.ts';
import { refillsByChangedWeights } from './weighted-least-connections.judges.ts';
import {
  allRoundRobinStretches,
  judgeCycles,
  washoutOf,
  wholeCycleStretches,
} from './weighted-round-robin.judges.ts';

const heldThrough = 'connections held through a change of weights';

export const weightChange: Judge = judgeOf('schedule.weight-change', (subject, rate) => {
  const changes = subject.changes.filter(
    // weight 0 is another clause's
    ({ kind, outcome, weight }) => kind === 'reweighed' && outcome === 'accepted' && weight > 0,
  );
  if (changes.length === 0) return 'no weight was changed';
  const held = changes.map((change) => judgeHeld(subject, change));
  const untouched = held.reduce((sum, one) => sum + one.untouched, 0);
  const cuts = held.flatMap((one) => one.cuts);
  if (subject.configuration.scheduling === 'weighted-least-connections') {
    const filled = refillsByChangedWeights(subject);
    if (typeof filled === 'string') return filled;
    return {
      breaches: [...filled.breaches, ...cuts],
      sometimes: { 'refills by changed weights': filled.refills },
      kept: `${counted(filled.refills, 'refill')} level by the new weights`,
    };
  }
  if (subject.configuration.scheduling === 'source-ip') return judgeReweighing(subject, rate, cuts);
  const schedulers = schedulersOf(subject);
  if (schedulers > 1 && Number.isFinite(schedulers)) return ofSeveral(subject, cuts, untouched);
  const stretches = wholeCycleStretches(subject);
  if (typeof stretches === 'string') return stretches;
  const followed = judgeFollowing(stretches, stretchesOf(subject), washoutOf(subject));
  return {
    breaches: [...followed.breaches, ...cuts],
    sometimes: {
      'whole cycles by changed weights': followed.cycles,
      [heldThrough]: untouched,
    },
    kept: `${counted(followed.cycles, 'whole cycle')} by the new weights, ${counted(untouched, 'connection')} held through the change`,
  };
});

/**
 * The page does not say how soon a changed weight shows. HAProxy ends a round of 16 cycles by the old weights first
 * (2.6.12: up to 54 connections with a cycle of 7 were seen to pass), so no more is asked of anybody.
 */
const cyclesToFollow = 16;

/** Several schedulers have no cycle in common, but counts that none of them together can give. */
function ofSeveral(subject: Subject, cuts: readonly Breach[], untouched: number) {
  const all = allRoundRobinStretches(subject);
  if (typeof all === 'string') return all;
  const granted = { washout: washoutOf(subject), cyclesToFollow };
  const { stretches, breaches } = judgeCounts(subject, all, granted);
  return {
    breaches: [...breaches, ...cuts],
    sometimes: {
      'stretches by changed weights': stretches,
      [heldThrough]: untouched,
    },
    kept: `${counted(stretches, 'count')} of several schedulers together by the new weights, ${counted(untouched, 'connection')} held through the change`,
  };
}

/** Cycles by other weights than those that were kept exactly before. `all`: also those with one in rotation. */
function judgeFollowing(stretches: readonly Stretch[], all: readonly Stretch[], washout: number) {
  const keptBefore: Stretch[] = [];
  const broken: Stretch[] = [];
  const breaches: Breach[] = [];
  let cycles = 0;
  for (const stretch of stretches) {
    const before = keptBefore.findLast(
      (one) => isReweighing(one.inRotation, stretch.inRotation) || isAwakening(one, stretch),
    );
    const judged = judgeCycles(
      stretch,
      before === undefined ? washout : cyclesAfter(before, stretch),
    );
    if (before !== undefined) {
      cycles += judged.cycles;
      // whoever did not keep these weights when they were the first is charged for that
      const wasKept = !broken.some((one) => isAlike(one.inRotation, stretch.inRotation));
      if (judged.breach !== null && wasKept) {
        const absent = absentBetween(all, before, stretch);
        breaches.push(
          ...(absent.length === 0
            ? [afterwards(before, stretch, judged.breach)]
            : byOldWeights(before, stretch, absent)),
        );
      }
    } else {
      const kept = keptBefore.at(-1);
      if (kept !== undefined) breaches.push(...byWeightsOf(kept, stretch, namesIn(stretch)));
      if (judged.breach !== null) broken.push(stretch);
    }
    // equal parts are also what somebody gives who sees no weights
    const isUneven = new Set(stretch.inRotation.map(({ weight }) => weight)).size > 1;
    if ((isUneven || restingIn(stretch).length > 0) && judged.cycles > 0 && judged.breach === null)
      keptBefore.push(stretch);
  }
  return { cycles, breaches };
}

/** Who was out of rotation for a while from the one to the other. */
function absentBetween(
  all: readonly Stretch[],
  before: Stretch,
  after: Stretch,
): readonly string[] {
  const lineOf = ({ connections }: Stretch) => connections[0]?.placed.line ?? 0;
  const [from, until] = [lineOf(before), lineOf(after)];
  const between = all.filter((one) => lineOf(one) > from && lineOf(one) < until);
  return namesIn(after).filter((name) => between.some((one) => !namesIn(one).includes(name)));
}

/** Of those alone who were out, or of all. */
function byOldWeights(
  before: Stretch,
  after: Stretch,
  absent: readonly string[],
): readonly Breach[] {
  const own = byWeightsOf(before, after, absent);
  return own.length > 0 ? own : byWeightsOf(before, after, namesIn(after));
}

/**
 * Where others came or went as well, and only where the weights that these had before explain what follows and the new
 * ones do not: what a change of members does to round robin is another clause's.
 */
function byWeightsOf(before: Stretch, after: Stretch, names: readonly string[]): readonly Breach[] {
  const old = new Map(before.inRotation.map(({ name, weight }) => [name, weight]));
  const inRotation = after.inRotation.map((member) => ({
    ...member,
    weight: (names.includes(member.name) ? old.get(member.name) : undefined) ?? member.weight,
  }));
  if (!isReweighing(inRotation, after.inRotation)) return [];
  const asBefore = { ...after, inRotation };
  const { breach } = judgeCycles(after, cyclesAfter(asBefore, after));
  const followed = judgeCycles(asBefore, cyclesAfter(after, asBefore));
  const isExplained = followed.cycles > 0 && followed.breach === null;
  return breach !== null && isExplained ? [afterwards(asBefore, after, breach)] : [];
}

/** Members without a weight, whom nobody in the stretch was given to. */
function restingIn({ epoch }: Stretch): readonly string[] {
  return [...epoch.members.values()].flatMap(({ name, weight }) => (weight === 0 ? [name] : []));
}

/** Those of before and somebody who rested then. */
function isAwakening(before: Stretch, after: Stretch): boolean {
  const resting = restingIn(before);
  const names = before.inRotation.map(({ name }) => name);
  const awake = after.inRotation.filter(({ name }) => !names.includes(name));
  return (
    awake.length > 0 &&
    awake.every(({ name }) => resting.includes(name)) &&
    names.every((name) => after.inRotation.some((one) => one.name === name))
  );
}

function isAlike(some: readonly Member[], others: readonly Member[]): boolean {
  const said = (members: readonly Member[]) =>
    members.map(({ name, weight }) => `${name} ${weight}`).toSorted();
  return said(some).join() === said(others).join();
}

/** How many of the new cycles the old round may last. */
function cyclesAfter(before: Stretch, after: Stretch): number {
  const cycle = cycleOf(after.inRotation);
  return Math.ceil((cyclesToFollow * Math.max(cycle, cycleOf(before.inRotation))) / cycle);
}

/** The same instances with weights in another ratio. */
function isReweighing(before: readonly Member[], after: readonly Member[]): boolean {
  const parts = (members: readonly Member[]) => {
    const divisor = divisorOf(members.map(({ weight }) => weight));
    return new Map(members.map(({ name, weight }) => [name, weight / divisor]));
  };
  const [old, changed] = [parts(before), parts(after)];
  const isSameSet = old.size === changed.size && [...old.keys()].every((name) => changed.has(name));
  return isSameSet && [...old].some(([name, part]) => changed.get(name) !== part);
}

function afterwards(before: Stretch, after: Stretch, breach: Breach): Breach {
  return {
    ...breach,
    why: `after the weights were changed from ${weightsInWords(before.inRotation)} to ${weightsInWords(after.inRotation)}, ${breach.why}`,
  };
}

/** Whether something else was edited from the change on, be it at the same instant: that may be why then. */
function isEditedOtherwise({ whole }: Subject, change: MembershipChange, untilLine: number) {
  const others = [
    ...whole.changes.filter(({ kind }) => kind !== 'reweighed'),
    ...whole.reconfigurations,
  ];
  return others.some(
    ({ toMs, line, outcome }) =>
      outcome !== 'rejected' && change.fromMs <= toMs && line < untilLine,
  );
}

/** Connections opened before the change and held at it; of instances that fail checks or are removed nothing is said. */
function judgeHeld(subject: Subject, change: MembershipChange) {
  const removals = subject.changes.filter(({ kind }) => kind === 'removed');
  const untilLine =
    removals.find(({ line }) => line > change.line)?.line ?? Number.POSITIVE_INFINITY;
  const cuts: Breach[] = [];
  let untouched = 0;
  for (const connection of subject.connections.filter(isPlaced)) {
    const { placed, closed, carried } = connection;
    const isHeld = placed.line < change.line && (closed === null || closed.line > change.line);
    const isTroubled =
      removals.some(({ instance }) => instance === placed.instance) ||
      hasFailed(subject.instances.get(placed.instance)?.ledger);
    if (!isHeld || isTroubled) continue;
    if (closed?.by === 'balancer') {
      const isOtherwise =
        isEditedOtherwise(subject, change, closed.line) || isAtFailure(subject, closed);
      if (closed.line > untilLine || isOtherwise) continue;
      cuts.push({
        why: `connection ${connection.connection} on ${placed.instance} was ended after ${change.instance} got the weight ${change.weight}`,
        expected: 'established connections go on',
        observed: `the balancer ${closed.how} it`,
        lines: [closed.line],
      });
    } else if (closed !== null || carried.some(({ line }) => line > change.line)) untouched++;
  }
  return { cuts, untouched };
}
