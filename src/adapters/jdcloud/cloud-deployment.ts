/**
 * One backend service in the vendor's cloud with its target group: changes become registrations of targets, and its
 * endpoint passes connections to whoever `describeTargetHealth` calls healthy. Deletes at the end what it created.
 */
import type { Outcome } from '../../history/vocabulary.ts';
import type { InstanceAt, WireDeployment } from '../contract.ts';
import {
  type Answered,
  type ApiClient,
  firstPageQuery,
  type Question,
  type Refused,
} from './api-client.ts';
import type { Plain } from './api-protocol.ts';
import { type Resources, unexpected } from './resources.ts';
import { StandIn, type Target } from './stand-in.ts';

export interface CloudDeploymentParts {
  readonly api: ApiClient;
  readonly resources: Resources;
  readonly backendId: string;
  /** Null: the service has no targets, as a configuration alone. */
  readonly targetGroupId: string | null;
  /** The port of targets that have none of their own. */
  readonly servicePort: number;
  /** Called once all is deleted. */
  readonly ended: () => void;
}

interface Registered {
  readonly instance: InstanceAt;
  readonly targetId: string;
}

export class CloudDeployment implements WireDeployment {
  readonly plane = 'wire';
  readonly #parts: CloudDeploymentParts;
  readonly #standIn: StandIn;
  readonly #registered: Map<string, Registered>;
  #over: Promise<void> | null = null;

  private constructor(
    parts: CloudDeploymentParts,
    standIn: StandIn,
    registered: Map<string, Registered>,
  ) {
    this.#parts = parts;
    this.#standIn = standIn;
    this.#registered = registered;
  }

  /** The instances are targets of the group already. */
  static async begin(
    parts: CloudDeploymentParts,
    instances: readonly InstanceAt[],
  ): Promise<CloudDeployment> {
    const registered = new Map<string, Registered>();
    const standIn = await StandIn.start(() => healthyOf(parts, registered));
    const deployment = new CloudDeployment(parts, standIn, registered);
    try {
      await deployment.#learnTargets(instances);
    } catch (error) {
      await standIn.stop();
      throw error;
    }
    return deployment;
  }

  get endpoint(): WireDeployment['endpoint'] {
    return this.#standIn.endpoint;
  }

