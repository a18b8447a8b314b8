import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, type InputFrom, log, setup } from 'xstate';
import { ActorStepper } from './actor-stepper.ts';
import { compile } from './compile.ts';
import { healthEvents, healthMachine } from './health.machine.ts';
import { instanceEvents, instanceMachine } from './instance.machine.ts';
import { membershipEvents, membershipMachine } from './membership.machine.ts';
import { sessionEvents, sessionMachine } from './session.machine.ts';
import type { CompiledMachine } from './table.ts';
import { TableStepper } from './table-stepper.ts';
import { transitionTour } from './transition-tour.ts';

/** Walks both from the start and compares tags, state, and the outcome with its ordered actions after each event. */
function expectTwins(compiled: CompiledMachine, walk: readonly number[]): void {
  const table = new TableStepper(compiled, 1);
  const actor = new ActorStepper(compiled, 1);
  expect(actor.state(0)).toBe(table.state(0));
  for (const event of walk) {
    expect(actor.step(0, event)).toBe(table.step(0, event));
    expect(actor.state(0)).toBe(table.state(0));
    expect(actor.tags(0)).toBe(table.tags(0));
  }
}
function expectTwinsEverywhere(compiled: CompiledMachine): void {
  for (const walk of transitionTour(compiled.table)) expectTwins(compiled, walk);
  const event = fc.nat(compiled.table.events.length - 1);
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (walk) =>
      expectTwins(compiled, walk),
    ),
    { seed: 5, numRuns: 5 },
  );
}

const thresholds = [1, 2, 3, 4, 5];
const initials = ['up', 'down', 'pending'] as const;
const firsts = ['counts', 'decides'] as const;

describe('a compiled table and the live actor of its machine', () => {
  for (const unhealthyThreshold of thresholds) {
    for (const healthyThreshold of thresholds) {
      it(`are the same health for thresholds ${unhealthyThreshold} and ${healthyThreshold}`, () => {
        for (const initial of initials) {
          for (const first of firsts) {
            const input = { unhealthyThreshold, healthyThreshold, initial, first };
            expectTwinsEverywhere(compile(healthMachine, input, healthEvents));
          }
        }
      });
    }
  }

  it('are the same membership', () => {
    for (const deadline of ['close', 'leave'] as const) {
      expectTwinsEverywhere(compile(membershipMachine, { deadline }, membershipEvents));
    }
  });

  it('are the same session', () => {
    for (const clock of ['last-connection', 'creation'] as const) {
      expectTwinsEverywhere(compile(sessionMachine, { clock }, sessionEvents));
    }
  });

  it('are the same whole instance', () => {
    for (const deadline of ['close', 'leave'] as const) {
      const input = {
        unhealthyThreshold: 3,
        healthyThreshold: 2,
        initial: 'up',
        first: 'counts',
        deadline,
      } as const;
      expectTwinsEverywhere(compile(instanceMachine, input, instanceEvents));
    }
  });
});

describe('a slot', () => {
  it('begins anew when it is reset, and no other does', () => {
    const compiled = compile(membershipMachine, { deadline: 'close' }, membershipEvents);
    for (const stepper of [new TableStepper(compiled, 2), new ActorStepper(compiled, 2)]) {
      for (const slot of [0, 1]) stepper.step(slot, 0);
      stepper.reset(0);
      expect([0, 1].map((slot) => compiled.table.states[stepper.state(slot)])).toEqual([
        'out',
        'in',
      ]);
    }
  });
});

