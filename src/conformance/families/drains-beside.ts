/** Timelines for drains beside something else: the unwell, several at once, the resting and hundreds that end together. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import { held, removable } from './drains.ts';
import type { Family } from './family.ts';
import {
  anyScheduling,
  documentOf,
  eachInTurn,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  settled,
  withWeightZero,
} from './family.ts';

/** What is wrong with the instance that leaves, or with those that stay. */
const plights = [
  'unwell',
  'falling ill',
  'recovering',
  'others ill',
  'everybody leaves',
  'ill once back',
] as const;

/** Whoever leaves unwell, falls ill or recovers meanwhile, and whoever is the last: a drain is a drain. */
export const drainingUnwell: Family = {
  name: 'draining-unwell',
  clauses: [
    ...['draining.established', 'draining.no-new', 'draining.deadline'],
    'health.unhealthy-threshold',
  ],
  needs: ['drain', 'check.http', 'schedule.wrr', 'change.weight'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        plight: eachInTurn(bounds, plights),
        held,
        drainSeconds: fc.constantFrom(300, 600),
        unhealthyThreshold: fc.integer({ min: 1, max: 3 }),
        scheduling: anyScheduling,
      })
      .map((drawn): Timeline => {
        const { plight, held: count, drainSeconds, unhealthyThreshold } = drawn;
        // only turns show when somebody goes
        const scheduling = plight === 'ill once back' ? 'weighted-round-robin' : drawn.scheduling;
        const names = namesOf(3);
        const ill = (instance: string): Step => ({
          do: 'behave',
          instance,
          behaviour: { afterwards: { reply: 503 } },
        });
        const well: Step = { do: 'behave', instance: 'a', behaviour: {} };
        const remove = (instance: string): Step => ({ do: 'remove', instance });
        const open: Step = { do: 'open', count: 9, sources: 'fresh' };
        // a check of the shortest interval takes seven seconds at most, the drain is far from its end then
        const sure: Step = { after: { intervals: 1.4 * (unhealthyThreshold + 4) }, do: 'carry' };
        const course: Readonly<Record<typeof plight, readonly Step[]>> = {
          unwell: [ill('a'), sure, remove('a'), open],
          'falling ill': [remove('a'), ill('a'), sure, open],
          recovering: [ill('a'), sure, open, remove('a'), well, sure, open],
          'others ill': [remove('a'), ill('b'), ill('c'), sure, open],
          // one after the other: what ends at the last removal has to do with no other one
          'everybody leaves': [
            ...names.map((name): Step => ({ after: { intervals: 0.4 }, ...remove(name) })),
            sure,
            open,
          ],
          // nothing was counted of it before it left, and nothing is when it returns
          'ill once back': [
            remove('a'),
            open,
            { do: 'add', instance: { name: 'a', weight: 1, port: null } },
            open,
            ill('a'),
            ...Array.from({ length: unhealthyThreshold + 2 }, () => ({
              after: { checks: { a: 1 } },
              ...open,
            })),
          ],
        };
        return {
          ...head('draining-unwell', drainingUnwell.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            drainSeconds,
            check: { unhealthyThreshold },
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(names, 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            // twice, so that whoever loses data anyhow is told from whoever loses them by a drain
            { do: 'carry' },
            { do: 'carry' },
            ...course[plight],
            { after: { drain: 0.5 }, do: 'carry' },
            { after: { drain: 0.52 }, do: 'carry' },
          ],
        };
      }),
};

