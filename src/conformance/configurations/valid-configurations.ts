/** Valid configurations of many shapes, drawn: the suite's own reading of what is valid (see `boundaries.ts`). */
import fc from 'fast-check';
import type { Profile } from '../../spec/configuration.ts';
import { mixed } from '../clients.ts';

export type Plain = Readonly<Record<string, unknown>>;

export const servicesMax = 3;

/** Every field optional where the page or the profile gives a default. */
export function validConfigurations(profile: Profile): fc.Arbitrary<Plain> {
  return fc
    .record({
      services: fc.uniqueArray(services(profile), {
        minLength: 1,
        maxLength: servicesMax,
        selector: ({ name }) => name,
      }),
      listeners: fc.array(listeners, { maxLength: 3 }),
      groups: fc.array(groups(profile), { maxLength: 3 }),
      associations: fc.array(fc.nat(5), { minLength: servicesMax, maxLength: servicesMax }),
      isNamed: fc.boolean(),
    })
    .map(({ services: drawn, listeners: front, groups: pools, associations, isNamed }) => {
      const backendServices = drawn.map((service, index) => {
        const group = associations[index] ?? 0;
        return group < pools.length ? { ...service, serverGroup: `pool-${group}` } : service;
      });
      return {
        ...(isNamed ? { profile } : {}),
        loadBalancer: network,
        listeners: front.map((listener, index) => {
          const { isAssociated, ...fields } = listener;
          const service = backendServices[index % backendServices.length];
          const backendService = isAssociated && { backendService: service?.['name'] };
          return { name: `front-${index}`, ...fields, ...backendService };
        }),
        backendServices,
        serverGroups: pools.map((pool, index) => ({ name: `pool-${index}`, ...pool })),
      };
    });
}

const network = { region: 'north-1', vpc: 'vpc-a' };
const port = fc.oneof(fc.constantFrom(1, 2, 65534, 65535), fc.integer({ min: 1, max: 65535 }));

const listeners = fc.oneof(
  fc.record({ protocol: fc.constant('tcp'), port, isAssociated: fc.boolean() }),
  fc.record({
    protocol: fc.constantFrom('udp', 'tls', 'http', 'https'),
    port,
    isAssociated: fc.constant(false),
  }),
);

function services(profile: Profile): fc.Arbitrary<Plain> {
  const isConsole = profile === 'console';
  const algorithms = ['weighted-round-robin', 'weighted-least-connections', 'source-ip'];
  const scheduling = fc.constantFrom(
    ...algorithms,
    ...(isConsole ? [] : ['RoundRobin', 'LeastConn', 'IpHash']),
  );
  const durationSeconds = isConsole ? fc.constant(1440) : edges(1, 3600);
  return fc.record(
    {
      name: texts('abcXYZ019-_网关', 32),
      protocol: fc.constantFrom('tcp', ...(isConsole ? [] : ['Tcp'])),
      port,
      scheduling,
      sessionPersistence: fc.oneof(
        fc.record({ enabled: fc.constant(false), durationSeconds }, { requiredKeys: ['enabled'] }),
        fc.record({ enabled: fc.constant(true), durationSeconds }, { requiredKeys: ['enabled'] }),
      ),
      connectionDraining: fc.record({ durationSeconds: edges(0, 3600) }, { requiredKeys: [] }),
      healthCheck: checks(profile),
    },
    {
      requiredKeys: [
        'name',
        'protocol',
        'port',
        'healthCheck',
        ...(isConsole ? (['scheduling'] as const) : []),
      ],
    },
  );
}

function edges(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(min, min + 1, max - 1, max), fc.integer({ min, max }));
}

