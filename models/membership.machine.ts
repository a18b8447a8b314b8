/**
 * Membership of one instance in its group: in, draining after its removal, or out. The drain's clock is the
 * caller's: it says when the duration is over and when the last connection ended.
 */
import { setup } from 'xstate';

export interface MembershipInput {
  /** What happens to established connections at the end of a drain: trait `draining.deadline`. */
  readonly deadline: 'close' | 'leave';
}
export type MembershipEvent =
  | { readonly type: 'instance.registered' }
  | { readonly type: 'instance.removed' }
  | { readonly type: 'drain.expired' }
  | { readonly type: 'connections.ended' };

export const membershipEvents = [
  'instance.registered',
  'instance.removed',
  'drain.expired',
  'connections.ended',
] as const;
/** The first reading of each trait in the clause book. */
export const membershipReadings = { deadline: 'close' } as const;

export const membershipGuards = {
  closesAtDeadline: ({ context }: { readonly context: MembershipInput }) =>
    context.deadline === 'close',
};

/** A drain of 0 s is one that expires at once. */
export const membershipStates = {
  out: { on: { 'instance.registered': { target: 'in', actions: 'admit' } } },
  in: {
    tags: ['acceptsNew', 'servesEstablished'],
    on: { 'instance.removed': { target: 'draining', actions: 'startDrain' } },
  },
  draining: {
    tags: 'servesEstablished',
    on: {
      'instance.registered': { target: 'in', actions: 'resume' },
      'connections.ended': { target: 'out', actions: 'forget' },
      'drain.expired': [
        { guard: 'closesAtDeadline', target: 'out', actions: ['cutConnections', 'forget'] },
        { target: 'left', actions: 'forget' },
      ],
    },
  },
  /** No member any more, yet its connections were left open. */
  left: {
    tags: 'servesEstablished',
    on: {
      'instance.registered': { target: 'in', actions: 'admit' },
      'connections.ended': { target: 'out' },
    },
  },
} as const;

/** What the service does when asked to; the machine only names it. */
export const membershipActions = {
  admit: () => {},
  startDrain: () => {},
  resume: () => {},
  cutConnections: () => {},
  forget: () => {},
};

export const membershipMachine = setup({
  types: {
    input: {} as MembershipInput,
    context: {} as MembershipInput,
    events: {} as MembershipEvent,
    tags: {} as 'acceptsNew' | 'servesEstablished',
  },
  guards: membershipGuards,
  actions: membershipActions,
}).createMachine({
  id: 'membership',
  context: ({ input }) => input,
  initial: 'out',
  states: membershipStates,
});
