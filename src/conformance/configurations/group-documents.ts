/**
 * Whole documents of server groups: their kinds, and the network that they share with the load balancer. Again the
 * suite's own reading of the page (see `boundaries.ts`).
 */
import { absent, edited } from './edits.ts';
import { bad, type Edits, good, services, type WholeDocument } from './whole-document.ts';

const service = 'backendServices[0]';

export function groupDocuments(): readonly WholeDocument[] {
  return [...groupKinds(), ...networks()];
}

export const network = { region: 'north-1', vpc: 'vpc-a' };
export const instance = { id: 'a', address: '10.0.0.1', port: 9000, weight: 5 };
/** At an address that no other one has, so that nothing but what a case is about is said of two. */
export function instanceAt(id: string, index: number) {
  return { ...instance, id, address: `10.0.0.${index + 1}` };
}
export const virtualGroup = {
  name: 'pool',
  kind: 'virtual-server-group',
  ...network,
  instances: ['a', 'b'].map(instanceAt),
};
export const availabilityGroup = {
  name: 'pool',
  kind: 'availability-group',
  ...network,
  weight: 7,
  instances: [
    { id: 'a', address: '10.0.0.1' },
    { id: 'b', address: '10.0.0.2' },
  ],
};
export function associated(group: object, ...more: readonly object[]): Edits {
  return {
    loadBalancer: network,
    serverGroups: [group, ...more],
    [`${service}.serverGroup`]: 'pool',
  };
}

/** "Select server group type: virtual server, availability group, or it cannot be added currently" */
function groupKinds(): readonly WholeDocument[] {
  const clause = 'config.group.kind';
  const kinds = [
    'target-group',
    'auto-scaling-group',
    'virtual-server',
    'Availability-Group',
    '',
    5,
    true,
    [],
    {},
    null,
  ];
  const spare = { ...virtualGroup, name: 'spare' };
  return [
    good(clause, 'no group for now', { [`${service}.serverGroup`]: absent }),
    good(clause, 'no group for now, and no groups', { serverGroups: [] }),
    ...[virtualGroup, availabilityGroup].map((group) =>
      good(clause, `no group for now, a ${group.kind} there, and no load balancer`, {
        serverGroups: [group],
      }),
    ),
    good(clause, 'a virtual server group', associated(virtualGroup)),
    good(clause, 'an availability group', associated(availabilityGroup)),
    good(clause, 'one group behind two services', {
      ...associated(virtualGroup),
      backendServices: services(2, (index) => ({ serverGroup: 'pool', port: 8080 + index })),
    }),
    good(clause, 'a group without instances', associated({ ...virtualGroup, instances: [] })),
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
    bad(
      clause,
      'a group of an unknown kind without instances',
      associated({ ...virtualGroup, kind: 'target-group', instances: [] }),
      'serverGroups[0].kind',
    ),
    bad(
      clause,
      'a group of an unknown kind that nobody is associated with',
      associated(virtualGroup, spare, { ...spare, name: 'other', kind: 'target-group' }),
      'serverGroups[2].kind',
    ),
    ...Object.entries({ weight: 101, port: 65_536 }).map(([field, value]) =>
      bad(
        clause,
        `an instance's ${field} ${value} in the second group`,
        associated(virtualGroup, { ...spare, instances: [{ ...instance, [field]: value }] }),
        `serverGroups[1].instances[0].${field}`,
      ),
    ),
    bad(
      clause,
      'a group of an unknown kind behind the second service',
      {
        ...associated(virtualGroup, { ...spare, kind: 'target-group' }),
        backendServices: services(2, (index) => ({ serverGroup: ['pool', 'spare'][index] })),
      },
      'serverGroups[1].kind',
    ),
  ];
}

