/** What the machines do, against rules told apart from them: table and actor alike would repeat a mistake of the machine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { type HealthInput, healthEvents, healthMachine } from './health.machine.ts';
import { instanceEvents, instanceMachine } from './instance.machine.ts';
import { membershipEvents, membershipMachine } from './membership.machine.ts';
import { sessionEvents, sessionMachine } from './session.machine.ts';
import { actionListShift, type CompiledMachine } from './table.ts';
import { TableStepper } from './table-stepper.ts';

interface Step {
  readonly state: string;
  readonly tags: readonly string[];
  readonly actions: readonly string[];
}

/** The start, and what each event in turn leads to. */
function steps(compiled: CompiledMachine, events: readonly string[]): readonly Step[] {
  const { table } = compiled;
  const walk = new TableStepper(compiled, 1);
  const seen = (outcome: number): Step => ({
    state: table.states[walk.state(0)] as string,
    tags: table.tags.filter((_, index) => walk.tags(0) & (1 << index)),
    actions: (table.actionLists[outcome >>> actionListShift] ?? []).map(
      (action) => table.actions[action] as string,
    ),
  });
  return [seen(0), ...events.map((event) => seen(walk.step(0, table.events.indexOf(event))))];
}
/** `state / actions` after each event. */
function told(compiled: CompiledMachine, events: readonly string[]): readonly string[] {
  return steps(compiled, events)
    .slice(1)
    .map(({ state, actions }) => [state, ...actions].join(' / '));
}

/** Who is up after each result: so many equal results in a row turn it, and a turn forgets what came before. */
function byCounting(input: HealthInput, results: readonly boolean[]): readonly string[] {
  let state: string = input.initial;
  let inRow = 0;
  return results.map((passed, index) => {
    inRow = passed === results[index - 1] ? inRow + 1 : 1;
    const threshold = passed ? input.healthyThreshold : input.unhealthyThreshold;
    const isEnough = inRow >= threshold || (index === 0 && input.first === 'decides');
    if (isEnough) state = passed ? 'up' : 'down';
    return state;
  });
}

describe('health', () => {
  const threshold = fc.integer({ min: 1, max: 5 });
  const input = fc.record({
    unhealthyThreshold: threshold,
    healthyThreshold: threshold,
    initial: fc.constantFrom('up', 'down', 'pending'),
    first: fc.constantFrom('counts', 'decides'),
  });
  const results = fc.array(fc.boolean(), { maxLength: 30, size: 'max' });

  it('turns after so many equal results in a row, says so, and is eligible while up', () => {
    fc.assert(
      fc.property(input, results, (asked, list) => {
        const events = list.map((passed) => (passed ? 'check.passed' : 'check.failed'));
        const [start, ...rest] = steps(compile(healthMachine, asked, healthEvents), events);
        const states = [asked.initial, ...byCounting(asked, list)];
        const expected = states.map((state, index) => ({
          state,
          tags: state === 'up' ? ['eligible'] : [],
          actions: turnOf(states[index - 1] ?? state, state),
        }));
        const seen = [start as Step, ...rest].map(({ state, ...other }) => ({
          ...other,
          state: state.split(' ')[0],
          actions: other.actions.filter((action) => action.endsWith('Rotation')),
        }));
        expect(seen).toEqual(expected);
      }),
      { seed: 20261128, numRuns: 150 },
    );
  });
});

function turnOf(before: string, after: string): readonly string[] {
  if (before === after) return [];
  if (after === 'up') return ['enterRotation'];
  return before === 'up' ? ['leaveRotation'] : [];
}

