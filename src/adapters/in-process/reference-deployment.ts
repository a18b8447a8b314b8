/**
 * One reference service as a deployment on the call plane in stepped time: names become numbers, service timers
 * become probes. What an instance does with traffic is the harness's matter: `connect` only says who was picked.
 */
import type { Alteration, AlteredParts } from '../../defects/defect.ts';
import { invariant } from '../../errors/invariant.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import { type Instance, NONE } from '../../scheduling/scheduler.ts';
import { assemble, usualCapacity } from '../../service/assemble.ts';
import type { BackendService, Connection, ServiceListener } from '../../service/backend-service.ts';
import type { Refusal } from '../../spec/behaviour.ts';
import type {
  Answer,
  CallDeployment,
  DeployRequest,
  InstanceAt,
  Probe,
  Reached,
} from '../contract.ts';
import { ClientNumbers } from './client-numbers.ts';
import { Roster } from './roster.ts';
import { faultsOf, settingsOf } from './settings.ts';

/** The vendor's limit of one group (API 0.6.6). */
export const instancesMax = 100;

/** A connection of the harness: the service's handle, and how often data were exchanged. */
interface Held {
  readonly handle: Connection;
  exchanges: number;
}

export class ReferenceDeployment implements CallDeployment, ServiceListener {
  readonly plane = 'call';
  readonly #request: DeployRequest;
  readonly #alteration: Alteration | null;
  readonly #ended: () => void;
  readonly #now = Float64Array.of(0);
  readonly #clients = new ClientNumbers();
  readonly #roster = new Roster(usualCapacity.instancesMax);
  readonly #held = new Map<number, Held>();
  readonly #connectionOf = new Map<Connection, number>();
  /** Assembled when there is something to serve: most deployments of a run only ask whether they are taken. */
  #assembled: BackendService | null = null;
  #parts: AlteredParts;
  #unanswered: Probe | null = null;
  #cut: Reached['cut'][number][] = [];
  #isDisposed = false;

  constructor(
    request: DeployRequest,
    parts: AlteredParts,
    alteration: Alteration | null,
    ended: () => void,
  ) {
    this.#ended = ended;
    this.#request = request;
    this.#parts = parts;
    this.#alteration = alteration;
    if (request.instances.length > 0) this.#list(request.instances);
  }

