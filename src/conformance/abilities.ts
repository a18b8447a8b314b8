/**
 * What an implementation is asked that declares that it cannot do everything: timelines without what they can spare of
 * it, and documents that it may turn down with "unsupported". Knows no implementation and no clause.
 */
import type { Description } from '../adapters/contract.ts';
import { schedulersOf } from '../judging/reading.ts';
import { type Capabilities, type Need, supportOf } from '../spec/behaviour.ts';
import type { CheckMethod, Profile, Scheduling } from '../spec/configuration.ts';
import { profiles } from '../spec/profiles.ts';
import { resolveService } from '../spec/resolve.ts';
import { meaningOf } from '../spec/rules/rule.ts';
import { edited, valueAt } from './configurations/edits.ts';
import type { DrawnTimeline } from './drawn-timeline.ts';
import type { Bounds } from './families/family.ts';
import type { Step, Timeline } from './timeline.ts';

const needOfScheduling: Readonly<Record<Scheduling, Need>> = {
  'weighted-round-robin': 'schedule.wrr',
  'weighted-least-connections': 'schedule.wlc',
  'source-ip': 'schedule.source',
};
const needOfMethod: Readonly<Record<CheckMethod, Need>> = { tcp: 'check.tcp', http: 'check.http' };

type Plain = Readonly<Record<string, unknown>>;

/** Something that a service asks for, and what else it could ask for in its place. */
interface Choice {
  /** Of the service: what another choice changes. */
  readonly fields: readonly string[];
  readonly needOf: (service: unknown, profile: Profile) => Need | undefined;
  /** In the order of preference. */
  readonly others: readonly (readonly [need: Need | null, asking: (service: unknown) => unknown])[];
}

const scheduling: Choice = {
  fields: ['scheduling'],
  needOf: (service, profile) => {
    const { schedulings, schedulingFallback } = profiles[profile];
    const given = valueAt(service, 'scheduling');
    const meant = given === undefined ? schedulingFallback : meaningOf(schedulings, given);
    return meant == null ? undefined : needOfScheduling[meant];
  },
  others: Object.entries(needOfScheduling).map(([name, need]) => [
    need,
    (service) => edited(service, 'scheduling', name),
  ]),
};

const method: Choice = {
  fields: ['healthCheck.method', 'healthCheck.path', 'healthCheck.normalStatusCodes'],
  needOf: (service, profile) => {
    const meant = meaningOf(
      profiles[profile].check.methods,
      valueAt(service, 'healthCheck.method'),
    );
    return meant === undefined ? undefined : needOfMethod[meant];
  },
  others: [
    [
      'check.tcp',
      (service) => edited(service, 'healthCheck', byTcp(valueAt(service, 'healthCheck'))),
    ],
    [
      'check.http',
      (service) => edited(service, 'healthCheck', byHttp(valueAt(service, 'healthCheck'))),
    ],
  ],
};
function byTcp(check: unknown): Plain {
  const { path, normalStatusCodes, ...rest } = check as Plain;
  return { ...rest, method: 'tcp' };
}
function byHttp(check: unknown): Plain {
  return { normalStatusCodes: ['2xx', '3xx'], ...(check as Plain), method: 'http' };
}

const persistence: Choice = {
  fields: ['sessionPersistence'],
  needOf: (service) =>
    valueAt(service, 'sessionPersistence.enabled') === true ? 'persistence' : undefined,
  others: [[null, (service) => edited(service, 'sessionPersistence', { enabled: false })]],
};

const choices: readonly Choice[] = [scheduling, method, persistence];

/** What a document of any shape asks for that is declared unsupported; whoever says so to it is right. */
export function unableTo(
  document: unknown,
  profile: Profile,
  capabilities: Capabilities,
): readonly Need[] {
  const asked = servicesOf(document).flatMap((service) =>
    choices.flatMap(({ needOf }) => needOf(service, profile) ?? []),
  );
  return [...new Set(asked)].filter((need) => !supportOf(capabilities, need).supported);
}

function servicesOf(document: unknown): readonly unknown[] {
  const services = valueAt(document, 'backendServices');
  return Array.isArray(services) ? services : [];
}

/** What is asked for by every document, where none of it is there. */
export function unableToAnything(capabilities: Capabilities): readonly Need[] {
  return choices
    .map(({ others }) => others.map(([need]) => need))
    .filter((needs) => needs.every((need) => need !== null && !isThere(need, capabilities)))
    .flatMap((needs) => needs.filter((need) => need !== null));
}

function isThere(need: Need | null, capabilities: Capabilities): boolean {
  return need === null || supportOf(capabilities, need).supported;
}

/**
 * The document with what is there in place of what is lacking. It keeps what there is nothing else for, and the fields
 * (`backendServices[0].scheduling`) that it is about.
 */
