/**
 * A trial over real sockets: asks the process of sockets for traffic and the adapter for changes, and records both.
 * Knows no balancer and no clause.
 */
import type { InstanceAt, WireDeployment } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import type { History, HistoryEvent, InstanceListed, Outcome } from '../history/vocabulary.ts';
import type { EffectiveDurations } from '../spec/behaviour.ts';
import { changesBetween, listEvents, type PortsNamed, portsNamed } from './listening.ts';
import { monotonicMs } from './monotonic.ts';
import { budgetSpent, type Recorder, type Why } from './recorder.ts';
import type { Behaviour, Trial, TrialRequest } from './trial.ts';
import type { WireChannel } from './wire-channel.ts';
import type { TrialLimits } from './wire-messages.ts';

type Held = ReturnType<Trial['held']>[number];

/** What a trial stands on. */
export interface WireGround {
  readonly channel: WireChannel;
  /** The trial's token. */
  readonly trial: string;
  readonly recorder: Recorder;
  readonly request: TrialRequest;
  /** When the history began, monotonic clock. */
  readonly beganMs: number;
  addressOf(instance: string): string;
  /** Gives the addresses back. */
  released(): void;
}

export class WireTrial implements Trial {
  readonly #ground: WireGround;
  readonly #held = new Map<number, Held>();
  readonly #sources = new Map<number, string>();
  readonly #instanceOfCheck = new Map<number, string>();
  readonly #ended = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #budget: NodeJS.Timeout | null = null;
  #deployment: WireDeployment | null = null;
  #instances: readonly InstanceListed[];
  #ports: PortsNamed;
  #over: Promise<History> | null = null;

