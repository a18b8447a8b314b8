/**
 * From the document as the user wrote it to the parts of a service, or to what is wrong with it, through whatever an
 * alteration changes on the way. Knows no deployment and no time.
 */
import type { Alteration, AlteredParts } from '../../defects/defect.ts';
import { referenceParts } from '../../service/reference-parts.ts';
import type { Profile, ServiceConfiguration } from '../../spec/configuration.ts';
import { profiles } from '../../spec/profiles.ts';
import { effectiveDurations, readBackOf, resolveService } from '../../spec/resolve.ts';
import { rules } from '../../spec/rules.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import type { Violation } from '../../spec/violation.ts';
import type { InstanceAt, Scales } from '../contract.ts';

export type Settings =
  | { readonly parts: AlteredParts; readonly readBack: unknown }
  | { readonly violations: readonly Violation[] };

export function settingsOf(
  value: unknown,
  profile: Profile,
  scales: Scales,
  alteration: Alteration | null,
): Settings {
  const checked = validateDocument(value, {
    profile,
    rules: alteration?.rules?.(rules) ?? rules,
  });
  if (checked.document === null) return { violations: checked.violations.map(ours) };
  const document = alteration?.reading?.(checked.document) ?? checked.document;
  const meant = alteration?.meaning?.(document) ?? document;
  const parts = referenceParts(scaled(resolveService(meant, profile), scales));
  return {
    parts: alteration?.edit?.(parts) ?? parts,
    readBack: readBackOf(document, profile),
  };
}

/** What is wrong with a list of instances: the clause book gives weights a range and names no clause for it. */
export function faultsOf(
  instances: readonly InstanceAt[],
  profile: Profile,
  instancesMax: number,
): readonly Violation[] {
  const { min, max } = profiles[profile].weight;
  const { min: lowest, max: highest } = profiles[profile].port;
  const names = new Set<string>();
  const faults: Violation[] = [];
  const fault = (path: string, expected: string, observed: unknown, clause: string | null = null) =>
    faults.push(ours({ clause, path, expected, observed }));
  if (instances.length > instancesMax) {
    fault('instances', `at most ${instancesMax} instances`, instances.length);
  }
  instances.forEach(({ name, weight, port }, index) => {
    const at = `instances[${index}]`;
    if (names.has(name)) fault(`${at}.name`, 'a name that no other instance has', name);
    names.add(name);
    if (!Number.isInteger(weight) || weight < min || weight > max) {
      const clause = weight === 0 ? 'schedule.weight-zero' : null;
      fault(`${at}.weight`, `an integer from ${min} to ${max}`, weight, clause);
    }
    if (port !== null && (!Number.isInteger(port) || port < lowest || port > highest)) {
      fault(`${at}.port`, `an integer from ${lowest} to ${highest}`, port);
    }
  });
  return faults;
}

function ours(violation: Violation): Violation {
  return { ...violation, by: 'balancer' };
}

function scaled(service: ServiceConfiguration, scales: Scales): ServiceConfiguration {
  const { intervalMs, timeoutMs, persistenceMs, drainMs } = effectiveDurations(service, scales);
  return { ...service, persistenceMs, drainMs, check: { ...service.check, intervalMs, timeoutMs } };
}
