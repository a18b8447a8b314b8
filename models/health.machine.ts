/**
 * Health of one instance as its checks tell it: consecutive failures take it out of rotation, consecutive passes
 * bring it back, and the opposite result starts the count again. Knows no clock and no check's content.
 */
import { assign, setup } from 'xstate';

export interface HealthInput {
  /** Consecutive failed checks from up to down. */
  readonly unhealthyThreshold: number;
  /** Consecutive passed checks from down to up. */
  readonly healthyThreshold: number;
  /** State before the first result: trait `health.initial`. */
  readonly initial: 'up' | 'down' | 'pending';
  /** Whether the first result counts as one or decides alone: trait `health.first`. */
  readonly first: 'counts' | 'decides';
}
export interface HealthContext extends HealthInput {
  readonly failures: number;
  readonly passes: number;
  readonly isDecisive: boolean;
}
export type HealthEvent = { readonly type: 'check.passed' } | { readonly type: 'check.failed' };

export const healthEvents = ['check.passed', 'check.failed'] as const;
/** The first reading of each trait in the clause book. */
export const healthReadings = { initial: 'up', first: 'counts' } as const;

export function beginHealth(input: HealthInput): HealthContext {
  return { ...input, failures: 0, passes: 0, isDecisive: input.first === 'decides' };
}

interface Seen {
  readonly context: HealthContext;
}
export const healthGuards = {
  startsUp: ({ context }: Seen) => context.initial === 'up',
  startsDown: ({ context }: Seen) => context.initial === 'down',
  isLastFailure: ({ context }: Seen) =>
    context.isDecisive || context.failures + 1 >= context.unhealthyThreshold,
  isLastPass: ({ context }: Seen) =>
    context.isDecisive || context.passes + 1 >= context.healthyThreshold,
};

export const healthStates = {
  unset: {
    always: [
      { guard: 'startsUp', target: 'up' },
      { guard: 'startsDown', target: 'down' },
      { target: 'pending' },
    ],
  },
  pending: {
    on: {
      'check.failed': [
        { guard: 'isLastFailure', target: 'down', actions: 'clearCounts' },
        { actions: 'countFailure' },
      ],
      'check.passed': [
        { guard: 'isLastPass', target: 'up', actions: ['clearCounts', 'enterRotation'] },
        { actions: 'countPass' },
      ],
    },
  },
  up: {
    tags: 'eligible',
    on: {
      'check.failed': [
        { guard: 'isLastFailure', target: 'down', actions: ['clearCounts', 'leaveRotation'] },
        { actions: 'countFailure' },
      ],
      'check.passed': { actions: 'clearCounts' },
    },
  },
  down: {
    on: {
      'check.passed': [
        { guard: 'isLastPass', target: 'up', actions: ['clearCounts', 'enterRotation'] },
        { actions: 'countPass' },
      ],
      'check.failed': { actions: 'clearCounts' },
    },
  },
} as const;

/** What any machine with the health states in it starts from and assigns. */
export const countFailure = ({ context }: Seen) => ({
  failures: context.failures + 1,
  passes: 0,
  isDecisive: false,
});
export const countPass = ({ context }: Seen) => ({
  failures: 0,
  passes: context.passes + 1,
  isDecisive: false,
});
export const clearCounts = () => ({ failures: 0, passes: 0, isDecisive: false });

export const healthMachine = setup({
  types: {
    input: {} as HealthInput,
    context: {} as HealthContext,
    events: {} as HealthEvent,
    tags: {} as 'eligible',
  },
  guards: healthGuards,
  actions: {
    countFailure: assign(countFailure),
    countPass: assign(countPass),
    clearCounts: assign(clearCounts),
    enterRotation: () => {},
    leaveRotation: () => {},
  },
}).createMachine({
  id: 'health',
  context: ({ input }) => beginHealth(input),
  initial: 'unset',
  states: healthStates,
});
