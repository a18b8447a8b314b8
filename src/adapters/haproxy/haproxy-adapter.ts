/**
 * Puts a backend service on a real HAProxy: one process a deployment, configured from a file and changed over its
 * runtime socket. Rejects what the page rejects, which HAProxy itself would take. Knows no clause and no client.
 */
import process from 'node:process';
import { execa } from 'execa';
import { invariant } from '../../errors/invariant.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import { readBackOf, resolveService } from '../../spec/resolve.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import type { Violation } from '../../spec/violation.ts';
import type { Adapter, Deployed, DeployRequest, Description } from '../contract.ts';
import { describeHaproxy } from './description.ts';
import {
  type EditCommand,
  HaproxyDeployment,
  isServerName,
  unsupportedName,
} from './haproxy-deployment.ts';
import { missing, startHaproxy } from './haproxy-process.ts';
import { renderHaproxyConfiguration } from './rendering.ts';

export interface HaproxyOptions {
  /** Program to run; else COUNTERPOISE_HAPROXY, else `haproxy` on PATH. */
  readonly command?: string;
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
  readonly #edit: (configurationText: string) => string;
  readonly #editCommand: EditCommand;
  readonly #deployments = new Set<HaproxyDeployment>();
  readonly #deploying = new Set<Promise<Deployed>>();
  #isOver = false;

  constructor({ command, edit, editCommand }: HaproxyOptions) {
    this.#command = command ?? process.env['COUNTERPOISE_HAPROXY'] ?? 'haproxy';
    this.#edit = edit ?? ((text) => text);
    this.#editCommand = editCommand ?? ((line) => line);
  }

  async describe(): Promise<Description> {
    const asked = await execa(this.#command, ['-v'], { reject: false, timeout: 10_000 });
    const version = /version (\S+)/.exec(asked.stdout ?? '')?.[1];
    if (version === undefined) throw missing();
    return describeHaproxy(version);
  }

  async deploy(request: DeployRequest): Promise<Deployed> {
    const deploying = this.#deploy(request);
    this.#deploying.add(deploying);
    try {
      return await deploying;
    } finally {
      this.#deploying.delete(deploying);
    }
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled(this.#deploying);
    await Promise.all([...this.#deployments].map((deployment) => deployment.dispose()));
  }

  async #deploy(request: DeployRequest): Promise<Deployed> {
    const unnamable = request.instances.find(({ name }) => !isServerName(name));
    if (unnamable !== undefined) return { outcome: unsupportedName(unnamable.name) };
    const { document, violations } = validateDocument(request.configuration, request);
    if (document === null) return { outcome: rejectedByAdapter(violations) };
    const service = resolveService(document, request.profile);
    const servers = request.instances.map((instance, index) => ({ id: index + 1, instance }));
    const { realMsPerSecond } = request;
    const started = await startHaproxy(this.#command, ({ endpoint, socketPath }) =>
      this.#edit(
        renderHaproxyConfiguration({ service, realMsPerSecond, servers, endpoint, socketPath }),
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
      invariant(!this.#isOver, 'nothing is deployed on an adapter that has ended');
      await deployment.begin();
    } catch (error) {
      await deployment.dispose();
      throw error;
    }
    return {
      outcome: { is: 'accepted' },
      readBack: readBackOf(document, request.profile),
      deployment,
    };
  }
}

function rejectedByAdapter(violations: readonly Violation[]): Outcome & { is: 'rejected' } {
  return { is: 'rejected', violations: violations.map((one) => ({ ...one, by: 'adapter' })) };
}

function rejectedByBalancer(words: string): Extract<Outcome, { is: 'rejected' }> {
  const violation = {
    clause: null,
    path: '',
    expected: words,
    observed: undefined,
    by: 'balancer',
  } as const;
  return { is: 'rejected', violations: [violation] };
}
