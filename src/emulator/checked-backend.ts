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
import { RunningChecks } from './running-checks.ts';
import { WatchedClock } from './watched-clock.ts';

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
  readonly #clock = new WatchedClock();
  readonly #checks = new RunningChecks(this.#clock);
  readonly #roster = new Roster(usualCapacity.instancesMax);
  readonly #targets = new Map<string, Target>();
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
    this.#passTo(this.#clock.nowMs());
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
    this.#passTo(this.#clock.nowMs());
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
    this.#clock.stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#checks.endAll(() => true);
  }

  checkConcluded(check: Check, instance: Instance, failure: FailureReason | null): void {
    this.#failures.set(instance, failure);
    this.#checks.concluded(check);
    // by now nobody waits for it; what it says counts already
    setImmediate(() => this.#checks.end(check));
  }
  eligibilityChanged(): void {}
  connectionsCut(_instance: Instance, _connections: readonly Connection[]): void {}
  instanceForgotten(instance: Instance): void {
    this.#roster.forget(instance);
    this.#checks.endAll((check) => this.#service.checkOf(check).instance === instance);
  }

  /** Runs every timer of the service that is due, and waits for the next. */
  #passTo(nowMs: number): void {
    const { due, now } = this.#service;
    const isNext = (dueMs: number) => dueMs <= nowMs && dueMs < this.#checks.hold(nowMs).atMs;
    while (isNext(due[0] as number)) {
      const check = this.#service.advance();
      if (check !== NONE) this.#start(check);
    }
    now[0] = Math.max(now[0] as number, Math.min(nowMs, this.#checks.hold(nowMs).atMs));
    this.#wait(nowMs);
  }

  /** A reply that is there already is read before the timer that waits in vain for it. */
  #wait(nowMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const dueMs = this.#service.due[0] as number;
    if (this.#isStopped || dueMs === Number.POSITIVE_INFINITY) return;
    const { atMs, untilMs } = this.#checks.hold(nowMs);
    const nextMs = dueMs < atMs ? dueMs : untilMs;
    this.#timer = setTimeout(
      () => setImmediate(() => this.#isStopped || this.#passTo(this.#clock.nowMs())),
      Math.max(0, nextMs - this.#clock.nowMs()),
    );
  }

  /** The service asks for the reply at once: silence it is, until there is one. */
  #start(check: Check): void {
    this.#service.answer(check, Number.POSITIVE_INFINITY, 'accepted');
    const { address, port } = this.#roster.at(this.#service.checkOf(check).instance);
    const { method, path, timeoutMs } = this.#parts.configuration.check;
    const target = { method, address, port: this.#checkPort(port), path };
    const probe = new CheckProbe(target, (reply) => this.#replied(check, reply));
    this.#checks.begin(check, probe, this.#service.now[0] as number, timeoutMs);
  }

  #replied(check: Check, reply: CheckReply): void {
    this.#passTo(this.#clock.nowMs());
    const afterMs = this.#checks.answered(check);
    // concluded meanwhile: too late
    if (afterMs === null) return;
    this.#service.answer(check, afterMs, reply);
    this.#passTo(this.#clock.nowMs());
  }

  #checkPort(own: number | null): number {
    const { check, port } = this.#parts.configuration;
    return check.port ?? own ?? port;
  }
}
