/** The machines by name, each with an input to show it by. Knows nothing that runs on them. */
import type { AnyStateMachine } from 'xstate';
import { compile } from './compile.ts';
import { healthEvents, healthMachine, healthReadings } from './health.machine.ts';
import { instanceEvents, instanceMachine } from './instance.machine.ts';
import { membershipEvents, membershipMachine, membershipReadings } from './membership.machine.ts';
import { sessionEvents, sessionMachine, sessionReadings } from './session.machine.ts';
import type { CompiledMachine } from './table.ts';

export interface NamedMachine {
  readonly name: string;
  readonly sentence: string;
  readonly machine: AnyStateMachine;
  readonly compiled: () => CompiledMachine;
}

/** Small enough to be read, different enough to be told apart. */
const shown = { unhealthyThreshold: 3, healthyThreshold: 2, ...healthReadings } as const;

export const machines: readonly NamedMachine[] = [
  {
    name: 'health',
    sentence: 'Health of an instance, thresholds 3 and 2',
    machine: healthMachine,
    compiled: () => compile(healthMachine, shown, healthEvents),
  },
  {
    name: 'membership',
    sentence: 'Membership of an instance in its group',
    machine: membershipMachine,
    compiled: () => compile(membershipMachine, membershipReadings, membershipEvents),
  },
  {
    name: 'instance',
    sentence: 'An instance: health and membership side by side',
    machine: instanceMachine,
    compiled: () => compile(instanceMachine, { ...shown, ...membershipReadings }, instanceEvents),
  },
  {
    name: 'session',
    sentence: 'The session of a source',
    machine: sessionMachine,
    compiled: () => compile(sessionMachine, sessionReadings, sessionEvents),
  },
];
