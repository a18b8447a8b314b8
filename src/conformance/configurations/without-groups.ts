/**
 * A configuration case as it can be put to whoever knows no server groups: the same without them. Knows no
 * implementation.
 */
import type { ConfigurationCase, Expectation } from './configuration-case.ts';
import { absent, edited } from './edits.ts';

/** Null: the case is about the groups themselves. */
export function withoutGroups(one: ConfigurationCase): ConfigurationCase | null {
  const { expected, configuration } = one;
  if ('path' in expected && isOfGroups(expected.path)) return null;
  return {
    ...one,
    configuration: ungrouped(configuration),
    ...(one.running === undefined ? {} : { running: ungrouped(one.running) }),
    expected:
      'readBack' in expected
        ? ({ ...expected, readBack: ungrouped(expected.readBack) } as Expectation)
        : expected,
  };
}

function isOfGroups(path: string): boolean {
  return /^(serverGroups|loadBalancer)|\.serverGroup$/.test(path);
}

function ungrouped(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  const { backendServices: services } = document as { backendServices?: unknown };
  const fields = [
    'serverGroups',
    'loadBalancer',
    ...(Array.isArray(services) ? services : []).flatMap((service, index) =>
      typeof service === 'object' && service !== null
        ? [`backendServices[${index}].serverGroup`]
        : [],
    ),
  ];
  return fields.reduce<unknown>((rest, field) => edited(rest, field, absent), document);
}
