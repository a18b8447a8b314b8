/**
 * What an implementation is asked that declares that it cannot do everything: timelines without what they can spare of
 * it, and documents that it may turn down with "unsupported". Knows no implementation and no clause.
 */
import { type Capabilities, type Need, supportOf } from '../spec/behaviour.ts';
import type { CheckMethod, Profile, Scheduling } from '../spec/configuration.ts';
import { profiles } from '../spec/profiles.ts';
import { meaningOf } from '../spec/rules/rule.ts';
import { edited, valueAt } from './configurations/edits.ts';
import type { DrawnTimeline } from './drawn-timeline.ts';
import type { Step, Timeline } from './timeline.ts';

const needOfScheduling: Readonly<Record<Scheduling, Need>> = {
  'weighted-round-robin': 'schedule.wrr',
  'weighted-least-connections': 'schedule.wlc',
  'source-ip': 'schedule.source',
};
const needOfMethod: Readonly<Record<CheckMethod, Need>> = { tcp: 'check.tcp', http: 'check.http' };

/** What a document of any shape asks for that is declared unsupported; whoever says so to it is right. */
export function unableTo(
  document: unknown,
  profile: Profile,
  capabilities: Capabilities,
): readonly Need[] {
  const services = valueAt(document, 'backendServices');
  const asked = (Array.isArray(services) ? services : []).flatMap((service) =>
    needsOf(service, profile),
  );
  return [...new Set(asked)].filter((need) => !supportOf(capabilities, need).supported);
}

function needsOf(service: unknown, profile: Profile): readonly Need[] {
  const { schedulings, check } = profiles[profile];
  const scheduling = meaningOf(schedulings, valueAt(service, 'scheduling'));
  const method = meaningOf(check.methods, valueAt(service, 'healthCheck.method'));
  return [
    ...(scheduling === undefined ? [] : [needOfScheduling[scheduling]]),
    ...(method === undefined ? [] : [needOfMethod[method]]),
    ...(valueAt(service, 'sessionPersistence.enabled') === true ? ['persistence' as const] : []),
  ];
}

/**
 * The timeline as it can be asked: whose checks need not be HTTP checks has TCP checks where there are no others, and
 * whose scheduling does not matter has one that is there. For timelines of families whose needs are met.
 */
export function within(drawn: DrawnTimeline, capabilities: Capabilities): DrawnTimeline {
  const { timeline } = drawn;
  if (unableTo(timeline.configuration, timeline.profile, capabilities).length === 0) return drawn;
  return {
    ...drawn,
    timeline: timelineWithin(timeline, capabilities),
    *shrink() {
      for (const smaller of drawn.shrink()) yield within(smaller, capabilities);
    },
  };
}

function timelineWithin(timeline: Timeline, capabilities: Capabilities): Timeline {
  const asked = (document: Timeline['configuration']) =>
    documentWithin(document, timeline.profile, capabilities);
  const steps = timeline.steps.map(
    (step): Step =>
      step.do === 'reconfigure' ? { ...step, configuration: asked(step.configuration) } : step,
  );
  return { ...timeline, configuration: asked(timeline.configuration), steps };
}

const onService = 'backendServices[0]';
const onCheck = `${onService}.healthCheck`;

/** Of one service, as all timelines have. */
function documentWithin(
  document: Timeline['configuration'],
  profile: Profile,
  capabilities: Capabilities,
): Timeline['configuration'] {
  const unable = unableTo(document, profile, capabilities);
  let fitted: unknown = document;
  if (unable.includes('check.http') && capabilities['check.tcp'].supported) {
    const { path, normalStatusCodes, ...check } = valueAt(document, onCheck) as Plain;
    fitted = edited(fitted, onCheck, { ...check, method: 'tcp' });
  }
  const other = Object.entries(needOfScheduling).find(
    ([, need]) => supportOf(capabilities, need).supported,
  );
  if (other !== undefined && unable.includes(needOfSchedulingIn(document))) {
    fitted = edited(fitted, `${onService}.scheduling`, other[0]);
  }
  return fitted as Timeline['configuration'];
}
type Plain = Readonly<Record<string, unknown>>;

function needOfSchedulingIn(document: unknown): Need {
  return needOfScheduling[valueAt(document, `${onService}.scheduling`) as Scheduling];
}
