/** Timelines for connection draining: what is held lives on and ends in time, nothing new comes, and who returns is back. */
import fc from 'fast-check';
import type { Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import { documentOf, fewChecks, head, instancesOf, namesOf, settled } from './family.ts';

const removable = fc.constantFrom('a', 'b', 'c');
const held = fc.integer({ min: 6, max: 9 });
/** In real time a drain is too long only when it lasts twice as long, or a second more: drains last about a second there. */
const farBeyond = 1.2;

export const drainingDefault: Family = {
  name: 'draining-default',
  clauses: ['draining.default'],
  needs: ['drain'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc.record({ removed: removable, held }).map(({ removed, held: count }): Timeline => {
      const [late, over] = bounds.isWired ? [0.78, 0.22 + farBeyond] : [0.97, 0.06];
      return {
        ...head('draining-default', drainingDefault.clauses, bounds),
        configuration: documentOf(bounds.profile, {
          ...fewChecks(bounds),
          drainSeconds: 'unsaid',
        }),
        instances: instancesOf([1, 1, 1]),
        steps: [
          settled(namesOf(3), 3),
          { do: 'open', count, sources: 'fresh', hold: true },
          { do: 'remove', instance: removed },
          { after: { drain: late }, do: 'carry' },
          { after: { drain: over }, do: 'carry' },
        ],
      };
    }),
};

export const drainingReturn: Family = {
  name: 'draining-return',
  clauses: ['draining.return'],
  needs: ['drain', 'change.weight'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        removed: removable,
        held,
        drainSeconds: fc.constantFrom(60, 300, 3600),
        isRemovedAgain: fc.boolean(),
        weight: fc.constantFrom(1, 2),
      })
      .map(({ removed, held: count, drainSeconds, isRemovedAgain, weight }): Timeline => {
        const beyond = bounds.isWired ? 0.7 + farBeyond : 0.75;
        return {
          ...head('draining-return', drainingReturn.clauses, bounds),
          configuration: documentOf(bounds.profile, { ...fewChecks(bounds), drainSeconds }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count, sources: 'fresh', hold: true },
            { do: 'remove', instance: removed },
            { after: { drain: 0.3 }, do: 'carry' },
            // with another weight, too, which holds from then on; who is removed again leaves equals behind
            {
              do: 'add',
              instance: { name: removed, weight: isRemovedAgain ? 1 : weight, port: null },
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
    fc.record({ removed: removable, held }).map(
      ({ removed, held: count }): Timeline => ({
        ...head('draining-early', drainingEarly.clauses, bounds),
        configuration: documentOf(bounds.profile, { drainSeconds: 3600 }),
        instances: instancesOf([1, 1, 1]),
        steps: [
          settled(namesOf(3), 3),
          { do: 'open', count, sources: 'fresh', hold: true },
          { do: 'remove', instance: removed },
          { after: { intervals: 2.5 }, do: 'carry' },
          { do: 'close', of: removed },
          { after: { intervals: 4.5 }, do: 'carry' },
        ],
      }),
    ),
};

const dynamicScheduling = fc.constantFrom(
  'weighted-round-robin' as const,
  'weighted-least-connections' as const,
);
const anyScheduling = fc.oneof(dynamicScheduling, fc.constant('source-ip' as const));

export const draining: Family = {
  name: 'draining',
  clauses: ['draining.no-new', 'draining.established', 'draining.deadline', 'draining.others'],
  needs: ['drain'],
  runs: { stepped: 30, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        scheduling: anyScheduling,
        drainSeconds: fc.constantFrom(60, 300, 3600),
        removed: fc.constantFrom('a', 'b', 'c'),
        held: fc.integer({ min: 6, max: 12 }),
        isFollowed: fc.boolean(),
        ownPort: fc.constantFrom(null, 9000),
      })
      .map(
        ({ scheduling, drainSeconds, removed, held, isFollowed, ownPort }): Timeline => ({
          ...head('draining', draining.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            drainSeconds,
            ...fewChecks(bounds),
          }),
          instances: instancesOf([1, 1, 1], ownPort),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'remove', instance: removed },
            { do: 'carry' },
            // hashing finds the removed one among so many, too
            { do: 'open', count: scheduling === 'source-ip' ? 30 : 9, sources: 'fresh' },
            { after: { drain: 0.3 }, do: 'carry' },
            // another one's drain begins in the middle of the first, and each has its own end
            ...(isFollowed
              ? [{ do: 'remove' as const, instance: removed === 'a' ? 'b' : 'a' }]
              : []),
            { after: { drain: 0.4 }, do: 'carry' },
            { do: 'open', count: 9, sources: 'fresh' },
            { after: { drain: bounds.isWired ? 0.7 : 0.32 }, do: 'carry' },
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
        }),
      ),
};

export const drainingZero: Family = {
  name: 'draining-zero',
  clauses: ['draining.zero'],
  needs: ['drain'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({ held: fc.integer({ min: 3, max: 9 }), removed: fc.constantFrom('a', 'b', 'c') })
      .map(
        ({ held, removed }): Timeline => ({
          ...head('draining-zero', drainingZero.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 0 }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'remove', instance: removed },
            { do: 'open', count: 9, sources: 'fresh' },
            { after: { intervals: 1 }, do: 'open', count: 9, sources: 'fresh' },
            { do: 'carry' },
          ],
        }),
      ),
};
