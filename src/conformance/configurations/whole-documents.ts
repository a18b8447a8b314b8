/**
 * Cases that one field alone does not make: listeners, shared ports, groups and their network, what is left out, what
 * goes together. Again the suite's own reading of the page (see `boundaries.ts`).
 */
import type { Profile } from '../../spec/configuration.ts';
import { baseConfiguration, tcpCheck } from './base-configuration.ts';
import { absent, edited } from './edits.ts';

export interface WholeDocument {
  readonly clause: string;
  readonly note: string;
  readonly configuration: unknown;
  /** Null: accepted. First the field that a rejection names, then others that would be as right. */
  readonly wrong: readonly [string, ...string[]] | null;
}

const service = 'backendServices[0]';
const check = `${service}.healthCheck`;

type Edits = Readonly<Record<string, unknown>>;
export function baseWith(edits: Edits): unknown {
  return Object.entries(edits).reduce<unknown>(
    (document, [path, value]) => edited(document, path, value),
    baseConfiguration,
  );
}

function good(clause: string, note: string, edits: Edits): WholeDocument {
  return { clause, note, configuration: baseWith(edits), wrong: null };
}
function bad(
  clause: string,
  note: string,
  edits: Edits,
  ...wrong: readonly [string, ...string[]]
): WholeDocument {
  return { clause, note, configuration: baseWith(edits), wrong };
}

/** "when the Backend Protocol is tcp, only the listeners under the Listening Protocol of tcp type can be associated" */
function listeners(): readonly WholeDocument[] {
  const clause = 'config.listener-protocol';
  const listener = (protocol: string, backendService?: string) => ({
    listeners: [{ name: 'front', protocol, port: 80, ...(backendService && { backendService }) }],
  });
  const fields = ['listeners[0].protocol', 'listeners[0].backendService'] as const;
  return [
    good(clause, 'a TCP listener with the service', listener('tcp', 'web')),
    good(clause, 'a UDP listener beside the service', listener('udp')),
    ...['udp', 'http', 'tls', 'https'].map((protocol) =>
      bad(
        clause,
        `a listener of ${protocol} with the service`,
        listener(protocol, 'web'),
        ...fields,
      ),
    ),
  ];
}

/** "ports for different backend services can be duplicated" */
function sharedPorts(): readonly WholeDocument[] {
  const clause = 'config.port.shared';
  const [first] = baseConfiguration['backendServices'] as readonly Edits[];
  const services = (count: number, port: (index: number) => number) => ({
    backendServices: Array.from({ length: count }, (_, index) => ({
      ...first,
      name: `web-${index}`,
      port: port(index),
    })),
  });
  return [
    good(
      clause,
      'two services on one port',
      services(2, () => 8080),
    ),
    good(
      clause,
      'twenty services on one port',
      services(20, () => 443),
    ),
    good(
      clause,
      'three services, two on one port',
      services(3, (index) => 80 + (index >> 1)),
    ),
  ];
}

function persistenceAndDraining(profile: Profile): readonly WholeDocument[] {
  const duration = 'config.persistence.duration';
  const filledIn = 'config.draining.default';
  const others = profile === 'console' ? [300, 1, 3600] : [];
  return [
    good(duration, 'persistence not mentioned', { [`${service}.sessionPersistence`]: absent }),
    good(duration, 'persistence on, no duration given', {
      [`${service}.sessionPersistence`]: { enabled: true },
    }),
    ...others.map((durationSeconds) =>
      bad(
        duration,
        `persistence of ${durationSeconds} s`,
        { [`${service}.sessionPersistence`]: { enabled: true, durationSeconds } },
        `${service}.sessionPersistence.durationSeconds`,
      ),
    ),
    good(filledIn, 'draining not mentioned', { [`${service}.connectionDraining`]: absent }),
    good(filledIn, 'draining mentioned without a duration', {
      [`${service}.connectionDraining`]: {},
    }),
    good(filledIn, 'draining not mentioned, TCP checks, persistence on', {
      [`${service}.connectionDraining`]: absent,
      [`${service}.sessionPersistence`]: { enabled: true },
      [check]: tcpCheck,
    }),
  ];
}

