/**
 * The same slots as live XState actors: slow, and the judge of whether the tables are right. Refuses rewritten
 * tables: an actor only knows its machine.
 */
import { type Actor, type AnyStateMachine, createActor } from 'xstate';
import { invariant } from '../src/errors/invariant.ts';
import { stateName, tagBits } from './compile.ts';
import {
  actionListShift,
  actionShift,
  type CompiledMachine,
  type Stepper,
  type Table,
} from './table.ts';

export class ActorStepper implements Stepper {
  readonly table: Table;
  readonly #machine: AnyStateMachine;
  readonly #input: unknown;
  /** An actor is started when its slot is first asked. */
  readonly #actors: (Actor<AnyStateMachine> | undefined)[];
  readonly #performed: number[] = [];

  constructor(compiled: CompiledMachine, slots: number) {
    this.table = compiled.table;
    this.#input = compiled.input;
    this.#actors = new Array<undefined>(slots).fill(undefined);
    const recorded = this.table.actions.map((action, index) => [
      action,
      () => void this.#performed.push(index),
    ]);
    this.#machine = (compiled.machine as AnyStateMachine).provide({
      actions: Object.fromEntries(recorded),
    });
  }

  step(slot: number, event: number): number {
    const actor = this.#actor(slot);
    this.#performed.length = 0;
    actor.send({ type: this.table.events[event] as string });
    const performed = this.#performed.join();
    const list = this.table.actionLists.findIndex((actions) => actions.join() === performed);
    invariant(
      list >= 0,
      `the actor performed ${performed || 'nothing'}, which the table does not know`,
    );
    const set = this.#performed.reduce((bits, action) => bits | (1 << action), 0);
    return this.tags(slot) | (set << actionShift) | (list << actionListShift);
  }

  tags(slot: number): number {
    return tagBits(this.#actor(slot).getSnapshot(), this.table.tags);
  }

  state(slot: number): number {
    return this.table.states.indexOf(stateName(this.#actor(slot).getSnapshot(), this.#input));
  }

  reset(slot: number): void {
    this.#actors[slot] = undefined;
  }

  #actor(slot: number): Actor<AnyStateMachine> {
    const running = this.#actors[slot];
    if (running !== undefined) return running;
    const started = createActor(this.#machine, { input: this.#input }).start();
    this.#actors[slot] = started;
    return started;
  }
}
