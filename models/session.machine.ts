/**
 * The session of one source: bound to an instance from its first connection until its duration is over or its
 * instance can no longer take it. Which instance, and when the clock runs out, is the caller's to remember.
 */
import { setup } from 'xstate';

export interface SessionInput {
  /** What starts the clock again: trait `persistence.clock`. */
  readonly clock: 'last-connection' | 'creation';
}
export type SessionEvent =
  | { readonly type: 'connection.established' }
  | { readonly type: 'duration.expired' }
  | { readonly type: 'instance.unhealthy' }
  | { readonly type: 'instance.removed' };

export const sessionEvents = [
  'connection.established',
  'duration.expired',
  'instance.unhealthy',
  'instance.removed',
] as const;
/** The first reading of each trait in the clause book. */
export const sessionReadings = { clock: 'last-connection' } as const;

export const sessionMachine = setup({
  types: {
    input: {} as SessionInput,
    context: {} as SessionInput,
    events: {} as SessionEvent,
    tags: {} as 'bound',
  },
  guards: { isRefreshed: ({ context }) => context.clock === 'last-connection' },
  actions: { bind: () => {}, startClock: () => {} },
}).createMachine({
  id: 'session',
  context: ({ input }) => input,
  initial: 'none',
  states: {
    none: {
      on: { 'connection.established': { target: 'bound', actions: ['bind', 'startClock'] } },
    },
    bound: {
      tags: 'bound',
      on: {
        'connection.established': { guard: 'isRefreshed', actions: 'startClock' },
        'duration.expired': 'none',
        'instance.unhealthy': 'none',
        'instance.removed': 'none',
      },
    },
  },
});