  get #service(): BackendService {
    this.#assembled ??= this.#assemble();
    return this.#assembled;
  }

  #assemble(): BackendService {
    const parts = this.#parts;
    const { columns } = this.#clients;
    const assembled = (listener: ServiceListener) => assemble(parts, columns, this.#now, listener);
    return parts.around?.(assembled, this) ?? assembled(this);
  }

  connect(ask: {
    readonly connection: number;
    readonly source: string;
    readonly port: number;
  }): { readonly placed: string; readonly port: number } | { readonly refused: Refusal } {
    this.#expectLive();
    invariant(!this.#held.has(ask.connection), `connection ${ask.connection} is held already`);
    const key = this.#parts.sourceKey(ask.source, ask.port);
    const source = this.#clients.numberOf(key);
    const handle = this.#service.open(source);
    if (handle === NONE) return { refused: 'reset' };
    this.#held.set(ask.connection, { handle, exchanges: 0 });
    this.#connectionOf.set(handle, ask.connection);
    const { name, port } = this.#roster.at(this.#service.instanceOf(handle));
    return { placed: name, port: this.#trafficPort(port) };
  }

  carry(ask: { readonly connection: number }): { readonly carried: boolean } {
    const held = this.#held.get(ask.connection);
    if (held === undefined || this.#service.instanceOf(held.handle) === NONE) {
      return { carried: false };
    }
    held.exchanges += 1;
    return { carried: this.#alteration?.carries?.(held.exchanges) ?? true };
  }

  close(ask: { readonly connection: number }): void {
    const held = this.#held.get(ask.connection);
    if (held === undefined) return;
    this.#service.close(held.handle);
    this.#drop(ask.connection, held.handle);
  }

  advance(ask: { readonly toMs: number; readonly answers: readonly Answer[] }): Reached {
    this.#expectLive();
    invariant(ask.toMs >= this.#nowMs(), `time does not go back to ${ask.toMs} ms`);
    this.#takeAnswers(ask.answers);
    if (this.#assembled === null) {
      this.#now[0] = ask.toMs;
      return this.#reached([]);
    }
    const { due } = this.#assembled;
    while ((due[0] as number) <= ask.toMs) {
      const check = this.#service.advance();
      if (check === NONE) continue;
      this.#unanswered = this.#probe(check);
      return this.#reached([this.#unanswered]);
    }
    this.#now[0] = ask.toMs;
    return this.#reached([]);
  }

  setInstances(change: { readonly instances: readonly InstanceAt[] }): Outcome {
    this.#expectLive();
    const faults = faultsOf(change.instances, this.#request.profile, instancesMax);
    if (faults.length > 0) return { is: 'rejected', violations: faults };
    this.#list(change.instances);
    return { is: 'accepted' };
  }

  reconfigure(change: { readonly configuration: unknown }): Outcome {
    this.#expectLive();
    const { profile, realMsPerSecond } = this.#request;
    const settings = settingsOf(change.configuration, profile, realMsPerSecond, this.#alteration);
    if ('violations' in settings) return { is: 'rejected', violations: settings.violations };
    this.#parts = settings.parts;
    this.#assembled?.reconfigure(settings.parts);
    return { is: 'accepted' };
  }

  /** Changes are in effect when they are accepted; a part that makes them late does not say when. */
  settle(): void {}

  status(): readonly { readonly instance: string; readonly isEligible: boolean }[] {
    const { isEligible } = this.#service.instances;
    return this.#roster.known().map(({ name }) => ({
      instance: name,
      isEligible: isEligible[this.#roster.slotOf(name)] === 1,
    }));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#ended();
    this.#held.clear();
    this.#connectionOf.clear();
  }

  checkConcluded(): void {}
  eligibilityChanged(): void {}

  connectionsCut(_instance: Instance, connections: readonly Connection[]): void {
    for (const handle of connections) {
      const connection = this.#connectionOf.get(handle);
      invariant(connection !== undefined, 'the service cut a connection that nobody holds');
      this.#cut.push({ connection, atMs: this.#nowMs(), how: 'reset' });
      this.#service.close(handle);
      this.#drop(connection, handle);
    }
  }

  instanceForgotten(instance: Instance): void {
    this.#roster.forget(instance);
  }

  /** Removals first: an instance that takes another's place does not meet it. */
  #list(instances: readonly InstanceAt[]): void {
    const before = this.#roster.listed;
    const after = new Map(instances.map((instance) => [instance.name, instance]));
    this.#roster.listed = after;
    for (const name of before.keys()) {
      if (!after.has(name)) this.#service.remove(this.#roster.slotOf(name));
    }
    for (const [name, instance] of after) {
      const slot = this.#roster.settle(instance, this.#service.instances);
      if (!before.has(name)) this.#service.register(slot, instance.weight);
      else if (before.get(name)?.weight !== instance.weight) {
        this.#service.reweigh(slot, instance.weight);
      }
    }
  }

  #takeAnswers(answers: readonly Answer[]): void {
    for (const { probe, reply, afterMs } of answers) {
      if (this.#unanswered?.probe === probe) this.#unanswered = null;
      if (reply === 'silence') this.#service.answer(probe, Number.POSITIVE_INFINITY, 'accepted');
      else this.#service.answer(probe, afterMs, reply);
    }
    // A probe that nobody answers met silence.
    if (this.#unanswered !== null) {
      this.#service.answer(this.#unanswered.probe, Number.POSITIVE_INFINITY, 'accepted');
      this.#unanswered = null;
    }
  }

  #probe(probe: number): Probe {
    const { name, port } = this.#roster.at(this.#service.checkOf(probe).instance);
    const { check, port: servicePort } = this.#parts.configuration;
    const { method, path } = check;
    const asked = check.port ?? port ?? servicePort;
    return method === 'http'
      ? { probe, instance: name, port: asked, method, path }
      : { probe, instance: name, port: asked, method };
  }

  #trafficPort(own: number | null): number {
    const { port } = this.#parts.configuration;
    return this.#alteration?.trafficPort?.(own, port) ?? own ?? port;
  }

  #reached(probes: readonly Probe[]): Reached {
    const cut = this.#cut;
    this.#cut = [];
    return { nowMs: this.#nowMs(), probes, cut };
  }

  #drop(connection: number, handle: Connection): void {
    this.#held.delete(connection);
    this.#connectionOf.delete(handle);
  }

  #nowMs(): number {
    return this.#now[0] as number;
  }

  #expectLive(): void {
    invariant(!this.#isDisposed, `deployment ${this.#request.deployment} has ended`);
  }
}
