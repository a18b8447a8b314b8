/**
 * Puts a backend service on a real HAProxy: one process a deployment, configured from a file and changed over its
 * runtime socket. Rejects what the page rejects, which HAProxy itself would take. Knows no clause and no client.
 */
import process from 'node:process';
import { execa } from 'execa';
import { acceptedService, rejectedByBalancer } from '../accepted-service.ts';
import { programMissing } from '../balancer-process.ts';
import type { Adapter, Deployed, DeployRequest, Description } from '../contract.ts';
import { Deployments } from '../deployments.ts';
import { describeHaproxy } from './description.ts';
import {
  type EditCommand,
  HaproxyDeployment,
  isServerName,
  unsupportedName,
} from './haproxy-deployment.ts';
import { haproxyProgram, startHaproxy } from './haproxy-process.ts';
import { renderHaproxyConfiguration } from './rendering.ts';

export interface HaproxyOptions {
  /** Program to run; else COUNTERPOISE_HAPROXY, else `haproxy` on PATH. */
  readonly command?: string;
  readonly threads?: number;
  /** Changes the configuration before HAProxy reads it: a HAProxy misconfigured on purpose. */
  readonly edit?: (configurationText: string) => string;
  /** Changes a runtime command, or drops it. */
  readonly editCommand?: EditCommand;
}

export function createHaproxyAdapter(options: HaproxyOptions = {}): Adapter {
  return new HaproxyAdapter(options);
}

class HaproxyAdapter implements Adapter {
  readonly #command: string;
  readonly #threads: number;
  readonly #edit: (configurationText: string) => string;
  readonly #editCommand: EditCommand;
  readonly #deployments = new Deployments();

  constructor({ command, threads, edit, editCommand }: HaproxyOptions) {
    this.#threads = threads ?? 1;
    this.#command = command ?? process.env['COUNTERPOISE_HAPROXY'] ?? 'haproxy';
    this.#edit = edit ?? ((text) => text);
    this.#editCommand = editCommand ?? ((line) => line);
  }

  async describe(): Promise<Description> {
    const asked = await execa(this.#command, ['-v'], { reject: false, timeout: 10_000 });
    const version = /version (\S+)/.exec(asked.stdout ?? '')?.[1];
    if (version === undefined) throw programMissing(haproxyProgram);
    return describeHaproxy(version);
  }

  deploy(request: DeployRequest): Promise<Deployed> {
    return this.#deployments.during(this.#deploy(request));
  }

  dispose(): Promise<void> {
    return this.#deployments.dispose();
  }

  async #deploy(request: DeployRequest): Promise<Deployed> {
    const unnamable = request.instances.find(({ name }) => !isServerName(name));
    if (unnamable !== undefined) return { outcome: unsupportedName(unnamable.name) };
    const accepted = acceptedService(request.configuration, request.profile);
    if ('is' in accepted) return { outcome: accepted };
    const { service, readBack } = accepted;
    const servers = request.instances.map((instance, index) => ({ id: index + 1, instance }));
    const { realMsPerSecond } = request;
    const started = await startHaproxy(this.#command, (at) =>
      this.#edit(
        renderHaproxyConfiguration({
          ...at,
          service,
          realMsPerSecond,
          servers,
          threads: this.#threads,
        }),
      ),
    );
    if ('rejection' in started) return { outcome: rejectedByBalancer(started.rejection) };
    const deployment: HaproxyDeployment = new HaproxyDeployment({
      service,
      realMsPerSecond,
      servers,
      process: started,
      editCommand: this.#editCommand,
      ended: () => this.#deployments.delete(deployment),
    });
    this.#deployments.add(deployment);
    try {
      this.#deployments.expectOpen();
      await deployment.begin();
    } catch (error) {
      await deployment.dispose();
      throw error;
    }
    return { outcome: { is: 'accepted' }, readBack, deployment };
  }
}
