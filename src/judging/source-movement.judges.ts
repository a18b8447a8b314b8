/**
 * Judges of what becomes of addresses under source IP when an instance goes and when it comes back: whose addresses
 * move, and whether those of the instance find it again. Knows no hash.
 */
import { type Breach, counted, judgeOf, type Subject, undeclared } from './assessment.ts';
import type { Judge } from './judge.ts';
import type { Member } from './membership.ts';
import { type Placed, wordTrait } from './reading.ts';
import { sameMembers } from './rotation.ts';
import { type Phase, phasesOf, stretchesBySource } from './source-phases.ts';

/** An address that had connections before and after something happened. */
interface Course {
  readonly before: Placed;
  readonly after: Placed;
  readonly left: string;
}

export const sourceDisruption: Judge = judgeOf('schedule.source.disruption', (subject) => {
  const stretches = stretchesBySource(subject);
  if (typeof stretches === 'string') return stretches;
  const reading = wordTrait(subject, 'source.disruption');
  const phases = phasesOf(stretches);
  const others = phases.flatMap((phase, index) => {
    const before = phases[index - 1];
    const left = before === undefined ? null : onlyLoss(before, phase);
    if (before === undefined || left === null) return [];
    // `on-down` promises nothing for an instance that is removed
    if (reading === 'on-down' && phase.epoch.removed.has(left)) return [];
    return othersOf(before, phase, left).filter((one) => !isReweighedWithin(subject, one));
  });
  const moved = others.filter(
    ({ before, after }) => before.placed.instance !== after.placed.instance,
  );
  const observed = `${moved.length} of ${counted(others.length, 'source')} of other instances moved when one went`;
  if (reading === null && others.length === 0) return 'no address was seen before and after a loss';
  if (reading === null) return undeclared(observed);
  return {
    breaches: reading === 'any' ? [] : moved.map((one) => movedBreach(one, reading)),
    sometimes: { 'addresses of others seen before and after an instance went': others.length },
    kept: `declared ${reading}: ${observed}`,
  };
});

/** The one instance that is no longer in rotation while all others still are and have a choice among them. */
function onlyLoss(before: Phase, after: Phase): string | null {
  const lost = before.inRotation.filter((member) => !after.inRotation.includes(member));
  const [only] = lost;
  const isOnly = lost.length === 1 && after.inRotation.length === before.inRotation.length - 1;
  return only !== undefined && isOnly && after.inRotation.length > 1 ? only.name : null;
}

function othersOf(before: Phase, after: Phase, left: string): readonly Course[] {
  return [...after.first].flatMap(([source, connection]): Course[] => {
    const earlier = before.first.get(source);
    if (earlier === undefined || earlier.placed.instance === left) return [];
    return [{ before: earlier, after: connection, left }];
  });
}

/** By other weights there are other shares, and whoever divides by them may send anybody elsewhere; also by a weight of 0. */
function isReweighedWithin(subject: Subject, { before, after }: Course): boolean {
  const reweighed = subject.changes.filter(
    ({ kind, outcome }) => kind === 'reweighed' && outcome !== 'rejected',
  );
  return reweighed.some(({ line }) => before.placed.line < line && line < after.placed.line);
}

function movedBreach({ before, after, left }: Course, reading: string): Breach {
  return {
    why: `${after.source} moved from ${before.placed.instance} to ${after.placed.instance} when ${left} went`,
    expected: `${before.placed.instance} again, declared: ${reading}`,
    observed: after.placed.instance,
    lines: [before.placed.line, after.placed.line],
  };
}

export const sourceReturn: Judge = judgeOf('schedule.source.return', (subject) => {
  const stretches = stretchesBySource(subject);
  if (typeof stretches === 'string') return stretches;
  const phases = phasesOf(stretches);
  const returning = phases.flatMap((phase, index) => returningIn(phases.slice(0, index), phase));
  // where nobody at all gets to it, it never came back, which is another matter
  const judged = returning.filter((one) => one.isTaking && !isReweighedWithin(subject, one));
  const astray = judged.filter(
    ({ before, after }) => before.placed.instance !== after.placed.instance,
  );
  return {
    breaches: astray.map(({ before, after, left }) => ({
      why: `${after.source} went to ${after.placed.instance} after ${left} had recovered, where it had gone before`,
      expected: `${left} again`,
      observed: after.placed.instance,
      lines: [before.placed.line, after.placed.line],
    })),
    sometimes: { 'addresses whose instance went and came back': judged.length },
    kept: `${counted(judged.length, 'source')} came back to the instance that had recovered`,
  };
});

/** Addresses that went elsewhere while their instance was out of rotation and come again with everybody back. */
function returningIn(
  earlier: readonly Phase[],
  phase: Phase,
): readonly (Course & { readonly isTaking: boolean })[] {
  const index = earlier.findLastIndex((one) => sameMembers(one.inRotation, phase.inRotation));
  const before = earlier[index];
  if (before === undefined) return [];
  const between = earlier.slice(index + 1);
  const taking = new Set(phase.connections.map(({ placed }) => placed.instance));
  return [...phase.first].flatMap(([source, after]) => {
    const home = before.first.get(source);
    if (home === undefined) return [];
    const left = home.placed.instance;
    const hasMoved = between.some(({ inRotation, first }) => {
      const meanwhile = first.get(source)?.placed.instance;
      return !isAmong(inRotation, left) && meanwhile !== undefined && meanwhile !== left;
    });
    return hasMoved ? [{ before: home, after, left, isTaking: taking.has(left) }] : [];
  });
}

function isAmong(members: readonly Member[], wanted: string): boolean {
  return members.some(({ name }) => name === wanted);
}
