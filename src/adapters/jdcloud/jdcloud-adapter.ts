/**
 * Puts a backend service on the vendor's cloud through its OpenAPI: one load balancer a deployment, a target group and
 * a backend on it, and whatever listeners the configuration has. Says itself only what the API cannot be told. Knows no
 * clause and no client.
 */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { invariant } from '../../errors/invariant.ts';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import { rules } from '../../spec/rules.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import type { Violation } from '../../spec/violation.ts';
import type { Adapter, Deployed, DeployRequest, Description } from '../contract.ts';
import { ApiClient, type Refused } from './api-client.ts';
import { emulatorHeader, type Plain, paceHeader, timeScaleHeader } from './api-protocol.ts';
import { CloudDeployment, targetSpecOf, wordsOf } from './cloud-deployment.ts';
import { describeJdcloud } from './description.ts';
import { Resources, unexpected } from './resources.ts';
import { type CloudSettings, settingsFrom } from './settings.ts';
import { backendSpecOf, faultsIn, type NamedFault, protocolWord, serviceOf } from './vocabulary.ts';

/** `endpoint`: in place of the environment's. */
export function createJdcloudAdapter(
  endpoint: string | null,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Adapter {
  return new JdcloudAdapter(settingsFrom(environment, endpoint));
}

type NotAccepted = Exclude<Outcome, { is: 'accepted' }>;

class JdcloudAdapter implements Adapter {
  readonly #settings: CloudSettings;
  readonly #run = randomUUID().slice(0, 8);
  readonly #ending = new AbortController();
  readonly #api: ApiClient;
  readonly #freeLoadBalancers: string[];
  readonly #deployments = new Set<CloudDeployment>();
  /** Of deployments that did not come about and could not be deleted at once. */
  readonly #remains = new Set<Resources>();
  readonly #deploying = new Set<Promise<Deployed>>();
  #isEmulated = false;

  constructor(settings: CloudSettings) {
    this.#settings = settings;
    this.#api = new ApiClient(settings, this.#ending.signal);
    this.#freeLoadBalancers = [...settings.loadBalancerIds];
  }

  /** Looks at every load balancer: keys and ids that are wrong are found out before anything is created. */
  async describe(): Promise<Description> {
    let headers = new Headers();
    for (const id of this.#settings.loadBalancerIds) {
      const answer = await this.#api.ask({ method: 'GET', segments: ['loadBalancers', id] });
      if ('refusal' in answer) throw unexpected(`load balancer ${id} cannot be read`, answer);
      headers = answer.headers;
    }
    const emulator = headers.get(emulatorHeader);
    const timeScale = Number(headers.get(timeScaleHeader) ?? 1);
    this.#isEmulated = emulator !== null;
    const { addresses, loadBalancerIds } = this.#settings;
    return describeJdcloud({
      version: emulator === null ? 'API 0.6.6' : `API 0.6.6, emulator ${emulator}`,
      isEmulated: emulator !== null,
      timeScale,
      addresses: emulator !== null && addresses.length === 0 ? 'any' : addresses,
      loadBalancers: loadBalancerIds.length,
    });
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

  /** Errors: what could not be deleted. */
  async dispose(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#deploying);
    const ended = await Promise.allSettled([
      ...[...this.#deployments].map((deployment) => deployment.dispose()),
      ...[...this.#remains].map((resources) => resources.deleteAll()),
    ]);
    const faults = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (faults.length > 0) throw allOf(faults);
  }

  async #deploy(request: DeployRequest): Promise<Deployed> {
    const untellable = untellableIn(request);
    if (untellable !== null) return { outcome: untellable };
    const loadBalancerId = this.#freeLoadBalancers.shift();
    if (loadBalancerId === undefined) {
      return { outcome: { is: 'unknown', note: 'every load balancer has a deployment already' } };
    }
    const mark = `counterpoise ${this.#run} ${request.deployment}`;
    const resources = new Resources(this.#api, loadBalancerId, mark);
    const release = () => void this.#freeLoadBalancers.push(loadBalancerId);
    const abandon = async (): Promise<void> => {
      this.#remains.add(resources);
      await resources.deleteAll();
      this.#remains.delete(resources);
      release();
    };
    let deployed: Deployed;
    try {
      deployed = await this.#create(request, resources, release);
    } catch (error) {
      await abandon().catch((leftOver: unknown) => {
        throw allOf([error, leftOver]);
      });
      throw error;
    }
    if (deployed.outcome.is !== 'accepted') await abandon();
    return deployed;
  }

  async #create(
    request: DeployRequest,
    resources: Resources,
    release: () => void,
  ): Promise<Deployed> {
    const document = request.configuration as Plain;
    const services = document['backendServices'] as readonly Plain[];
    const targetGroupId =
      request.instances.length === 0 ? null : await this.#createGroup(request, resources);
    const backendIds: string[] = [];
    for (const [index, service] of services.entries()) {
      const spec = {
        ...backendSpecOf(service),
        ...(index === 0 && targetGroupId !== null ? { targetGroupIds: [targetGroupId] } : {}),
      };
      const backend = await resources.create('backends', spec, this.#pace(request));
      if (!('id' in backend)) return { outcome: rejection(backend, `backendServices[${index}]`) };
      backendIds.push(backend.id);
    }
    const refused = await this.#createListeners(document, backendIds, resources);
    if (refused !== null) return { outcome: refused };
    const readBack = await this.#readBack(document, backendIds);
    const [backendId] = backendIds;
    invariant(backendId !== undefined, 'a document has a backend service');
    const deployment: CloudDeployment = await CloudDeployment.begin(
      {
        api: this.#api,
        resources,
        backendId,
        targetGroupId,
        servicePort: Number(services[0]?.['port']),
        ended: () => {
          this.#deployments.delete(deployment);
          release();
        },
      },
      request.instances,
    );
    this.#deployments.add(deployment);
    return { outcome: { is: 'accepted' }, readBack, deployment };
  }

  async #createGroup(request: DeployRequest, resources: Resources): Promise<string> {
    const group = await resources.create('targetGroups', {
      targetGroupName: `counterpoise-${this.#run}`,
      type: 'ip',
    });
    if (!('id' in group)) throw unexpected('a target group cannot be created', group);
    const registered = await this.#api.ask({
      method: 'POST',
      segments: ['targetGroups', `${group.id}:registerTargets`],
      body: { targetSpecs: request.instances.map(targetSpecOf) },
    });
    if ('refusal' in registered) throw unexpected('targets cannot be registered', registered);
    return group.id;
  }

  /** The clock of a real cloud is its own: nobody can be asked for another one. */
  #pace({ realMsPerSecond: { checks } }: DeployRequest): Readonly<Record<string, string>> {
    if (this.#isEmulated) return { [paceHeader]: String(checks) };
    if (checks === 1000) return {};
    throw new OperatorError(`jdcloud: a second of its checks lasts 1000 ms, not ${checks}`, {
      code: 'JDCLOUD_TIME',
      exitCode: exitCodes.unavailable,
    });
  }

  async #createListeners(
    document: Plain,
    backendIds: readonly string[],
    resources: Resources,
  ): Promise<NotAccepted | null> {
    const services = document['backendServices'] as readonly Plain[];
    const listeners = (document['listeners'] ?? []) as readonly Plain[];
    for (const [index, { name, protocol, port, backendService }] of listeners.entries()) {
      const listener = await resources.create('listeners', {
        listenerName: name,
        protocol: protocolWord(protocol),
        port,
        backendId: backendIds[services.findIndex((service) => service['name'] === backendService)],
      });
      if (!('id' in listener)) return rejection(listener, `listeners[${index}]`);
    }
    return null;
  }

  /** What was not told to the cloud reads back as it was given. */
  async #readBack(document: Plain, backendIds: readonly string[]): Promise<unknown> {
    const backendServices: Plain[] = [];
    for (const id of backendIds) {
      const answer = await this.#api.ask({ method: 'GET', segments: ['backends', id] });
      if ('refusal' in answer) throw unexpected(`backend ${id} cannot be read`, answer);
      backendServices.push(serviceOf(answer.result['backend']));
    }
    return { ...document, backendServices };
  }
}

