/**
 * Who is bound to which instance until when: columns over sources, walked by the session machine. An expiry is
 * compared when the source comes back, so no timer is spent on it. Refuses to know how an instance is picked.
 */
import { actionBit, eventIndex, type Stepper, tagBit } from '../../models/table.ts';
import { type Instance, type InstanceColumns, NONE, type Source } from '../scheduling/scheduler.ts';

/** What sessions ask about the instance that they are bound to. */
export interface Membership {
  readonly instances: InstanceColumns;
  readonly acceptsNew: Uint8Array;
  /** Counts how often the slot was forgotten: a session with another count is of a former instance. */
  readonly tenure: Int32Array;
}

export class Sessions {
  readonly #stepper: Stepper;
  readonly #membership: Membership;
  readonly #now: Float64Array;
  readonly #instance: Int32Array;
  readonly #tenure: Int32Array;
  readonly #expiryMs: Float64Array;
  readonly #durationMs = new Float64Array(1);
  readonly #bound: number;
  readonly #bind: number;
  readonly #startClock: number;
  readonly #established: number;
  readonly #expired: number;
  readonly #unhealthy: number;
  readonly #removed: number;

  constructor(stepper: Stepper, membership: Membership, now: Float64Array, sourcesMax: number) {
    this.#stepper = stepper;
    this.#membership = membership;
    this.#now = now;
    this.#instance = new Int32Array(sourcesMax);
    this.#tenure = new Int32Array(sourcesMax);
    this.#expiryMs = new Float64Array(sourcesMax);
    const { table } = stepper;
    this.#bound = tagBit(table, 'bound');
    this.#bind = actionBit(table, 'bind');
    this.#startClock = actionBit(table, 'startClock');
    this.#established = eventIndex(table, 'connection.established');
    this.#expired = eventIndex(table, 'duration.expired');
    this.#unhealthy = eventIndex(table, 'instance.unhealthy');
    this.#removed = eventIndex(table, 'instance.removed');
  }

  /** For sessions that start, or whose clock starts again, from now on. */
  lastFor(durationMs: number): void {
    this.#durationMs[0] = durationMs;
  }

  /** The instance that the source is bound to and may still go to; else NONE, and the session is over. */
  instanceFor(source: Source): Instance {
    if ((this.#stepper.tags(source) & this.#bound) === 0) return NONE;
    const instance = this.#instance[source] as number;
    const { instances, acceptsNew, tenure } = this.#membership;
    if (tenure[instance] !== this.#tenure[source]) {
      this.#stepper.reset(source);
      return NONE;
    }
    let event = this.#unhealthy;
    if ((this.#expiryMs[source] as number) <= (this.#now[0] as number)) event = this.#expired;
    else if (acceptsNew[instance] === 0 || instances.weight[instance] === 0) event = this.#removed;
    else if (instances.isEligible[instance] === 1) return instance;
    this.#stepper.step(source, event);
    return (this.#stepper.tags(source) & this.#bound) === 0 ? NONE : instance;
  }

  established(source: Source, instance: Instance): void {
    const outcome = this.#stepper.step(source, this.#established);
    if ((outcome & this.#bind) !== 0) {
      this.#instance[source] = instance;
      this.#tenure[source] = this.#membership.tenure[instance] as number;
    }
    if ((outcome & this.#startClock) !== 0) {
      this.#expiryMs[source] = (this.#now[0] as number) + (this.#durationMs[0] as number);
    }
  }
}
