/** The service's timers: one of each kind for each instance. Knows what they are called, not what they do. */
import type { Instance } from '../scheduling/scheduler.ts';
import { type Timer, Timers } from './timers.ts';

const kinds = ['checkStart', 'checkEnd', 'drain', 'propagation'] as const;
export type TimerKind = (typeof kinds)[number];

export class InstanceTimers {
  /** [0] when the next timer fires, Infinity if none is set. */
  readonly due: Float64Array;
  readonly #timers: Timers;
  readonly #instancesMax: number;

  constructor(instancesMax: number) {
    this.#instancesMax = instancesMax;
    this.#timers = new Timers(kinds.length * instancesMax);
    this.due = this.#timers.due;
  }

  set(kind: TimerKind, instance: Instance, atMs: number): void {
    this.#timers.set(this.#timer(kind, instance), atMs);
  }

  cancel(kind: TimerKind, instance: Instance): void {
    this.#timers.cancel(this.#timer(kind, instance));
  }

  cancelAll(instance: Instance): void {
    for (const kind of kinds) this.cancel(kind, instance);
  }

  /** When it fires; Infinity if it is not set. */
  atMs(kind: TimerKind, instance: Instance): number {
    const timer = this.#timer(kind, instance);
    return this.#timers.isSet(timer) ? this.#timers.atMs(timer) : Number.POSITIVE_INFINITY;
  }

  /** The timer that fires next, no longer set. */
  take(): { readonly kind: TimerKind; readonly instance: Instance } {
    const timer = this.#timers.take();
    const instance = timer % this.#instancesMax;
    return { kind: kinds[(timer - instance) / this.#instancesMax] as TimerKind, instance };
  }

  #timer(kind: TimerKind, instance: Instance): Timer {
    return kinds.indexOf(kind) * this.#instancesMax + instance;
  }
}