/** Of the rules those on the shape of the document, which the API never sees. */
const shapeRules = rules.filter(({ clause }) => clause === null);

/** What cannot be told to the API: a document of another shape is wrong, one of groups and lone listeners is anyone's guess. */
function untellableIn({ configuration, profile }: DeployRequest): NotAccepted | null {
  const { violations } = validateDocument(configuration, { profile, rules: shapeRules });
  const said = [...violations, ...(violations.length === 0 ? unsaid(configuration) : [])];
  if (said.length > 0) {
    return { is: 'rejected', violations: said.map((one) => ({ ...one, by: 'adapter' as const })) };
  }
  const unknown = (note: string): NotAccepted => ({ is: 'unknown', note });
  const document = configuration as Plain;
  const services = document['backendServices'] as readonly Plain[];
  const listeners = (document['listeners'] ?? []) as readonly Plain[];
  if (document['serverGroups'] !== undefined || document['loadBalancer'] !== undefined) {
    return unknown('the API puts a target group on a load balancer, and in no other network');
  }
  if (services.some((service) => service['serverGroup'] !== undefined)) {
    return unknown('no server group can be told to the API');
  }
  if (listeners.some((listener) => listener['backendService'] === undefined)) {
    return unknown('the API has no listener without a backend');
  }
  return null;
}

