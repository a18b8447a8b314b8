/** Timelines that change something while an instance is failing: neither what is known of it nor what is counted may be lost. */
import fc from 'fast-check';
import type { ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Bounds, Family, ServiceChoice } from './family.ts';
import {
  answering,
  documentOf,
  head,
  instancesOf,
  namesOf,
  settled,
  withListener,
} from './family.ts';

const failing = answering('a', { reply: 503 });
/** Two cycles of four instances, and as many again for a wash-out. */
const open = { do: 'open' as const, count: 16, sources: 'fresh' as const };
/** Beyond every threshold here, with one check that was under way. */
const sure = { checks: { a: 6 } };

/** What happens to others, and to the failing one itself: gone and registered anew it starts from the beginning. */
const changes: Readonly<Record<string, readonly Step[]>> = {
  addition: [{ do: 'add', instance: { name: 'd', weight: 1, port: null } }],
  weight: [{ do: 'reweigh', instance: 'c', weight: 2 }],
  'own weight': [{ do: 'reweigh', instance: 'a', weight: 2 }],
  removal: [{ do: 'remove', instance: 'c' }],
  return: [
    { do: 'remove', instance: 'a' },
    { do: 'add', instance: { name: 'a', weight: 1, port: null } },
  ],
};

export const changesWhileOut: Family = {
  name: 'changes-while-out',
  clauses: ['schedule.eligible'],
  needs: ['check.http', 'schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        change: fc.constantFrom('addition', 'weight', 'own weight', 'removal', 'return'),
        // out for minutes: time alone brings nobody back
        intervals: fc.constantFrom(...(bounds.isWired ? [4] : [15, 30])),
      })
      .map(
        ({ change, intervals }): Timeline => ({
          ...head('changes-while-out', changesWhileOut.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 0 }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            open,
            failing,
            { after: sure, ...open },
            ...(changes[change] ?? []),
            open,
            { after: { intervals }, ...open },
            { do: 'behave', instance: 'a', behaviour: {} },
            { after: sure, ...open },
          ],
        }),
      ),
};

/** None of them says anything of connections. */
const otherChecks: readonly NonNullable<ServiceChoice['check']>[] = [
  { unhealthyThreshold: 4 },
  { unhealthyThreshold: 1 },
  { healthyThreshold: 4 },
  { unhealthyThreshold: 3, healthyThreshold: 1 },
  { intervalSeconds: 10 },
  { path: '/ready' },
];

/** Whoever keeps the connections of who is out keeps them through another configuration, too. */
export const reconfiguresWhileOut: Family = {
  name: 'reconfigures-while-out',
  clauses: ['change.keeps-established'],
  needs: ['check.http', 'schedule.wrr', 'change.configuration'],
  runs: { stepped: 10, wired: 1 },
  timelines: (bounds) =>
    fc.record({ check: fc.constantFrom(...otherChecks), held: fc.integer({ min: 6, max: 9 }) }).map(
      ({ check, held }): Timeline => ({
        ...head('reconfigures-while-out', reconfiguresWhileOut.clauses, bounds),
        configuration: documentOf(bounds.profile, {}),
        instances: instancesOf([1, 1, 1]),
        steps: [
          settled(namesOf(3), 3),
          { do: 'open', count: held, sources: 'fresh', hold: true },
          failing,
          { after: sure, ...open },
          // at no moment at which a check fails: that would be a reason
          { after: { intervals: 0.3 }, do: 'carry' },
          { do: 'reconfigure', configuration: documentOf(bounds.profile, { check }) },
          { do: 'carry' },
          { after: { intervals: 0.3 }, do: 'carry' },
        ],
      }),
    ),
};

/** What another configuration may say of a service, before and after it: none of that is a result of a check. */
interface Replacement {
  readonly before: ServiceChoice;
  readonly after: ServiceChoice;
}

const algorithms = ['weighted-round-robin', 'weighted-least-connections', 'source-ip'] as const;

