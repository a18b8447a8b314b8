/** Which families of timelines an implementation is put to, within which bounds, and what a timeline costs. Draws nothing. */
import type { Description } from '../adapters/contract.ts';
import { type Need, supportOf } from '../spec/behaviour.ts';
import { clauseOf, missingNeeds } from '../spec/clauses.ts';
import type { Profile } from '../spec/configuration.ts';
import { families } from './families/families.ts';
import type { Bounds, Family } from './families/family.ts';
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
    instancesMax: Math.min(12, description.limits.instancesMax),
    connectionsMax: isWired ? 400 : 2000,
  };
}

/** Those made for one of the selected clauses that apply, and that ask for nothing the implementation lacks. */
export function familiesFor(
  { capabilities }: Description,
  selected: readonly string[],
): readonly Family[] {
  const applies = (id: string) => {
    const clause = clauseOf(id);
    return clause !== undefined && missingNeeds(clause, capabilities).length === 0;
  };
  // where no traffic reaches the balancer, the adapter's endpoint takes turns among who is healthy
  const takesTurns = !supportOf(capabilities, 'traffic').supported;
  const isMet = (need: Need) =>
    supportOf(capabilities, need).supported || (takesTurns && need === 'schedule.wrr');
  return families
    .filter(({ clauses }) => clauses.some((id) => selected.includes(id) && applies(id)))
    .filter(({ needs }) => needs.every(isMet));
}

/** Connections and checks that it takes, roughly: enough to put cheap timelines before dear ones. */
export function costOf({ steps, instances }: Timeline): number {
  return steps.reduce((sum, step) => sum + costOfStep(step, instances.length), 0);
}

function costOfStep(step: Step, instances: number): number {
  const { intervals = 0, persistence = 0, drain = 0, checks = {} } = step.after ?? {};
  // a persistence or a drain is as many checks as the interval fits into it: some ten
  const waited = Math.max(intervals, 10 * (persistence + drain), 0, ...Object.values(checks));
  const opened = step.do === 'open' ? step.count : step.do === 'refill' ? step.to : 1;
  return opened + waited * instances;
}
