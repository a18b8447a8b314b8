/**
 * Who is bound to which instance until when: columns over sources, walked by the session machine. An expiry is
 * compared when the source comes back, so no timer is spent on it. Refuses to know how an instance is picked.
 */
import { actionBit, eventIndex, type Stepper, tagBit } from '../../models/table.ts';
import { invariant } from '../errors/invariant.ts';
import { type Instance, type InstanceColumns, NONE, type Source } from '../scheduling/scheduler.ts';

/** What sessions ask about the instance that they are bound to. */
export interface Membership {
  readonly instances: InstanceColumns;
  readonly acceptsNew: Uint8Array;
  /** Counts how often the slot was forgotten: a session with another count is of a former instance. */
  readonly tenure: Int32Array;
  /** The tenure where the instance may take its known sources just now; NONE where it may not. */
  readonly welcomes: Int32Array;
}

export class Sessions {
  readonly #stepper: Stepper;
  readonly #membership: Membership;
  readonly #now: Float64Array;
  /** One source: 16 bytes of one cache line. Expiry, ms, in double 2k; instance in integer 4k + 2, its tenure in 4k + 3. */
  readonly #expiryMs: Float64Array;
  readonly #binding: Int32Array;
  readonly #durationMs = new Float64Array(1);
  readonly #bound: number;
  readonly #bind: number;
  readonly #startClock: number;
  readonly #established: number;
  readonly #expired: number;
  readonly #unhealthy: number;
  readonly #removed: number;
  /** Means nothing; keeps the reading from being optimised away. */
  #read = 0;

  constructor(stepper: Stepper, membership: Membership, now: Float64Array, sourcesMax: number) {
    this.#stepper = stepper;
    this.#membership = membership;
    this.#now = now;
    this.#expiryMs = new Float64Array(2 * sourcesMax);
    this.#binding = new Int32Array(this.#expiryMs.buffer);
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

  /**
   * Reads what is remembered of sources that are about to come, all independent of each other, so that the memory
   * accesses overlap instead of each holding up its own connection.
   */
  bringNear(sources: Int32Array, count: number): void {
    const binding = this.#binding;
    let read = 0;
    for (let at = 0; at < count; at++) read ^= binding[4 * (sources[at] as number) + 2] as number;
    this.#read ^= read;
  }

  /** The instance that the source is bound to and may still go to; else NONE, and the session is over. */
  instanceFor(source: Source): Instance {
    if ((this.#stepper.tags(source) & this.#bound) === 0) return NONE;
    const instance = this.#binding[4 * source + 2] as number;
    if (
      this.#membership.welcomes[instance] === this.#binding[4 * source + 3] &&
      (this.#expiryMs[2 * source] as number) > (this.#now[0] as number)
    ) {
      return instance;
    }
    return this.#reconsidered(source, instance);
  }

  /** The session is over, unless the machine keeps it nevertheless. */
  #reconsidered(source: Source, instance: Instance): Instance {
    const { acceptsNew, instances, tenure } = this.#membership;
    if (tenure[instance] !== this.#binding[4 * source + 3]) {
      this.#stepper.reset(source);
      return NONE;
    }
    let event = this.#unhealthy;
    if ((this.#expiryMs[2 * source] as number) <= (this.#now[0] as number)) event = this.#expired;
    else if (acceptsNew[instance] === 0 || instances.weight[instance] === 0) event = this.#removed;
    else invariant(instances.isEligible[instance] === 0, 'who is welcome was let in before');
    this.#stepper.step(source, event);
    return (this.#stepper.tags(source) & this.#bound) === 0 ? NONE : instance;
  }

  established(source: Source, instance: Instance): void {
    const outcome = this.#stepper.step(source, this.#established);
    if ((outcome & this.#bind) !== 0) {
      this.#binding[4 * source + 2] = instance;
      this.#binding[4 * source + 3] = this.#membership.tenure[instance] as number;
    }
    if ((outcome & this.#startClock) !== 0) {
      this.#expiryMs[2 * source] = (this.#now[0] as number) + (this.#durationMs[0] as number);
    }
  }
}
