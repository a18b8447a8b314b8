/**
 * What one deployment created in the cloud, and how it is deleted again: in the reverse order, also what an unanswered
 * request may have created, which is found by its description. Knows what costs money, not what it is for.
 */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import { type Answered, type ApiClient, firstPageQuery, type Refused } from './api-client.ts';

/** What may be created, what is deleted first at the end. */
const kinds = ['listeners', 'backends', 'targetGroups'] as const;
type Kind = (typeof kinds)[number];

const idField: Readonly<Record<Kind, string>> = {
  listeners: 'listenerId',
  backends: 'backendId',
  targetGroups: 'targetGroupId',
};

export class Resources {
  readonly #api: ApiClient;
  readonly #loadBalancerId: string;
  /** Stands in the description of each, for whoever cleans up by hand. */
  readonly #mark: string;
  readonly #ids: Record<Kind, Set<string>> = {
    listeners: new Set(),
    backends: new Set(),
    targetGroups: new Set(),
  };
  /** Of these kinds there may be some that we know nothing of: no answer came. */
  readonly #doubtful = new Set<Kind>();

  constructor(api: ApiClient, loadBalancerId: string, mark: string) {
    this.#api = api;
    this.#loadBalancerId = loadBalancerId;
    this.#mark = mark;
  }

  /** The id, or the refusal. */
  async create(
    kind: Kind,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly id: string } | Refused> {
    const spec = { ...body, loadBalancerId: this.#loadBalancerId, description: this.#mark };
    this.#doubtful.add(kind);
    const question = { method: 'POST', segments: [kind, ''], body: spec, headers } as const;
    const answer = await this.#api.ask(question);
    const id = 'refusal' in answer ? null : answer.result[idField[kind]];
    // without an id, what it created stays in doubt
    if (typeof id === 'string') this.#ids[kind].add(id);
    else if (id !== null) throw unexpected(`${kind} created without ${idField[kind]}`, answer);
    this.#doubtful.delete(kind);
    return 'refusal' in answer ? answer : { id: id as string };
  }

  /** Deletes all there is; may be called again for what was left. Errors: what could not be deleted, by id. */
  async deleteAll(): Promise<void> {
    const faults: string[] = [];
    for (const kind of kinds) {
      if (this.#doubtful.has(kind)) faults.push(...(await this.#find(kind)));
      for (const id of [...this.#ids[kind]].toReversed()) {
        const fault = await this.#delete(kind, id);
        if (fault === null) this.#ids[kind].delete(id);
        else faults.push(`${kind} ${id}: ${fault}`);
      }
    }
    if (faults.length > 0) throw leftOver(faults, this.#mark);
  }

  async #delete(kind: Kind, id: string): Promise<string | null> {
    try {
      const answer = await this.#api.ask({ method: 'DELETE', segments: [kind, id] });
      if (!('refusal' in answer) || answer.refusal.code === 404) return null;
      return `${answer.refusal.message} (request ${answer.requestId})`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #find(kind: Kind): Promise<readonly string[]> {
    // one load balancer has room for 20 of each
    const query = {
      ...firstPageQuery,
      'filters.1.name': 'loadBalancerId',
      'filters.1.values.1': this.#loadBalancerId,
      'filters.2.name': 'loadBalancerType',
      'filters.2.values.1': 'nlb',
    };
    try {
      const answer = await this.#api.ask({ method: 'GET', segments: [kind, ''], query });
      if ('refusal' in answer) return [`${kind}: ${answer.refusal.message}`];
      const listed = answer.result[kind];
      for (const one of Array.isArray(listed) ? listed : []) {
        const { description, [idField[kind]]: id } = one as Record<string, unknown>;
        if (description === this.#mark && typeof id === 'string') this.#ids[kind].add(id);
      }
      this.#doubtful.delete(kind);
      return [];
    } catch (error) {
      return [`${kind}: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
}

export function unexpected(what: string, answer: Answered | Refused): OperatorError {
  const told = 'refusal' in answer ? `: ${answer.refusal.message}` : '';
  return new OperatorError(`jdcloud: ${what}${told} (request ${answer.requestId})`, {
    code: 'JDCLOUD_UNEXPECTED',
    exitCode: exitCodes.unavailable,
  });
}

function leftOver(faults: readonly string[], mark: string): OperatorError {
  return new OperatorError(`jdcloud: could not be deleted: ${faults.join('; ')}`, {
    code: 'JDCLOUD_LEFT_OVER',
    exitCode: exitCodes.unavailable,
    hint: `Delete them by hand; their description is "${mark}".`,
  });
}
