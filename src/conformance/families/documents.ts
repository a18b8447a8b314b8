/**
 * Timelines in which a document is replaced by another one that says the same of the service: nothing that the balancer
 * knows may be lost, whatever it is in the middle of. Each is made for the clause of what it is in the middle of.
 */
import fc from 'fast-check';
import type { ConfigurationDocument } from '../../spec/configuration.ts';
import type { ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Bounds, Family, ServiceChoice } from './family.ts';
import {
  answering,
  clientsNamed,
  cycleOf,
  documentOf,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  settled,
  withListener,
} from './family.ts';
import { cyclesToFollow } from './weights.ts';

/** What is under way, and the clauses that tell whether it goes on. */
interface Course {
  readonly clauses: readonly string[];
  readonly choice: ServiceChoice;
  /** How long a drain is to last from then on, where nobody is removed. */
  readonly drainSeconds?: number;
  readonly weights: readonly number[];
  readonly behaviours?: Timeline['behaviours'];
  readonly before: readonly Step[];
  readonly afterwards: readonly Step[];
}

const open = { do: 'open' as const, count: 16, sources: 'fresh' as const };
const watched = { after: { checks: { a: 1 } }, ...open };
const failing = answering('a', { reply: 503 });
const clients = clientsNamed(20);
const openKnown = { do: 'open' as const, count: clients.length, sources: clients };
const uneven = [4, 3, 2];
const target = 4 * cycleOf(uneven);

function coursesOf(bounds: Bounds): readonly Course[] {
  const even = [1, 1, 1];
  return [
    {
      clauses: ['schedule.eligible'],
      choice: {},
      weights: even,
      before: [open, failing, { after: { checks: { a: 6 } }, ...open }],
      afterwards: [
        open,
        { after: { checks: { a: 1 } }, ...open },
        // it is checked as ever, and comes back
        { do: 'behave', instance: 'a', behaviour: {} },
        { after: { intervals: 10 }, ...open },
      ],
    },
    ...[{}, { drainSeconds: 60 }].map((other) => ({
      ...other,
      clauses: ['health.unhealthy-threshold'],
      choice: { check: { unhealthyThreshold: 4 } },
      weights: even,
      before: [open, failing, watched, watched, watched],
      afterwards: [watched, watched, watched, watched],
    })),
    {
      clauses: ['schedule.source.sticky'],
      choice: { scheduling: 'source-ip', ...fewChecks(bounds) },
      weights: uneven,
      before: [openKnown],
      afterwards: [openKnown],
    },
    {
      clauses: ['schedule.wlc.ratio'],
      choice: { scheduling: 'weighted-least-connections' },
      weights: uneven,
      // uneven just then, so that whoever counts from nothing again fills up by weights alone
      before: [
        { do: 'refill', to: target },
        ...namesOf(3).map((of, index) => ({ do: 'close' as const, of, share: 0.3 * (index + 1) })),
      ],
      afterwards: [{ do: 'refill', to: target }],
    },
    {
      clauses: ['schedule.wrr.cycle'],
      choice: {},
      weights: uneven,
      before: [],
      afterwards: [{ do: 'open', count: 6 * cycleOf(uneven), sources: 'fresh' }],
    },
    drainUnderWay(bounds),
    // shorter than what is over of the drain under way by then, and shorter than what will be: that one goes on
    ...(bounds.isWired ? [] : [60, 200]).map((drainSeconds) => ({
      ...drainUnderWay(bounds),
      clauses: ['change.keeps-established'],
      drainSeconds,
      // another unit from then on
      afterwards: [{ after: { drain: 170 / drainSeconds }, do: 'carry' as const }],
    })),
    // while a check is under way, the last one that is needed: it ends as it began
    ...[bad, good].map((last) => ({
      clauses: [last === bad ? 'health.unhealthy-threshold' : 'health.healthy-threshold'],
      choice: { check: { timeoutSeconds: 4, unhealthyThreshold: 3, healthyThreshold: 3 } },
      weights: even,
      behaviours: { a: { afterwards: good } },
      before: [
        open,
        answering('a', bad),
        ...(last === bad ? [] : [{ after: { checks: { a: 6 } }, ...open }, answering('a', good)]),
        watched,
        watched,
        { after: { intervals: 0.5 }, do: 'wait' as const },
      ],
      afterwards: [watched, watched, watched, watched],
    })),
  ];
}