const replacements: readonly Replacement[] = [
  ...algorithms
    .filter((scheduling) => scheduling !== 'weighted-round-robin')
    .map((scheduling) => ({ before: {}, after: { scheduling } })),
  { before: { scheduling: 'weighted-least-connections' }, after: {} },
  { before: {}, after: { check: { port: 9100 } } },
  { before: { check: { port: 9100 } }, after: { check: { port: 9200 } } },
  { before: { check: { port: 9100 } }, after: {} },
  { before: {}, after: { check: { method: 'tcp' } } },
  { before: { check: { method: 'tcp' } }, after: {} },
  { before: {}, after: { check: { normalStatusCodes: ['2xx', '3xx'] } } },
  { before: {}, after: { check: { timeoutSeconds: 3 } } },
  { before: {}, after: { port: 8443 } },
  { before: {}, after: { persistence: true } },
  ...otherChecks.map((check) => ({ before: {}, after: { check } })),
];

/** Refused, so that it fails by whichever method. */
const refusing = answering('a', { reply: 'refused' });
/** More than any algorithm keeps from an instance by chance, held so that least connections has a reason, too. */
const crowd = { do: 'open' as const, count: 32, sources: 'fresh' as const, hold: true };

function reconfiguredOut(bounds: Bounds): readonly Timeline[] {
  return replacements.map(({ before, after }) => ({
    ...head('reconfigures-unhealthy', reconfiguresUnhealthy.clauses, bounds),
    configuration: documentOf(bounds.profile, before),
    instances: instancesOf([1, 1, 1]),
    steps: [
      settled(namesOf(3), 3),
      open,
      refusing,
      { after: sure, ...open },
      { do: 'reconfigure', configuration: documentOf(bounds.profile, after) },
      // before any check told by the new one
      crowd,
      { after: { checks: { a: 1 } }, ...open },
    ],
  }));
}

/** Who is out stays out, whatever the other configuration says, until its checks say otherwise. */
export const reconfiguresUnhealthy: Family = {
  name: 'reconfigures-unhealthy',
  clauses: ['schedule.eligible'],
  needs: [
    ...(['schedule.wrr', 'schedule.wlc', 'schedule.source', 'persistence'] as const),
    ...(['check.http', 'check.tcp', 'change.configuration'] as const),
  ],
  runs: { stepped: replacements.length, wired: 1 },
  fixed: reconfiguredOut,
  timelines: (bounds) => fc.constantFrom(...reconfiguredOut(bounds)),
};

/** What comes between the results that are counted, and which ones these are. */
interface Counting {
  readonly change: string;
  readonly counted: 'failed' | 'passed';
  readonly threshold: number;
  /** Answered so slowly that the change comes while a check is under way. */
  readonly isUnderWay: boolean;
}

/** Each change both ways, so that none depends on luck; on the wire the first few. */
function countings({ isWired }: Bounds): readonly Counting[] {
  return [false, ...(isWired ? [] : [true])].flatMap((isUnderWay) =>
    ['own weight', 'addition', 'weight', 'removal'].flatMap((change, index) => {
      const threshold = 3 + (index % 2);
      const counted = [{ counted: 'failed' as const }, { counted: 'passed' as const }];
      return counted.map((one) => ({ change, threshold, isUnderWay, ...one }));
    }),
  );
}

function changedWhileCounting(
  bounds: Bounds,
  { change, counted, threshold, isUnderWay }: Counting,
): Timeline {
  const isFailing = counted === 'failed';
  const slowly = isUnderWay ? { afterTimeouts: 0.9 } : {};
  const good: ReplyScript = { reply: 'normal', ...slowly };
  const bad: ReplyScript = { reply: 503, ...slowly };
  const watched = { after: { checks: { a: 1 } }, ...open };
  return {
    ...head(
      'changes-while-counting',
      [isFailing ? 'health.unhealthy-threshold' : 'health.healthy-threshold'],
      bounds,
    ),
    configuration: documentOf(bounds.profile, {
      check: {
        unhealthyThreshold: isFailing ? threshold : 2,
        healthyThreshold: isFailing ? 2 : threshold,
        ...(isUnderWay ? { timeoutSeconds: 4 } : {}),
      },
    }),
    instances: instancesOf([1, 1, 1]),
    behaviours: { a: { afterwards: good } },
    steps: [
      settled(namesOf(3), threshold + 1),
      open,
      answering('a', bad),
      ...(isFailing ? [] : [{ after: sure, ...open }, answering('a', good)]),
      // one short of the threshold, whether or not a check was under way
      ...Array.from({ length: threshold - 1 }, () => watched),
      // an interval after the start of the check before, which took most of its timeout
      { after: { intervals: isUnderWay ? 0.5 : 0 }, do: 'wait' },
      ...(changes[change] ?? []),
      ...Array.from({ length: 5 }, () => watched),
    ],
  };
}

