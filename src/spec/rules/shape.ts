/** The rules on shape, which no clause covers: maps where maps belong, known keys, known names, names given once, sizes. */
import type { ProfileNumbers } from '../profiles.ts';
import { profileNames } from '../profiles.ts';
import {
  entryOf,
  type Fault,
  fieldRule,
  isMap,
  membersSeenMax,
  type Rule,
  suggestion,
  violation,
  wordFault,
} from './rule.ts';

/** Every map of a document: where it stands, its keys, whether it may be missing. */
const maps: readonly { at: string; keys: readonly string[]; isOptional: boolean }[] = [
  {
    at: '',
    keys: ['profile', 'loadBalancer', 'listeners', 'backendServices', 'serverGroups'],
    isOptional: false,
  },
  { at: 'loadBalancer', keys: ['region', 'vpc'], isOptional: true },
  {
    at: 'listeners[]',
    keys: ['name', 'protocol', 'port', 'backendService'],
    isOptional: false,
  },
  {
    at: 'backendServices[]',
    keys: [
      'name',
      'protocol',
      'port',
      'scheduling',
      'sessionPersistence',
      'connectionDraining',
      'healthCheck',
      'serverGroup',
    ],
    isOptional: false,
  },
  {
    at: 'backendServices[].sessionPersistence',
    keys: ['enabled', 'durationSeconds'],
    isOptional: true,
  },
  { at: 'backendServices[].connectionDraining', keys: ['durationSeconds'], isOptional: true },
  {
    at: 'backendServices[].healthCheck',
    keys: [
      'method',
      'port',
      'path',
      'timeoutSeconds',
      'intervalSeconds',
      'unhealthyThreshold',
      'healthyThreshold',
      'normalStatusCodes',
    ],
    isOptional: false,
  },
  {
    at: 'serverGroups[]',
    keys: ['name', 'kind', 'region', 'vpc', 'weight', 'instances'],
    isOptional: false,
  },
  {
    at: 'serverGroups[].instances[]',
    keys: ['id', 'address', 'port', 'weight', 'zone', 'region', 'vpc'],
    isOptional: false,
  },
];

const mapRules = maps.map(({ at, keys, isOptional }) =>
  fieldRule(
    null,
    at,
    ({ value }) =>
      isMap(value) || (isOptional && value === undefined)
        ? null
        : `a map with the keys ${keys.join(', ')}`,
    `${at || 'document'} is a map`,
  ),
);

const keyRules = maps.map(
  ({ at, keys }): Rule => ({
    name: `${at || 'document'} has known keys`,
    clause: null,
    violations: (places) =>
      places.at(at).flatMap((site) =>
        Object.keys(isMap(site.value) ? site.value : {})
          .filter((key) => !keys.includes(key))
          .map((key) =>
            violation(
              null,
              [...site.path, key],
              `left out: no such key${suggestion(key, keys) || ` among ${keys.join(', ')}`}`,
              isMap(site.value) ? entryOf(site.value, key) : undefined,
            ),
          ),
      ),
  }),
);

/** Every list: how many members it may have, and what they are called. */
const lists: readonly {
  at: string;
  isOptional: boolean;
  membersMin: number;
  membersMax: (numbers: ProfileNumbers) => number;
  what: string;
}[] = [
  {
    at: 'listeners',
    isOptional: true,
    membersMin: 0,
    membersMax: ({ limits }) => limits.listeners,
    what: 'listeners',
  },
  {
    at: 'backendServices',
    isOptional: false,
    membersMin: 1,
    membersMax: ({ limits }) => limits.services,
    what: 'backend services',
  },
  {
    at: 'serverGroups',
    isOptional: true,
    membersMin: 0,
    // The API's limit is on those of an account, which one file does not show: here only so many are looked at.
    membersMax: () => membersSeenMax,
    what: 'server groups',
  },
  {
    at: 'serverGroups[].instances',
    isOptional: false,
    membersMin: 0,
    membersMax: ({ limits }) => limits.instances,
    what: 'instances',
  },
];

const listRules = lists.map(({ at, isOptional, membersMin, membersMax, what }) =>
  fieldRule(
    null,
    at,
    ({ value }, numbers): Fault => {
      if (value === undefined && isOptional) return null;
      if (!Array.isArray(value)) return `a list of ${what}`;
      if (value.length < membersMin) return `a list of at least ${membersMin} ${what}`;
      const most = membersMax(numbers);
      return value.length > most
        ? `a list of at most ${most} ${what} (it has ${value.length})`
        : null;
    },
    `${at} is a list`,
  ),
);

/** Names by which others refer to something are given once in their list. */
function uniqueRule(list: string, key: string, what: string): Rule {
  const names = `${list}[].${key}`;
  return {
    name: `${list} have ${key}s of their own`,
    clause: null,
    violations: (places) => {
      const seenIn = new Map<object, Set<string>>();
      return places.at(names).flatMap(({ path, value, around }) => {
        if (typeof value !== 'string') return [];
        const seen = seenIn.get(around) ?? new Set();
        seenIn.set(around, seen);
        if (seen.has(value)) {
          const expected = `unique: another ${what} has this ${key}`;
          return [violation(null, path, expected, value)];
        }
        seen.add(value);
        return [];
      });
    },
  };
}

/** A reference names something that is there. */
function referenceRule(from: string, to: string, what: string): Rule {
  return {
    name: `${from} names a ${what}`,
    clause: null,
    violations: (places) => {
      const targets = places.at(to).map(({ value }) => value);
      const names = new Set(targets.filter((value) => typeof value === 'string'));
      return places
        .at(from)
        .flatMap((site) =>
          site.value === undefined || (typeof site.value === 'string' && names.has(site.value))
            ? []
            : [
                violation(
                  null,
                  site.path,
                  referenceWords(site.value, [...names], what),
                  site.value,
                ),
              ],
        );
    },
  };
}

const namesShownMax = 5;
function referenceWords(value: unknown, names: readonly string[], what: string): string {
  if (names.length === 0) return `left out: there is no ${what} in this document`;
  const near = suggestion(value, names.slice(0, membersSeenMax));
  if (near !== '') return `the name of a ${what}${near}`;
  const shown = names.slice(0, namesShownMax).join(', ');
  return `the name of a ${what}, one of ${shown}${names.length > namesShownMax ? ', …' : ''}`;
}

export const shapeRules: readonly Rule[] = [
  ...mapRules,
  ...keyRules,
  ...listRules,
  fieldRule(null, 'profile', ({ value }) =>
    value === undefined ? null : wordFault(value, profileNames),
  ),
  uniqueRule('backendServices', 'name', 'backend service'),
  uniqueRule('listeners', 'name', 'listener'),
  uniqueRule('serverGroups', 'name', 'server group'),
  uniqueRule('serverGroups[].instances', 'id', 'instance of the group'),
  referenceRule('listeners[].backendService', 'backendServices[].name', 'backend service'),
  referenceRule('backendServices[].serverGroup', 'serverGroups[].name', 'server group'),
];
