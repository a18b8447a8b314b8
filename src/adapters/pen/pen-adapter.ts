/**
 * Puts a backend service on pen: one process a deployment, changed over its control socket. Rejects what the page
 * rejects, which pen has no idea of. Knows no clause and no client.
 */
import process from 'node:process';
import { execa } from 'execa';
import type { Outcome } from '../../history/vocabulary.ts';
import { acceptedService, rejectedByBalancer } from '../accepted-service.ts';
import { programMissing } from '../balancer-process.ts';
import type {
  Adapter,
  Deployed,
  DeployRequest,
  Description,
  InstanceAt,
  WireDeployment,
} from '../contract.ts';
import { Deployments } from '../deployments.ts';
import { describePen } from './description.ts';
import { type PenProcess, penProgram, startPen } from './pen-process.ts';
import { renderPenWords, restCommand, serverCommand } from './rendering.ts';

type EditCommand = (command: string) => string | null;
export interface PenOptions {
  /** Program to run; else COUNTERPOISE_PEN, else `pen` on PATH. */
  readonly command?: string;
  /** Changes the words of the command line: a pen misconfigured on purpose. */
  readonly edit?: (words: readonly string[]) => readonly string[];
  /** Changes a command over the control socket, or drops it. */
  readonly editCommand?: EditCommand;
}

export function createPenAdapter(options: PenOptions = {}): Adapter {
  return new PenAdapter(options);
}

class PenAdapter implements Adapter {
  readonly #command: string;
  readonly #options: PenOptions;
  readonly #deployments = new Deployments();

  constructor(options: PenOptions) {
    this.#command = options.command ?? process.env['COUNTERPOISE_PEN'] ?? 'pen';
    this.#options = options;
  }

  async describe(): Promise<Description> {
    return describePen(await penVersion(this.#command));
  }

  deploy(request: DeployRequest): Promise<Deployed> {
    return this.#deployments.during(this.#deploy(request));
  }

  dispose(): Promise<void> {
    return this.#deployments.dispose();
  }

  async #deploy({
    configuration,
    profile,
    instances,
    realMsPerSecond,
  }: DeployRequest): Promise<Deployed> {
    const accepted = acceptedService(configuration, profile);
    if ('is' in accepted) return { outcome: accepted };
    const { service, readBack } = accepted;
    const persistenceMs = (service.persistenceMs / 1000) * realMsPerSecond.persistence;
    const isRoot = process.getuid?.() === 0;
    const edit = this.#options.edit ?? ((words) => words);
    const started = await startPen(this.#command, (at) =>
      edit(renderPenWords({ ...at, service, instances, persistenceMs, isRoot })),
    );
    if ('rejection' in started) return { outcome: rejectedByBalancer(started.rejection) };
    const deployment: PenDeployment = new PenDeployment({
      process: started,
      servicePort: service.port,
      editCommand: this.#options.editCommand ?? ((line) => line),
      ended: () => this.#deployments.delete(deployment),
    });
    this.#deployments.add(deployment);
    try {
      this.#deployments.expectOpen();
      await deployment.begin(instances);
    } catch (error) {
      await deployment.dispose();
      throw error;
    }
    return { outcome: { is: 'accepted' }, readBack, deployment };
  }
}

interface PenDeploymentParts {
  readonly process: PenProcess;
  readonly servicePort: number;
  readonly editCommand: EditCommand;
  readonly ended: () => void;
}
/** One of pen's servers. Once given, its number stays with the instance. */
interface Slot {
  readonly number: number;
  instance: InstanceAt;
  isResting: boolean;
}

class PenDeployment implements WireDeployment {
  readonly plane = 'wire';
  readonly endpoint: WireDeployment['endpoint'];
  readonly #parts: PenDeploymentParts;
  readonly #slots = new Map<string, Slot>();
  #over: Promise<void> | null = null;

  constructor(parts: PenDeploymentParts) {
    this.#parts = parts;
    this.endpoint = parts.process.endpoint;
  }

  /** The command line listed them all, in this order. */
  async begin(instances: readonly InstanceAt[]): Promise<void> {
    for (const [number, instance] of instances.entries()) {
      this.#slots.set(instance.name, { number, instance, isResting: false });
    }
    await this.setInstances({ instances });
  }

  async setInstances({
    instances,
  }: {
    readonly instances: readonly InstanceAt[];
  }): Promise<Outcome> {
    const wanted = new Set(instances.map(({ name }) => name));
    for (const slot of this.#slots.values()) {
      if (!wanted.has(slot.instance.name)) await this.#rest(slot, true);
    }
    for (const instance of instances) await this.#keep(instance);
    return { is: 'accepted' };
  }

  reconfigure(): Outcome {
    return { is: 'unsupported', note: 'this adapter changes servers only' };
  }

  /** pen has done what it was told when it closes the connection. */
  settle(): void {}

  fault(): Error | null {
    return this.#parts.process.fault();
  }

  dispose(): Promise<void> {
    this.#over ??= this.#parts.process.dispose().finally(this.#parts.ended);
    return this.#over;
  }

  async #keep(instance: InstanceAt): Promise<void> {
    const known = this.#slots.get(instance.name);
    const slot = known ?? { number: this.#slots.size, instance, isResting: false };
    this.#slots.set(instance.name, slot);
    const isChanged = known === undefined || !isSame(known.instance, instance);
    slot.instance = instance;
    if (isChanged) {
      await this.#tell(serverCommand(slot.number, instance, this.#parts.servicePort));
    }
    // pen overlooks weights where it does not choose by them: an instance of none is left out by name
    await this.#rest(slot, instance.weight === 0);
  }

  async #rest(slot: Slot, isResting: boolean): Promise<void> {
    if (slot.isResting === isResting) return;
    slot.isResting = isResting;
    await this.#tell(restCommand(slot.number, isResting));
  }

  async #tell(command: string): Promise<void> {
    const edited = this.#parts.editCommand(command);
    if (edited !== null) await this.#parts.process.tell(edited);
  }
}

function isSame(one: InstanceAt, other: InstanceAt): boolean {
  return one.address === other.address && one.port === other.port && one.weight === other.weight;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg fills it in
const debianFormat = '${Version}';

/** pen does not tell its version; where Debian installed it, Debian knows. */
async function penVersion(command: string): Promise<string> {
  const started = await execa(command, [], { reject: false, timeout: 10_000 });
  if (!/usage:\s+pen/.test(`${started.stderr}${started.stdout}`)) throw programMissing(penProgram);
  const asked = await execa('dpkg-query', ['--show', '--showformat', debianFormat, 'pen'], {
    reject: false,
    timeout: 10_000,
  });
  return asked.failed || asked.stdout === '' ? 'of unknown version' : asked.stdout;
}
