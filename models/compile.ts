/**
 * Flattens an XState machine into an integer table by walking all that it can reach. The machine is the source of
 * truth, and a table that could differ from it is refused: no timers, no children, no hidden or impure state.
 */
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventFrom,
  type InputFrom,
  initialTransition,
  type StateValue,
  transition,
} from 'xstate';
import { invariant } from '../src/errors/invariant.ts';
import { type Cell, type CompiledMachine, packTable, statesMax } from './table.ts';

const compiledBefore = new WeakMap<AnyStateMachine, Map<string, CompiledMachine>>();

/** One table per machine, input and alphabet, made on first use. */
export function compile<M extends AnyStateMachine>(
  machine: M,
  input: InputFrom<M>,
  events: readonly EventFrom<M>['type'][],
): CompiledMachine {
  const known = compiledBefore.get(machine) ?? new Map<string, CompiledMachine>();
  compiledBefore.set(machine, known);
  const key = JSON.stringify([input, events]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const compiled = flatten(machine, input, events);
  known.set(key, compiled);
  return compiled;
}

function flatten(machine: AnyStateMachine, input: unknown, events: readonly string[]) {
  refuseTimersAndChildren(machine);
  const [initial, initialActions] = initialTransition(machine, input);
  invariant(initialActions.length === 0, `${machine.id} acts before its first event`);
  const snapshots: AnyMachineSnapshot[] = [initial];
  const states = [stateName(initial, input)];
  const cells: Cell[] = [];
  for (let state = 0; state < snapshots.length; state++) {
    for (const event of events) {
      const from = snapshots[state] as AnyMachineSnapshot;
      const { snapshot, name, actions } = stepTwice(machine, from, event, input);
      let next = states.indexOf(name);
      if (next < 0) {
        next = snapshots.push(snapshot) - 1;
        states.push(name);
        invariant(
          states.length <= statesMax,
          `${machine.id} has more than ${statesMax} states: is its context finite?`,
        );
      }
      cells.push({ next, actions, edge: edgeOf(machine, from, event) });
    }
  }
  const tags = [...new Set(snapshots.flatMap((snapshot) => [...snapshot.tags]))];
  const stateTags = Uint8Array.from(snapshots, (snapshot) => tagBits(snapshot, tags));
  return {
    machine,
    input,
    table: packTable({ states, events, initial: 0, tags, stateTags, cells }),
  };
}

/** A machine whose answer depends on anything but state and event gives itself away by answering twice. */
function stepTwice(
  machine: AnyStateMachine,
  from: AnyMachineSnapshot,
  event: string,
  input: unknown,
) {
  const [snapshot, performed] = transition(machine, from, { type: event });
  const [again, performedAgain] = transition(machine, from, { type: event });
  const name = stateName(snapshot, input);
  const actions = performed.map((action) => action.type);
  const place = `${machine.id}, ${event} in ${stateName(from, input)}`;
  invariant(
    name === stateName(again, input) &&
      actions.join() === performedAgain.map((action) => action.type).join(),
    `${place}: two runs differ, so a guard or an assignment is impure`,
  );
  for (const action of actions) {
    invariant(/^[a-z]\w*$/i.test(action), `${place}: '${action}' is no plain named action`);
  }
  return { snapshot, name, actions };
}

function refuseTimersAndChildren(machine: AnyStateMachine): void {
  const pending: AnyStateNode[] = [machine.root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    invariant(node.invoke.length === 0, `${node.id} invokes an actor: tables have no children`);
    invariant(node.after.length === 0, `${node.id} has an 'after': time comes as events`);
    invariant(node.type !== 'history', `${node.id} is a history state: its memory is not in view`);
    pending.push(...Object.values(node.states));
  }
}

/** The value, and what the context holds beyond the input: `up failures=2`, `health:up & membership:in`. */
export function stateName(snapshot: AnyMachineSnapshot, input: unknown): string {
  const given = (input ?? {}) as Record<string, unknown>;
  const held = Object.entries(snapshot.context as Record<string, unknown>)
    .filter(([key, value]) => given[key] !== value && value !== 0 && value !== false)
    .map(([key, value]) => {
      invariant(
        ['number', 'string', 'boolean'].includes(typeof value),
        `context.${key} is no scalar`,
      );
      return ` ${key}=${value}`;
    });
  return valueName(snapshot.value) + held.join('');
}

function valueName(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([region, inner]) => `${region}:${inner === undefined ? '' : valueName(inner)}`)
    .join(' & ');
}

export function tagBits(snapshot: AnyMachineSnapshot, tags: readonly string[]): number {
  return tags.reduce((bits, tag, index) => (snapshot.hasTag(tag) ? bits | (1 << index) : bits), 0);
}

/** `up --check.failed [isLastFailure]--> down`; a machine that ignores the event has the edge `up --check.failed--> (ignored)`. */
function edgeOf(machine: AnyStateMachine, from: AnyMachineSnapshot, event: string): string {
  const taken = machine.getTransitionData(from, { type: event });
  if (taken.length === 0) return `${valueName(from.value)} --${event}--> (ignored)`;
  return taken
    .map((edge) => {
      const guard = typeof edge.guard === 'string' ? ` [${edge.guard}]` : '';
      const target = edge.target?.map((node) => node.key).join(', ') ?? edge.source.key;
      return `${edge.source.key} --${event}${guard}--> ${target}`;
    })
    .join(' & ');
}
