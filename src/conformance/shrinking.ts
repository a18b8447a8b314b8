/**
 * Makes a failing timeline small within a budget: first along fast-check's own shrink tree (fewer instances, smaller
 * weights and thresholds), then by leaving out steps. Keeps the smallest one that still fails.
 */
import type { DrawnTimeline } from './drawn-timeline.ts';
import type { Timeline } from './timeline.ts';
import { strangersIn } from './timeline-names.ts';

export interface Shrunk {
  readonly timeline: Timeline;
  /** Candidates that were run. */
  readonly runs: number;
}

export interface ShrinkBudget {
  /** False once the time is up or the run was interrupted. */
  hasMore(): boolean;
  readonly runsMax: number;
}

export async function shrinkTimeline(
  found: DrawnTimeline,
  stillFails: (timeline: Timeline) => Promise<boolean>,
  budget: ShrinkBudget,
): Promise<Shrunk> {
  let runs = 0;
  const fails = async (timeline: Timeline): Promise<boolean> => {
    runs++;
    return stillFails(timeline);
  };
  const hasMore = () => runs < budget.runsMax && budget.hasMore();
  const smallest = await descend(found, fails, hasMore);
  const timeline = await leaveOutSteps(smallest.timeline, fails, hasMore);
  return { timeline, runs };
}

async function descend(
  found: DrawnTimeline,
  fails: (timeline: Timeline) => Promise<boolean>,
  hasMore: () => boolean,
): Promise<DrawnTimeline> {
  let best = found;
  for (let improved = true; improved && hasMore(); ) {
    improved = false;
    for (const smaller of best.shrink()) {
      if (!hasMore()) break;
      if (!(await fails(smaller.timeline))) continue;
      best = smaller;
      improved = true;
      break;
    }
  }
  return best;
}

/** From the end, in halves, then one by one: later steps are the likelier to be superfluous. */
async function leaveOutSteps(
  timeline: Timeline,
  fails: (timeline: Timeline) => Promise<boolean>,
  hasMore: () => boolean,
): Promise<Timeline> {
  let best = timeline;
  for (let size = Math.max(1, best.steps.length >> 1); size >= 1; size = size >> 1) {
    for (let end = best.steps.length; end > 0 && hasMore(); end -= size) {
      const from = Math.max(0, end - size);
      const steps = [...best.steps.slice(0, from), ...best.steps.slice(end)];
      const candidate = { ...best, steps };
      // a step that is about somebody whose coming was left out could not be replayed
      if (steps.length === 0 || strangersIn(candidate).length > 0) continue;
      if (await fails(candidate)) best = candidate;
    }
  }
  return best;
}
