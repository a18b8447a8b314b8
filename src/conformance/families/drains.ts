/** Timelines for connection draining: what is held lives on and ends in time, nothing new comes, and who returns is back. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  anyScheduling,
  clientsNamed,
  documentOf,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  settled,
} from './family.ts';

/** Any of the three that most of these have. */
export const removable = fc.constantFrom('a', 'b', 'c');
export const held = fc.integer({ min: 6, max: 9 });

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
