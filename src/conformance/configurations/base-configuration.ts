/**
 * The valid document that cases start from, and what a right implementation fills into one: again the suite's own
 * numbers (see `boundaries.ts`).
 */
import type { Profile } from '../../spec/configuration.ts';

type Plain = Readonly<Record<string, unknown>>;

/** Valid in both profiles, with every field that has an edge given and HTTP checks. */
export const baseConfiguration: Plain = {
  backendServices: [
    {
      name: 'web',
      protocol: 'tcp',
      port: 8080,
      scheduling: 'weighted-round-robin',
      healthCheck: {
        method: 'http',
        timeoutSeconds: 3,
        intervalSeconds: 5,
        unhealthyThreshold: 3,
        healthyThreshold: 2,
        normalStatusCodes: ['2xx', '3xx'],
      },
    },
  ],
};

/** The same with TCP checks. */
export const tcpCheck: Plain = {
  method: 'tcp',
  timeoutSeconds: 3,
  intervalSeconds: 5,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
};

/** Page: draining 300 s, persistence 1440 s, path "/". API: persistence 300 s, 3 s, 5 s, 3, 3, 2xx and 3xx, weight 10. */
export function withDefaults(document: unknown, profile: Profile): unknown {
  const { backendServices, serverGroups, ...rest } = document as {
    backendServices: readonly Plain[];
    serverGroups?: readonly Plain[];
  };
  return {
    ...rest,
    backendServices: backendServices.map((service) => completeService(service, profile)),
    ...(serverGroups === undefined
      ? {}
      : { serverGroups: serverGroups.map((group) => completeGroup(group, profile)) }),
  };
}

function completeService(service: Plain, profile: Profile): Plain {
  const isConsole = profile === 'console';
  const persistence = (service['sessionPersistence'] ?? { enabled: false }) as Plain;
  const draining = (service['connectionDraining'] ?? {}) as Plain;
  const check = service['healthCheck'] as Plain;
  return {
    scheduling: 'weighted-round-robin',
    ...service,
    sessionPersistence:
      persistence['enabled'] === true
        ? { durationSeconds: isConsole ? 1440 : 300, ...persistence }
        : persistence,
    connectionDraining: { durationSeconds: 300, ...draining },
    healthCheck: {
      ...(isConsole
        ? {}
        : { timeoutSeconds: 3, intervalSeconds: 5, unhealthyThreshold: 3, healthyThreshold: 3 }),
      ...(String(check['method']).toLowerCase() === 'http'
        ? { path: '/', normalStatusCodes: ['2xx', '3xx'] }
        : {}),
      ...check,
    },
  };
}

function completeGroup(group: Plain, profile: Profile): Plain {
  if (profile === 'console') return group;
  if (group['kind'] === 'availability-group') return { weight: 10, ...group };
  const instances = group['instances'] as readonly Plain[];
  return { ...group, instances: instances.map((instance) => ({ weight: 10, ...instance })) };
}
