/**
 * Where the vendor's API is, which load balancers may be used there, and as whom: from the environment only. Names
 * what is missing; never repeats a value that is a secret.
 */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Credentials } from './signing.ts';

export interface CloudSettings {
  readonly endpoint: URL;
  readonly region: string;
  /** Each carries one deployment at a time. */
  readonly loadBalancerIds: readonly string[];
  readonly credentials: Credentials;
  /** Of this machine, as the load balancers reach it; empty: it is not known that they do. */
  readonly addresses: readonly string[];
}

const publicEndpoint = 'https://lb.jdcloud-api.com';
/** What `JDCLOUD_CONFIRM` must say before anything is created that costs money. */
const confirmation = 'create-and-delete';

type Environment = Readonly<Record<string, string | undefined>>;

/** `endpoint`: in place of the environment's. Errors: exit code 64, with the variable to set. */
export function settingsFrom(environment: Environment, endpoint: string | null): CloudSettings {
  const where = urlOf(endpoint ?? environment['JDCLOUD_ENDPOINT'] ?? publicEndpoint);
  const isHere = isLoopback(where);
  if (where.protocol !== 'https:' && !isHere) {
    throw unusable(`${where.origin} is not https`, 'Use https, or an endpoint on this machine.');
  }
  if (!isHere && environment['JDCLOUD_CONFIRM'] !== confirmation) {
    throw unusable(
      `${where.origin} is a real cloud: backends, target groups and listeners are created there, and deleted again`,
      `Set JDCLOUD_CONFIRM=${confirmation} to agree, on load balancers that nobody else uses.`,
    );
  }
  const needed = (name: string): string => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    throw unusable(`${name} is not set`, 'docs/implementations/jdcloud.md lists what is needed.');
  };
  const securityToken = environment['JDCLOUD_SECURITY_TOKEN'];
  const loadBalancerIds = listOf(needed('JDCLOUD_LOAD_BALANCER_IDS'));
  if (loadBalancerIds.length === 0) {
    throw unusable('JDCLOUD_LOAD_BALANCER_IDS names none', 'Ids, separated by commas.');
  }
  return {
    endpoint: where,
    region: environment['JDCLOUD_REGION'] ?? 'cn-north-1',
    loadBalancerIds,
    credentials: {
      accessKey: needed('JDCLOUD_ACCESS_KEY'),
      secretKey: needed('JDCLOUD_SECRET_KEY'),
      ...(securityToken === undefined || securityToken === '' ? {} : { securityToken }),
    },
    addresses: listOf(environment['JDCLOUD_ADDRESSES'] ?? ''),
  };
}

function urlOf(text: string): URL {
  try {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol) && url.username === '' && url.pathname === '/') return url;
  } catch {
    // said below
  }
  throw unusable(
    'the endpoint is no http or https origin',
    'Such as https://lb.jdcloud-api.com or http://127.0.0.1:8080.',
  );
}

/** Nothing there costs money: an emulator on this machine. */
function isLoopback({ hostname }: URL): boolean {
  return /^127\.\d+\.\d+\.\d+$|^localhost$|^\[::1\]$/.test(hostname);
}

function listOf(text: string): readonly string[] {
  return [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
}

function unusable(message: string, hint: string): OperatorError {
  return new OperatorError(`jdcloud: ${message}`, {
    code: 'JDCLOUD_SETTINGS',
    exitCode: exitCodes.usage,
    hint,
  });
}
