/**
 * What the emulated cloud holds: load balancers that are there from the start, and the target groups, backends and
 * listeners that were created on them, by the API's own rules. Knows no HTTP and no signature.
 */
import { settingsOf } from '../adapters/in-process/settings.ts';
import type { Plain } from '../adapters/jdcloud/api-protocol.ts';
import { apiFieldOf, backendSpecOf, serviceOf } from '../adapters/jdcloud/vocabulary.ts';
import type { Alteration } from '../defects/defect.ts';
import { profiles } from '../spec/profiles.ts';
import { isMap } from '../spec/rules/rule.ts';
import type { Violation } from '../spec/violation.ts';
import { CheckedBackend, type Target } from './checked-backend.ts';
import { fieldMessage, inUse, notFound, quotaExceeded, Refusal, wrongField } from './refusal.ts';
import { isIntegerFrom, listIn, nameIn, targetIn, textOf, weightOf } from './request-fields.ts';

/** One load balancer (Restrictions.md): 20 listeners, 20 backends, 20 groups; 100 instances in a group. */
const perLoadBalancer = 20;
const { instances: perGroup } = profiles.openapi.limits;
const listenerProtocols = ['Tcp', 'Udp'];

interface TargetGroup {
  readonly id: string;
  readonly name: string;
  readonly loadBalancerId: string;
  readonly description: string;
  targets: readonly Target[];
}
interface Backend {
  readonly id: string;
  readonly loadBalancerId: string;
  readonly description: string;
  readonly targetGroupId: string | null;
  /** As it is read, defaults filled in. */
  readonly spec: Plain;
  readonly service: CheckedBackend;
}
interface Listener {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly loadBalancerId: string;
  readonly backendId: string;
  readonly description: string;
}

export interface CloudOptions {
  readonly loadBalancerIds: readonly string[];
  /** How long a second of health checks lasts. */
  readonly realMsPerSecond: number;
  readonly alteration: Alteration | null;
}

export class Cloud {
  readonly #options: CloudOptions;
  readonly #groups = new Map<string, TargetGroup>();
  readonly #backends = new Map<string, Backend>();
  readonly #listeners = new Map<string, Listener>();
  #created = 0;

  constructor(options: CloudOptions) {
    this.#options = options;
  }

  stop(): void {
    for (const { service } of this.#backends.values()) service.stop();
  }

  held() {
    const { size: backends } = this.#backends;
    return { backends, targetGroups: this.#groups.size, listeners: this.#listeners.size };
  }

  describeLoadBalancer(id: string): Plain {
    this.#expectLoadBalancer(id, () => notFound('LoadBalancer', id));
    return { loadBalancer: { loadBalancerId: id, loadBalancerName: id, type: 'nlb' } };
  }

  /** `msPerSecond`: how long a second of its checks lasts; null: as everywhere here. */
  createBackend(body: Plain, msPerSecond: number | null): Plain {
    const loadBalancerId = this.#loadBalancerOf(body);
    const group = this.#groupOf(body, loadBalancerId);
    const { alteration, realMsPerSecond } = this.#options;
    const scale = msPerSecond ?? realMsPerSecond;
    const settings = settingsOf(
      { backendServices: [serviceOf(body)] },
      'openapi',
      { checks: scale, persistence: scale, draining: scale },
      alteration,
    );
    if ('violations' in settings) throw invalid(settings.violations);
    this.#expectRoom('backends', this.#backends, loadBalancerId);
    const id = this.#newId('backend');
    const [service] = (settings.readBack as { backendServices: readonly unknown[] })
      .backendServices;
    const checked = new CheckedBackend(settings.parts);
    const spec = backendSpecOf(service);
    const description = textOf(body['description']);
    const targetGroupId = group?.id ?? null;
    this.#backends.set(id, {
      id,
      loadBalancerId,
      description,
      targetGroupId,
      spec,
      service: checked,
    });
    if (group !== null) checked.setTargets(group.targets);
    return { backendId: id };
  }

