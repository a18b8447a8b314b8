/** Which families of timelines an implementation is put to, within which bounds, and what a timeline costs. Draws nothing. */
import type { Description } from '../adapters/contract.ts';
import type { TimeKind } from '../history/vocabulary.ts';
import { checksInstances, type Need, supportOf } from '../spec/behaviour.ts';
import { appliesTo } from '../spec/clauses.ts';
import type { Profile } from '../spec/configuration.ts';
import { effectiveDurations, resolveService } from '../spec/resolve.ts';
import { lackedBy } from './configurations/fitted-case.ts';
import { families } from './families/families.ts';
import type { Bounds, Family } from './families/family.ts';
import { scalesFor } from './scales.ts';
import type { Step, Timeline } from './timeline.ts';

/** Whether what passes is real time: over sockets, or because the adapter waits. */
export function takesTime({ plane, time }: Description): boolean {
  return plane === 'wire' || time[0] !== 'stepped';
}

/** What its plane can bear: a connection is microseconds in stepped time and a millisecond on the wire. */
export function boundsFor(description: Description, profile: Profile): Bounds {
  const isWired = takesTime(description);
  return {
    profile,
    profiles: description.profiles,
    isWired,
    instancesMax: Math.min(isWired ? 12 : 20, description.limits.instancesMax),
    instancesLimit: description.limits.instancesMax,
    connectionsMax: isWired ? 400 : 2000,
  };
}

/**
 * Those made for one of the selected clauses that apply, and that ask for nothing the implementation lacks; where no time
 * passes all others as well, since what breaks a clause may come up wherever its judge looks.
 */
export function familiesFor(
  description: Description,
  selected: readonly string[],
): readonly Family[] {
  const { capabilities } = description;
  const applying = selected.filter((id) => appliesTo(id, capabilities));
  const isAnyOther = !takesTime(description) && applying.some((id) => !id.startsWith('config.'));
  // where no traffic reaches the balancer, the adapter's endpoint takes turns among who is healthy
  const takesTurns = !supportOf(capabilities, 'traffic').supported;
  const isMet = (need: Need) =>
    supportOf(capabilities, need).supported || (takesTurns && need === 'schedule.wrr');
  return families
    .filter(({ clauses }) => isAnyOther || clauses.some((id) => applying.includes(id)))
    .filter(({ needs }) => needs.every(isMet));
}

/** Of timelines made for other clauses a few are enough to see what else may break a selected one. */
const drawnOfOthers = 4;

/** How many timelines of the family a run draws. */
export function timelinesOf(
  { runs, clauses }: Family,
  description: Description,
  selected: readonly string[],
): number {
  const count = runs[takesTime(description) ? 'wired' : 'stepped'];
  return clauses.some((id) => selected.includes(id)) ? count : Math.min(count, drawnOfOthers);
}

/** What an implementation lacks for every case made for a clause; empty: there is one that it can be put to, or none at all. */
export function missingFor(clause: string, { capabilities }: Description): readonly Need[] {
  if (clause.startsWith('config.')) return lackedBy(clause, capabilities);
  const missing = families
    .filter(({ clauses }) => clauses.includes(clause))
    .map(({ needs }) => needs.filter((need) => !supportOf(capabilities, need).supported));
  return missing.every((needs) => needs.length > 0) ? (missing[0] ?? []) : [];
}

/** Measured on a busy machine of 2 cores: a deployment begun and ended, a connection opened and closed. */
const deploymentMs = 200;
const connectionMs = 3;
/** A configuration is put to a deployment that carries nothing. */
export const configurationMs = 100;

/** How long a timeline takes on the wire, roughly, once and undisturbed, real ms: to put long ones first, and to tell how long a run takes. */
export function expectedMs(timeline: Timeline, description: Description, time: TimeKind): number {
  const service = resolveService(timeline.configuration, timeline.profile);
  const effective = effectiveDurations(service, scalesFor(description, time, timeline));
  const isChecking = checksInstances(description.capabilities);
  const stepMs = (step: Step): number => {
    const { intervals = 0, persistence = 0, drain = 0, checks = {} } = step.after ?? {};
    const checked = isChecking ? Math.max(0, ...Object.values(checks)) : 0;
    const waitedMs =
      (intervals + checked) * effective.intervalMs +
      persistence * effective.persistenceMs +
      drain * effective.drainMs;
    return waitedMs + connectionMs * openedBy(step);
  };
  return timeline.steps.reduce((sum, step) => sum + stepMs(step), deploymentMs);
}

/** With lanes side by side no run is shorter than its longest case. */
export function runMs(casesMs: readonly number[], lanes: number): number {
  const allMs = casesMs.reduce((sum, ms) => sum + ms, 0);
  return Math.max(allMs / lanes, ...casesMs);
}

/** Connections and checks that it takes, roughly: enough to put cheap timelines before dear ones. */
export function costOf({ steps, instances }: Timeline): number {
  return steps.reduce((sum, step) => sum + costOfStep(step, instances.length), 0);
}

function costOfStep(step: Step, instances: number): number {
  const { intervals = 0, persistence = 0, drain = 0, checks = {} } = step.after ?? {};
  // a persistence or a drain is as many checks as the interval fits into it: some ten
  const waited = Math.max(intervals, 10 * (persistence + drain), 0, ...Object.values(checks));
  return openedBy(step) + waited * instances;
}

/** Whether the implementation declares that it can hold all that may be open at once. */
export function isHeldWithin(
  { steps }: Timeline,
  { limits }: Pick<Description, 'limits'>,
): boolean {
  let held = 0;
  return steps.every((step) => {
    const atOnce = step.do === 'refill' ? Math.max(held, step.to) : held + openedBy(step);
    const isHolding = step.do === 'refill' || (step.do === 'open' && step.hold === true);
    if (isHolding) held = atOnce;
    return atOnce <= limits.connectionsMax;
  });
}

function openedBy(step: Step): number {
  return step.do === 'open' ? step.count : step.do === 'refill' ? step.to : 1;
}
