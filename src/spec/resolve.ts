/**
 * A valid document made complete: defaults filled in, under the document's own keys (`readBackOf`), or in milliseconds
 * for whoever runs the service (`resolveService`), and shortened to the clock of a trial (`effectiveDurations`).
 * Refuses to judge: a document that breaks a rule is our caller's mistake here.
 */
import { invariant } from '../errors/invariant.ts';
import type { EffectiveDurations } from './behaviour.ts';
import type {
  CheckConfiguration,
  ConfigurationDocument,
  HealthCheckDocument,
  Profile,
  ServerGroupDocument,
  ServiceConfiguration,
  ServiceDocument,
} from './configuration.ts';
import { joinedRanges, normalCodeOf } from './normal-codes.ts';
import { type ProfileNumbers, profiles } from './profiles.ts';

/** The `index`-th backend service of a valid document, every default filled in. */
export function resolveService(
  document: ConfigurationDocument,
  profile: Profile,
  index = 0,
): ServiceConfiguration {
  const numbers = profiles[profile];
  const written = document.backendServices[index];
  invariant(written !== undefined, `the document has no backend service ${index}`);
  const service = completeService(written, numbers);
  return {
    name: service.name,
    protocol: known(numbers.protocols[service.protocol], 'protocol'),
    port: service.port,
    scheduling: known(numbers.schedulings[service.scheduling ?? ''], 'scheduling'),
    persistenceMs: service.sessionPersistence?.enabled
      ? seconds(service.sessionPersistence.durationSeconds, 'persistence')
      : 0,
    drainMs: seconds(service.connectionDraining?.durationSeconds, 'drain'),
    check: resolveCheck(service.healthCheck, numbers),
  };
}

function resolveCheck(check: HealthCheckDocument, numbers: ProfileNumbers): CheckConfiguration {
  const codes = (check.normalStatusCodes ?? []).map((entry) =>
    known(normalCodeOf(entry), 'normal status code'),
  );
  return {
    method: known(numbers.check.methods[check.method], 'check method'),
    port: check.port === undefined || check.port === 0 ? null : check.port,
    path: check.path ?? numbers.check.path.fallback,
    timeoutMs: seconds(check.timeoutSeconds, 'timeout'),
    intervalMs: seconds(check.intervalSeconds, 'interval'),
    unhealthyThreshold: known(check.unhealthyThreshold, 'unhealthy threshold'),
    healthyThreshold: known(check.healthyThreshold, 'healthy threshold'),
    normalCodes: joinedRanges(codes),
  };
}

/** The document as a right implementation reads it back: the same keys, defaults filled in. */
export function readBackOf(
  document: ConfigurationDocument,
  profile: Profile,
): ConfigurationDocument {
  const numbers = profiles[profile];
  return {
    ...document,
    backendServices: document.backendServices.map((service) => completeService(service, numbers)),
    ...(document.serverGroups === undefined
      ? {}
      : { serverGroups: document.serverGroups.map((group) => completeGroup(group, numbers)) }),
  };
}

function completeService(service: ServiceDocument, numbers: ProfileNumbers): ServiceDocument {
  const persistence = service.sessionPersistence ?? { enabled: false };
  return {
    ...service,
    scheduling: known(service.scheduling ?? numbers.schedulingFallback, 'scheduling'),
    sessionPersistence: persistence.enabled
      ? {
          enabled: true,
          durationSeconds: known(
            persistence.durationSeconds ?? numbers.persistenceSeconds.fallback,
            'persistence',
          ),
        }
      : persistence,
    connectionDraining: {
      durationSeconds: known(
        service.connectionDraining?.durationSeconds ?? numbers.drainSeconds.fallback,
        'drain',
      ),
    },
    healthCheck: completeCheck(service.healthCheck, numbers),
  };
}

function completeCheck(check: HealthCheckDocument, numbers: ProfileNumbers): HealthCheckDocument {
  const { timeoutSeconds, intervalSeconds, unhealthyThreshold, healthyThreshold } = numbers.check;
  const isHttp = numbers.check.methods[check.method] === 'http';
  const common = {
    ...check,
    timeoutSeconds: known(check.timeoutSeconds ?? timeoutSeconds.fallback, 'timeout'),
    intervalSeconds: known(check.intervalSeconds ?? intervalSeconds.fallback, 'interval'),
    unhealthyThreshold: known(check.unhealthyThreshold ?? unhealthyThreshold.fallback, 'threshold'),
    healthyThreshold: known(check.healthyThreshold ?? healthyThreshold.fallback, 'threshold'),
  };
  if (!isHttp) return common;
  return {
    ...common,
    path: check.path ?? numbers.check.path.fallback,
    normalStatusCodes: known(check.normalStatusCodes ?? numbers.check.codesFallback, 'codes'),
  };
}

function completeGroup(group: ServerGroupDocument, numbers: ProfileNumbers): ServerGroupDocument {
  if (group.kind === 'availability-group') {
    const weight = group.weight ?? group.instances[0]?.weight ?? numbers.weight.fallback;
    return weight === null ? group : { ...group, weight };
  }
  return {
    ...group,
    instances: group.instances.map((instance) => ({
      ...instance,
      weight: known(instance.weight ?? numbers.weight.fallback, 'weight'),
    })),
  };
}

/** What a right implementation keeps in a trial: `scales` are real ms per second of the service, 1000 being real time. */
export function effectiveDurations(
  service: ServiceConfiguration,
  scales: { readonly checks: number; readonly persistence: number; readonly draining: number },
): EffectiveDurations {
  return {
    intervalMs: (service.check.intervalMs / 1000) * scales.checks,
    timeoutMs: (service.check.timeoutMs / 1000) * scales.checks,
    persistenceMs: (service.persistenceMs / 1000) * scales.persistence,
    drainMs: (service.drainMs / 1000) * scales.draining,
  };
}

function seconds(value: number | undefined, what: string): number {
  return known(value, what) * 1000;
}

function known<T>(value: T | null | undefined, what: string): T {
  invariant(value !== undefined && value !== null, `${what} is missing in a validated document`);
  return value;
}