/** "must be in the same region and virtual private cloud as the load balancer, which is not applicable to availability zone" */
function networks(): readonly WholeDocument[] {
  const clause = 'config.group.same-network';
  const withOne = (changed: number, change: object) => ({
    ...virtualGroup,
    instances: ['a', 'b', 'c'].map((id, index) => ({
      ...instanceAt(id, index),
      zone: `az-${index}`,
      ...(index === changed ? change : {}),
    })),
  });
  const elsewhere = { ...virtualGroup, vpc: 'vpc-b' };
  const stating = (pool: typeof virtualGroup, key: 'region' | 'vpc') => ({
    ...pool,
    instances: pool.instances.map((each) => ({ ...each, [key]: network[key] })),
  });
  const atHome = elsewhere.instances.map((each) => ({ ...each, ...network }));
  /** Three services with a group each, one of these elsewhere. */
  const three = (wrong: number) => ({
    loadBalancer: network,
    serverGroups: [0, 1, 2].map((index) => ({
      ...(index === wrong ? elsewhere : virtualGroup),
      name: `pool-${index}`,
    })),
    backendServices: services(3, (index) => ({ serverGroup: `pool-${index}` })),
  });
  const group = ['serverGroups[0]', `${service}.serverGroup`] as const;
  return [
    good(clause, 'instances in several zones', associated(withOne(0, {}))),
    good(
      clause,
      "an instance that states the load balancer's own network",
      associated(withOne(1, network)),
    ),
    good(
      clause,
      'a group elsewhere whose instances all state the right region and VPC',
      associated({ ...elsewhere, region: 'south-1', instances: atHome }),
    ),
    good(
      clause,
      'a group elsewhere without instances',
      associated({ ...elsewhere, region: 'south-1', instances: [] }),
    ),
    good(
      clause,
      'a group elsewhere that nobody is associated with',
      associated(virtualGroup, { ...elsewhere, name: 'spare' }),
    ),
    good(
      clause,
      'a group in another region that nobody is associated with',
      associated(virtualGroup, { ...virtualGroup, name: 'spare', region: 'south-1' }),
    ),
    good(clause, 'a group elsewhere, and no group for now', {
      loadBalancer: network,
      serverGroups: [{ ...elsewhere, region: 'south-1' }],
    }),
    bad(clause, 'a group in another VPC', associated(elsewhere), 'serverGroups[0].vpc', ...group),
    bad(
      clause,
      'a group in another region',
      associated({ ...virtualGroup, region: 'south-1' }),
      'serverGroups[0].region',
      ...group,
    ),
    // what an instance says of one it does not say of the other
    bad(
      clause,
      'a group in another VPC, whose instances state their region',
      associated(stating(elsewhere, 'region')),
      'serverGroups[0].vpc',
      ...group,
    ),
    bad(
      clause,
      'a group in another region, whose instances state their VPC',
      associated(stating({ ...virtualGroup, region: 'south-1' }, 'vpc')),
      'serverGroups[0].region',
      ...group,
    ),
    bad(
      clause,
      'one instance in another VPC that states its region, too',
      associated(withOne(1, { region: network.region, vpc: 'vpc-b' })),
      'serverGroups[0].instances[1].vpc',
      ...group,
    ),
    bad(
      clause,
      'one instance in another VPC, the second of three',
      associated(withOne(1, { vpc: 'vpc-b' })),
      'serverGroups[0].instances[1].vpc',
      ...group,
    ),
    bad(
      clause,
      'one instance in another region, the last of three',
      associated(withOne(2, { region: 'south-1' })),
      'serverGroups[0].instances[2].region',
      ...group,
    ),
    ...[{ region: 'North-1' }, { vpc: 'vpc-A' }, { region: 'north-1 ' }, { vpc: 'vpc' }].map(
      (nearly) =>
        bad(
          clause,
          `an instance in ${JSON.stringify(nearly)}, which is not quite the load balancer's`,
          associated(withOne(1, nearly)),
          `serverGroups[0].instances[1].${Object.keys(nearly)[0]}`,
          ...group,
        ),
    ),
    bad(
      clause,
      'an availability group in another VPC',
      associated({ ...availabilityGroup, vpc: 'vpc-b' }),
      'serverGroups[0].vpc',
      ...group,
    ),
    ...[1, 2].map((wrong) =>
      bad(
        clause,
        `a group in another VPC, that of service ${wrong + 1} of three`,
        three(wrong),
        `serverGroups[${wrong}].vpc`,
        `serverGroups[${wrong}]`,
        `backendServices[${wrong}].serverGroup`,
      ),
    ),
    bad(
      clause,
      'a group associated where nobody says where the load balancer is',
      { ...associated(virtualGroup), loadBalancer: absent },
      'loadBalancer',
    ),
  ];
}