/** In the middle of a drain: whoever begins it anew ends it later. */
function drainUnderWay(bounds: Bounds): Course {
  return {
    clauses: ['draining.no-new', 'draining.established', 'draining.deadline'],
    choice: { drainSeconds: 300, ...fewChecks(bounds) },
    weights: [1, 1, 1],
    before: [
      { do: 'open', count: 6, sources: 'fresh', hold: true },
      { do: 'remove', instance: 'b' },
      { after: { drain: 0.4 }, do: 'carry' },
    ],
    afterwards: [
      { do: 'open', count: 9, sources: 'fresh' },
      { after: { drain: 0.3 }, do: 'carry' },
      { after: { drain: bounds.isWired ? 1.6 : 0.35 }, do: 'carry' },
    ],
  };
}

/** Just in time, so that a check is under way for long. */
const bad: ReplyScript = { reply: 503, afterTimeouts: 0.9 };
const good: ReplyScript = { reply: 'normal', afterTimeouts: 0.9 };

function anotherOf({ profile }: Bounds, { choice, drainSeconds }: Course): ConfigurationDocument {
  return drainSeconds === undefined
    ? withListener(documentOf(profile, choice))
    : documentOf(profile, { ...choice, drainSeconds });
}

function timelineOf(bounds: Bounds, course: Course, family = 'documents-change'): Timeline {
  const configuration: ConfigurationDocument = documentOf(bounds.profile, course.choice);
  return {
    ...head(family, course.clauses, bounds),
    configuration,
    instances: instancesOf(course.weights),
    behaviours: course.behaviours ?? {},
    steps: [
      settled(namesOf(course.weights.length), 4),
      ...course.before,
      { do: 'reconfigure', configuration: anotherOf(bounds, course) },
      ...course.afterwards,
    ],
  };
}

export const documentsChange: Family = {
  name: 'documents-change',
  clauses: [
    'schedule.eligible',
    'health.unhealthy-threshold',
    'health.healthy-threshold',
    'schedule.source.sticky',
    'schedule.wlc.ratio',
    'schedule.wrr.cycle',
    'draining.no-new',
    'draining.established',
    'draining.deadline',
    'change.keeps-established',
  ],
  needs: [
    ...(['schedule.wrr', 'schedule.wlc', 'schedule.source'] as const),
    ...(['check.http', 'drain', 'drain.deadline', 'change.configuration'] as const),
  ],
  runs: { stepped: 11, wired: 3 },
  fixed: (bounds) => coursesOf(bounds).map((course) => timelineOf(bounds, course)),
  timelines: (bounds) =>
    fc.constantFrom(...coursesOf(bounds)).map((course) => timelineOf(bounds, course)),
};

/** Weights that were changed are not in the document: whoever begins anew with it goes back to those of the beginning. */
const reweighed: Course = {
  clauses: ['schedule.weight-change'],
  choice: {},
  weights: uneven,
  before: [
    { do: 'open', count: 6 * cycleOf(uneven), sources: 'fresh' },
    { do: 'reweigh', instance: 'a', weight: 1 },
    { do: 'open', count: cyclesToFollow * cycleOf(uneven), sources: 'fresh' },
  ],
  afterwards: [{ do: 'open', count: cyclesToFollow * cycleOf(uneven), sources: 'fresh' }],
};

export const documentsAfterReweighing: Family = {
  name: 'documents-after-reweighing',
  clauses: reweighed.clauses,
  needs: ['schedule.wrr', 'change.weight', 'change.configuration'],
  runs: { stepped: 1, wired: 0 },
  timelines: (bounds) => fc.constant(timelineOf(bounds, reweighed, 'documents-after-reweighing')),
};