/** Several drain at once, each with an end of its own, and one of them is called back: that is no matter of the others. */
export const drainingSeveral: Family = {
  name: 'draining-several',
  clauses: [...['draining.deadline', 'draining.established', 'draining.return'], 'draining.no-new'],
  needs: ['drain', 'change.weight'],
  runs: { stepped: 10, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        leaving: fc.constantFrom<readonly string[]>(['a', 'b'], ['b', 'a'], ['a', 'b', 'c']),
        isAtOnce: fc.boolean(),
        returning: fc.nat({ max: 1 }),
        drainSeconds: fc.constantFrom(60, 300, 3600),
        held: fc.constantFrom(8, 12),
        scheduling: anyScheduling,
      })
      .map((drawn): Timeline => {
        const { leaving, isAtOnce, returning, drainSeconds, scheduling, held: count } = drawn;
        const back: string = leaving[returning] ?? 'a';
        const listed = instancesOf([1, 1, 1, 1]);
        const staying = listed.filter(({ name }) => !leaving.includes(name));
        const removals: readonly Step[] = isAtOnce
          ? [{ do: 'list', instances: staying }]
          : leaving.map((instance) => ({ after: { drain: 0.05 }, do: 'remove', instance }));
        const removing = isAtOnce ? 0 : 0.05 * (leaving.length - 1);
        return {
          ...head('draining-several', drainingSeveral.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            ...fewChecks(bounds),
            scheduling,
            drainSeconds,
          }),
          instances: listed,
          steps: [
            settled(namesOf(4), 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            { do: 'carry' },
            ...removals,
            { do: 'carry' },
            // so many that hashing finds them, too
            { do: 'open', count: 40, sources: 'fresh' },
            { after: { drain: 0.4 }, do: 'add', instance: { name: back, weight: 1, port: null } },
            { do: 'carry' },
            // the first ends first, the last that began is still there then
            { after: { drain: 0.59 - removing }, do: 'carry' },
            { after: { drain: removing + 0.03 }, do: 'carry' },
          ],
        };
      }),
};

/** Who has been given no weight drains like any other, and is nobody's business while another one drains. */
export const drainingResting: Family = {
  name: 'draining-resting',
  clauses: [...['draining.established', 'draining.no-new', 'draining.deadline'], 'draining.others'],
  needs: ['drain', 'schedule.wrr', 'change.weight'],
  runs: { stepped: 6, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({ removed: removable, held, restsLong: fc.boolean(), isAnother: fc.boolean() })
      .map(({ removed, held: count, restsLong, isAnother }): Timeline => {
        const resting = isAnother ? (removed === 'a' ? 'b' : 'a') : removed;
        const within = withWeightZero(bounds);
        const open: Step = { do: 'open', count: 9, sources: 'fresh' };
        return {
          ...head('draining-resting', drainingResting.clauses, within),
          configuration: documentOf(within.profile, { drainSeconds: 300 }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            { do: 'carry' },
            { do: 'reweigh', instance: resting, weight: 0 },
            open,
            ...(restsLong ? [{ after: { drain: 1.1 }, do: 'carry' as const }] : []),
            { do: 'carry' },
            { do: 'remove', instance: removed },
            { do: 'carry' },
            open,
            { after: { drain: 0.6 }, do: 'carry' },
            { after: { drain: 0.38 }, do: 'carry' },
            { after: { drain: 0.04 }, do: 'carry' },
          ],
        };
      }),
};

/** On one instance more than anybody ends in one go. */
const crowd = 300;

/** Hundreds are there at the end of one drain, and it is the end of all of them. */
export const drainingCrowd: Family = {
  name: 'draining-crowd',
  clauses: ['draining.established', 'draining.deadline'],
  needs: ['drain'],
  runs: { stepped: 1, wired: 1 },
  timelines: (bounds) =>
    fc.constant({
      ...head('draining-crowd', drainingCrowd.clauses, bounds),
      configuration: documentOf(bounds.profile, { ...fewChecks(bounds), drainSeconds: 300 }),
      instances: instancesOf([8, 1]),
      steps: [
        settled(namesOf(2), 3),
        {
          do: 'open',
          // eight of nine go there
          count: Math.min(Math.ceil((crowd * 9) / 8), bounds.connectionsMax),
          sources: 'fresh',
          hold: true,
          atOnce: 8,
        },
        { do: 'remove', instance: 'a' },
        { after: { drain: 0.97 }, do: 'carry' },
        { after: { drain: 0.05 }, do: 'carry' },
      ],
    } satisfies Timeline),
};
