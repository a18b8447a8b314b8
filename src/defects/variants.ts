/**
 * Implementations that are right and unusual: a suite that fails one of them is wrong. Each declares the readings in
 * which it differs; what no trait covers is free.
 */
import { compile } from '../../models/compile.ts';
import { type HealthInput, healthEvents, healthMachine } from '../../models/health.machine.ts';
import { membershipEvents, membershipMachine } from '../../models/membership.machine.ts';
import { sessionEvents, sessionMachine } from '../../models/session.machine.ts';
import { Participants } from '../scheduling/participants.ts';
import { NONE, type SchedulerFactory } from '../scheduling/scheduler.ts';
import type { Variant } from './defect.ts';
import { rescheduled, withLoad } from './misread-columns.ts';

/** Each instance gets its whole part of a cycle in one burst, then the next one does. */
const inBursts: SchedulerFactory = (instances) => {
  const participants = new Participants(instances);
  let divisor = commonDivisor();
  let position = 0;
  let given = 0;
  function commonDivisor(): number {
    const taking = participants.list.subarray(0, participants.count);
    return taking.reduce((sum, instance) => gcd(sum, instances.weight[instance] as number), 0);
  }
  const changed = () => {
    participants.rebuild();
    divisor = commonDivisor();
    position = 0;
    given = 0;
  };
  return {
    pick: () => {
      if (participants.count === 0) return NONE;
      const instance = participants.list[position] as number;
      given += 1;
      if (given >= (instances.weight[instance] as number) / divisor) {
        position = (position + 1) % participants.count;
        given = 0;
      }
      return instance;
    },
    loadChanged: () => {},
    eligibilityChanged: changed,
    weightChanged: changed,
  };
};

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

export const variants: readonly Variant[] = [
  {
    name: 'burst-round-robin',
    sentence: 'Round robin gives each instance its whole part of a cycle in one burst.',
    traits: {},
    edit: rescheduled('weighted-round-robin', () => inBursts),
  },
  {
    name: 'least-connections-plus-one',
    sentence: 'Least connections compares what an instance would hold: (n + 1) / weight.',
    traits: {},
    edit: rescheduled('weighted-least-connections', (factory) =>
      withLoad(factory, (now) => now + 1),
    ),
  },
  {
    name: 'interval-from-end',
    sentence: 'The next check starts an interval after the end of the one before.',
    traits: { 'health.intervalFrom': 'end' },
    edit: (parts) => ({ ...parts, intervalFrom: 'end' }),
  },
  {
    name: 'starts-down',
    sentence: 'A new instance is out until it has passed enough checks.',
    traits: { 'health.initial': 'down' },
    edit: (parts) => ({
      ...parts,
      health: compile(
        healthMachine,
        { ...(parts.health.input as HealthInput), initial: 'down' },
        healthEvents,
      ),
    }),
  },
  {
    name: 'session-from-creation',
    sentence: 'The clock of a session runs from its first connection and is never started again.',
    traits: { 'persistence.clock': 'creation' },
    edit: (parts) => ({
      ...parts,
      session: compile(sessionMachine, { clock: 'creation' }, sessionEvents),
    }),
  },
  {
    name: 'leaves-after-drain',
    sentence: 'Connections that outlive their drain are left alone.',
    traits: { 'draining.deadline': 'leave', 'draining.zero': 'leave' },
    edit: (parts) => ({
      ...parts,
      membership: compile(membershipMachine, { deadline: 'leave' }, membershipEvents),
    }),
  },
];

export function variantNamed(name: string): Variant | undefined {
  return variants.find((variant) => variant.name === name);
}
