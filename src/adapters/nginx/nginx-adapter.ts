/**
 * Puts a backend service on nginx's stream module: one nginx a deployment, every change a new configuration and a
 * reload. Rejects what the page rejects, which nginx has no idea of. Knows no clause and no client.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
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
import { describeNginx } from './description.ts';
import { type NginxProcess, nginxProgram, startNginx } from './nginx-process.ts';
import { type NginxSettings, renderNginxConfiguration } from './rendering.ts';

export interface NginxOptions extends Partial<NginxSettings> {
  /** Program to run; else COUNTERPOISE_NGINX, else `nginx` on PATH. */
  readonly command?: string;
  /** Changes the configuration before nginx reads it: an nginx misconfigured on purpose. */
  readonly edit?: (configurationText: string) => string;
}

export function createNginxAdapter(options: NginxOptions = {}): Adapter {
  return new NginxAdapter(options);
}

class NginxAdapter implements Adapter {
  readonly #command: string;
  readonly #settings: NginxSettings;
  readonly #edit: (configurationText: string) => string;
  readonly #deployments = new Deployments();
  #built: Promise<Built> | null = null;

  constructor({ command, edit, workers = 1, isZoned = true }: NginxOptions) {
    this.#command = command ?? process.env['COUNTERPOISE_NGINX'] ?? 'nginx';
    this.#settings = { workers, isZoned };
    this.#edit = edit ?? ((text) => text);
  }

  async describe(): Promise<Description> {
    return describeNginx((await this.#asked()).version, this.#settings);
  }

  deploy(request: DeployRequest): Promise<Deployed> {
    return this.#deployments.during(this.#deploy(request));
  }

  dispose(): Promise<void> {
    return this.#deployments.dispose();
  }

  async #deploy(request: DeployRequest): Promise<Deployed> {
    const accepted = acceptedService(request.configuration, request.profile);
    if ('is' in accepted) return { outcome: accepted };
    const { service, readBack } = accepted;
    const { streamModule } = await this.#asked();
    const wanted: Wanted = { service, instances: request.instances };
    const started = await startNginx(this.#command, this.#settings.workers, (at) =>
      this.#edit(
        renderNginxConfiguration({ ...at, ...wanted, streamModule, settings: this.#settings }),
      ),
    );
    if ('rejection' in started) return { outcome: rejectedByBalancer(started.rejection) };
    const deployment: NginxDeployment = new NginxDeployment(request, wanted, started, () =>
      this.#deployments.delete(deployment),
    );
    this.#deployments.add(deployment);
    try {
      this.#deployments.expectOpen();
    } catch (error) {
      await deployment.dispose();
      throw error;
    }
    return { outcome: { is: 'accepted' }, readBack, deployment };
  }

  #asked(): Promise<Built> {
    this.#built ??= builtBy(this.#command);
    return this.#built;
  }
}

/** What the next configuration is rendered from; the deployment changes it. */
interface Wanted {
  service: ServiceConfiguration;
  instances: readonly InstanceAt[];
}

class NginxDeployment implements WireDeployment {
  readonly plane = 'wire';
  readonly endpoint: WireDeployment['endpoint'];
  readonly #request: DeployRequest;
  readonly #wanted: Wanted;
  readonly #process: NginxProcess;
  readonly #ended: () => void;
  #over: Promise<void> | null = null;

  constructor(request: DeployRequest, wanted: Wanted, nginx: NginxProcess, ended: () => void) {
    this.#request = request;
    this.#wanted = wanted;
    this.#process = nginx;
    this.#ended = ended;
    this.endpoint = nginx.endpoint;
  }

  async reconfigure({ configuration }: { readonly configuration: unknown }): Promise<Outcome> {
    const accepted = acceptedService(configuration, this.#request.profile);
    if ('is' in accepted) return accepted;
    this.#wanted.service = accepted.service;
    await this.#process.reload();
    return { is: 'accepted' };
  }

  async setInstances({
    instances,
  }: {
    readonly instances: readonly InstanceAt[];
  }): Promise<Outcome> {
    this.#wanted.instances = instances;
    await this.#process.reload();
    return { is: 'accepted' };
  }

  /** A change is answered once no worker goes by the old configuration. */
  settle(): void {}

  fault(): Error | null {
    return this.#process.fault();
  }

  dispose(): Promise<void> {
    this.#over ??= this.#process.dispose().finally(this.#ended);
    return this.#over;
  }
}

interface Built {
  readonly version: string;
  readonly streamModule: string | null;
}

/** How this nginx was built: Debian's loads the stream module from a package of its own, nginx.org's has it inside. */
async function builtBy(command: string): Promise<Built> {
  const { stderr = '' } = await execa(command, ['-V'], { reject: false, timeout: 10_000 });
  const version = /nginx\/(\S+)/.exec(stderr)?.[1];
  if (version === undefined) throw programMissing(nginxProgram);
  if (/--with-stream(\s|$)/.test(stderr)) return { version, streamModule: null };
  const folder = /--modules-path=(\S+)/.exec(stderr)?.[1];
  const streamModule = join(folder ?? '', 'ngx_stream_module.so');
  const isThere = await access(streamModule).then(
    () => true,
    () => false,
  );
  if (folder !== undefined && isThere) return { version, streamModule };
  throw new OperatorError(`nginx: ${version} has no stream module`, {
    code: 'NGINX_STREAM_MISSING',
    exitCode: exitCodes.unavailable,
    hint: nginxProgram.installHint,
  });
}
