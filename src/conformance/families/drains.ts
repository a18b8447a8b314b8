/** Timelines for connection draining: what is held lives on and ends in time, nothing new comes, and who returns is back. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  anyScheduling,
  clientsNamed,
  documentOf,
  eachInTurn,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  settled,
  withWeightZero,
} from './family.ts';

const removable = fc.constantFrom('a', 'b', 'c');
const held = fc.integer({ min: 6, max: 9 });
/** In real time a drain is too long only when it lasts twice as long, or a second more: drains last about a second there. */
const farBeyond = 1.2;

/** So many intervals of the shortest last a second, however short a scale makes them: 100 ms on HAProxy. */
const secondInIntervals = 11;

/** In stepped time no moment is too late: 6 ms before the end of a minute, less than a second before that of an hour. */
const justBefore = 0.9999;

export const drainingDefault: Family = {
  name: 'draining-default',
  clauses: ['draining.default'],
  needs: ['drain'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        removed: removable,
        held,
        // both say nothing of how long
        drainSeconds: fc.constantFrom('unsaid' as const, 'empty' as const),
      })
      .map(({ removed, held: count, drainSeconds }): Timeline => {
        const [late, later, over] = bounds.isWired
          ? [0.78, null, 0.22 + farBeyond]
          : [0.97, justBefore - 0.97, 0.03];
        return {
          ...head('draining-default', drainingDefault.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            ...fewChecks(bounds),
            drainSeconds,
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            { do: 'remove', instance: removed },
            { after: { drain: late }, do: 'carry' },
            ...(later === null ? [] : [{ after: { drain: later }, do: 'carry' as const }]),
            { after: { drain: over }, do: 'carry' },
          ],
        };
      }),
};

export const drainingReturn: Family = {
  name: 'draining-return',
  clauses: ['draining.return', 'draining.established', 'health.interval'],
  needs: ['drain', 'change.weight'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        removed: removable,
        held,
        drainSeconds: fc.constantFrom(60, 300, 3600),
        isRemovedAgain: fc.boolean(),
        weight: fc.constantFrom(1, 2),
        port: fc.constantFrom(null, 9000),
      })
      .map(({ removed, held: count, drainSeconds, isRemovedAgain, weight, port }): Timeline => {
        const beyond = bounds.isWired ? 0.7 + farBeyond : 0.75;
        return {
          ...head('draining-return', drainingReturn.clauses, bounds),
          configuration: documentOf(bounds.profile, { ...fewChecks(bounds), drainSeconds }),
          instances: instancesOf([1, 1, 1], port),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            { do: 'remove', instance: removed },
            // whose connections do not bear so long a pause is told from whoever ends them for a drain
            { do: 'carry' },
            // between two checks: whether they go on after the return
            { after: { drain: 0.31 }, do: 'carry' },
            // with another weight, too, which holds from then on; who is removed again leaves equals behind
            {
              do: 'add',
              instance: { name: removed, weight: isRemovedAgain ? 1 : weight, port },
            },
            { do: 'open', count: 12, sources: 'fresh' },
            // a second drain has an end of its own, whenever the first would have had one
            ...(isRemovedAgain
              ? [
                  { do: 'open' as const, count, sources: 'fresh' as const, hold: true },
                  { after: { drain: 0.2 }, do: 'remove' as const, instance: removed },
                  { after: { drain: 0.75 }, do: 'carry' as const },
                  { after: { drain: beyond - 0.45 }, do: 'carry' as const },
                ]
              : [{ after: { drain: beyond }, do: 'carry' as const }]),
            { do: 'open', count: 12, sources: 'fresh' },
          ],
        };
      }),
};

/** The drain is the longest there is, so that it outlasts every wait here. */
export const drainingEarly: Family = {
  name: 'draining-early',
  clauses: ['draining.early-finish'],
  needs: ['drain'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        removed: removable,
        held: fc.oneof(held, fc.constant(0)),
        // a session is no connection
        persistence: fc.constantFrom(...(bounds.isWired ? [false] : [false, true])),
      })
      .map(
        ({ removed, held: count, persistence }): Timeline => ({
          ...head('draining-early', drainingEarly.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 3600, persistence }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            // or nothing at all: then the drain is over as it begins
            ...(count === 0
              ? []
              : [{ do: 'open' as const, count, sources: 'fresh' as const, hold: true }]),
            { do: 'remove', instance: removed },
            { after: { intervals: 2.5 }, do: 'carry' },
            { do: 'close', of: removed },
            { after: { intervals: 4.5 }, do: 'carry' },
          ],
        }),
      ),
};

