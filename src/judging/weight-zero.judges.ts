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
import { arrivedWhole } from './forwarding.judges.ts';
import type { Judge } from './judge.ts';
import { cycleOf, epochOf } from './membership.ts';
import { isPlaced, type MembershipChange, wordTrait } from './reading.ts';
import { standingOf } from './rotation.ts';

/** New connections among which one would have gone there by the weight it had before. */
const cyclesToTempt = 2;

export const weightZero: Judge = judgeOf('schedule.weight-zero', (subject) => {
  const change = subject.changes.find(
    ({ kind, weight, outcome }) => kind === 'reweighed' && weight === 0 && outcome !== 'unknown',
  );
  if (change === undefined) return 'no weight was set to 0';
  const isTaken = change.outcome === 'accepted';
  const reading = wordTrait(subject, 'schedule.weightZero');
  if (reading === 'quiesced' && isTaken) return judgeQuiesced(subject, change);
  if (reading === null) {
    const { breaches, kept } = judgeQuiesced(subject, change);
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

function answerBreach(change: MembershipChange, reading: string, isTaken: boolean): Breach {
  return {
    why: `weight 0 for ${change.instance} was ${isTaken ? 'taken' : 'turned away'}`,
    expected: `declared: ${reading}`,
    observed: isTaken ? 'accepted' : change.outcome,
    lines: [change.line],
  };
}

function judgeQuiesced(subject: Subject, change: MembershipChange): Assessment {
  const breaches: Breach[] = [];
  let tempted = 0;
  let held = 0;
  for (const connection of subject.connections.filter(isPlaced)) {
    const { placed, closed, carried } = connection;
    const isThere = placed.instance === change.instance;
    const epoch = epochOf(subject.epochs, connection);
    if (epoch?.members.get(change.instance)?.weight === 0) {
      const isOwed = [...epoch.members.values()].some(
        ({ name, weight }) => weight > 0 && standingOf(subject, name, connection) === 'in',
      );
      if (isOwed) tempted++;
      if (isOwed && isThere) {
        breaches.push({
          why: `connection ${connection.connection} went to ${change.instance}, whose weight is 0`,
          expected: 'an instance with a weight',
          observed: change.instance,
          lines: [placed.line],
        });
      }
    }
    if (!isThere || placed.line > change.line) continue;
    if (carried.some((one) => one.line > change.line && arrivedWhole(one))) held++;
    if (closed?.by !== 'balancer' || closed.line < change.line) continue;
    breaches.push({
      why: `connection ${connection.connection} on ${change.instance} was ended after its weight was set to 0`,
      expected: 'held connections go on',
      observed: `the balancer ${closed.how} it`,
      lines: [closed.line],
    });
  }
  const isEnough = tempted >= cyclesToTempt * cycleOf(subject.header.instances);
  return {
    breaches,
    sometimes: {
      'new connections that would have gone there': isEnough ? tempted : 0,
      'held connections with weight 0': held,
    },
    kept: `weight 0 takes no new connection of ${tempted}, and ${counted(held, 'held one')} went on`,
  };
}
