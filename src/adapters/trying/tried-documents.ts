/** Plain right documents, one for each thing that an adapter may say it can do, and a wrong one. Knows no transport. */
import { type Capability, supportOf } from '../../spec/behaviour.ts';
import type { Description } from '../contract.ts';

type Capabilities = Description['capabilities'];
type Method = 'tcp' | 'http';

/** The shortest that the page allows, so that whoever waits for checks waits no longer than needed. */
export const intervalSeconds = 5;
export const healthyThreshold = 2;

export const wrongDocument = { backendServices: [] };

const algorithms: readonly (readonly [Capability, string])[] = [
  ['schedule.wrr', 'weighted-round-robin'],
  ['schedule.wlc', 'weighted-least-connections'],
  ['schedule.source', 'source-ip'],
];

/** Of a plain service only what is declared, if anything of its kind is. */
export function plainDocument(capabilities: Capabilities): object {
  const isMissing = (capability: Capability) => !capabilities[capability].supported;
  const [, scheduling = ''] = algorithms.find(([one]) => !isMissing(one)) ?? algorithms[0] ?? [];
  return documentWith(
    isMissing('check.tcp') && !isMissing('check.http') ? 'http' : 'tcp',
    scheduling,
  );
}

export function checkedBy(method: Method, capabilities: Capabilities): object {
  const [, scheduling = ''] =
    algorithms.find(([one]) => capabilities[one].supported) ?? algorithms[0] ?? [];
  return documentWith(method, scheduling);
}

/** By the capability that each is for. */
export function documentsOfDeclared(
  capabilities: Capabilities,
): readonly (readonly [Capability, object])[] {
  const method = capabilities['check.tcp'].supported ? 'tcp' : 'http';
  const [, usual = ''] = algorithms.find(([one]) => capabilities[one].supported) ?? [];
  const all: readonly (readonly [Capability, object])[] = [
    ...algorithms.map(
      ([capability, scheduling]) => [capability, documentWith(method, scheduling)] as const,
    ),
    ['check.tcp', documentWith('tcp', usual)],
    ['check.http', documentWith('http', usual)],
    [
      'persistence',
      documentWith(method, usual, {
        sessionPersistence: { enabled: true, durationSeconds: 1440 },
      }),
    ],
    ['drain', documentWith(method, usual, { connectionDraining: { durationSeconds: 60 } })],
  ];
  return all.filter(([capability]) => supportOf(capabilities, capability).supported);
}

function documentWith(method: Method, scheduling: string, more: object = {}): object {
  const http = method === 'http' ? { path: '/', normalStatusCodes: ['2xx'] } : {};
  const times = { timeoutSeconds: 2, intervalSeconds, unhealthyThreshold: 3, healthyThreshold };
  const healthCheck = { method, ...http, ...times };
  const service = { name: 'tried', protocol: 'tcp', port: 9, scheduling, healthCheck, ...more };
  return { backendServices: [service] };
}