  describeBackend(id: string): Plain {
    return { backend: told(this.#backend(id)) };
  }

  describeBackends(loadBalancerId: string | null): Plain {
    const backends = onLoadBalancer(this.#backends, loadBalancerId).map(told);
    return { backends, totalCount: backends.length };
  }

  deleteBackend(id: string): Plain {
    const backend = this.#backend(id);
    const user = [...this.#listeners.values()].find(({ backendId }) => backendId === id);
    if (user !== undefined) throw inUse(`Backend '${id}' is used by listener '${user.id}'.`);
    backend.service.stop();
    this.#backends.delete(id);
    return {};
  }

  describeTargetHealth(id: string): Plain {
    const { service, targetGroupId } = this.#backend(id);
    const targetHealths = service.health().map(({ target, checkPort, isHealthy, failure }) => ({
      targetGroupId,
      type: 'ip',
      ipAddress: target.address,
      port: checkPort,
      weight: target.weight,
      status: isHealthy ? 'healthy' : 'unhealthy',
      ...(isHealthy || failure === null ? {} : { unhealthReason: { reason: failure } }),
    }));
    return { targetHealths, totalCount: targetHealths.length };
  }

  createTargetGroup(body: Plain): Plain {
    const loadBalancerId = this.#loadBalancerOf(body);
    const name = nameIn(body, 'targetGroupName');
    if (body['type'] !== 'ip') throw wrongField('type', body['type'], 'one of [ip] here');
    this.#expectRoom('target groups', this.#groups, loadBalancerId);
    const id = this.#newId('tg');
    const description = textOf(body['description']);
    this.#groups.set(id, { id, name, loadBalancerId, description, targets: [] });
    return { targetGroupId: id };
  }

  describeTargetGroups(loadBalancerId: string | null): Plain {
    const targetGroups = onLoadBalancer(this.#groups, loadBalancerId).map((group) => ({
      targetGroupId: group.id,
      targetGroupName: group.name,
      loadBalancerId: group.loadBalancerId,
      description: group.description,
    }));
    return { targetGroups, totalCount: targetGroups.length };
  }

  deleteTargetGroup(id: string): Plain {
    this.#group(id);
    const user = [...this.#backends.values()].find(({ targetGroupId }) => targetGroupId === id);
    if (user !== undefined) throw inUse(`TargetGroup '${id}' is used by backend '${user.id}'.`);
    this.#groups.delete(id);
    return {};
  }

  describeTargets(id: string): Plain {
    const targets = this.#group(id).targets.map((target) => ({
      targetId: target.id,
      targetGroupId: id,
      type: 'ip',
      ipAddress: target.address,
      port: target.port ?? 0,
      weight: target.weight,
    }));
    return { targets, totalCount: targets.length };
  }

  registerTargets(id: string, body: Plain): Plain {
    const group = this.#group(id);
    const added = listIn(body, 'targetSpecs').map((spec, index) => this.#target(spec, index));
    const targets = [...group.targets, ...added];
    const places = targets.map(({ address, port }) => `${address}:${port ?? 0}`);
    const twice = places.find((place, index) => places.indexOf(place) !== index);
    if (twice !== undefined) {
      throw wrongField('targetSpecs', twice, 'targets that are not registered already');
    }
    if (targets.length > perGroup) throw quotaExceeded('targets', perGroup);
    this.#setTargets(group, targets);
    return {};
  }

  deregisterTargets(id: string, body: Plain): Plain {
    const group = this.#group(id);
    const ids = listIn(body, 'targetIds');
    for (const each of ids) this.#expectTarget(group, each);
    this.#setTargets(
      group,
      group.targets.filter((target) => !ids.includes(target.id)),
    );
    return {};
  }

