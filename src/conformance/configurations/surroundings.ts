/**
 * What stands around a backend service, and what does not belong in a document at all: fields of listeners, server
 * groups, their members and the load balancer, names that lead nowhere or to two, lists that are too long, keys that
 * nobody knows. Where no clause of the page speaks of a field, it is that a wrong one is refused and named. Again the
 * suite's own reading (see `boundaries.ts`).
 */
import type { Profile } from '../../spec/configuration.ts';
import { type Boundary, nearly, rangeBoundary } from './boundaries.ts';
import { absent } from './edits.ts';
import {
  associated,
  availabilityGroup,
  instanceAt,
  network,
  virtualGroup,
} from './group-documents.ts';
import { bad, type Edits, good, services, type WholeDocument } from './whole-document.ts';

const namesField = 'config.rejection-names-field';
const ofGroups = 'config.group.kind';
const ofListeners = 'config.listener-protocol';

const service = 'backendServices[0]';
const listener = { name: 'front', protocol: 'tcp', port: 80 };
const fronted = { listeners: [{ ...listener, backendService: 'web' }] };
/** Nobody is associated with the second group, so that whatever is wrong in it is wrong by itself. */
const spare = { ...virtualGroup, name: 'spare' };
const withSpare = associated(virtualGroup, spare);
const alone = { loadBalancer: network };

const noTexts = ['', ' ', '\t', 5, true, null];
const noMaps = ['text', 5, true, [], null];
const noLists = ['text', 5, true, {}, null];

/** Of a field that no clause speaks of only what is wrong is asked here; `config.accepts-valid` asks for the rest. */
function refused(path: string, rejected: readonly unknown[], beside: Edits): Boundary {
  return { clause: namesField, path, accepted: [], rejected, beside };
}

export function surroundingBoundaries(profile: Profile): readonly Boundary[] {
  const isConsole = profile === 'console';
  const ports = { from: 1, to: 65_535 };
  return [
    ...associations(profile),
    ...weightsAndPorts(isConsole),
    refused('profile', ['aws', 'Console', ...noTexts], {}),
    refused('backendServices', [...noLists, [], absent], {}),
    refused('backendServices[1]', noMaps, { backendServices: services(3) }),
    refused('listeners', noLists, {}),
    refused('listeners[0]', noMaps, fronted),
    refused('listeners[0].name', [...noTexts, absent], fronted),
    refused('listeners[0].protocol', ['sctp', 'UDP', ...noTexts, absent], {
      listeners: [listener],
    }),
    {
      ...rangeBoundary({ clause: namesField, path: 'listeners[0].port', ...ports }),
      accepted: [],
      beside: fronted,
    },
    refused('loadBalancer', noMaps, {}),
    ...['region', 'vpc'].flatMap((key) => [
      refused(`loadBalancer.${key}`, [...noTexts, absent], alone),
      refused(`serverGroups[1].${key}`, [...noTexts, absent], withSpare),
    ]),
    refused('serverGroups', noLists, alone),
    refused('serverGroups[1]', noMaps, withSpare),
    refused('serverGroups[1].name', [...noTexts, absent], withSpare),
    refused('serverGroups[1].instances', [...noLists, absent], withSpare),
    refused('serverGroups[1].instances[1]', noMaps, withSpare),
    refused('serverGroups[1].instances[1].id', [...noTexts, absent], withSpare),
    refused('serverGroups[1].instances[1].address', noAddresses, withSpare),
    ...['zone', 'region', 'vpc'].map((key) =>
      refused(`serverGroups[1].instances[1].${key}`, noTexts, withSpare),
    ),
  ];
}

const noAddresses = [
  ...['host', 'host.example', '10.0.0', '10.0.0.256', '10.0.0.1.1', '10.0.0.1/24', '10.0.0.1:80'],
  ...['10.0.0.1 ', ' 10.0.0.1', '::1/64', '[::1]', '1::2::3', '12345::', '*', 167_772_161, [], {}],
  ...noTexts,
  absent,
];