describe('membership', () => {
  const closing = compile(membershipMachine, { deadline: 'close' }, membershipEvents);
  const leaving = compile(membershipMachine, { deadline: 'leave' }, membershipEvents);
  const drained = ['instance.registered', 'instance.removed', 'drain.expired'];

  it('begins outside, drains after its removal, and ends with the last connection', () => {
    const events = ['instance.removed', ...drained.slice(0, 2), 'connections.ended'];
    expect(steps(closing, events).map(({ state }) => state)).toEqual([
      'out',
      'out',
      'in',
      'draining',
      'out',
    ]);
    expect(told(closing, events)[3]).toBe('out / forget');
  });
  it('cuts at the deadline, or leaves connections to end by themselves', () => {
    expect(told(closing, drained)).toEqual([
      'in / admit',
      'draining / startDrain',
      'out / cutConnections / forget',
    ]);
    expect(told(leaving, [...drained, 'connections.ended']).slice(2)).toEqual([
      'left / forget',
      'out',
    ]);
  });
  it('resumes whoever comes back from a drain, and admits whoever comes back after it', () => {
    const back = 'instance.registered';
    expect(told(closing, [...drained.slice(0, 2), back]).at(-1)).toBe('in / resume');
    expect(told(leaving, [...drained, back]).at(-1)).toBe('in / admit');
  });
  it('takes new connections only inside, and serves established ones until they are over', () => {
    expect(steps(leaving, [...drained, 'connections.ended']).map(({ tags }) => tags)).toEqual([
      [],
      ['acceptsNew', 'servesEstablished'],
      ['servesEstablished'],
      ['servesEstablished'],
      [],
    ]);
  });
});

describe('a session', () => {
  const opened = 'connection.established';
  const of = (clock: 'last-connection' | 'creation') =>
    compile(sessionMachine, { clock }, sessionEvents);

  it('starts its clock anew with each connection, or only with the first', () => {
    expect(told(of('last-connection'), [opened, opened])).toEqual([
      'bound / bind / startClock',
      'bound / startClock',
    ]);
    expect(told(of('creation'), [opened, opened])).toEqual(['bound / bind / startClock', 'bound']);
  });
  it('ends with its duration, with the health and with the membership of its instance', () => {
    for (const ending of ['duration.expired', 'instance.unhealthy', 'instance.removed']) {
      const [start, bound, ended] = steps(of('creation'), [opened, ending]);
      expect([start, bound, ended].map((step) => step?.tags)).toEqual([[], ['bound'], []]);
      expect(ended).toEqual({ state: 'none', tags: [], actions: [] });
    }
  });
});

describe('an instance', () => {
  const of = (deadline: 'close' | 'leave') =>
    compile(
      instanceMachine,
      { unhealthyThreshold: 2, healthyThreshold: 2, initial: 'up', first: 'counts', deadline },
      instanceEvents,
    );
  const failed = 'check.failed';
  const registered = 'instance.registered';
  const states = (deadline: 'close' | 'leave', events: readonly string[]) =>
    steps(of(deadline), events).map(({ state }) => state);

  it('has both at once: checks say nothing of membership, membership nothing of checks', () => {
    expect(states('close', [registered, failed, 'instance.removed', failed])).toEqual([
      'health:up & membership:out',
      'health:up & membership:in',
      'health:up & membership:in failures=1',
      'health:up & membership:draining failures=1',
      'health:down & membership:draining',
    ]);
    const { tags } = steps(of('close'), [registered])[1] as Step;
    expect([...tags].sort()).toEqual(['acceptsNew', 'eligible', 'servesEstablished']);
  });
  it('comes back up by passes in a row, counted as they come', () => {
    const checks = [failed, failed, 'check.passed', 'check.passed'];
    expect(states('close', checks).slice(2)).toEqual([
      'health:down & membership:out',
      'health:down & membership:out passes=1',
      'health:up & membership:out',
    ]);
  });
  it('begins its health anew where it comes in anew, not where it comes back from a drain', () => {
    const drained = [registered, failed, failed, 'instance.removed'];
    expect(states('close', [...drained, registered]).at(-1)).toBe('health:down & membership:in');
    expect(states('leave', [...drained, 'drain.expired', registered]).at(-1)).toBe(
      'health:up & membership:in',
    );
    expect(states('close', [...drained, 'drain.expired', registered]).at(-1)).toBe(
      'health:up & membership:in',
    );
    expect(states('close', [failed, registered]).at(-1)).toBe('health:up & membership:in');
  });
});
