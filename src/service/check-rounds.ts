/**
 * The checks of each instance, one at a time: started, answered, concluded at the answer or at the timeout, and
 * started again an interval later. Refuses to know what a result does to an instance.
 */
import { invariant } from '../errors/invariant.ts';
import { type Instance, NONE } from '../scheduling/scheduler.ts';
import type { FailureReason } from '../spec/behaviour.ts';
import type { Check, CheckReply, ServiceParts } from './backend-service.ts';

export class CheckRounds {
  readonly #instancesMax: number;
  readonly #inFlight: Float64Array;
  readonly #startedMs: Float64Array;
  readonly #failure: (FailureReason | null)[];
  #begun = 0;
  #unanswered: Check = NONE;

  constructor(instancesMax: number) {
    this.#instancesMax = instancesMax;
    this.#inFlight = new Float64Array(instancesMax).fill(NONE);
    this.#startedMs = new Float64Array(instancesMax);
    this.#failure = new Array<FailureReason | null>(instancesMax).fill(null);
  }

  begin(instance: Instance, nowMs: number): Check {
    const check = this.#begun++ * this.#instancesMax + instance;
    this.#inFlight[instance] = check;
    this.#startedMs[instance] = nowMs;
    this.#unanswered = check;
    return check;
  }

  instanceOf(check: Check): Instance {
    return check % this.#instancesMax;
  }

  expectAnswered(): void {
    invariant(this.#unanswered === NONE, `check ${this.#unanswered} was not answered`);
  }

  /** When the check concludes; NONE if its instance was forgotten meanwhile. */
  answer(check: Check, afterMs: number, reply: CheckReply, parts: ServiceParts): number {
    if (this.#unanswered === check) this.#unanswered = NONE;
    const instance = this.instanceOf(check);
    if (this.#inFlight[instance] !== check) return NONE;
    this.#failure[instance] = parts.classify(reply, afterMs, parts.configuration);
    const { timeoutMs } = parts.configuration.check;
    return (this.#startedMs[instance] as number) + Math.min(afterMs, timeoutMs);
  }

  conclude(instance: Instance): { readonly check: Check; readonly failure: FailureReason | null } {
    const check = this.#inFlight[instance] as number;
    this.#inFlight[instance] = NONE;
    return { check, failure: this.#failure[instance] ?? null };
  }

  /** Checks of one instance never overlap: one that outlasts the interval delays the next. */
  nextStartMs(instance: Instance, nowMs: number, parts: ServiceParts): number {
    const { intervalMs } = parts.configuration.check;
    const fromMs = parts.intervalFrom === 'end' ? nowMs : (this.#startedMs[instance] as number);
    const failure = this.#failure[instance] ?? null;
    return Math.max(nowMs, parts.nextCheckMs(fromMs + intervalMs, instance, failure));
  }

  abandon(instance: Instance): void {
    if (this.#unanswered !== NONE && this.instanceOf(this.#unanswered) === instance) {
      this.#unanswered = NONE;
    }
    this.#inFlight[instance] = NONE;
  }
}
