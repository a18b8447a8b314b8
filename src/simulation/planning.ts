/**
 * Scenario and service together make a plan: names become indexes, seconds milliseconds, and what contradicts itself is
 * told with its place. Reads no file: documents and trace are given.
 */
import type { Document } from '../documents/document.ts';
import { type Path, parsePath } from '../documents/places.ts';
import { invariant } from '../errors/invariant.ts';
import { badInput } from '../errors/operator-error.ts';
import { type Distribution, meanOf } from '../random/distributions.ts';
import type {
  ConfigurationDocument,
  Scheduling,
  ServerGroupDocument,
} from '../spec/configuration.ts';
import { profiles } from '../spec/profiles.ts';
import { readBackOf, resolveService } from '../spec/resolve.ts';
import { validateDocument } from '../spec/validate-document.ts';
import type { Violation } from '../spec/violation.ts';
import type { Trace } from '../traffic/trace.ts';
import { Findings, inWords } from './finding.ts';
import {
  connectionsMax,
  type Plan,
  type PlannedInstance,
  type RandomFailures,
  type Traffic,
} from './plan.ts';
import { planServing } from './planned-serving.ts';
import type { HoldSeconds, ScenarioDocument } from './scenario-shape.ts';
import { planChanges, planOutages } from './scripted.ts';

const defaults = {
  seed: '1',
  sourceCount: 1000,
  connectTimeoutSeconds: 5,
  eventsMax: 50_000_000,
  /** Enough for a chart, and even, as pairs are merged when a run is longer than foreseen. */
  bucketsMax: 120,
} as const;

export interface Planning {
  readonly scenario: ScenarioDocument;
  /** The scenario's own document, for places. */
  readonly document: Document;
  /** The configuration's document, where it is a file of its own. */
  readonly serviceDocument: Document | null;
  readonly seed: string | null;
  /** Runs the scenario under another algorithm than its configuration's. */
  readonly scheduling: Scheduling | null;
  /** Runs it with sessions as long as this, ms; 0: none. */
  readonly persistenceMs?: number | null;
}
export interface Planned {
  /** All mistakes are told before a trace is opened, so it comes in last; null where the scenario names none. */
  readonly planWith: (trace: Trace | null) => Plan;
  /** The configuration as a right implementation reads it back. */
  readonly configuration: ConfigurationDocument;
}

/** A configuration, and where its values stand: in a file of its own or inside the scenario. */
interface ServiceSource {
  readonly document: Document;
  readonly prefix: Path;
  readonly value: unknown;
}

export function planScenario(planning: Planning): Planned {
  const { scenario, document } = planning;
  const findings = new Findings();
  const source: ServiceSource =
    planning.serviceDocument === null
      ? { document, prefix: ['service'], value: scenario.service }
      : { document: planning.serviceDocument, prefix: [], value: planning.serviceDocument.value };
  const { violations, document: valid, profile } = validateDocument(source.value);
  addViolations(findings, source, violations);
  // Without a valid configuration there are no instances to speak of.
  if (valid === null) throw findings.toError();
  const configuration = readBackOf(valid, profile);
  const index = serviceIndex(findings, planning, configuration);
  const instances = instancesOf(findings, source, configuration, index);
  const outages = planOutages(findings, planning, instances);
  const { changes, joining } = planChanges(
    findings,
    planning,
    instances,
    profiles[profile].weight.min,
  );
  const serving = planServing(findings, planning, instances);
  const traffic = planTraffic(findings, planning);
  if (findings.any || traffic === null) throw findings.toError();
  const { failures, limits } = scenario;
  const service = resolveService(configuration, profile, index);
  const plan = {
    seed: planning.seed ?? String(scenario.seed ?? defaults.seed),
    replication: 0,
    service: {
      ...service,
      scheduling: planning.scheduling ?? service.scheduling,
      persistenceMs: planning.persistenceMs ?? service.persistenceMs,
    },
    instances: instances.map((each, at) => ({ ...each, isPresent: !joining.has(at) })),
    connectTimeoutMs:
      (scenario.traffic.connectTimeoutSeconds ?? defaults.connectTimeoutSeconds) * 1000,
    serving,
    outages,
    failures: failures === undefined ? null : planFailures(failures),
    changes,
    bucketsMax: defaults.bucketsMax,
    eventsMax: limits?.eventsMax ?? defaults.eventsMax,
  };
  return {
    configuration,
    planWith: (trace) => ({ ...plan, traffic: completed(traffic, trace, document) }),
  };
}

