/**
 * Which values of a failing timeline do not matter: each is varied by itself, and where it fails all the same any would
 * do. Runs nothing; who calls says whether a variation fails, and when to stop.
 */
import { validateDocument } from '../spec/validate-document.ts';
import { edited, valueAt } from './configurations/edits.ts';
import type { ShrinkBudget } from './shrinking.ts';
import type { Step, Timeline } from './timeline.ts';

/** One value, in words, and the timelines that have another one there. */
interface Variation {
  readonly value: string;
  readonly others: readonly Timeline[];
}

/** Values that make no difference, in words: `the weight of b`. What there was no time for is not among them. */
export async function indifferentValues(
  timeline: Timeline,
  stillFails: (timeline: Timeline) => Promise<boolean>,
  budget: ShrinkBudget,
): Promise<readonly string[]> {
  const found: string[] = [];
  let runs = 0;
  for (const { value, others } of variationsOf(timeline)) {
    let matters = false;
    for (const other of others) {
      if (runs >= budget.runsMax || !budget.hasMore()) return found;
      runs++;
      matters = !(await stillFails(other));
      if (matters) break;
    }
    if (!matters) found.push(value);
  }
  return found;
}

function variationsOf(timeline: Timeline): readonly Variation[] {
  const all = [
    ...timeline.instances.map((one) => weightVariation(timeline, one)),
    ...settingVariations(timeline),
    ...timeline.steps.flatMap((step, index) => stepVariation(timeline, step, index) ?? []),
  ];
  return all.filter(({ others }) => others.length > 0);
}

function weightVariation(
  timeline: Timeline,
  { name, weight }: Timeline['instances'][number],
): Variation {
  const others = [weight + 1, weight + 4].map((other) => ({
    ...timeline,
    instances: timeline.instances.map((one) =>
      one.name === name ? { ...one, weight: other } : one,
    ),
  }));
  return { value: `the weight of ${name}`, others };
}

/** Settings of the service and other values for each; the one that stands there is left out. */
const settings: readonly (readonly [words: string, path: string, values: readonly unknown[]])[] = [
  ['the unhealthy threshold', 'healthCheck.unhealthyThreshold', [1, 3, 5]],
  ['the healthy threshold', 'healthCheck.healthyThreshold', [1, 3, 5]],
  ['the timeout', 'healthCheck.timeoutSeconds', [2, 4]],
  ['the interval', 'healthCheck.intervalSeconds', [5, 20]],
  ['the check path', 'healthCheck.path', ['/', '/a']],
  ['the check port', 'healthCheck.port', [9100, 9200]],
  ['the port', 'port', [8080, 8443]],
  ['the drain duration', 'connectionDraining.durationSeconds', [60, 300]],
  [
    'the algorithm',
    'scheduling',
    ['weighted-round-robin', 'weighted-least-connections', 'source-ip'],
  ],
];

function settingVariations(timeline: Timeline): readonly Variation[] {
  // after a change of the configuration the first one is half of what was asked for
  if (timeline.steps.some((step) => step.do === 'reconfigure')) return [];
  const written = timeline.configuration;
  return settings.flatMap(([value, setting, values]): Variation[] => {
    const path = `backendServices[0].${setting}`;
    const now = valueAt(written, path);
    if (now === undefined) return [];
    const others = values
      .filter((other) => other !== now)
      .map((other) => edited(written, path, other) as Timeline['configuration'])
      .filter((configuration) => isValid(configuration, timeline.profile))
      .map((configuration) => ({ ...timeline, configuration }));
    return [{ value, others }];
  });
}

function isValid(configuration: Timeline['configuration'], profile: Timeline['profile']): boolean {
  return validateDocument(configuration, { profile }).violations.length === 0;
}

function stepVariation(timeline: Timeline, step: Step, index: number): Variation | null {
  const place = `in step ${index + 1}`;
  const instead = (...others: readonly Step[]) =>
    others.map((other) => ({ ...timeline, steps: timeline.steps.with(index, other) }));
  if (step.do === 'open') {
    const { count, sources } = step;
    const others = [Math.ceil(count / 2), 2 * count].filter((other) => other !== count);
    const counts = instead(...others.map((other) => ({ ...step, count: other })));
    const who = sources === 'fresh' ? 'fresh clients' : `clients ${sources.slice(0, 3).join(', ')}`;
    return { value: `how many ${who} come ${place}`, others: counts };
  }
  if (step.do === 'close') {
    const others = [0.5, 1].filter((share) => share !== (step.share ?? 1));
    const shares = instead(...others.map((share) => ({ ...step, share })));
    return { value: `how many connections are closed ${place}`, others: shares };
  }
  const { after } = step;
  if (after?.intervals !== undefined && after.intervals > 0) {
    const waits = [after.intervals / 2, after.intervals * 2];
    const others = instead(
      ...waits.map((intervals) => ({ ...step, after: { ...after, intervals } })),
    );
    return { value: `the wait ${place}`, others };
  }
  return null;
}
