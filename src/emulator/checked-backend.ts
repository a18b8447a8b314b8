/**
 * A reference backend service that runs in real time on its targets: its timers become real ones and its checks real
 * connections. No traffic goes through it. Knows no request of the API.
 */
import { Roster } from '../adapters/in-process/roster.ts';
import type { AlteredParts } from '../defects/defect.ts';
import { type Instance, NONE } from '../scheduling/scheduler.ts';
import { assemble, usualCapacity } from '../service/assemble.ts';
import type {
  BackendService,
  Check,
  CheckReply,
  Connection,
  ServiceListener,
} from '../service/backend-service.ts';
import type { FailureReason } from '../spec/behaviour.ts';
import { CheckProbe } from './check-probe.ts';

export interface Target {
  readonly id: string;
  readonly address: string;
  /** Null: the backend's. */
  readonly port: number | null;
  readonly weight: number;
}

export interface TargetHealth {
  readonly target: Target;
  /** Where it is checked. */
  readonly checkPort: number;
  readonly isHealthy: boolean;
  /** Of the last check, where it failed. */
  readonly failure: FailureReason | null;
}

/** Nobody opens connections here. */
const noSources = { sourcesMax: 1, address: new Uint32Array(1) };

export class CheckedBackend implements ServiceListener {
  readonly #parts: AlteredParts;
  readonly #service: BackendService;
  readonly #beganMs = performance.now();
  readonly #roster = new Roster(usualCapacity.instancesMax);
  readonly #targets = new Map<string, Target>();
  readonly #probes = new Map<Check, CheckProbe>();
  readonly #failures = new Map<Instance, FailureReason | null>();
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  /** Durations of `parts` are real ms. */
  constructor(parts: AlteredParts) {
    this.#parts = parts;
    const assembled = (listener: ServiceListener) =>
      assemble(parts, noSources, new Float64Array(1), listener);
    this.#service = parts.around?.(assembled, this) ?? assembled(this);
  }

  /** The whole list, as it is from now on. */
  setTargets(targets: readonly Target[]): void {
    this.#passTo(this.#nowMs());
    const wanted = new Set(targets.map(({ id }) => id));
    for (const id of [...this.#targets.keys()]) {
      if (wanted.has(id)) continue;
      this.#targets.delete(id);
      this.#service.remove(this.#roster.slotOf(id));
    }
    for (const target of targets) {
      const before = this.#targets.get(target.id);
      this.#targets.set(target.id, target);
      const { id, weight, address, port } = target;
      const slot = this.#roster.settle(
        { name: id, weight, address, port },
        this.#service.instances,
      );
      if (before === undefined) {
        this.#failures.set(slot, null);
        this.#service.register(slot, weight);
      } else if (before.weight !== weight) this.#service.reweigh(slot, weight);
    }
    this.#passTo(this.#nowMs());
  }

  health(): readonly TargetHealth[] {
    const { isEligible } = this.#service.instances;
    return [...this.#targets.values()].map((target) => {
      const slot = this.#roster.slotOf(target.id);
      return {
        target,
        checkPort: this.#checkPort(target.port),
        isHealthy: isEligible[slot] === 1,
        failure: this.#failures.get(slot) ?? null,
      };
    });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const probe of this.#probes.values()) probe.end();
    this.#probes.clear();
  }

  checkConcluded(check: Check, instance: Instance, failure: FailureReason | null): void {
    this.#failures.set(instance, failure);
    // by now nobody waits for it; what it says counts already
    setImmediate(() => this.#endProbe(check));
  }
  eligibilityChanged(): void {}
  connectionsCut(_instance: Instance, _connections: readonly Connection[]): void {}
  instanceForgotten(instance: Instance): void {
    this.#roster.forget(instance);
    for (const check of [...this.#probes.keys()]) {
      if (this.#service.checkOf(check).instance === instance) this.#endProbe(check);
    }
  }

  #nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** Runs every timer of the service that is due, and waits for the next. */
  #passTo(nowMs: number): void {
    const { due, now } = this.#service;
    while ((due[0] as number) <= nowMs) {
      const check = this.#service.advance();
      if (check !== NONE) this.#start(check);
    }
    now[0] = Math.max(now[0] as number, nowMs);
    this.#wait();
  }

  /** A reply that is there already is read before the timer that waits in vain for it. */
  #wait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const dueMs = this.#service.due[0] as number;
    if (this.#isStopped || dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => setImmediate(() => this.#isStopped || this.#passTo(this.#nowMs())),
      Math.max(0, dueMs - this.#nowMs()),
    );
  }

  /** The service asks for the reply at once: silence it is, until there is one. */
  #start(check: Check): void {
    this.#service.answer(check, Number.POSITIVE_INFINITY, 'accepted');
    const startedMs = this.#nowMs();
    const { address, port } = this.#roster.at(this.#service.checkOf(check).instance);
    const { method, path } = this.#parts.configuration.check;
    const target = { method, address, port: this.#checkPort(port), path };
    this.#probes.set(
      check,
      new CheckProbe(target, (reply) => this.#replied(check, this.#nowMs() - startedMs, reply)),
    );
  }

  #replied(check: Check, afterMs: number, reply: CheckReply): void {
    const nowMs = this.#nowMs();
    this.#passTo(nowMs);
    // concluded meanwhile: too late
    if (!this.#probes.has(check)) return;
    this.#service.answer(check, afterMs, reply);
    this.#passTo(this.#nowMs());
  }

  #endProbe(check: Check): void {
    this.#probes.get(check)?.end();
    this.#probes.delete(check);
  }

  #checkPort(own: number | null): number {
    const { check, port } = this.#parts.configuration;
    return check.port ?? own ?? port;
  }
}