function planFailures(written: NonNullable<ScenarioDocument['failures']>): RandomFailures {
  return {
    betweenMs: { kind: 'exponential', mean: written.meanTimeBetweenSeconds * 1000 },
    repairMs: { kind: 'exponential', mean: written.meanTimeToRepairSeconds * 1000 },
    manner: written.manner ?? 'refuses',
  };
}

function addViolations(
  findings: Findings,
  source: ServiceSource,
  violations: readonly Violation[],
): void {
  for (const violation of violations) {
    const path = [...source.prefix, ...(parsePath(violation.path) ?? [])];
    findings.add(
      source.document,
      path,
      `is ${inWords(violation.observed)}; it wants ${violation.expected}`,
    );
  }
}

function serviceIndex(
  findings: Findings,
  { scenario, document }: Planning,
  { backendServices }: ConfigurationDocument,
): number {
  if (scenario.backendService === undefined) {
    if (backendServices.length > 1) {
      const names = backendServices.map(({ name }) => name).join(', ');
      findings.add(document, ['backendService'], `is missing; it wants one of ${names}`);
    }
    return 0;
  }
  const index = backendServices.findIndex(({ name }) => name === scenario.backendService);
  if (index < 0) {
    const names = backendServices.map(({ name }) => name).join(', ');
    findings.add(
      document,
      ['backendService'],
      `is ${inWords(scenario.backendService)}; it wants one of ${names}`,
    );
  }
  return Math.max(index, 0);
}

function instancesOf(
  findings: Findings,
  source: ServiceSource,
  { backendServices, serverGroups }: ConfigurationDocument,
  index: number,
): PlannedInstance[] {
  const wanted = backendServices[index]?.serverGroup;
  const group = serverGroups?.find(({ name }) => name === wanted);
  if (group === undefined || group.instances.length === 0) {
    const at = serverGroups?.findIndex(({ name }) => name === wanted) ?? -1;
    const path =
      at < 0 ? ['backendServices', index, 'serverGroup'] : ['serverGroups', at, 'instances'];
    findings.add(
      source.document,
      [...source.prefix, ...path],
      group === undefined
        ? 'is missing; a simulation needs a service with a server group that has instances'
        : 'is empty; a simulation needs at least one instance',
    );
    return [];
  }
  return group.instances.map(({ id, weight }) => ({
    name: id,
    weight: weightIn(group, weight),
    isPresent: true,
  }));
}

/** Members of an availability group share one weight. */
function weightIn(group: ServerGroupDocument, own: number | undefined): number {
  return (group.kind === 'availability-group' ? group.weight : own) ?? 1;
}

/** Traffic as far as the scenario tells it. */
type PlannedTraffic =
  | Extract<Traffic, { kind: 'poisson' }>
  | Omit<Extract<Traffic, { kind: 'replay' }>, 'trace'>;

