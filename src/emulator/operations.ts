/** Which path and method of the API (service `lb`, revision 0.6.6) is which operation of the cloud. Knows no socket. */
import type { Plain } from '../adapters/jdcloud/api-protocol.ts';
import type { Cloud } from './cloud.ts';

export interface Call {
  readonly method: string;
  /** Behind `/v1/regions/{region}/`, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Plain;
  /** Of the backend that is created, by a header of our own. */
  readonly msPerSecond: number | null;
}

/** The operation's result; null: there is no such operation. Refusals are thrown. */
export function perform(
  cloud: Cloud,
  { method, segments, query, body, msPerSecond }: Call,
): Plain | null {
  const [kind = '', rest = '', part] = segments;
  const [id = '', verb] = rest.split(':');
  const route = [
    method,
    kind,
    ...(id === '' ? [] : ['{id}']),
    ...(part === undefined ? [] : [part]),
  ].join(' ');
  const operation = operations[verb === undefined ? route : `${route}:${verb}`];
  const loadBalancerId = filterIn(query, 'loadBalancerId');
  return operation?.(cloud, { id, body, loadBalancerId, msPerSecond }) ?? null;
}

interface Asked extends Pick<Call, 'body' | 'msPerSecond'> {
  readonly id: string;
  readonly loadBalancerId: string | null;
}

const operations: Readonly<Record<string, (cloud: Cloud, asked: Asked) => Plain>> = {
  'GET loadBalancers {id}': (cloud, { id }) => cloud.describeLoadBalancer(id),
  'POST backends': (cloud, { body, msPerSecond }) => cloud.createBackend(body, msPerSecond),
  'GET backends': (cloud, { loadBalancerId }) => cloud.describeBackends(loadBalancerId),
  'GET backends {id}': (cloud, { id }) => cloud.describeBackend(id),
  'DELETE backends {id}': (cloud, { id }) => cloud.deleteBackend(id),
  'GET backends {id} health': (cloud, { id }) => cloud.describeTargetHealth(id),
  'POST targetGroups': (cloud, { body }) => cloud.createTargetGroup(body),
  'GET targetGroups': (cloud, { loadBalancerId }) => cloud.describeTargetGroups(loadBalancerId),
  'DELETE targetGroups {id}': (cloud, { id }) => cloud.deleteTargetGroup(id),
  'GET targetGroups {id}:describeTargets': (cloud, { id }) => cloud.describeTargets(id),
  'POST targetGroups {id}:registerTargets': (cloud, { id, body }) =>
    cloud.registerTargets(id, body),
  'POST targetGroups {id}:deregisterTargets': (cloud, { id, body }) =>
    cloud.deregisterTargets(id, body),
  'POST targetGroups {id}:updateTargets': (cloud, { id, body }) => cloud.updateTargets(id, body),
  'POST listeners': (cloud, { body }) => cloud.createListener(body),
  'GET listeners': (cloud, { loadBalancerId }) => cloud.describeListeners(loadBalancerId),
  'DELETE listeners {id}': (cloud, { id }) => cloud.deleteListener(id),
};

/** Of `filters.1.name=…&filters.1.values.1=…`. */
function filterIn(query: URLSearchParams, name: string): string | null {
  for (const [key, value] of query) {
    const number = /^filters\.(\d+)\.name$/.exec(key)?.[1];
    if (number !== undefined && value === name) return query.get(`filters.${number}.values.1`);
  }
  return null;
}