/** A listener's service and a service's group are there, and the protocols are known. */
function associations(profile: Profile): readonly Boundary[] {
  const nobody = ['nowhere', ...['', ' ', 5, 0, true, [], {}, null]];
  const protocols = ['sctp', 'tcps', 'tcp4', 'any', 'tcp/udp', ...noTexts, absent];
  return [
    {
      clause: ofListeners,
      path: 'listeners[0].backendService',
      accepted: ['web'],
      rejected: ['Web', 'web ', 'front', 'pool', ['web'], ...nobody],
      beside: { ...withSpare, ...fronted },
    },
    {
      clause: ofListeners,
      path: 'listeners[0].protocol',
      accepted: profile === 'console' ? ['tcp'] : ['tcp', 'Tcp'],
      rejected: [
        ...protocols,
        ...(profile === 'console' ? nearly('tcp') : [' tcp', 'tcp ', 'TCP']),
      ],
      beside: fronted,
    },
    {
      clause: ofGroups,
      path: `${service}.serverGroup`,
      accepted: ['pool'],
      // the third and the fourth in later services
      rejected: ['Pool', 'pool ', 'nowhere', 'spares', 'web', ['pool'], ...nobody],
      beside: withSpare,
    },
  ];
}

/** Each group has what belongs to its kind: who has the weight, and who may have a port. */
function weightsAndPorts(isConsole: boolean): readonly Boundary[] {
  const weights = { clause: ofGroups, from: isConsole ? 1 : 0, to: 100, isRequired: isConsole };
  const virtual = associated(virtualGroup);
  const availability = associated(availabilityGroup);
  const member = 'serverGroups[0].instances[1]';
  return [
    rangeBoundary({ ...weights, path: `${member}.weight`, beside: virtual }),
    rangeBoundary({ ...weights, path: 'serverGroups[0].weight', beside: availability }),
    rangeBoundary({
      clause: ofGroups,
      path: `${member}.port`,
      ...{ from: 1, to: 65_535 },
      beside: virtual,
    }),
    {
      clause: ofGroups,
      path: 'serverGroups[0].weight',
      accepted: [absent],
      rejected: [5, 1, 0, 100, '5', null],
      beside: virtual,
    },
    {
      clause: ofGroups,
      path: `${member}.port`,
      accepted: [absent],
      rejected: [9000, 8080, 0, 65_536, '9000', null],
      beside: availability,
    },
    {
      clause: ofGroups,
      path: `${member}.weight`,
      accepted: [absent, 7],
      rejected: [8, 1, 100, 0, 7.5, '7', true, null],
      beside: availability,
    },
  ];
}

export function surroundingDocuments(): readonly WholeDocument[] {
  return [
    ...groupsThatAreNotThere(),
    ...longNames(),
    ...namesGivenTwice(),
    ...tooMany(),
    ...strangers(),
  ];
}

/** Of some length, and alike but for their ends. */
const [north, south] = ['everything-of-the-north', 'everything-of-the-south'] as const;

/** Whom a name means is told by all of it. */
function longNames(): readonly WholeDocument[] {
  const fronting = (name: string, index: number) => ({
    ...listener,
    name,
    port: 80 + index,
    backendService: name,
  });
  return [
    good('config.accepts-valid', 'names that differ at their ends only', {
      ...associated(
        { ...virtualGroup, name: north, instances: [north, south].map(instanceAt) },
        { ...virtualGroup, name: south },
      ),
      backendServices: services(2, (index) => {
        const name = [north, south][index];
        return { name, serverGroup: name };
      }),
      listeners: [north, south].map(fronting),
    }),
    bad(
      ofListeners,
      'a service that is not there, whose name differs at its end only',
      { [`${service}.name`]: north, listeners: [fronting(south, 0)] },
      'listeners[0].backendService',
    ),
    bad(
      ofGroups,
      'a group that is not there, whose name differs at its end only',
      { ...associated({ ...virtualGroup, name: north }), [`${service}.serverGroup`]: south },
      `${service}.serverGroup`,
    ),
  ];
}

function groupsThatAreNotThere(): readonly WholeDocument[] {
  const path = `${service}.serverGroup`;
  const named = { [path]: 'pool' };
  return [
    bad(ofGroups, 'a group named, and no groups', named, path),
    bad(
      ofGroups,
      'a group named, and an empty list of groups',
      { ...named, serverGroups: [] },
      path,
    ),
    bad(
      ofGroups,
      'a group named that is not there, behind the second service',
      {
        ...withSpare,
        backendServices: services(3, (index) => ({
          serverGroup: ['pool', 'pools', 'spare'][index],
        })),
      },
      'backendServices[1].serverGroup',
    ),
    bad(
      ofListeners,
      'a service named that is not there, by the last of three listeners',
      {
        backendServices: services(3),
        listeners: ['web-0', 'web-1', 'web-3'].map((backendService, index) => ({
          ...{ name: `front-${index}`, protocol: 'tcp', port: 80 + index, backendService },
        })),
      },
      'listeners[2].backendService',
    ),
  ];
}

