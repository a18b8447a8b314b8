/**
 * The health machine walked over sets of possible states, one bit a state: an unknown start is all of them, an
 * unknown result is both. Uncertainty costs nothing and no expectation is written down twice.
 */
import { compile } from '../../models/compile.ts';
import { healthEvents, healthMachine, healthReadings } from '../../models/health.machine.ts';
import { eventIndex, type Table, tagBit } from '../../models/table.ts';

export type StateSet = number;

export interface HealthStates {
  readonly all: StateSet;
  after(states: StateSet, result: 'passed' | 'failed' | 'unknown'): StateSet;
  /** Whether instances in these states are in rotation. */
  standing(states: StateSet): 'in' | 'out' | 'maybe';
  /** In rotation and no failure counted, or out of it and no pass counted: nothing of the past is left. */
  isSettled(states: StateSet): boolean;
}

export function healthStatesOf(thresholds: {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}): HealthStates {
  const { unhealthyThreshold, healthyThreshold } = thresholds;
  const input = { unhealthyThreshold, healthyThreshold, ...healthReadings };
  return statesOver(compile(healthMachine, input, healthEvents).table);
}

function statesOver(table: Table): HealthStates {
  const passed = eventIndex(table, 'check.passed');
  const failed = eventIndex(table, 'check.failed');
  const eligible = tagBit(table, 'eligible');
  const all = 2 ** table.states.length - 1;
  const indexes = table.states.map((_, index) => index);
  const inRotation = bits(
    indexes.filter((state) => ((table.stateTags[state] ?? 0) & eligible) > 0),
  );
  const next = (state: number, event: number) =>
    table.next[state * table.events.length + event] ?? 0;
  const step = (states: StateSet, event: number) =>
    bits(indexes.filter((state) => states & (1 << state)).map((state) => next(state, event)));
  const isUp = (state: number) => (inRotation & (1 << state)) > 0;
  /** A state that one more result like those that led to it does not leave. */
  const fixed = indexes.filter((state) => next(state, isUp(state) ? passed : failed) === state);
  return {
    all,
    after: (states, result) => {
      const ifPassed = result === 'failed' ? 0 : step(states, passed);
      return ifPassed | (result === 'passed' ? 0 : step(states, failed));
    },
    standing: (states) => {
      if ((states & ~inRotation) === 0) return 'in';
      return (states & inRotation) === 0 ? 'out' : 'maybe';
    },
    isSettled: (states) => fixed.some((state) => states === 1 << state),
  };
}

function bits(states: readonly number[]): StateSet {
  return states.reduce((set, state) => set | (1 << state), 0);
}