  async setInstances({
    instances,
  }: {
    readonly instances: readonly InstanceAt[];
  }): Promise<Outcome> {
    const { targetGroupId } = this.#parts;
    if (targetGroupId === null) {
      return {
        is: 'unsupported',
        note: 'it was deployed without instances and has no target group',
      };
    }
    const targets = new Set(instances.map(targetCalled));
    const gone = [...this.#registered.values()].filter(
      ({ instance }) => !targets.has(targetCalled(instance)),
    );
    const stays = (instance: InstanceAt) => {
      const known = this.#registered.get(instance.name);
      return known !== undefined && targetCalled(known.instance) === targetCalled(instance)
        ? known
        : null;
    };
    const added = instances.filter((instance) => stays(instance) === null);
    const reweighed = instances.flatMap((instance) => {
      const known = stays(instance);
      const isReweighed = known !== null && known.instance.weight !== instance.weight;
      return isReweighed ? [{ instance, targetId: known.targetId }] : [];
    });
    if (gone.length > 0) {
      const refused = await this.#change('deregisterTargets', {
        targetIds: gone.map(({ targetId }) => targetId),
      });
      if (refused !== null) return refused;
      for (const { instance } of gone) this.#registered.delete(instance.name);
    }
    if (reweighed.length > 0) {
      const refused = await this.#change('updateTargets', {
        targetUpdateSpecs: reweighed.map(({ instance, targetId }) => ({
          targetId,
          weight: instance.weight,
        })),
      });
      if (refused !== null) return refused;
      for (const one of reweighed) this.#registered.set(one.instance.name, one);
    }
    if (added.length > 0) {
      const refused = await this.#change('registerTargets', {
        targetSpecs: added.map(targetSpecOf),
      });
      if (refused !== null) return refused;
      await this.#learnTargets(added);
    }
    return { is: 'accepted' };
  }

  reconfigure(): Outcome {
    return { is: 'unsupported', note: 'this adapter does not change a backend of the cloud' };
  }

  /** The API does not say when a change is in effect. */
  settle(): void {}

  async status(): Promise<readonly { readonly instance: string; readonly isEligible: boolean }[]> {
    const healthy = await healthyOf(this.#parts, this.#registered);
    const names = new Set(healthy.map(({ name }) => name));
    return [...this.#registered.keys()].map((instance) => ({
      instance,
      isEligible: names.has(instance),
    }));
  }

  /** May be called again where something could not be deleted. */
  dispose(): Promise<void> {
    this.#over ??= this.#end().catch((error: unknown) => {
      this.#over = null;
      throw error;
    });
    return this.#over;
  }

  async #end(): Promise<void> {
    await this.#standIn.stop();
    await this.#parts.resources.deleteAll();
    this.#parts.ended();
  }

  async #change(verb: string, body: unknown): Promise<Outcome | null> {
    const answer = await this.#parts.api.ask({
      method: 'POST',
      segments: ['targetGroups', `${this.#parts.targetGroupId}:${verb}`],
      body,
    });
    if (!('refusal' in answer)) return null;
    return {
      is: 'rejected',
      violations: [
        {
          clause: null,
          path: 'instances',
          expected: wordsOf(answer, answer.refusal.message),
          observed: undefined,
          by: 'balancer',
        },
      ],
    };
  }

  async #learnTargets(instances: readonly InstanceAt[]): Promise<void> {
    const { api, targetGroupId } = this.#parts;
    if (targetGroupId === null) return;
    const answer = await firstPage(api, 'targets', {
      method: 'GET',
      segments: ['targetGroups', `${targetGroupId}:describeTargets`],
    });
    for (const instance of instances) {
      const target = answer.listed.find(
        ({ ipAddress, port }) =>
          ipAddress === instance.address && (port ?? 0) === (instance.port ?? 0),
      );
      const targetId = target?.['targetId'];
      if (typeof targetId !== 'string') {
        throw unexpected(`${instance.name} is no target after it was registered`, answer.answered);
      }
      this.#registered.set(instance.name, { instance, targetId });
    }
  }
}

/** What the API cannot change about a target: one that moves is another one. */
function targetCalled({ name, address, port }: InstanceAt): string {
  return JSON.stringify([name, address, port]);
}

/** One target; a port that is not given is the backend's (0). */
export function targetSpecOf({ address, port, weight }: InstanceAt) {
  return { type: 'ip', ipAddress: address, port: port ?? 0, weight };
}

/** What the API says in a refusal, with the request it was. */
export function wordsOf({ requestId }: Refused, said: string): string {
  return `${said.replace(/\.$/, '')} (request ${requestId})`;
}

/** Registered ones that are healthy, in the order of their names: turns must not depend on the API's order. */
async function healthyOf(
  { api, backendId, targetGroupId, servicePort }: CloudDeploymentParts,
  registered: ReadonlyMap<string, Registered>,
): Promise<readonly Target[]> {
  if (targetGroupId === null) return [];
  const { listed } = await firstPage(api, 'targetHealths', {
    method: 'GET',
    segments: ['backends', backendId, 'health'],
  });
  const healthy = listed.filter(({ status }) => status === 'healthy');
  return [...registered.values()]
    .filter(({ instance }) => healthy.some(({ ipAddress }) => ipAddress === instance.address))
    .map(({ instance: { name, address, port } }) => ({ name, address, port: port ?? servicePort }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The first page of a list, which is all of it: a group has room for as many targets as a page. */
async function firstPage(
  api: ApiClient,
  key: string,
  question: Question,
): Promise<{ readonly listed: readonly Plain[]; readonly answered: Answered }> {
  const answer = await api.ask({ ...question, query: firstPageQuery });
  if ('refusal' in answer) throw unexpected(`${key} cannot be read`, answer);
  const listed = answer.result[key];
  if (!Array.isArray(listed)) throw unexpected(`an answer without ${key}`, answer);
  return { listed: listed as readonly Plain[], answered: answer };
}
