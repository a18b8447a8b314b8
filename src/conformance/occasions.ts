/**
 * What a timeline gives occasion for: algorithms, kinds of checks, persistence, edits of weights, drains. A clause that
 * needs one of these and finds none cannot be why another one fails there. Knows no verdict.
 */
import type { Plan } from '../judging/statistical-budget.ts';
import type { Need } from '../spec/behaviour.ts';
import { clauseOf } from '../spec/clauses.ts';
import type { Scheduling, ServiceConfiguration } from '../spec/configuration.ts';
import { resolveService } from '../spec/resolve.ts';
import type { Step, Timeline } from './timeline.ts';

const needsOfScheduling: Readonly<Record<Scheduling, Need>> = {
  'weighted-round-robin': 'schedule.wrr',
  'weighted-least-connections': 'schedule.wlc',
  'source-ip': 'schedule.source',
};
const needsOfStep: Readonly<Partial<Record<Step['do'], readonly Need[]>>> = {
  reweigh: ['change.weight'],
  // whoever is listed again may have another weight than before
  add: ['change.weight'],
  remove: ['drain', 'drain.deadline'],
  list: ['change.weight', 'drain', 'drain.deadline'],
};
/** Needs that only some timelines meet; all others are met everywhere. */
const occasional: ReadonlySet<Need> = new Set([
  ...Object.values(needsOfScheduling),
  ...Object.values(needsOfStep).flat(),
  'persistence' as const,
  'check.tcp' as const,
  'check.http' as const,
]);

/** Whether the clause has a case in the timeline, as far as its needs go. */
export function hasOccasion(clause: string, timeline: Timeline): boolean {
  const needs = clauseOf(clause)?.needs.filter((need) => occasional.has(need)) ?? [];
  if (needs.length === 0) return true;
  const met = new Set<Need>(timeline.steps.flatMap((step) => needsOfStep[step.do] ?? []));
  for (const service of servicesOf(timeline)) {
    met.add(needsOfScheduling[service.scheduling]);
    met.add(`check.${service.check.method}`);
    if (service.persistenceMs > 0) met.add('persistence');
  }
  return needs.every((need) => met.has(need));
}

/** What it was made for and the algorithms it meets on its way, as the budget of false alarms counts them. */
export function planOf(timeline: Timeline): Plan {
  const schedulings = servicesOf(timeline).map(({ scheduling }) => scheduling);
  return { clauses: timeline.clauses, schedulings };
}

function servicesOf({ configuration, steps, profile }: Timeline): readonly ServiceConfiguration[] {
  const later = steps.flatMap((step) =>
    step.do === 'reconfigure' && step.isWrong !== true ? [step.configuration] : [],
  );
  return [configuration, ...later].map((document) => resolveService(document, profile));
}