function checks(profile: Profile): readonly WholeDocument[] {
  const onlyHttp = 'config.health.path.http-only';
  const field = [`${check}.path`, `${check}.method`] as const;
  const withPath = (path: string) => ({ [check]: { ...tcpCheck, path } });
  const timeouts: readonly (readonly [timeout: number, interval: number])[] = [
    [6, 5],
    [60, 5],
    [60, 59],
  ];
  return [
    good('config.health.method', 'a TCP check', { [check]: tcpCheck }),
    good('config.health.port', 'no check port', { [`${check}.port`]: absent }),
    good('config.health.port', 'no check port, TCP checks', { [check]: tcpCheck }),
    good('config.health.normal-codes', 'normal codes with TCP checks', {
      [check]: { ...tcpCheck, normalStatusCodes: ['4xx'] },
    }),
    good(onlyHttp, 'HTTP checks with a path', { [`${check}.path`]: '/healthz' }),
    good(onlyHttp, 'HTTP checks without a path', { [`${check}.path`]: absent }),
    good(onlyHttp, 'TCP checks without a path', { [check]: tcpCheck }),
    bad(onlyHttp, 'TCP checks with a path', withPath('/healthz'), ...field),
    bad(onlyHttp, 'TCP checks with the path "/"', withPath('/'), ...field),
    bad(onlyHttp, 'TCP checks with a long path', withPath('/1/2/3/4/5'), ...field),
    ...timeouts.map(([timeoutSeconds, intervalSeconds]) =>
      good(
        'config.timeout-beyond-interval',
        `a timeout of ${timeoutSeconds} s with an interval of ${intervalSeconds} s`,
        {
          [`${check}.timeoutSeconds`]: timeoutSeconds,
          [`${check}.intervalSeconds`]: intervalSeconds,
        },
      ),
    ),
    ...(profile === 'openapi'
      ? [
          good('config.accepts-valid', 'only what has no default', {
            [`${service}.scheduling`]: absent,
            [check]: { method: 'http' },
          }),
        ]
      : []),
  ];
}

const network = { region: 'north-1', vpc: 'vpc-a' };
const instance = { id: 'a', address: '10.0.0.1', port: 9000, weight: 5 };
const virtualGroup = {
  name: 'pool',
  kind: 'virtual-server-group',
  ...network,
  instances: [instance, { ...instance, id: 'b', address: '10.0.0.2' }],
};
const availabilityGroup = {
  name: 'pool',
  kind: 'availability-group',
  ...network,
  weight: 7,
  instances: [
    { id: 'a', address: '10.0.0.1' },
    { id: 'b', address: '10.0.0.2' },
  ],
};
function associated(group: object, ...more: readonly object[]): Edits {
  return {
    loadBalancer: network,
    serverGroups: [group, ...more],
    [`${service}.serverGroup`]: 'pool',
  };
}

/** "Select server group type: virtual server, availability group, or it cannot be added currently" */
function groupKinds(): readonly WholeDocument[] {
  const clause = 'config.group.kind';
  const kinds = ['target-group', 'virtual-server', '', 5, true, [], {}, null];
  return [
    good(clause, 'no group for now', { [`${service}.serverGroup`]: absent }),
    good(clause, 'a virtual server group', associated(virtualGroup)),
    good(clause, 'an availability group', associated(availabilityGroup)),
    ...kinds.map((kind) =>
      bad(
        clause,
        `a group of kind ${JSON.stringify(kind)}`,
        associated({ ...virtualGroup, kind }),
        'serverGroups[0].kind',
      ),
    ),
    bad(
      clause,
      'a group of no kind',
      edited(associated(virtualGroup), 'serverGroups[0].kind', absent) as Edits,
      'serverGroups[0].kind',
    ),
  ];
}

/** "must be in the same region and virtual private cloud as the load balancer, which is not applicable to availability zone" */
function networks(): readonly WholeDocument[] {
  const clause = 'config.group.same-network';
  const withSecond = (change: object) => ({
    ...virtualGroup,
    instances: [instance, { ...instance, id: 'b', ...change }],
  });
  const elsewhere = { ...virtualGroup, vpc: 'vpc-b' };
  const atHome = elsewhere.instances.map((each) => ({ ...each, vpc: 'vpc-a' }));
  const group = ['serverGroups[0]', `${service}.serverGroup`] as const;
  return [
    good(clause, 'instances in several zones', associated(withSecond({ zone: 'az-9' }))),
    good(
      clause,
      "an instance that states the load balancer's own network",
      associated(withSecond(network)),
    ),
    good(
      clause,
      'a group elsewhere whose instances all state the right VPC',
      associated({ ...elsewhere, instances: atHome }),
    ),
    good(
      clause,
      'a group elsewhere that nobody is associated with',
      associated(virtualGroup, { ...elsewhere, name: 'spare' }),
    ),
    bad(clause, 'a group in another VPC', associated(elsewhere), 'serverGroups[0].vpc', ...group),
    bad(
      clause,
      'a group in another region',
      associated({ ...virtualGroup, region: 'south-1' }),
      'serverGroups[0].region',
      ...group,
    ),
    bad(
      clause,
      'one instance in another VPC',
      associated(withSecond({ vpc: 'vpc-b' })),
      'serverGroups[0].instances[1].vpc',
      ...group,
    ),
    bad(
      clause,
      'one instance in another region',
      associated(withSecond({ region: 'south-1' })),
      'serverGroups[0].instances[1].region',
      ...group,
    ),
    bad(
      clause,
      'an availability group in another VPC',
      associated({ ...availabilityGroup, vpc: 'vpc-b' }),
      'serverGroups[0].vpc',
      ...group,
    ),
  ];
}

export function wholeDocuments(profile: Profile): readonly WholeDocument[] {
  return [
    ...listeners(),
    ...sharedPorts(),
    ...persistenceAndDraining(profile),
    ...checks(profile),
    ...groupKinds(),
    ...networks(),
  ];
}