function checks(profile: Profile): fc.Arbitrary<Plain> {
  const isConsole = profile === 'console';
  const numbers = {
    // Never longer than the interval: whether that is accepted is a matter of what is declared.
    times: fc.tuple(edges(5, 300), edges(2, 60)).map(([intervalSeconds, timeoutSeconds]) => ({
      intervalSeconds,
      timeoutSeconds: Math.min(timeoutSeconds, intervalSeconds),
    })),
    unhealthyThreshold: edges(1, 5),
    healthyThreshold: edges(1, 5),
    port: isConsole ? port : fc.oneof(fc.constant(0), port),
  };
  const required = isConsole
    ? (['times', 'unhealthyThreshold', 'healthyThreshold'] as const)
    : ([] as const);
  const tcp = fc.record(
    { method: fc.constantFrom('tcp', ...(isConsole ? [] : ['Tcp'])), ...numbers },
    { requiredKeys: ['method', ...required] },
  );
  const http = fc.record(
    {
      method: fc.constantFrom('http', ...(isConsole ? [] : ['Http'])),
      ...numbers,
      path: isConsole ? consolePaths : apiPaths,
      normalStatusCodes: isConsole ? classes : apiCodes,
    },
    {
      requiredKeys: ['method', ...required, ...(isConsole ? (['normalStatusCodes'] as const) : [])],
    },
  );
  return fc.oneof(tcp, http).map(({ times, ...check }) => ({ ...check, ...times }));
}

const classes = fc.array(fc.constantFrom('2xx', '3xx', '4xx'), { minLength: 1, maxLength: 4 });
const code = fc.integer({ min: 200, max: 499 });
const apiCodes = fc.array(
  fc.oneof(
    fc.constantFrom('2xx', '3xx', '4xx'),
    code,
    code.map(String),
    fc
      .tuple(fc.integer({ min: 200, max: 400 }), fc.integer({ min: 1, max: 99 }))
      .map(([from, more]) => `${from}-${from + more}`),
  ),
  { minLength: 1, maxLength: 5 },
);

/** One draw for all characters: nobody shrinks a configuration, and one for each is half of what drawing it takes. */
function texts(characters: string, lengthMax: number): fc.Arbitrary<string> {
  const alphabet = [...characters];
  return fc
    .tuple(fc.integer({ min: 1, max: lengthMax }), fc.integer())
    .map(([length, drawn]) =>
      Array.from({ length }, (_, at) => alphabet[mixed(drawn + at) % alphabet.length]).join(''),
    );
}
const consolePaths = fc
  .tuple(fc.array(texts('abz09-._~%é健', 19), { maxLength: 5 }), fc.constantFrom('', '/'))
  // 5 × (1 + 19) characters and a slash would be one too many
  .map(([levels, end]) => (levels.length === 0 ? '/' : `/${levels.join('/')}${end}`.slice(0, 100)));
const apiPaths = fc
  .array(texts(`abz09健-.%?#&_;~!()*[]@^:',+=<>{}`, 60), { maxLength: 16 })
  .map((levels) => `/${levels.join('/')}`.slice(0, 1000));

function groups(profile: Profile): fc.Arbitrary<Plain> {
  const isConsole = profile === 'console';
  const weight = edges(1, 100);
  const member = {
    zone: fc.constantFrom('az-1', 'az-2'),
    region: fc.constant(network.region),
    vpc: fc.constant(network.vpc),
  };
  const instances = <T extends Plain>(drawn: fc.Arbitrary<T>) =>
    fc.array(drawn, { minLength: 1, maxLength: 4 }).map((list) =>
      list.map((fields, index) => ({
        id: `i-${index}`,
        address: `10.0.0.${index + 1}`,
        ...fields,
      })),
    );
  const virtual = fc.record({
    kind: fc.constant('virtual-server-group'),
    instances: instances(
      fc.record({ ...member, port, weight }, { requiredKeys: isConsole ? ['weight'] : [] }),
    ),
  });
  const availability = fc.record(
    {
      kind: fc.constant('availability-group'),
      weight,
      instances: instances(fc.record(member, { requiredKeys: [] })),
    },
    { requiredKeys: ['kind', 'instances', ...(isConsole ? (['weight'] as const) : [])] },
  );
  return fc.oneof(virtual, availability).map((group) => ({ ...network, ...group }));
}
