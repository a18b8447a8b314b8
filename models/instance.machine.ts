/**
 * One instance: its health and its membership side by side. It takes new connections while it is both `eligible`
 * and `acceptsNew`. An instance that comes in anew starts its health anew. Knows no clock.
 */
import { assign, setup, stateIn } from 'xstate';
import {
  beginHealth,
  clearCounts,
  countFailure,
  countPass,
  type HealthContext,
  type HealthEvent,
  type HealthInput,
  healthEvents,
  healthGuards,
  healthStates,
} from './health.machine.ts';
import {
  type MembershipEvent,
  type MembershipInput,
  membershipActions,
  membershipEvents,
  membershipGuards,
  membershipStates,
} from './membership.machine.ts';

export const instanceEvents = [...healthEvents, ...membershipEvents] as const;

export const instanceMachine = setup({
  types: {
    input: {} as HealthInput & MembershipInput,
    context: {} as HealthContext & MembershipInput,
    events: {} as HealthEvent | MembershipEvent,
    tags: {} as 'eligible' | 'acceptsNew' | 'servesEstablished',
  },
  guards: {
    ...healthGuards,
    ...membershipGuards,
    isOut: stateIn({ membership: 'out' }),
    isLeft: stateIn({ membership: 'left' }),
  },
  actions: {
    ...membershipActions,
    countFailure: assign((seen) => countFailure(seen)),
    countPass: assign((seen) => countPass(seen)),
    clearCounts: assign(clearCounts),
    beginHealth: assign(({ context }) => beginHealth(context)),
    enterRotation: () => {},
    leaveRotation: () => {},
  },
}).createMachine({
  id: 'instance',
  type: 'parallel',
  context: ({ input }) => ({ ...beginHealth(input), deadline: input.deadline }),
  states: {
    health: {
      initial: 'unset',
      on: {
        'instance.registered': [
          { guard: 'isOut', target: '.unset', actions: 'beginHealth' },
          { guard: 'isLeft', target: '.unset', actions: 'beginHealth' },
        ],
      },
      states: healthStates,
    },
    membership: { initial: 'out', states: membershipStates },
  },
});