export function fitted(
  document: unknown,
  profile: Profile,
  capabilities: Capabilities,
  isAbout: (field: string) => boolean,
): unknown {
  return servicesOf(document).reduce<unknown>((rest, service, index) => {
    const at = `backendServices[${index}]`;
    const open = choices.filter(({ fields }) => !fields.some((field) => isAbout(`${at}.${field}`)));
    const fits = open.reduce((so, choice) => chosen(so, choice, profile, capabilities), service);
    return fits === service ? rest : edited(rest, at, fits);
  }, document);
}

function chosen(
  service: unknown,
  { needOf, others }: Choice,
  profile: Profile,
  capabilities: Capabilities,
): unknown {
  const need = needOf(service, profile);
  if (need === undefined || isThere(need, capabilities)) return service;
  const other = others.find(([instead]) => isThere(instead, capabilities));
  return other === undefined ? service : other[1](service);
}

/** What a description says that a timeline is fitted to. */
type Described = Pick<Description, 'capabilities' | 'traits' | 'limits'>;

/**
 * The timeline as it can be asked: whose checks need not be HTTP checks has TCP checks where there are no others, whose
 * scheduling does not matter has one that is there, and who declares several schedulers gets as many times the connections. For timelines of families whose needs are met.
 */
export function within(
  drawn: DrawnTimeline,
  described: Described,
  { connectionsMax }: Pick<Bounds, 'connectionsMax'>,
): DrawnTimeline {
  const { capabilities } = described;
  const timeline = withoutKnownClients(drawn.timeline, capabilities);
  const isAble = unableTo(timeline.configuration, timeline.profile, capabilities).length === 0;
  const schedulers = schedulersOf(described);
  if (isAble && schedulers === 1 && timeline === drawn.timeline) return drawn;
  const fitting = isAble ? timeline : timelineWithin(timeline, capabilities);
  const inARow = Math.min(Math.max(inARowMax, connectionsMax), described.limits.connectionsMax);
  const openedMax = isReweighing(timeline) ? inARow : connectionsMax;
  return {
    ...drawn,
    timeline: forSchedulers(fitting, schedulers, openedMax),
    *shrink() {
      for (const smaller of drawn.shrink()) yield within(smaller, described, { connectionsMax });
    },
  };
}

/** Whoever sends known clients to a draining instance, as it declares, has none where that would pass for somebody else's. */
function withoutKnownClients(timeline: Timeline, capabilities: Capabilities): Timeline {
  if (isThere('persistence.draining', capabilities)) return timeline;
  const { clauses, steps } = timeline;
  const isOnSessions = clauses.some((clause) => clause.startsWith('persistence.'));
  const removes = steps.some((step) => step.do === 'remove' || step.do === 'list');
  if (isOnSessions || !removes) return timeline;
  const at = 'backendServices[0].sessionPersistence';
  const configuration = edited(timeline.configuration, at, { enabled: false });
  return { ...timeline, configuration: configuration as Timeline['configuration'] };
}

/** As many one after the other take some six seconds on the wire. */
const inARowMax = 2000;

/** Of several schedulers any takes the next connection, so that it takes as many times more of them to see each go round. */
function forSchedulers(timeline: Timeline, schedulers: number, connectionsMax: number): Timeline {
  const { configuration, profile, steps } = timeline;
  const { scheduling } = resolveService(configuration, profile);
  if (schedulers === 1 || scheduling !== 'weighted-round-robin') return timeline;
  const opened = steps.reduce((sum, step) => sum + (step.do === 'open' ? step.count : 0), 0);
  if (schedulers * opened > connectionsMax) return timeline;
  const times = isReweighing(timeline)
    ? Math.min(schedulers ** 2, connectionsMax / opened)
    : schedulers;
  const more = (step: Step): Step =>
    step.do === 'open' && step.hold !== true
      ? { ...step, count: Math.floor(times * step.count) }
      : step;
  return { ...timeline, steps: steps.map(more) };
}

/**
 * All may end a round by the weights before; one alone that never hears of others is told once it has had more than all of
 * them have then.
 */
function isReweighing({ clauses }: Timeline): boolean {
  return clauses.includes('schedule.weight-change');
}

function timelineWithin(timeline: Timeline, capabilities: Capabilities): Timeline {
  const asked = (document: Timeline['configuration']) =>
    fitted(document, timeline.profile, capabilities, aboutNothing) as Timeline['configuration'];
  const steps = timeline.steps.map(
    (step): Step =>
      'configuration' in step ? { ...step, configuration: asked(step.configuration) } : step,
  );
  return { ...timeline, configuration: asked(timeline.configuration), steps };
}
const aboutNothing = () => false;
