/**
 * A backend service running on HAProxy: turns changes of its instances into runtime commands, and does what HAProxy
 * cannot: ends drains at their deadline and makes it forget clients of a draining instance.
 */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import type { InstanceAt, Scales, WireDeployment } from '../contract.ts';
import type { HaproxyProcess } from './haproxy-process.ts';
import { backendName, type Server, scaledMs, serverWords, weightFactor } from './rendering.ts';

export type EditCommand = (command: string) => string | null;

export interface HaproxyDeploymentParts {
  readonly service: ServiceConfiguration;
  readonly realMsPerSecond: Scales;
  readonly servers: readonly Server[];
  readonly process: HaproxyProcess;
  readonly editCommand: EditCommand;
  /** Called once it has ended. */
  readonly ended: () => void;
}

interface Slot extends Server {
  /** `gone`: in maintenance, its place kept for when the instance comes back. */
  state: 'in' | 'draining' | 'gone';
  instance: InstanceAt;
  deadline: NodeJS.Timeout | null;
}

export class HaproxyDeployment implements WireDeployment {
  readonly plane = 'wire';
  readonly endpoint: WireDeployment['endpoint'];
  readonly #parts: HaproxyDeploymentParts;
  readonly #slots = new Map<string, Slot>();
  #factor: number;
  #over: Promise<void> | null = null;

  constructor(parts: HaproxyDeploymentParts) {
    this.#parts = parts;
    this.endpoint = parts.process.endpoint;
    for (const server of parts.servers) {
      this.#slots.set(server.instance.name, { ...server, state: 'in', deadline: null });
    }
    this.#factor = this.#factorOf(parts.servers.map(({ instance }) => instance));
  }

  /** Before any traffic: servers start in maintenance, so that no check comes before their state is set right. */
  async begin(): Promise<void> {
    await this.#ask([...this.#slots.values()].flatMap((slot) => this.#entering(slot)));
  }

  async setInstances({
    instances,
  }: {
    readonly instances: readonly InstanceAt[];
  }): Promise<Outcome> {
    const unnamable = instances.find(({ name }) => !isServerName(name));
    if (unnamable !== undefined) return unsupportedName(unnamable.name);
    const wanted = new Set(instances.map(({ name }) => name));
    for (const slot of this.#slots.values()) {
      if (slot.state === 'in' && !wanted.has(slot.instance.name)) await this.#remove(slot);
    }
    this.#factor = this.#factorOf(instances);
    for (const instance of instances) await this.#keep(instance);
    return { is: 'accepted' };
  }

  reconfigure(): Outcome {
    return {
      is: 'unsupported',
      note: 'HAProxy takes another configuration only in a new process; this adapter keeps one',
    };
  }

  /** Runtime commands are answered once they are in effect. */
  settle(): void {}

  fault(): Error | null {
    return this.#parts.process.fault();
  }

  dispose(): Promise<void> {
    for (const slot of this.#slots.values()) this.#stopDeadline(slot);
    this.#over ??= this.#parts.process.dispose().finally(this.#parts.ended);
    return this.#over;
  }

  async #keep(instance: InstanceAt): Promise<void> {
    const slot = this.#slots.get(instance.name);
    if (slot === undefined) return this.#add(instance);
    const server = `${backendName}/${instance.name}`;
    const weight = `set server ${server} weight ${instance.weight * this.#factor}`;
    const old = slot.instance;
    const cameBack = slot.state;
    slot.instance = instance;
    slot.state = 'in';
    this.#stopDeadline(slot);
    const port = instance.port ?? this.#parts.service.port;
    const address = `set server ${server} addr ${instance.address} port ${port}`;
    const moved = old.port !== instance.port || old.address !== instance.address ? [address] : [];
    if (cameBack === 'draining')
      return this.#ask([...moved, weight, `set server ${server} state ready`]);
    if (cameBack === 'gone') return this.#ask([...moved, weight, ...this.#entering(slot)]);
    const forgotten = instance.weight === 0 ? this.#forgetting(slot) : [];
    const isReweighed =
      old.weight !== instance.weight || this.#parts.service.scheduling === 'source-ip';
    return this.#ask([...moved, ...(isReweighed ? [weight] : []), ...forgotten]);
  }

  async #add(instance: InstanceAt): Promise<void> {
    const slot: Slot = { id: this.#slots.size + 1, instance, state: 'in', deadline: null };
    this.#slots.set(instance.name, slot);
    const { service, realMsPerSecond } = this.#parts;
    const words = serverWords(slot, service, realMsPerSecond, this.#factor);
    await this.#ask([
      `add server ${backendName}/${words}`,
      `enable health ${backendName}/${instance.name}`,
      ...this.#entering(slot),
    ]);
  }

  /** Out of maintenance HAProxy puts a server one failure away from down; the page's thresholds count from a full one. */
  #entering({ instance }: Slot): readonly string[] {
    const server = `${backendName}/${instance.name}`;
    return [`set server ${server} state ready`, `set server ${server} health up`];
  }

  /** HAProxy sends clients that it knows to a draining server too, unless it is made to forget them. */
  #forgetting(slot: Slot): readonly string[] {
    if (this.#parts.service.persistenceMs === 0) return [];
    return [`clear table ${backendName} data.server_id eq ${slot.id}`];
  }

  async #remove(slot: Slot): Promise<void> {
    slot.state = 'draining';
    const { service, realMsPerSecond } = this.#parts;
    const drain = `set server ${backendName}/${slot.instance.name} state drain`;
    await this.#ask([drain, ...this.#forgetting(slot)]);
    if (service.drainMs === 0) return this.#finishDrain(slot);
    const drainMs = scaledMs(service.drainMs, realMsPerSecond.draining);
    slot.deadline = setTimeout(() => {
      this.#finishDrain(slot).catch(() => {}); // the process is gone: whoever asks it next will be told
    }, drainMs);
  }

  async #finishDrain(slot: Slot): Promise<void> {
    slot.state = 'gone';
    const server = `${backendName}/${slot.instance.name}`;
    await this.#ask([`set server ${server} state maint`, `shutdown sessions server ${server}`]);
  }

  #stopDeadline(slot: Slot): void {
    if (slot.deadline !== null) clearTimeout(slot.deadline);
    slot.deadline = null;
  }

  #factorOf(instances: readonly InstanceAt[]): number {
    const weights = instances.map(({ weight }) => weight);
    return weightFactor(this.#parts.service.scheduling, weights);
  }

  async #ask(commands: readonly string[]): Promise<void> {
    const edited = commands.flatMap((command) => this.#parts.editCommand(command) ?? []);
    if (edited.length === 0) return;
    const answer = await this.#parts.process.ask(edited);
    const complaint =
      /^(No such|Unknown|Invalid|Require|'|.*(denied|not support|failed|must )).*$/im.exec(answer);
    if (complaint === null) return;
    throw new OperatorError(
      `haproxy: it does not take \`${edited.join('; ')}\`: ${complaint[0].trim()}`,
      {
        code: 'HAPROXY_COMMAND',
        exitCode: exitCodes.unavailable,
        hint: 'The adapter was measured on HAProxy 2.6; name such a one in COUNTERPOISE_HAPROXY.',
      },
    );
  }
}

/** HAProxy's rule for server names. */
export function isServerName(name: string): boolean {
  return /^[A-Za-z0-9_.:-]{1,60}$/.test(name);
}

export function unsupportedName(name: string): Exclude<Outcome, { is: 'accepted' }> {
  return { is: 'unsupported', note: `HAProxy takes no server named ${JSON.stringify(name)}` };
}