/** Persistence neither on nor off: the API has one field for that, and left out it means off. */
function unsaid(configuration: unknown): readonly Violation[] {
  const services = (configuration as Plain)['backendServices'] as readonly Plain[];
  return services.flatMap((service, index) => {
    const persistence = service['sessionPersistence'] as Plain | undefined;
    if (persistence === undefined || Object.hasOwn(persistence, 'enabled')) return [];
    const path = `backendServices[${index}].sessionPersistence.enabled`;
    return [{ clause: null, path, expected: 'true or false', observed: undefined }];
  });
}

/** Throttling and broken services are errors by now: what is left is a no, to the fields that the message names. */
function rejection(refused: Refused, within: string): NotAccepted {
  const { message, code } = refused.refusal;
  if (code === 404 || /quota|limit exceeded/i.test(message)) {
    return { is: 'unknown', note: wordsOf(refused, message) };
  }
  const named = within.startsWith('listeners') ? listenerFaultsIn(message) : faultsIn(message);
  const violations = named.map(({ path, expected }) => ({
    clause: null,
    path: `${within}.${path}`,
    expected: wordsOf(refused, expected ?? message),
    observed: undefined,
    by: 'balancer' as const,
  }));
  if (violations.length === 0) {
    violations.push({ ...unnamed, expected: wordsOf(refused, message) });
  }
  return { is: 'rejected', violations };
}

/** The message names no field that we know. */
const unnamed = { clause: null, path: '', observed: undefined, by: 'balancer' } as const;

const listenerFields = { protocol: 'protocol', port: 'port', name: 'listenerName' };
function listenerFaultsIn(message: string): readonly NamedFault[] {
  const expected = /, expected (.+)\.$/.exec(message)?.[1] ?? null;
  return Object.entries(listenerFields)
    .filter(([, theirs]) => new RegExp(`\\b${theirs}\\b`).test(message))
    .map(([path]) => ({ path, expected }));
}

/** The hint is the last one's: what is left over costs money. */
function allOf(faults: readonly unknown[]): OperatorError {
  const [first] = faults;
  const last = faults.at(-1);
  const messages = faults.map((fault) => (fault instanceof Error ? fault.message : String(fault)));
  const hint = last instanceof OperatorError ? last.hint : null;
  return new OperatorError(messages.join('; '), {
    code: 'JDCLOUD_LEFT_OVER',
    exitCode: exitCodes.unavailable,
    ...(hint === null ? {} : { hint }),
    cause: first,
  });
}