/** By whose name others find it, it must be the only one; the second of two is wrong, also where they are no neighbours. */
function namesGivenTwice(): readonly WholeDocument[] {
  const rows: readonly (readonly [note: string, names: readonly string[], second: number])[] = [
    ['twice', ['x', 'x'], 1],
    ['twice, with another between', ['x', 'y', 'x'], 2],
    ['twice among many, first and last', ['x', 'a', 'b', 'c', 'd', 'x'], 5],
  ];
  return rows.flatMap(([note, names, second]) => {
    const groups = names.map((name) => ({ ...virtualGroup, name }));
    const instances = names.map(instanceAt);
    return [
      bad(
        'config.name',
        `a service's name ${note}`,
        { backendServices: services(names.length, (index) => ({ name: names[index] })) },
        `backendServices[${second}].name`,
      ),
      bad(
        namesField,
        `a listener's name ${note}`,
        { listeners: names.map((name, index) => ({ ...listener, name, port: 80 + index })) },
        `listeners[${second}].name`,
      ),
      bad(
        namesField,
        `a group's name ${note}`,
        associated(virtualGroup, ...groups),
        `serverGroups[${second + 1}].name`,
      ),
      bad(
        namesField,
        `an instance's id ${note}`,
        associated(virtualGroup, { ...spare, instances }),
        `serverGroups[1].instances[${second}].id`,
      ),
    ];
  });
}

function tooMany(): readonly WholeDocument[] {
  const many = <T>(count: number, of: (index: number) => T) =>
    Array.from({ length: count }, (_, i) => of(i));
  const groups = (count: number) => ({
    ...alone,
    serverGroups: many(count, (index) => ({ ...spare, name: `pool-${index}`, instances: [] })),
  });
  const instances = many(101, (index) => instanceAt(`i-${index}`, index));
  return [
    good('config.accepts-valid', 'a hundred groups', groups(100)),
    bad(namesField, '101 groups', groups(101), 'serverGroups'),
    bad(namesField, '21 services', { backendServices: services(21) }, 'backendServices'),
    bad(
      namesField,
      '21 listeners',
      {
        listeners: many(21, (index) => ({ ...listener, name: `front-${index}`, port: 80 + index })),
      },
      'listeners',
    ),
    bad(
      namesField,
      '101 instances',
      associated(virtualGroup, { ...spare, instances }),
      'serverGroups[1].instances',
    ),
  ];
}

/** What somebody may write who does not know a key, or not how it is spelt. */
const strangerKeys: Readonly<Record<string, Edits>> = {
  '': { backendService: 'web', version: 1, Listeners: [] },
  loadBalancer: { zone: 'az-1', name: 'front' },
  'listeners[0]': { service: 'web', Port: 80, backendservice: 'web' },
  [service]: {
    ...{
      sessionPersistance: { enabled: true },
      persistence: true,
      draining: 60,
      algorithm: 'random',
    },
    ...{ healthcheck: {}, timeoutSeconds: 3, weight: 5, Port: 80, description: 'ours' },
  },
  [`${service}.sessionPersistence`]: { duration: 60, enable: true, type: 'source-ip' },
  [`${service}.connectionDraining`]: { duration: 60, enabled: true, timeoutSeconds: 60 },
  [`${service}.healthCheck`]: {
    ...{ interval: 10, timeout: 2, checkPort: 9000, normalCodes: ['2xx'], uri: '/up' },
    ...{ IntervalSeconds: 10, enabled: true, protocol: 'http', host: 'a.example' },
  },
  'serverGroups[0]': { id: 'g-1', type: 'virtual', port: 9000, members: [] },
  'serverGroups[0].instances[1]': { name: 'b', ip: '10.0.0.9', Weight: 5, enabled: false },
};

function strangers(): readonly WholeDocument[] {
  const around = {
    ...withSpare,
    ...fronted,
    // off, so that who has no persistence is asked the same
    [`${service}.sessionPersistence`]: { enabled: false },
    [`${service}.connectionDraining`]: { durationSeconds: 60 },
  };
  const first = Object.entries(strangerKeys).flatMap(([holder, keys]) =>
    Object.entries(keys).map(([key, value]) => {
      const path = holder === '' ? key : `${holder}.${key}`;
      return bad(namesField, `an unknown key ${path}`, { ...around, [path]: value }, path, holder);
    }),
  );
  const holder = 'backendServices[2].healthCheck';
  const path = `${holder}.interval`;
  const last = { backendServices: services(3), [path]: 10 };
  return [
    ...first,
    bad(namesField, 'an unknown key in the last of three services', last, path, holder),
  ];
}
