/** Outages and changes that a scenario scripts: names to indexes, and whether they can happen in that order at all. */
import { nearestName, type Path } from '../documents/places.ts';
import { type Findings, inWords } from './finding.ts';
import type { Change, Outage, PlannedInstance } from './plan.ts';
import type { Planning } from './planning.ts';
import type { ScenarioDocument } from './scenario-shape.ts';

type ChangeDocument = NonNullable<ScenarioDocument['changes']>[number];

export function planOutages(
  findings: Findings,
  { scenario, document }: Planning,
  instances: readonly PlannedInstance[],
): Outage[] {
  const outages: Outage[] = [];
  (scenario.outages ?? []).forEach((written, index) => {
    const path = ['outages', index];
    const instance = indexOf(findings, document, instances, written.instance, [
      ...path,
      'instance',
    ]);
    const fromMs = written.fromSeconds * 1000;
    const toMs = (written.toSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    if (toMs <= fromMs) {
      findings.add(
        document,
        [...path, 'toSeconds'],
        `is ${written.toSeconds}, not after fromSeconds`,
      );
    }
    const clash = outages.find(
      (other) => other.instance === instance && other.fromMs < toMs && fromMs < other.toMs,
    );
    if (clash !== undefined) {
      findings.add(document, path, `overlaps another outage of ${inWords(written.instance)}`);
    }
    outages.push({ instance, fromMs, toMs, manner: written.manner ?? 'refuses' });
  });
  return outages;
}

export interface PlannedChanges {
  readonly changes: readonly Change[];
  /** Instances absent at the start: their first change registers them. */
  readonly joining: ReadonlySet<number>;
}

export function planChanges(
  findings: Findings,
  planning: Planning,
  instances: readonly PlannedInstance[],
  weightMin: number,
): PlannedChanges {
  const { scenario, document } = planning;
  const isPresent = new Map<number, boolean>();
  const joining = new Set<number>();
  const inOrder = (scenario.changes ?? [])
    .map((written, index) => ({ written, path: ['changes', index] as Path }))
    .sort((a, b) => a.written.atSeconds - b.written.atSeconds);
  const changes: Change[] = [];
  for (const { written, path } of inOrder) {
    const verb = verbOf(findings, planning, written, path, weightMin);
    if (verb === null) continue;
    const name = written[verb] as string;
    const instance = indexOf(findings, document, instances, name, [...path, verb]);
    if (verb === 'register' && !isPresent.has(instance)) joining.add(instance);
    const wasPresent = isPresent.get(instance) ?? !joining.has(instance);
    if (wasPresent === (verb === 'register')) {
      const state = wasPresent ? 'is there already' : 'is not there';
      findings.add(document, [...path, verb], `is ${inWords(name)}, which ${state} by then`);
    }
    isPresent.set(instance, verb !== 'remove');
    const atMs = written.atSeconds * 1000;
    if (verb === 'remove') changes.push({ atMs, instance, does: verb });
    else changes.push({ atMs, instance, does: verb, weight: written.weight ?? 1 });
  }
  return { changes, joining };
}

const verbs = ['remove', 'register', 'reweigh'] as const;

function verbOf(
  findings: Findings,
  { document }: Planning,
  written: ChangeDocument,
  path: Path,
  weightMin: number,
): (typeof verbs)[number] | null {
  const [verb, ...others] = verbs.filter((each) => written[each] !== undefined);
  if (verb === undefined || others.length > 0) {
    findings.add(document, path, 'wants exactly one of remove, register, reweigh');
    return null;
  }
  const { weight } = written;
  if (verb === 'remove' && weight !== undefined) {
    findings.add(document, [...path, 'weight'], 'means nothing to a removal');
  }
  if (verb !== 'remove' && weight === undefined) {
    findings.add(document, [...path, 'weight'], `is missing; ${verb} wants a weight`);
  }
  if (weight !== undefined && weight < weightMin) {
    findings.add(
      document,
      [...path, 'weight'],
      `is ${weight}; this profile wants ${weightMin} to 100`,
    );
  }
  return verb;
}

export function indexOf(
  findings: Findings,
  document: Planning['document'],
  instances: readonly PlannedInstance[],
  name: string,
  path: Path,
): number {
  const index = instances.findIndex((instance) => instance.name === name);
  if (index >= 0) return index;
  const names = instances.map((instance) => instance.name);
  const nearest = nearestName(name, names);
  findings.add(
    document,
    path,
    `is ${inWords(name)}, which is no instance of the server group; ` +
      (nearest === null ? `known: ${names.slice(0, 20).join(', ')}` : `did you mean ${nearest}?`),
  );
  return 0;
}
