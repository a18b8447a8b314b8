/**
 * Cases that one field alone does not make: listeners, shared ports, what is left out, what goes together. Again the
 * suite's own reading of the page (see `boundaries.ts`).
 */
import type { Profile } from '../../spec/configuration.ts';
import { tcpCheck } from './base-configuration.ts';
import { absent } from './edits.ts';
import {
  associated,
  availabilityGroup,
  groupDocuments,
  instance,
  instanceAt,
  virtualGroup,
} from './group-documents.ts';
import { bad, type Edits, good, services, type WholeDocument } from './whole-document.ts';

const service = 'backendServices[0]';
const check = `${service}.healthCheck`;

/** "when the Backend Protocol is tcp, only the listeners under the Listening Protocol of tcp type can be associated" */
function listeners(profile: Profile): readonly WholeDocument[] {
  const clause = 'config.listener-protocol';
  /** The vendor's spellings. */
  const spelt = profile === 'openapi' ? ['Udp', 'Http', 'Tls', 'Https'] : [];
  const listener = (protocol: string, backendService?: string) => ({
    listeners: [{ name: 'front', protocol, port: 80, ...(backendService && { backendService }) }],
  });
  const fields = ['listeners[0].protocol', 'listeners[0].backendService'] as const;
  /** Each with a service of its own, one of them in another protocol. */
  const three = (wrong: number) => ({
    backendServices: services(3),
    listeners: [0, 1, 2].map((index) => ({
      name: `front-${index}`,
      protocol: index === wrong ? 'udp' : 'tcp',
      port: 80 + index,
      backendService: `web-${index}`,
    })),
  });
  return [
    good(clause, 'a TCP listener with the service', listener('tcp', 'web')),
    good(clause, 'a UDP listener beside the service', listener('udp')),
    ...['udp', 'http', 'tls', 'https', ...spelt].map((protocol) =>
      bad(
        clause,
        `a listener of ${protocol} with the service`,
        listener(protocol, 'web'),
        ...fields,
      ),
    ),
    ...[1, 2].map((wrong) =>
      bad(
        clause,
        `a listener of udp, number ${wrong + 1} of three`,
        three(wrong),
        `listeners[${wrong}].protocol`,
        `listeners[${wrong}].backendService`,
      ),
    ),
    bad(
      clause,
      'a listener of udp, the second with one and the same service',
      {
        listeners: three(1)
          .listeners.slice(0, 2)
          .map((each) => ({ ...each, backendService: 'web' })),
      },
      'listeners[1].protocol',
      'listeners[1].backendService',
    ),
  ];
}

const algorithms = ['weighted-round-robin', 'weighted-least-connections', 'source-ip'] as const;
/** Two services that differ in one thing. */
const unlike: readonly (readonly [note: string, one: Edits, other: Edits])[] = [
  ...algorithms
    .slice(1)
    .map((scheduling) => [`other algorithms, ${scheduling}`, {}, { scheduling }] as const),
  ['other checks', {}, { healthCheck: tcpCheck }],
  [
    'other drains',
    { connectionDraining: { durationSeconds: 0 } },
    { connectionDraining: { durationSeconds: 60 } },
  ],
  ['other persistence', { sessionPersistence: { enabled: true } }, {}],
];

/** "ports for different backend services can be duplicated" */
function sharedPorts(): readonly WholeDocument[] {
  const clause = 'config.port.shared';
  const onPorts = (count: number, port: (index: number) => number) => ({
    backendServices: services(count, (index) => ({ port: port(index) })),
  });
  return [
    good(
      clause,
      'two services on one port',
      onPorts(2, () => 8080),
    ),
    good(
      clause,
      'twenty services on one port',
      onPorts(20, () => 443),
    ),
    good(
      clause,
      'three services, two on one port',
      onPorts(3, (index) => 80 + (index >> 1)),
    ),
    // whatever they have in common or not
    ...unlike.map(([note, ...fields]) =>
      good(clause, `two services on one port, of ${note}`, {
        backendServices: services(2, (index) => ({ port: 443, ...fields[index] })),
      }),
    ),
    good(clause, 'three services on one port, each of an algorithm of its own', {
      backendServices: services(3, (index) => ({ port: 1, scheduling: algorithms[index] })),
    }),
    ...algorithms.map((scheduling) =>
      good(clause, `two services on one port, both of ${scheduling}`, {
        backendServices: services(2, () => ({ port: 443, scheduling })),
      }),
    ),
  ];
}