  updateTargets(id: string, body: Plain): Plain {
    const group = this.#group(id);
    const weights = new Map<unknown, number>();
    for (const [index, update] of listIn(body, 'targetUpdateSpecs').entries()) {
      const { targetId, weight } = isMap(update) ? update : {};
      this.#expectTarget(group, targetId);
      weights.set(targetId, weightOf(weight, `targetUpdateSpecs[${index}].weight`));
    }
    this.#setTargets(
      group,
      group.targets.map((target) => ({
        ...target,
        weight: weights.get(target.id) ?? target.weight,
      })),
    );
    return {};
  }

  createListener(body: Plain): Plain {
    const loadBalancerId = this.#loadBalancerOf(body);
    const name = nameIn(body, 'listenerName');
    const { protocol, port, backendId } = body;
    if (typeof protocol !== 'string' || !listenerProtocols.includes(protocol)) {
      throw wrongField('protocol', protocol, `one of [${listenerProtocols.join(',')}]`);
    }
    const { min, max } = profiles.openapi.port;
    if (!isIntegerFrom(port, min, max)) {
      throw wrongField('port', port, `an integer from ${min} to ${max}`);
    }
    const backend = this.#backends.get(String(backendId));
    if (backend === undefined || backend.loadBalancerId !== loadBalancerId) {
      throw wrongField('backendId', backendId, 'the id of a backend of this load balancer');
    }
    const spoken = backend.spec['protocol'];
    if (String(spoken).toLowerCase() !== protocol.toLowerCase()) {
      throw wrongField('protocol', protocol, `one of [${String(spoken)}], as its backend`);
    }
    const others = onLoadBalancer(this.#listeners, loadBalancerId);
    if (others.some((other) => other.port === port)) {
      throw wrongField('port', port, 'a port that no other listener has');
    }
    this.#expectRoom('listeners', this.#listeners, loadBalancerId);
    const id = this.#newId('listener');
    const description = textOf(body['description']);
    const listener = {
      id,
      name,
      protocol,
      port,
      loadBalancerId,
      backendId: backend.id,
      description,
    };
    this.#listeners.set(id, listener);
    return { listenerId: id };
  }

  describeListeners(loadBalancerId: string | null): Plain {
    const listeners = onLoadBalancer(this.#listeners, loadBalancerId).map(
      ({ id, name, ...listener }) => ({ listenerId: id, listenerName: name, ...listener }),
    );
    return { listeners, totalCount: listeners.length };
  }

  deleteListener(id: string): Plain {
    if (!this.#listeners.delete(id)) throw notFound('Listener', id);
    return {};
  }

  #setTargets(group: TargetGroup, targets: readonly Target[]): void {
    group.targets = targets;
    for (const { targetGroupId, service } of this.#backends.values()) {
      if (targetGroupId === group.id) service.setTargets(targets);
    }
  }

  #target(spec: unknown, index: number): Target {
    return { id: this.#newId('target'), ...targetIn(spec, `targetSpecs[${index}]`) };
  }

  #loadBalancerOf({ loadBalancerId: id }: Plain): string {
    const ids = this.#options.loadBalancerIds;
    this.#expectLoadBalancer(id, () =>
      wrongField('loadBalancerId', id, `one of [${ids.join(',')}]`),
    );
    return id as string;
  }

  #expectLoadBalancer(id: unknown, refusal: () => Refusal): void {
    if (!this.#options.loadBalancerIds.some((known) => known === id)) throw refusal();
  }

  #groupOf(body: Plain, loadBalancerId: string): TargetGroup | null {
    const { targetGroupIds: ids, agIds, agInfoSpec } = body;
    if (agIds !== undefined || agInfoSpec !== undefined) {
      throw wrongField('agIds', agIds ?? agInfoSpec, 'none: there are no availability groups here');
    }
    if (ids === undefined) return null;
    const group = Array.isArray(ids) && ids.length === 1 ? this.#groups.get(String(ids[0])) : null;
    if (group == null || group.loadBalancerId !== loadBalancerId) {
      throw wrongField('targetGroupIds', ids, 'one id of a target group of this load balancer');
    }
    return group;
  }

  #group(id: string): TargetGroup {
    const group = this.#groups.get(id);
    if (group === undefined) throw notFound('TargetGroup', id);
    return group;
  }

  #backend(id: string): Backend {
    const backend = this.#backends.get(id);
    if (backend === undefined) throw notFound('Backend', id);
    return backend;
  }

  #expectTarget({ targets }: TargetGroup, id: unknown): void {
    if (!targets.some((target) => target.id === id)) throw notFound('Target', String(id));
  }

  #expectRoom(
    kind: string,
    known: ReadonlyMap<string, { readonly loadBalancerId: string }>,
    loadBalancerId: string,
  ): void {
    if (onLoadBalancer(known, loadBalancerId).length >= perLoadBalancer) {
      throw quotaExceeded(kind, perLoadBalancer);
    }
  }

  #newId(prefix: string): string {
    return `${prefix}-${(++this.#created).toString(36).padStart(8, '0')}`;
  }
}

function told({ id, loadBalancerId, description, targetGroupId, spec }: Backend): Plain {
  const { healthCheckSpec, ...rest } = spec;
  return {
    backendId: id,
    loadBalancerId,
    loadBalancerType: 'nlb',
    description,
    ...rest,
    healthCheck: healthCheckSpec,
    ...(targetGroupId === null ? {} : { targetGroupIds: [targetGroupId] }),
  };
}

/** Every field that is wrong, in the vendor's form. */
function invalid(violations: readonly Violation[]): Refusal {
  const within = /^backendServices\[0\]\.?/;
  const messages = violations.map(({ path, expected, observed }) => {
    const field = apiFieldOf(path.replace(within, ''));
    return fieldMessage(field, observed, expected.startsWith('a map') ? 'an object' : expected);
  });
  return new Refusal(400, 'INVALID_ARGUMENT', messages.join(' '));
}

function onLoadBalancer<T extends { readonly loadBalancerId: string }>(
  known: ReadonlyMap<string, T>,
  id: string | null,
): readonly T[] {
  return [...known.values()].filter(({ loadBalancerId }) => id === null || loadBalancerId === id);
}