  constructor(ground: WireGround) {
    this.#ground = ground;
    this.#instances = ground.request.instances;
    this.#ports = portsNamed(ground.request.configuration);
    ground.channel.listen(ground.trial, (event) => this.#hear(event));
  }

  /** Brings the instances up, each answering as scripted, before the balancer hears of them. */
  async prepare(): Promise<readonly InstanceAt[]> {
    const { request, trial, channel } = this.#ground;
    await channel.ask('begin', { trial, name: request.name, limits: limitsOf(request.effective) });
    await this.#serve(request.instances);
    return this.#located(request.instances);
  }

  /** The budget counts from here: how long a balancer takes to start is not the trial's. */
  async deployed(deployment: WireDeployment): Promise<void> {
    this.#deployment = deployment;
    if (this.#over !== null) {
      await deployment.dispose();
      throw budgetSpent(this.#ground.request);
    }
    this.#budget = setTimeout(() => void this.end('budget'), this.#ground.request.budgetMs);
    await this.#tellRegistered(this.#instances);
  }

  nowMs(): number {
    return monotonicMs() - this.#ground.beganMs;
  }

  async open(ask: {
    readonly connection: number;
    readonly source: string;
  }): ReturnType<Trial['open']> {
    const { endpoint } = this.#running();
    invariant(ask.source.startsWith('127.'), 'clients on the wire live in 127.0.0.0/8');
    const { trial, channel } = this.#ground;
    this.#sources.set(ask.connection, ask.source);
    const recordedPort = this.#ports.service ?? endpoint.port;
    const answer = await channel.ask('open', { trial, ...ask, ...endpoint, recordedPort });
    this.#running();
    return 'placed' in answer ? { placed: answer.placed } : answer;
  }

  async carry(connection: number): Promise<boolean> {
    this.#running();
    return this.#ground.channel.ask('carry', { trial: this.#ground.trial, connection });
  }

  async close(
    connection: number,
    by: 'client' | 'instance',
    how: 'closed' | 'reset',
  ): Promise<void> {
    this.#running();
    await this.#ground.channel.ask('close', { trial: this.#ground.trial, connection, by, how });
  }

  async behave(instance: string, behaviour: Behaviour): Promise<void> {
    this.#running();
    await this.#ground.channel.ask('behave', { trial: this.#ground.trial, instance, behaviour });
  }

  async setInstances(instances: readonly InstanceListed[]): Promise<Outcome> {
    const deployment = this.#running();
    const changes = changesBetween(this.#instances, instances);
    await this.#serve(
      changes.flatMap(({ event, instance }) => (event === 'instance.registered' ? [instance] : [])),
    );
    const fromMs = this.nowMs();
    const outcome = await deployment.setInstances({ instances: this.#located(instances) });
    const when = { fromMs, toMs: this.nowMs() };
    for (const event of listEvents(changes, instances, outcome))
      this.#record({ ...when, ...event });
    if (outcome.is === 'accepted') {
      this.#instances = instances;
      await this.#tellRegistered(instances);
    }
    return outcome;
  }

  async reconfigure(
    configuration: unknown,
    effective: EffectiveDurations | null,
  ): Promise<Outcome> {
    const deployment = this.#running();
    const { trial, channel } = this.#ground;
    const ports = this.#ports;
    this.#ports = portsNamed(configuration);
    await this.#serve(this.#instances);
    const fromMs = this.nowMs();
    const outcome = await deployment.reconfigure({ configuration });
    const when = { fromMs, toMs: this.nowMs() };
    this.#record({
      ...when,
      event: 'service.configured',
      outcome,
      configuration,
      readBack: null,
      effective,
    });
    if (outcome.is === 'accepted')
      await channel.ask('limit', { trial, limits: limitsOf(effective) });
    else this.#ports = ports;
    return outcome;
  }

  async settle(): Promise<void> {
    await this.#running().settle();
  }

  async passUntil(toMs: number): Promise<void> {
    this.#running();
    await this.#until(() => this.nowMs() >= toMs, toMs);
    this.#running();
  }

  async checksEnded(instance: string, count: number, untilMs: number): Promise<number> {
    this.#running();
    await this.#until(() => (this.#ended.get(instance) ?? 0) >= count, untilMs);
    this.#running();
    return this.#ended.get(instance) ?? 0;
  }

  held(): readonly Held[] {
    return [...this.#held.values()];
  }

  /** Errors: what the adapter says when it cannot put the deployment away. */
  end(why: Why): Promise<History> {
    this.#over ??= this.#tearDown(why);
    // whoever ends it next hears of it, be it that the budget did first
    this.#over.catch(() => {});
    return this.#over;
  }

  async #tearDown(why: Why): Promise<History> {
    const { trial, channel } = this.#ground;
    if (this.#budget !== null) clearTimeout(this.#budget);
    try {
      const history = await this.#frozen(why);
      // a balancer that died meanwhile is no balancer that refuses
      const fault = why === 'complete' ? (this.#deployment?.fault?.() ?? null) : null;
      for (const wake of [...this.#waiting]) wake();
      await this.#deployment?.dispose();
      if (fault !== null) throw fault;
      return history;
    } finally {
      // the process of sockets may be gone: then they are, too
      await channel.ask('release', { trial }).catch(() => {});
      channel.unlisten(trial);
      this.#ground.released();
    }
  }

  /** What was seen until now; also where the process of sockets is gone already. */
  async #frozen(why: Why): Promise<History> {
    const { trial, channel, recorder } = this.#ground;
    try {
      await channel.ask('freeze', { trial });
      return recorder.end(why, this.nowMs());
    } catch {
      return recorder.end('error', this.nowMs());
    }
  }

  /** Waits until it holds, until the clock says `untilMs`, or until the trial is over. */
  #until(holds: () => boolean, untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | null = null;
      const look = (): void => {
        if (timer !== null) clearTimeout(timer);
        const leftMs = untilMs - this.nowMs();
        if (holds() || leftMs <= 0 || this.#over !== null) {
          this.#waiting.delete(look);
          resolve();
        } else {
          timer = setTimeout(look, Math.max(1, leftMs));
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  #running(): WireDeployment {
    if (this.#over !== null) throw budgetSpent(this.#ground.request);
    invariant(this.#deployment !== null, 'the trial has a deployment');
    return this.#deployment;
  }

  async #serve(instances: readonly InstanceListed[]): Promise<void> {
    const { request, trial, channel } = this.#ground;
    for (const { name, port } of instances) {
      const service = this.#ports.service;
      const trafficPort = port ?? service;
      if (trafficPort === null) continue; // the configuration names no port: it can only be rejected
      const checkPort = this.#ports.check ?? trafficPort;
      const decoyPorts = service === null || service === trafficPort ? [] : [service];
      const address = this.#ground.addressOf(name);
      const isKnown = this.#ended.has(name);
      const ports = { trafficPort, checkPort, decoyPorts };
      await channel.ask('listen', { trial, instance: name, address, ...ports });
      if (isKnown) continue;
      this.#ended.set(name, 0);
      const behaviour = request.behaviours[name];
      invariant(behaviour !== undefined, `instance ${name} has a behaviour`);
      await channel.ask('behave', { trial, instance: name, behaviour });
    }
  }

  #tellRegistered(instances: readonly InstanceListed[]): Promise<void> {
    const { trial, channel } = this.#ground;
    return channel.ask('registered', { trial, instances: instances.map(({ name }) => name) });
  }

  #located(instances: readonly InstanceListed[]): readonly InstanceAt[] {
    return instances.map((listed) => ({ ...listed, address: this.#ground.addressOf(listed.name) }));
  }

  #hear(event: HistoryEvent): void {
    const { beganMs } = this.#ground;
    this.#record({ ...event, fromMs: event.fromMs - beganMs, toMs: event.toMs - beganMs });
    this.#follow(event);
    for (const look of [...this.#waiting]) look();
  }

  #follow(event: HistoryEvent): void {
    if (event.event === 'connection.placed') {
      const { connection, instance } = event;
      const source = this.#sources.get(connection) ?? '';
      this.#held.set(connection, { connection, source, instance });
    } else if (event.event === 'connection.closed') {
      this.#held.delete(event.connection);
      this.#sources.delete(event.connection);
    } else if (event.event === 'check.started') {
      this.#instanceOfCheck.set(event.check, event.instance);
    } else if (event.event === 'check.replied' || event.event === 'check.abandoned') {
      const instance = this.#instanceOfCheck.get(event.check) ?? '';
      this.#instanceOfCheck.delete(event.check);
      this.#ended.set(instance, (this.#ended.get(instance) ?? 0) + 1);
    }
  }

  #record(event: HistoryEvent): void {
    this.#ground.recorder.record(event);
    if (this.#ground.recorder.isFull) void this.end('budget');
  }
}

/** A quarter of the timeout: a reply that our own process delayed by less cannot turn a pass into a failure. */
function limitsOf(effective: EffectiveDurations | null): TrialLimits {
  return {
    checkMs: effective?.timeoutMs ?? 1000,
    intervalMs: effective?.intervalMs ?? null,
    lagMs: effective === null ? null : effective.timeoutMs / 4,
  };
}