export const draining: Family = {
  name: 'draining',
  clauses: ['draining.no-new', 'draining.established', 'draining.deadline', 'draining.others'],
  needs: ['drain'],
  runs: { stepped: 18, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        scheduling: anyScheduling,
        // shorter than a check takes, longer than a session lasts, and no whole minutes; real time tells none from another
        drainSeconds: fc.constantFrom(60, 300, 3600, ...(bounds.isWired ? [] : [4, 95])),
        persistence: fc.constantFrom(...(bounds.isWired ? [false] : [false, false, true])),
        removed: fc.constantFrom('a', 'b', 'c'),
        held: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 6, max: 12 }) },
          // more than are ended in one go
          fc.constantFrom(...(bounds.isWired ? [12] : [150])),
        ),
        isFollowed: fc.boolean(),
        ownPort: fc.constantFrom(null, 9000),
      })
      .map((drawn): Timeline => {
        const { scheduling, drainSeconds, persistence, removed, held, isFollowed, ownPort } = drawn;
        // several connections each, on more than one instance
        const holders = clientsNamed(Math.ceil(held / 2));
        const other = removed === 'a' ? 'b' : 'a';
        const left = instancesOf([1, 1, 1], ownPort).filter(
          ({ name }) => name !== removed && (name !== other || !isFollowed),
        );
        // asked for what there is a drain goes on; who begins it anew each time is far too late at last
        const list: Step = { do: 'list', instances: left };
        const askedAgain: readonly Step[] = [
          { after: { drain: 0.2 }, ...list },
          { after: { drain: 0.8 }, ...list },
          { after: { drain: 0.65 }, do: 'carry' },
        ];
        return {
          ...head('draining', draining.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            persistence,
            drainSeconds,
            ...fewChecks(bounds),
          }),
          instances: instancesOf([1, 1, 1], ownPort),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: holders, hold: true },
            { do: 'remove', instance: removed },
            { do: 'carry' },
            // whoever holds a connection there is given no other one
            { do: 'open', count: held, sources: holders },
            // hashing finds the removed one among so many, too
            { do: 'open', count: scheduling === 'source-ip' ? 30 : 9, sources: 'fresh' },
            { after: { drain: 0.3 }, do: 'carry' },
            // another one's drain begins in the middle of the first, and each has its own end
            ...(isFollowed ? [{ do: 'remove' as const, instance: other }] : []),
            { after: { drain: 0.4 }, do: 'carry' },
            { do: 'open', count: 9, sources: 'fresh' },
            ...(bounds.isWired
              ? askedAgain
              : [
                  { after: { drain: justBefore - 0.7 }, do: 'carry' as const },
                  { after: { drain: 1.02 - justBefore }, do: 'carry' as const },
                ]),
            ...(isFollowed ? [{ after: { drain: 0.38 }, do: 'carry' as const }] : []),
            // long gone, and back as it was, checks and all
            ...(scheduling === 'weighted-round-robin'
              ? [
                  { do: 'add' as const, instance: { name: removed, weight: 1, port: ownPort } },
                  {
                    after: { intervals: 4 },
                    do: 'open' as const,
                    count: 9,
                    sources: 'fresh' as const,
                  },
                ]
              : []),
          ],
        };
      }),
};

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

export const drainingZero: Family = {
  name: 'draining-zero',
  clauses: ['draining.zero'],
  needs: ['drain'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        held: fc.integer({ min: 3, max: 9 }),
        removed: fc.constantFrom('a', 'b', 'c'),
        // neither does a session bring anybody to who is gone
        persistence: fc.constantFrom(...(bounds.isWired ? [false] : [false, false, true])),
      })
      .map(({ held, removed, persistence }): Timeline => {
        const known = persistence ? clientsNamed(held) : null;
        return {
          ...head('draining-zero', drainingZero.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 0, persistence }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: known ?? 'fresh', hold: true },
            { do: 'remove', instance: removed },
            { do: 'open', count: 9, sources: 'fresh' },
            ...(known === null ? [] : [{ do: 'open' as const, count: held, sources: known }]),
            // at once, which in real time nobody can tell before a second is over
            ...(bounds.isWired ? [] : [{ after: { intervals: 0.1 }, do: 'carry' as const }]),
            {
              after: { intervals: bounds.isWired ? secondInIntervals : 1 },
              do: 'open',
              count: 9,
              sources: 'fresh',
            },
            { do: 'carry' },
          ],
        };
      }),
};

/** Fewer and fewer are left, down to the last one: that one goes on like any other until it ends or its time is over. */
export const drainingDwindles: Family = {
  name: 'draining-dwindles',
  clauses: ['draining.established', 'draining.early-finish'],
  needs: ['drain'],
  runs: { stepped: 8, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        removed: removable,
        held: fc.constantFrom(6, 9, 12),
        by: fc.constantFrom('client' as const, 'instance' as const),
        isLastKept: fc.boolean(),
      })
      .map(({ removed, held: count, by, isLastKept }): Timeline => {
        const each = count / 3;
        // one after the other, so that each number there can be is left for a while
        const ends = Array.from({ length: isLastKept ? each - 1 : each }, (_, gone): Step[] => [
          { do: 'close', of: removed, share: 1 / (each - gone), by },
          { after: { drain: 0.15 }, do: 'carry' },
        ]);
        return {
          ...head('draining-dwindles', drainingDwindles.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 300 }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            { do: 'carry' },
            { do: 'remove', instance: removed },
            { after: { drain: 0.1 }, do: 'carry' },
            ...ends.flat(),
            { after: { drain: 0.88 - 0.15 * ends.length }, do: 'carry' },
            { after: { drain: 0.04 }, do: 'carry' },
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