function persistenceAndDraining(profile: Profile): readonly WholeDocument[] {
  const duration = 'config.persistence.duration';
  const filledIn = 'config.draining.default';
  const isConsole = profile === 'console';
  const others = isConsole ? [300, 1, 3600] : [];
  const persistence = `${service}.sessionPersistence`;
  const draining = `${service}.connectionDraining`;
  const whileOff = isConsole
    ? { inside: 1440, outside: [5, 1441] }
    : { inside: 3600, outside: [0, 3601] };
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
    good(duration, 'persistence off, with a duration', {
      [persistence]: { enabled: false, durationSeconds: whileOff.inside },
    }),
    ...whileOff.outside.map((durationSeconds) =>
      bad(
        duration,
        `persistence off, with ${durationSeconds} s`,
        { [persistence]: { enabled: false, durationSeconds } },
        `${persistence}.durationSeconds`,
      ),
    ),
    bad(
      duration,
      'a duration, and not whether persistence is on',
      { [persistence]: { durationSeconds: whileOff.inside } },
      `${persistence}.enabled`,
    ),
    bad(
      duration,
      'persistence of 0 s',
      { [persistence]: { enabled: true, durationSeconds: 0 } },
      `${persistence}.durationSeconds`,
    ),
    good(duration, 'persistence off, no duration given', { [persistence]: { enabled: false } }),
    ...[true, 1440, null, false, 'on', 'off', 0, []].map((value) =>
      bad(duration, `persistence ${JSON.stringify(value)}`, { [persistence]: value }, persistence),
    ),
    ...[300, null, 0, '300', 'off', false, []].map((value) =>
      bad(
        'config.draining.range',
        `draining ${JSON.stringify(value)}`,
        { [draining]: value },
        draining,
      ),
    ),
    good(filledIn, 'draining not mentioned', { [`${service}.connectionDraining`]: absent }),
    good(filledIn, 'draining mentioned without a duration', {
      [`${service}.connectionDraining`]: {},
    }),
    ...algorithms.flatMap((scheduling) =>
      [true, false].map((enabled) =>
        good(filledIn, `draining not mentioned, ${scheduling}, persistence ${enabled}`, {
          [`${service}.scheduling`]: scheduling,
          [persistence]: enabled ? { enabled, durationSeconds: 1440 } : { enabled },
        }),
      ),
    ),
    // with every other default given, so that this one is what reads back otherwise
    good(filledIn, 'draining not mentioned in later services, TCP checks, persistence on', {
      backendServices: services(3, (index) => ({
        ...[{ connectionDraining: { durationSeconds: 60 } }, {}, { connectionDraining: {} }][index],
        sessionPersistence: { enabled: true, durationSeconds: 1440 },
        healthCheck: tcpCheck,
      })),
    }),
  ];
}

