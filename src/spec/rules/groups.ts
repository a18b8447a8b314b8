/** The rules on server groups, their instances and the network they share with the load balancer: the page's "Add server group". */
import { z } from 'zod';
import { formatPath } from '../../documents/places.ts';
import type { ProfileNumbers } from '../profiles.ts';
import type { Violation } from '../violation.ts';
import {
  entryOf,
  type Fault,
  fieldRule,
  integerFault,
  isMap,
  Places,
  type Rule,
  type Site,
  textFault,
  violation,
  wordFault,
} from './rule.ts';

const group = 'serverGroups[]';
const instance = `${group}.instances[]`;
const ipAddress = z.union([z.ipv4(), z.ipv6()]);

/** Region and VPC: where an instance, a group or the load balancer is. The zone is none of our business. */
const networkKeys = ['region', 'vpc'] as const;

function isAvailabilityGroup(value: Site['holder']): boolean {
  return entryOf(value, 'kind') === 'availability-group';
}

export interface NetworkFault {
  /** Relative to the document. */
  readonly path: readonly (string | number)[];
  readonly key: (typeof networkKeys)[number];
  readonly expected: string;
  readonly observed: unknown;
}

/** Where the instances of a group are elsewhere than the load balancer: each once, at the value that says so. */
export function networkFaults(
  site: Site,
  loadBalancer: Readonly<Record<string, unknown>>,
): readonly NetworkFault[] {
  const faults = new Map<string, NetworkFault>();
  for (const member of new Places(site.value).at('instances[]')) {
    if (!isMap(member.value) || !isMap(site.value)) continue;
    for (const key of networkKeys) {
      const expected = entryOf(loadBalancer, key);
      const own = entryOf(member.value, key);
      const observed = own ?? entryOf(site.value, key);
      const isComparable = typeof expected === 'string' && typeof observed === 'string';
      if (!isComparable || expected === observed) continue;
      const path = own === undefined ? [...site.path, key] : [...site.path, ...member.path, key];
      faults.set(formatPath(path), { path, key, expected, observed });
    }
  }
  return [...faults.values()];
}

function sameNetworkViolations(places: Places): readonly Violation[] {
  const clause = 'config.group.same-network';
  const associated = new Set(places.at('backendServices[].serverGroup').map(({ value }) => value));
  const groups = places
    .at(group)
    .filter(({ value }) => isMap(value) && associated.has(entryOf(value, 'name')));
  const [loadBalancer] = places.at('loadBalancer');
  if (loadBalancer?.value === undefined && groups.length > 0) {
    const expected = 'a map with region and vpc, since a server group is associated';
    return [violation(clause, ['loadBalancer'], expected, undefined)];
  }
  const where = loadBalancer?.value;
  if (!isMap(where)) return [];
  return groups.flatMap((site) =>
    networkFaults(site, where).map(({ path, key, expected, observed }) =>
      violation(clause, path, `${expected}, the ${key} of the load balancer`, observed),
    ),
  );
}

function memberWeightFault({ value, around }: Site, { weight }: ProfileNumbers): Fault {
  if (!isAvailabilityGroup(around)) return integerFault(value, weight);
  if (value === undefined || value === entryOf(around, 'weight')) return null;
  return `left out: the members of an availability group share the group's weight`;
}

export const groupRules: readonly Rule[] = [
  ...networkKeys.map((key) =>
    fieldRule(null, `loadBalancer.${key}`, ({ value }) => textFault(value, `the ${key}'s name`)),
  ),
  fieldRule(null, `${group}.name`, ({ value }) => textFault(value, 'a name')),
  // "Select server group type: virtual server, availability group, or it cannot be added currently"
  fieldRule('config.group.kind', `${group}.kind`, ({ value }, { groupKinds }) =>
    wordFault(value, groupKinds),
  ),
  ...networkKeys.map((key) =>
    fieldRule(null, `${group}.${key}`, ({ value }) => textFault(value, `the ${key}'s name`)),
  ),
  // API 0.6.6: the members of an availability group share one weight
  fieldRule(null, `${group}.weight`, ({ value, holder }, { weight }): Fault => {
    if (isAvailabilityGroup(holder)) return integerFault(value, weight);
    return value === undefined
      ? null
      : 'left out: only an availability group has a weight as a whole';
  }),
  fieldRule(null, `${instance}.id`, ({ value }) => textFault(value, 'a name')),
  fieldRule(null, `${instance}.address`, ({ value }) =>
    ipAddress.safeParse(value).success ? null : 'an IP address, e.g. 10.0.0.1',
  ),
  fieldRule(null, `${instance}.port`, ({ value, around }, { port }): Fault => {
    if (value === undefined) return null;
    return isAvailabilityGroup(around)
      ? 'left out: the members of an availability group have no port of their own'
      : integerFault(value, port);
  }),
  fieldRule(null, `${instance}.weight`, memberWeightFault),
  ...['zone', 'region', 'vpc'].map((key) =>
    fieldRule(null, `${instance}.${key}`, ({ value }) =>
      value === undefined ? null : textFault(value, `the ${key}'s name, or left out`),
    ),
  ),
  // "must be in the same region and virtual private cloud as the load balancer, which is not applicable to availability zone"
  {
    name: `${group} (config.group.same-network)`,
    clause: 'config.group.same-network',
    violations: sameNetworkViolations,
  },
];
