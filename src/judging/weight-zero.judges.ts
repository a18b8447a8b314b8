/**
 * Judge of weight 0: whoever takes it sends no new connection there and lets the held ones go on; whoever does not
 * says no. Which of the two is declared.
 */
import { profiles } from '../spec/profiles.ts';
import {
  type Assessment,
  type Breach,
  counted,
  judgeOf,
  type Subject,
  undeclared,
} from './assessment.ts';
import { hasFailed } from './check-ledger.ts';
import { isReconfiguredAt } from './edits.ts';
import { arrivedWhole } from './forwarding.judges.ts';
import type { Judge } from './judge.ts';
import { cycleOf, epochOf, type Member } from './membership.ts';
import { isBefore } from './order.ts';
import { isPlaced, type MembershipChange, type Placed, wordTrait } from './reading.ts';
import { hasOthers } from './rotation.ts';

/** New connections among which one would have gone there by the weight it had before. */
const cyclesToTempt = 2;

export const weightZero: Judge = judgeOf('schedule.weight-zero', (subject) => {
  const change = subject.changes.find((one) => isRest(one) && one.outcome !== 'unknown');
  const reading = wordTrait(subject, 'schedule.weightZero');
  const isListed = subject.header.instances.some(({ weight }) => weight === 0);
  if (change === undefined)
    return isListed && reading === 'quiesced' ? judgeQuiesced(subject) : 'no weight was set to 0';
  const isTaken = change.outcome === 'accepted';
  if (reading === 'quiesced' && isTaken) return judgeQuiesced(subject);
  if (reading === null) {
    const { breaches, kept } = judgeQuiesced(subject);
    return undeclared(isTaken ? (breaches[0]?.why ?? kept) : 'weight 0 is turned away');
  }
  // a profile whose weights begin at 1 turns 0 away whatever is declared
  const isKnown = profiles[subject.header.profile].weight.min === 0;
  const isRight = reading === 'unsupported' ? !isTaken : !isKnown;
  return {
    breaches: isRight ? [] : [answerBreach(change, reading, isTaken)],
    sometimes: { 'weights set to 0': 1 },
    kept: `weight 0 is turned away${isKnown ? ', as declared' : `: weights of the profile ${subject.header.profile} begin at 1`}`,
  };
});

function isRest({ kind, weight }: MembershipChange): boolean {
  return kind === 'reweighed' && weight === 0;
}

function answerBreach(change: MembershipChange, reading: string, isTaken: boolean): Breach {
  return {
    why: `weight 0 for ${change.instance} was ${isTaken ? 'taken' : 'turned away'}`,
    expected: `declared: ${reading}`,
    observed: isTaken ? 'accepted' : change.outcome,
    lines: [change.line],
  };
}

function judgeQuiesced(subject: Subject): Assessment {
  const placed = judgePlaced(subject);
  const rests = subject.changes.filter((one) => isRest(one) && one.outcome === 'accepted');
  const held = rests.map((change) => judgeHeld(subject, change));
  const kept = held.reduce((sum, one) => sum + one.kept, 0);
  const isEnough = placed.tempted >= cyclesToTempt * cycleOf(subject.header.instances);
  return {
    breaches: [...placed.breaches, ...held.flatMap(({ cuts }) => cuts)],
    sometimes: {
      'new connections that would have gone there': isEnough ? placed.tempted : 0,
      'held connections with weight 0': kept,
    },
    kept: `weight 0 takes no new connection of ${placed.tempted}, and ${counted(kept, 'held one')} went on`,
  };
}

function judgePlaced(subject: Subject) {
  const breaches: Breach[] = [];
  let tempted = 0;
  for (const connection of subject.connections.filter(isPlaced)) {
    const { instance, line } = connection.placed;
    const members = [...(epochOf(subject.epochs, connection)?.members.values() ?? [])];
    const resting = members.filter(({ weight }) => weight === 0);
    if (resting.length === 0 || !isForOthers(subject, connection, members)) continue;
    tempted++;
    if (!resting.some(({ name }) => name === instance)) continue;
    breaches.push({
      why: `connection ${connection.connection} went to ${instance}, whose weight is 0`,
      expected: resting.length < members.length ? 'an instance with a weight' : 'refused',
      observed: instance,
      lines: [line],
    });
  }
  return { breaches, tempted };
}

/** Somebody with a weight could take it; or nobody has one, and nobody is used for that. */
function isForOthers(subject: Subject, connection: Placed, members: readonly Member[]): boolean {
  return members.every(({ weight }) => weight === 0)
    ? wordTrait(subject, 'schedule.noneEligible') === 'refuse'
    : hasOthers(subject, '', connection);
}

/** Until the next edit, whose doing it may be; of an instance that fails checks nothing is said. */
function judgeHeld(subject: Subject, change: MembershipChange) {
  const { instance, line } = change;
  const next = subject.changes.find((one) => one.line > line);
  const isTroubled = hasFailed(subject.instances.get(instance)?.ledger);
  const cuts: Breach[] = [];
  let kept = 0;
  for (const { connection, placed, closed, carried } of subject.connections.filter(isPlaced)) {
    if (placed.instance !== instance || placed.line > line) continue;
    if (carried.some((one) => one.line > line && arrivedWhole(one))) kept++;
    const isCut =
      closed?.by === 'balancer' &&
      closed.line > line &&
      (next === undefined || isBefore(closed, next, subject.time));
    // what another configuration cuts is another clause's
    if (!isCut || isTroubled || isReconfiguredAt(subject, closed)) continue;
    cuts.push({
      why: `connection ${connection} on ${instance} was ended after its weight was set to 0`,
      expected: 'held connections go on',
      observed: `the balancer ${closed.how} it`,
      lines: [closed.line],
    });
  }
  return { cuts, kept };
}