function checks(profile: Profile): readonly WholeDocument[] {
  const onlyHttp = 'config.health.path.http-only';
  const field = [`${check}.path`, `${check}.method`] as const;
  const withPath = (path: string) => ({ [check]: { ...tcpCheck, path } });
  // in fives and short of the edges, so that what is refused is the one beyond the other
  const timeouts = [
    { timeoutSeconds: 6, intervalSeconds: 5, by: 'http' },
    { timeoutSeconds: 55, intervalSeconds: 5, by: 'http' },
    { timeoutSeconds: 11, intervalSeconds: 10, by: 'tcp' },
  ];
  return [
    good('config.health.method', 'a TCP check', { [check]: tcpCheck }),
    ...[absent, null, 'tcp', true, []].map((value) =>
      bad(
        'config.health.method',
        value === absent ? 'no health check' : `a health check that is ${JSON.stringify(value)}`,
        { [check]: value },
        ...[check, `${check}.method`],
      ),
    ),
    good('config.health.port', 'no check port', { [`${check}.port`]: absent }),
    good('config.health.port', 'no check port, TCP checks', { [check]: tcpCheck }),
    good(onlyHttp, 'HTTP checks with a path', { [`${check}.path`]: '/healthz' }),
    good(onlyHttp, 'HTTP checks without a path', { [`${check}.path`]: absent }),
    good(onlyHttp, 'TCP checks without a path', { [check]: tcpCheck }),
    bad(onlyHttp, 'TCP checks with a path', withPath('/healthz'), ...field),
    ...(profile === 'openapi'
      ? [
          bad(
            onlyHttp,
            'Tcp checks with a path',
            { [check]: { ...tcpCheck, method: 'Tcp', path: '/healthz' } },
            ...field,
          ),
        ]
      : []),
    bad(onlyHttp, 'TCP checks with the path "/"', withPath('/'), ...field),
    bad(onlyHttp, 'TCP checks with an empty path', withPath(''), ...field),
    bad(onlyHttp, 'TCP checks with a long path', withPath('/1/2/3/4/5'), ...field),
    ...[1, 2].map((wrong) =>
      bad(
        onlyHttp,
        `TCP checks with a path, in service ${wrong + 1} of three`,
        {
          backendServices: services(3, (index) => ({
            healthCheck: index === wrong ? { ...tcpCheck, path: '/healthz' } : tcpCheck,
          })),
        },
        `backendServices[${wrong}].healthCheck.path`,
        `backendServices[${wrong}].healthCheck.method`,
      ),
    ),
    ...timeouts.map(({ timeoutSeconds, intervalSeconds, by }) =>
      good(
        'config.timeout-beyond-interval',
        `a timeout of ${timeoutSeconds} s with an interval of ${intervalSeconds} s, by ${by}`,
        {
          ...(by === 'tcp' && { [check]: tcpCheck }),
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

/** Valid, and of no clause but that on all that is valid: what stands beside the fields that the page speaks of. */
function besides(profile: Profile): readonly WholeDocument[] {
  const clause = 'config.accepts-valid';
  const addresses = ['10.0.0.1', '9.9.9.9', '2620:fe::fe', '::1'];
  const otherSpellings = [
    ...[
      '2620:FE::FE',
      '2001:db8:0:0:0:0:0:1',
      '2001:0db8::0002',
      '::ffff:10.0.0.1',
      '::FFFF:a00:2',
    ],
    ...['64:ff9b::10.0.0.3', '0.0.0.0', '255.255.255.255', '::'],
  ];
  const spaced = { ...instance, id: ' a ', zone: ' az 1 ' };
  const listener = { protocol: 'tcp', port: 80, backendService: 'web' };
  const others = ['udp', 'tls', 'http', 'https'];
  // names in the API have no blanks
  const blanks = good(clause, 'texts with blanks at their ends, which belong to them', {
    ...associated({ ...virtualGroup, name: ' pool ', instances: [spaced] }),
    [`${service}.serverGroup`]: ' pool ',
    listeners: [{ ...listener, name: ' front ' }],
  });
  return [
    good(
      clause,
      'addresses of every kind, weights and ports at their ends, members that state the weight of their group',
      associated(
        {
          ...virtualGroup,
          instances: addresses.map((address, index) => ({
            id: `i-${index}`,
            address,
            weight: index === 1 ? 1 : 100,
            ...(index === 3 ? {} : { port: index === 1 ? 1 : 65_535 }),
          })),
        },
        {
          ...availabilityGroup,
          name: 'members',
          instances: addresses.map((address, id) => ({ id: `i-${id}`, address, weight: 7 })),
        },
      ),
    ),
    good(
      clause,
      'addresses in capitals, in full, and of version 4 within version 6',
      associated({
        ...virtualGroup,
        instances: otherSpellings.map((address, id) => ({ id: `i-${id}`, address, weight: 1 })),
      }),
    ),
    ...(profile === 'console' ? [blanks] : []),
    good(clause, 'persistence where source IP schedules', {
      [`${service}.scheduling`]: 'source-ip',
      [`${service}.sessionPersistence`]: { enabled: true },
    }),
    good(clause, 'one name for a service, a listener, a group and an instance', {
      ...associated({ ...virtualGroup, name: 'web', instances: [{ ...instance, id: 'web' }] }),
      [`${service}.serverGroup`]: 'web',
      listeners: [{ ...listener, name: 'web' }],
    }),
    good(clause, 'names that differ in case only', {
      ...associated(
        { ...virtualGroup, instances: ['a', 'A'].map(instanceAt) },
        { ...virtualGroup, name: 'Pool' },
      ),
      backendServices: services(2, (index) => ({
        name: ['web', 'Web'][index],
        serverGroup: ['pool', 'Pool'][index],
      })),
      listeners: ['front', 'Front'].map((name, index) => ({ ...listener, name, port: 80 + index })),
    }),
    good(
      clause,
      'instances at one address, each on a port of its own',
      associated({
        ...virtualGroup,
        instances: [9000, 9001, 80].map((port, index) => ({
          ...instance,
          id: `i-${index}`,
          port,
        })),
      }),
    ),
    good(clause, 'as many listeners and instances as there may be', {
      ...associated({
        ...virtualGroup,
        instances: Array.from({ length: 100 }, (_, index) => instanceAt(`i-${index}`, index)),
      }),
      listeners: Array.from({ length: 20 }, (_, index) => {
        const protocol = others[index];
        // one of them on the service's own port
        const front = { name: `front-${index}`, port: 8070 + index };
        return protocol === undefined ? { ...listener, ...front } : { ...front, protocol };
      }),
    }),
    good(clause, 'the smallest numbers in the second service, the largest in the last', {
      backendServices: services(3, (index) => [{}, smallest, largest][index] ?? {}),
    }),
  ];
}

const smallest = {
  port: 1,
  connectionDraining: { durationSeconds: 0 },
  healthCheck: {
    ...{ method: 'tcp', port: 1, timeoutSeconds: 2, intervalSeconds: 5 },
    ...{ unhealthyThreshold: 1, healthyThreshold: 1 },
  },
};
const largest = {
  port: 65_535,
  connectionDraining: { durationSeconds: 3600 },
  healthCheck: {
    ...{ method: 'http', port: 65_535, path: '/1/2/3/4/5', timeoutSeconds: 60 },
    ...{ intervalSeconds: 300, unhealthyThreshold: 5, healthyThreshold: 5 },
    normalStatusCodes: ['4xx', '3xx', '2xx'],
  },
};

export function wholeDocuments(profile: Profile): readonly WholeDocument[] {
  return [
    ...listeners(profile),
    ...sharedPorts(),
    ...persistenceAndDraining(profile),
    ...checks(profile),
    ...groupDocuments(),
    ...besides(profile),
  ];
}
