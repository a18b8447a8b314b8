/**
 * Puts a backend service on the kernel's own packet filter: one table of rules a deployment, all in one network
 * namespace. Rejects what the page rejects, which the kernel has no idea of. Knows no clause and no client.
 */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import { type AcceptedService, acceptedService } from '../accepted-service.ts';
import type {
  Adapter,
  Deployed,
  DeployRequest,
  Description,
  InstanceAt,
  WireDeployment,
} from '../contract.ts';
import { type NetworkNamespace, openNetworkNamespace } from '../network-namespace.ts';
import { describeNftables } from './description.ts';
import { loadRules, nftVersion } from './nft.ts';
import { type RenderRequest, renderRules, renderTable, type Target } from './rendering.ts';

export interface NftablesOptions {
  /** Changes the rules before the kernel gets them: nftables misconfigured on purpose. */
  readonly edit?: (rules: string) => string;
}

/** The namespace is ours alone: every port in it is free. */
const endpointAddress = '127.0.0.1';
const firstPort = 20_000;
const portsMax = 40_000;

export function createNftablesAdapter(options: NftablesOptions = {}): Adapter {
  return new NftablesAdapter(options);
}

class NftablesAdapter implements Adapter {
  readonly #edit: (rules: string) => string;
  #namespace: Promise<NetworkNamespace> | null = null;
  #deployed = 0;

  constructor({ edit }: NftablesOptions) {
    this.#edit = edit ?? ((rules) => rules);
  }

  async describe(): Promise<Description> {
    const version = await nftVersion();
    return describeNftables(version, (await this.#open()).path);
  }

  async deploy(request: DeployRequest): Promise<Deployed> {
    const service = acceptedService(request.configuration, request.profile);
    if ('is' in service) return { outcome: service };
    const { path } = await this.#open();
    const number = this.#deployed++;
    const table = `service_${number}`;
    const endpoint = { address: endpointAddress, port: firstPort + (number % portsMax) };
    const load = async (rules: string): Promise<void> => {
      const complaint = await loadRules(path, this.#edit(rules));
      if (complaint !== null) throw refused(complaint);
    };
    const deployment = new NftablesDeployment({ ...service, request, table, endpoint, load });
    await deployment.begin();
    return { outcome: { is: 'accepted' }, readBack: service.readBack, deployment };
  }

  async dispose(): Promise<void> {
    const namespace = this.#namespace;
    this.#namespace = null;
    await (await namespace)?.dispose();
  }

  #open(): Promise<NetworkNamespace> {
    this.#namespace ??= openNetworkNamespace();
    return this.#namespace;
  }
}

interface Parts extends AcceptedService {
  readonly request: DeployRequest;
  readonly table: string;
  readonly endpoint: WireDeployment['endpoint'];
  readonly load: (rules: string) => Promise<void>;
}

class NftablesDeployment implements WireDeployment {
  readonly plane = 'wire';
  readonly endpoint: WireDeployment['endpoint'];
  readonly #parts: Parts;
  readonly #marks = new Map<string, number>();
  #service: ServiceConfiguration;
  #instances: readonly InstanceAt[];
  #isOver = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.endpoint = parts.endpoint;
    this.#service = parts.service;
    this.#instances = parts.request.instances;
  }

  begin(): Promise<void> {
    return this.#parts.load(renderTable(this.#rendering()));
  }

  async reconfigure({ configuration }: { readonly configuration: unknown }): Promise<Outcome> {
    const service = acceptedService(configuration, this.#parts.request.profile);
    if ('is' in service) return service;
    this.#service = service.service;
    return this.#renew();
  }

  async setInstances({
    instances,
  }: {
    readonly instances: readonly InstanceAt[];
  }): Promise<Outcome> {
    this.#instances = instances;
    return this.#renew();
  }

  /** Rules are in force when nft answers. */
  settle(): void {}

  async dispose(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    // with the namespace gone the table is gone as well
    await this.#parts.load(`delete table ip ${this.#parts.table}\n`).catch(() => {});
  }

  async #renew(): Promise<Outcome> {
    await this.#parts.load(renderRules(this.#rendering()));
    return { is: 'accepted' };
  }

  #rendering(): RenderRequest {
    const { table, endpoint, request } = this.#parts;
    const realMs = (this.#service.persistenceMs / 1000) * request.realMsPerSecond.persistence;
    const persistenceMs = this.#service.persistenceMs === 0 ? 0 : Math.max(1, Math.round(realMs));
    const targets = this.#instances.flatMap((instance): readonly Target[] =>
      instance.weight === 0 ? [] : [{ instance, mark: this.#markOf(instance.name) }],
    );
    return { table, endpoint, service: this.#service, persistenceMs, targets };
  }

  #markOf(name: string): number {
    const mark = this.#marks.get(name) ?? this.#marks.size + 1;
    this.#marks.set(name, mark);
    return mark;
  }
}

function refused(complaint: string): OperatorError {
  return new OperatorError(`nftables: the kernel does not take the rules: ${complaint.trim()}`, {
    code: 'NFTABLES_RULES',
    exitCode: exitCodes.unavailable,
    hint: 'The adapter was measured on nftables 1.0.6 and Linux 6.1 with nf_tables, NAT, numgen and hash.',
  });
}
