/**
 * What both planes read off a request: ports a configuration names, and how one list of instances differs from the
 * next. Refuses to judge the configuration: what it cannot read, it takes as absent.
 */
import type { InstanceListed, Outcome } from '../history/vocabulary.ts';

export interface PortsNamed {
  readonly service: number | null;
  /** null: each instance's own traffic port. */
  readonly check: number | null;
}

export function portsNamed(configuration: unknown): PortsNamed {
  const services = field(configuration, 'backendServices');
  const service: unknown = Array.isArray(services) ? services[0] : undefined;
  const check = portOf(field(field(service, 'healthCheck'), 'port'));
  return { service: portOf(field(service, 'port')), check };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function portOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65_535
    ? value
    : null;
}

export interface Change {
  readonly event: 'instance.registered' | 'instance.reweighed' | 'instance.removed';
  readonly instance: InstanceListed;
}

/** One change an instance; a new port counts as registering anew. */
export function changesBetween(
  before: readonly InstanceListed[],
  after: readonly InstanceListed[],
): readonly Change[] {
  const known = new Map(before.map((instance) => [instance.name, instance]));
  const changes: Change[] = [];
  for (const instance of after) {
    const old = known.get(instance.name);
    known.delete(instance.name);
    if (old === undefined || old.port !== instance.port) {
      changes.push({ event: 'instance.registered', instance });
    } else if (old.weight !== instance.weight) {
      changes.push({ event: 'instance.reweighed', instance });
    }
  }
  for (const instance of known.values()) changes.push({ event: 'instance.removed', instance });
  return changes;
}

/** What the history says of a list that was put, but for the time; of one that changes nobody, that it was. */
export function listEvents(
  changes: readonly Change[],
  instances: readonly InstanceListed[],
  outcome: Outcome,
) {
  if (changes.length > 0) return changes.map((change) => changeEvent(change, outcome));
  const names = instances.map(({ name }) => name);
  return [{ event: 'instances.listed', instances: names, outcome } as const];
}

function changeEvent({ event, instance }: Change, outcome: Outcome) {
  const { name, weight, port } = instance;
  if (event === 'instance.removed') return { event, instance: name, outcome };
  return { event, instance: name, weight, port, outcome };
}