function timelinesWhileCounting(bounds: Bounds): readonly Timeline[] {
  return countings(bounds).map((counting) => changedWhileCounting(bounds, counting));
}

/** Passes of somebody who comes back are as easily lost as failures of somebody who goes. */
export const changesWhileCounting: Family = {
  name: 'changes-while-counting',
  clauses: ['health.unhealthy-threshold', 'health.healthy-threshold'],
  needs: ['check.http', 'schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 16, wired: 2 },
  fixed: timelinesWhileCounting,
  timelines: (bounds) => fc.constantFrom(...timelinesWhileCounting(bounds)),
};

/** An edit more often than checks come: none of them puts a check off. */
export const changesBetweenChecks: Family = {
  name: 'changes-between-checks',
  clauses: ['health.interval'],
  needs: ['schedule.wrr', 'change.weight', 'drain', 'change.configuration'],
  runs: { stepped: 10, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        change: fc.constantFrom('weight', 'own weight', 'other members', 'document'),
        intervals: fc.constantFrom(0.4, 0.7),
      })
      .map(({ change, intervals }): Timeline => {
        const reweighed = (instance: string) => (turn: number) => ({
          do: 'reweigh' as const,
          instance,
          weight: 1 + (turn % 2),
        });
        const passing = { name: 'd', weight: 1, port: null };
        const membership = (turn: number) =>
          turn % 2 === 0
            ? { do: 'add' as const, instance: passing }
            : { do: 'remove' as const, instance: 'd' };
        const configuration = documentOf(bounds.profile, { drainSeconds: 0 });
        const edits: Readonly<Record<typeof change, (turn: number) => Step>> = {
          weight: reweighed('c'),
          'own weight': reweighed('a'),
          'other members': membership,
          document: (turn) => ({
            do: 'reconfigure',
            configuration: turn % 2 === 0 ? withListener(configuration) : configuration,
          }),
        };
        return {
          ...head('changes-between-checks', changesBetweenChecks.clauses, bounds),
          configuration,
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            ...Array.from({ length: 12 }, (_, turn) => ({
              after: { intervals },
              ...edits[change](turn),
            })),
            { after: { intervals: 2 }, do: 'wait' },
          ],
        };
      }),
};

/**
 * Gone before its drain was due, and there again: what had been meant to end with that drain has nothing to do with
 * whoever bears the name now. Another edit follows, so that its connections are somebody's whom nobody removed.
 */
export const returnsBeforeDeadline: Family = {
  name: 'returns-before-deadline',
  clauses: ['change.keeps-established'],
  needs: ['drain', 'change.weight'],
  runs: { stepped: 4, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({ held: fc.integer({ min: 3, max: 9 }), drainSeconds: fc.constantFrom(60, 120) })
      .map(({ held, drainSeconds }): Timeline => {
        const hold = { do: 'open' as const, count: held, sources: 'fresh' as const, hold: true };
        return {
          ...head('returns-before-deadline', returnsBeforeDeadline.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            hold,
            { do: 'remove', instance: 'a' },
            { do: 'close', of: 'a' },
            { after: { intervals: 2 }, do: 'add', instance: { name: 'a', weight: 1, port: null } },
            // whoever starts out of rotation passes its checks first
            { after: { checks: { a: 4 } }, ...hold },
            { do: 'add', instance: { name: 'd', weight: 1, port: null } },
            { do: 'carry' },
            { after: { drain: 1 }, do: 'carry' },
          ],
        };
      }),
};