describe('the compiler', () => {
  const one = ['tick'] as const;

  it('keeps the order of actions, the tags and the edge behind a cell', () => {
    const { table } = compile(membershipMachine, { deadline: 'close' }, membershipEvents);
    const walk = new TableStepper({ machine: null, input: null, table }, 1);
    walk.step(0, 0);
    walk.step(0, 1);
    const outcome = walk.step(0, 2);
    const actions = table.actionLists[outcome >>> 16]?.map((action) => table.actions[action]);
    expect(actions).toEqual(['cutConnections', 'forget']);
    expect(table.edges).toContain('draining --drain.expired [closesAtDeadline]--> out');
    expect(table.edges).toContain('in --connections.ended--> (ignored)');
    expect(table.edges).toContain('out --instance.registered--> in');
  });

  it('names an edge of each region that moves', () => {
    const input = { unhealthyThreshold: 2, healthyThreshold: 2, initial: 'up', first: 'counts' };
    const { table } = compile(
      instanceMachine,
      { ...input, deadline: 'close' } as InputFrom<typeof instanceMachine>,
      instanceEvents,
    );
    expect(table.edges).toContain(
      'health --instance.registered [isOut]--> unset & out --instance.registered--> in',
    );
    expect(table.edges).toContain('up --check.failed--> up');
    expect(table.edges).toContain('health:up & membership:in --connections.ended--> (ignored)');
  });

  it('makes one table per input and gives the same one again', () => {
    const input = {
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      initial: 'up',
      first: 'counts',
    } as const;
    expect(compile(healthMachine, input, healthEvents)).toBe(
      compile(healthMachine, { ...input }, healthEvents),
    );
    const names = compile(healthMachine, input, healthEvents).table.states;
    expect([...names].sort()).toEqual([
      'down',
      'down passes=1',
      'up',
      'up failures=1',
      'up failures=2',
    ]);
  });

  it('refuses a machine with a timer of its own', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { after: { 5: 'b' } }, b: {} },
    });
    expect(() => compile(machine, undefined as never, one)).toThrow(/has an 'after'/);
  });

  it('refuses a machine that invokes an actor', () => {
    const machine = createMachine({
      id: 'm',
      invoke: { src: 'x' },
      initial: 'a',
      states: { a: {} },
    });
    expect(() => compile(machine, undefined as never, one)).toThrow(/invokes an actor/);
  });

  it('refuses a counter without an end', () => {
    const machine = setup({ types: { context: {} as { n: number } } }).createMachine({
      id: 'm',
      context: { n: 0 },
      on: { tick: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    expect(() => compile(machine, undefined as never, one)).toThrow(/more than 255 states/);
  });

  it('refuses a guard that answers differently when asked twice', () => {
    let asked = 0;
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { tick: { guard: () => asked++ % 2 === 0, target: 'b' } } }, b: {} },
    });
    expect(() => compile(machine, undefined as never, one)).toThrow(/m, tick in a: .* impure/);
  });

  it('refuses a guard that decides by turns what is done, the state being the same', () => {
    let asked = 0;
    const machine = setup({ actions: { one: () => {}, other: () => {} } }).createMachine({
      id: 'm',
      on: {
        tick: [{ guard: () => asked++ % 2 === 0, actions: 'one' as const }, { actions: 'other' }],
      },
    });
    expect(() => compile(machine, undefined as never, one)).toThrow(/impure/);
  });

  it('refuses actions without a plain name', () => {
    for (const actions of [() => {}, log('words')]) {
      const machine = createMachine({ id: 'm', on: { tick: { actions } } });
      expect(() => compile(machine, undefined as never, one)).toThrow(
        /m, tick in .*: '.*' is no plain named action/,
      );
    }
  });

  it('refuses to act before the first event', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { entry: () => {} } } });
    expect(() => compile(machine, undefined as never, one)).toThrow('m acts before');
  });

  it('refuses a memory that is not in view: a history state, and a context that is no scalar', () => {
    const remembering = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: {}, h: { type: 'history' } },
    });
    expect(() => compile(remembering, undefined as never, one)).toThrow(/m.h is a history state/);
    const listing = createMachine({ id: 'm', context: { list: [] } });
    expect(() => compile(listing, undefined as never, one)).toThrow('context.list is no scalar');
  });

  it('names a state by what its context holds beyond the input, be it a word or a truth', () => {
    const machine = createMachine({
      id: 'm',
      context: { given: 3, word: 'w', truth: true, lie: false, none: 0 },
    });
    expect(compile(machine, { given: 3 } as never, one).table.states).toEqual([
      ' word=w truth=true',
    ]);
  });

  it('makes another table for another input and another alphabet', () => {
    const input = { deadline: 'close' } as const;
    const table = compile(membershipMachine, input, membershipEvents);
    expect(compile(membershipMachine, { deadline: 'leave' }, membershipEvents)).not.toBe(table);
    const [first] = membershipEvents;
    expect(compile(membershipMachine, input, [first]).table.events).toEqual([first]);
  });
});

describe('a transition tour', () => {
  it('takes every cell of every table', () => {
    for (const initial of initials) {
      const input = {
        unhealthyThreshold: 5,
        healthyThreshold: 5,
        initial,
        first: 'counts',
      } as const;
      const { table } = compile(healthMachine, input, healthEvents);
      const taken = new Set<number>();
      for (const walk of transitionTour(table)) {
        let state = table.initial;
        for (const event of walk) {
          const cell = state * table.events.length + event;
          taken.add(cell);
          state = table.next[cell] as number;
        }
      }
      expect(taken.size).toBe(table.next.length);
    }
  });
});
