/**
 * How instances serve what was placed on them: each has slots, and what a connection brings is work. Two disciplines,
 * one interface, so that a run asks neither which it is. Knows instances and connections as integers, and no balancer.
 */
import type { ServingPlan } from './plan.ts';
import { FirstInFirstOut } from './serving-in-order.ts';
import type { ServingMeasures } from './serving-measures.ts';
import { ProcessorSharing } from './serving-shared.ts';

/** Connections that end some time: with serving, when they are served; without, when the time is over that they stay. */
export interface Departures {
  /** [0] when `pop` is due next; Infinity: nobody is pending. */
  readonly headMs: Float64Array;
  /** [0] time of the departure about to be pushed. A cell: a double that crosses a call is boxed. */
  readonly atMs: Float64Array;
  push(payload: number): void;
  pop(): number;
}

/**
 * Departures of connections that wait and are served; only clients that give up (negative payloads) are pushed by
 * hand. At one instant, whoever was served leaves before whoever gives up.
 */
export interface Serving extends Departures {
  readonly measures: ServingMeasures;
  /** [0] work of the connection about to be admitted: ms that one slot needs for it. */
  readonly workMs: Float64Array;
  /** Offers one more connection. False: it is turned away, as every slot and every place of the queue is taken. */
  offer(instance: number): boolean;
  /** The connection that was offered last and not turned away. */
  admit(connection: number, instance: number): void;
  /** The connection that `pop` returned was still open and has been closed: its slot is free for the next. */
  served(instance: number): void;
  /** The instance dropped everybody, those that wait too. */
  dropAll(instance: number): void;
}

/** `close`: told of each waiting connection that was dropped, so that its handle is free again. */
export function servingOf(
  plan: ServingPlan,
  measures: ServingMeasures,
  now: Float64Array,
  departures: Departures,
  close: (connection: number) => unknown,
): Serving {
  return plan.discipline === 'fifo'
    ? new FirstInFirstOut(plan, measures, now, departures, close)
    : new ProcessorSharing(plan, measures, now, departures, close);
}