function planTraffic(findings: Findings, planning: Planning): PlannedTraffic | null {
  const { document, scenario } = planning;
  const { poisson, sources, trace, speed, holdSeconds } = scenario.traffic;
  const at = (...path: string[]) => ['traffic', ...path];
  const holdMs = holdSeconds === undefined ? null : planHold(findings, document, holdSeconds);
  if ((poisson === undefined) === (trace === undefined)) {
    findings.add(document, at(), 'wants either poisson or trace');
    return null;
  }
  if (poisson === undefined) {
    if (sources !== undefined) {
      findings.add(document, at('sources'), 'belongs to poisson; a trace has its own');
    }
    return { kind: 'replay', speed: speed ?? 1, holdMs };
  }
  if (speed !== undefined) findings.add(document, at('speed'), 'belongs to a trace');
  if (holdSeconds === undefined) {
    findings.add(
      document,
      at('holdSeconds'),
      'is missing; Poisson arrivals say nothing of durations',
    );
  }
  if (holdMs === null) return null;
  checkSize(findings, planning, poisson, holdMs);
  return {
    kind: 'poisson',
    ratePerMs: poisson.ratePerSecond / 1000,
    spanMs: poisson.durationSeconds * 1000,
    sourceCount: sources?.count ?? defaults.sourceCount,
    zipfExponent: sources?.zipfExponent ?? 0,
    holdMs,
  };
}

/** What would run out of events or of room is told before it runs. */
function checkSize(
  findings: Findings,
  { document, scenario }: Planning,
  poisson: NonNullable<ScenarioDocument['traffic']['poisson']>,
  holdMs: Distribution,
): void {
  const eventsMax = scenario.limits?.eventsMax ?? defaults.eventsMax;
  const expected = Math.round(poisson.ratePerSecond * poisson.durationSeconds);
  // Each connection arrives and ends: two events.
  if (2 * expected > eventsMax) {
    findings.add(
      document,
      ['traffic', 'poisson'],
      `makes about ${expected} connections, ${2 * expected} events; limits.eventsMax is ${eventsMax}`,
    );
  }
  // Little's law; no more can be open than arrive.
  const open = Math.min((poisson.ratePerSecond / 1000) * meanOf(holdMs), expected);
  if (open > connectionsMax) {
    findings.add(
      document,
      ['traffic', 'holdSeconds'],
      `makes about ${Math.round(open)} connections open at a time; at most ${connectionsMax} can be`,
    );
  }
}

function completed(traffic: PlannedTraffic, trace: Trace | null, document: Document): Traffic {
  if (traffic.kind === 'poisson') return traffic;
  invariant(trace !== null, 'the trace that a scenario names is given');
  if (trace.durationsMissing > 0 && traffic.holdMs === null) {
    const { line, column } = document.placeOf(['traffic', 'trace']);
    throw badInput(
      `${document.fileName}:${line}:${column}  traffic.trace  has no duration for ${trace.durationsMissing} of ${trace.atMs.length} connections`,
      'TRACE_WITHOUT_DURATIONS',
      'Say how long these last, for example  holdSeconds: { exponential: 30 }',
    );
  }
  return { ...traffic, trace };
}

function planHold(
  findings: Findings,
  document: Document,
  written: HoldSeconds,
): Distribution | null {
  const { constant, exponential, lognormal, pareto, erlang, hyperexponential } = written;
  if (Object.keys(written).length !== 1) {
    findings.add(
      document,
      ['traffic', 'holdSeconds'],
      'wants exactly one of constant, exponential, lognormal, pareto, erlang, hyperexponential',
    );
    return null;
  }
  if (constant !== undefined) return { kind: 'constant', value: constant * 1000 };
  if (exponential !== undefined) return { kind: 'exponential', mean: exponential * 1000 };
  if (lognormal !== undefined) {
    return { kind: 'lognormal', median: lognormal.median * 1000, sigma: lognormal.sigma };
  }
  if (erlang !== undefined) return { kind: 'erlang', ...erlang, mean: erlang.mean * 1000 };
  if (hyperexponential !== undefined) {
    const { mean, variation } = hyperexponential;
    return { kind: 'hyperexponential', mean: mean * 1000, variation };
  }
  if (pareto === undefined) return null;
  return { kind: 'pareto', minimum: pareto.minimum * 1000, shape: pareto.shape };
}
