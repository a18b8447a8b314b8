/** Timelines for edits of a running service: members, weights, whole configurations; and for many clients at once. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Family, ServiceChoice } from './family.ts';
import {
  clientsNamed,
  cycleOf,
  documentOf,
  head,
  instancesOf,
  namesOf,
  scriptOf,
  settled,
  withListener,
  withWeightZero,
} from './family.ts';
import { checksToBeSure, cyclesToFollow } from './weights.ts';

export const membersChange: Family = {
  name: 'members-change',
  clauses: ['change.keeps-established', 'change.effective'],
  needs: ['schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        held: fc.integer({ min: 6, max: 9 }),
        removed: fc.constantFrom('a', 'b', 'c'),
        // so that whoever overlooks a later list overlooks one of these
        sequel: fc.constantFrom(...(bounds.isWired ? [0] : [0, 8])),
      })
      .map(
        ({ held, removed, sequel }): Timeline => ({
          ...head('members-change', membersChange.clauses, bounds),
          configuration: documentOf(bounds.profile, {}),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'add', instance: { name: 'd', weight: 1, port: null } },
            // who starts outside of rotation passes its checks first; two cycles of wash-out, and two to see
            { after: { checks: { d: 4 } }, do: 'open', count: 20, sources: 'fresh' },
            { do: 'carry' },
            { do: 'remove', instance: removed },
            { do: 'open', count: 12, sources: 'fresh' },
            { do: 'carry' },
            ...Array.from({ length: sequel }, (_, turn) => comeAndGo(turn)).flat(),
          ],
        }),
      ),
};

/** Somebody new comes, and leaves by the next list. */
function comeAndGo(turn: number): readonly Step[] {
  const name = `guest-${Math.floor(turn / 2)}`;
  const open = { do: 'open' as const, count: 16, sources: 'fresh' as const };
  return turn % 2 === 0
    ? [
        { do: 'add', instance: { name, weight: 1, port: null } },
        { after: { checks: { [name]: 4 } }, ...open },
      ]
    : [{ do: 'remove', instance: name }, open];
}

/** What one list can say at once, where `a` to `c` were there before and `d` to `f` were not. */
const lists = {
  'two leave': ['c'],
  'two come': ['a', 'b', 'c', 'd', 'e'],
  'three come, before and between': ['d', 'a', 'e', 'b', 'c', 'f'],
  'two for one': ['e', 'b', 'd', 'c'],
  'one for another': ['b', 'c', 'd'],
  'in another order': ['c', 'b', 'a'],
  'all for others': ['d', 'e'],
  nobody: [],
} as const;

/** Lists that change more than one thing at once, or nothing, and the same list again while somebody drains. */
export const listsChange: Family = {
  name: 'lists-change',
  clauses: [
    ...['change.keeps-established', 'change.effective'],
    ...['draining.no-new', 'draining.established'],
  ],
  needs: ['schedule.wrr', 'change.weight', 'drain', 'drain.deadline'],
  runs: { stepped: 16, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        change: fc.constantFrom(...(Object.keys(lists) as (keyof typeof lists)[])),
        // whole cycles, here and below: whoever begins a new one with each list does nothing wrong
        held: fc.constantFrom(6, 9),
        weight: fc.constantFrom(1, 2),
        isResent: fc.boolean(),
      })
      .map(({ change, held, weight, isResent }): Timeline => {
        const listed = lists[change].map((name) => ({
          name,
          weight: name === 'b' ? weight : 1,
          port: name === 'd' ? 9000 : null,
        }));
        const list = { do: 'list' as const, instances: listed };
        const open = { do: 'open' as const, count: 24, sources: 'fresh' as const };
        return {
          ...head('lists-change', listsChange.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 300 }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'carry' },
            { do: 'carry' },
            list,
            open,
            { after: { drain: 0.3 }, do: 'carry' },
            ...(isResent ? [list] : []),
            { after: { intervals: 4 }, ...open },
            { do: 'carry' },
            { after: { drain: 0.6 }, do: 'carry' },
            { after: { drain: 0.15 }, do: 'carry' },
          ],
        };
      }),
};

/** Each pair is told apart by whether a client stays where it is. */
const turns: ServiceChoice = {};
const stays: readonly ServiceChoice[] = [{ scheduling: 'source-ip' }, { persistence: true }];

export const reconfigures: Family = {
  name: 'reconfigures',
  clauses: ['change.keeps-established', 'change.effective'],
  needs: [
    ...(['schedule.wrr', 'schedule.source', 'persistence', 'change.configuration'] as const),
    ...(['check.http', 'check.tcp'] as const),
  ],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        other: fc.constantFrom(...stays),
        isTurningFirst: fc.boolean(),
        held: fc.integer({ min: 6, max: 9 }),
        check: fc.constantFrom<NonNullable<ServiceChoice['check']>>(
          { unhealthyThreshold: 4 },
          { healthyThreshold: 1, intervalSeconds: 10 },
          { method: 'tcp' },
          { path: '/other', port: 9100 },
        ),
        port: fc.constantFrom(8080, 8443),
      })
      .map(({ other, isTurningFirst, held, check, port }): Timeline => {
        const [before, after] = isTurningFirst ? [turns, other] : [other, turns];
        return {
          ...head('reconfigures', reconfigures.clauses, bounds),
          configuration: documentOf(bounds.profile, before),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'open', count: 12, sources: ['client-1'] },
            {
              do: 'reconfigure',
              configuration: documentOf(bounds.profile, { ...after, port, check }),
            },
            { do: 'open', count: 12, sources: ['client-1'] },
            { do: 'open', count: 24, sources: ['client-2', 'client-3'] },
            { do: 'carry' },
          ],
        };
      }),
};

/** One field is wrong, and with it all the others are not asked for. */
const wrongUpdates: readonly ServiceChoice[] = [
  { port: 0 },
  { drainSeconds: 3601 },
  { check: { timeoutSeconds: 1 } },
  { check: { healthyThreshold: 6 } },
  { check: { path: 'ready' } },
];

/** A wrong update is turned away, and what it would have changed is as before: ports, checks, thresholds and drains. */
export const updatesTurnedAway: Family = {
  name: 'updates-turned-away',
  clauses: [
    ...['forward.port', 'health.http.path', 'health.port', 'health.unhealthy-threshold'],
    ...['draining.established', 'draining.deadline', 'schedule.wrr.cycle', 'persistence.sticks'],
  ],
  needs: [
    ...(['schedule.wrr', 'schedule.source', 'persistence'] as const),
    ...(['check.http', 'drain', 'change.configuration'] as const),
  ],
  runs: { stepped: 8, wired: 1 },
  timelines: (bounds) =>
    fc
      .record({
        wrong: fc.constantFrom(...wrongUpdates),
        threshold: fc.constantFrom(2, 3),
        persistence: fc.boolean(),
      })
      .map(({ wrong, threshold, persistence }): Timeline => {
        const known = clientsNamed(7);
        const comeBack = { do: 'open' as const, count: known.length };
        const open = { do: 'open' as const, count: 9, sources: 'fresh' as const };
        const other: ServiceChoice = {
          port: 8443,
          // whatever decides by turns goes on with them, and who is known stays known
          scheduling: 'source-ip',
          persistence,
          drainSeconds: 60,
          check: { path: '/ready', port: 9100, unhealthyThreshold: 5, intervalSeconds: 20 },
        };
        const letters = 'F'.repeat(threshold + checksToBeSure);
        return {
          ...head('updates-turned-away', updatesTurnedAway.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            drainSeconds: 300,
            persistence,
            check: { unhealthyThreshold: threshold },
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { ...open, hold: true },
            { do: 'carry' },
            ...(persistence
              ? [
                  { ...comeBack, sources: known },
                  { ...comeBack, sources: known.toReversed() },
                ]
              : []),
            {
              do: 'reconfigure',
              isWrong: true,
              configuration: documentOf(bounds.profile, {
                ...other,
                ...wrong,
                check: { ...other.check, ...wrong.check },
              }),
            },
            ...(persistence ? [{ ...comeBack, sources: known }] : []),
            open,
            { do: 'behave', instance: 'a', behaviour: scriptOf(letters, { reply: 503 }) },
            ...Array.from({ length: letters.length }, () => ({
              after: { checks: { a: 1 } },
              ...open,
            })),
            { do: 'remove', instance: 'b' },
            { after: { drain: 0.9 }, do: 'carry' },
            { after: { drain: 0.12 }, do: 'carry' },
          ],
        };
      }),
};

/** Only the profile of the API has a weight of 0; who does not know that profile turns it away. */
export const weightZero: Family = {
  name: 'weight-zero',
  clauses: ['schedule.weight-zero'],
  needs: ['schedule.wrr', 'change.weight'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        vector: fc.constantFrom([1, 1, 1], [3, 2, 1], [2, 1, 1]),
        resting: fc.constantFrom('a', 'b', 'c'),
      })
      .map(({ vector, resting }): Timeline => {
        const within = withWeightZero(bounds);
        return {
          ...head('weight-zero', weightZero.clauses, within),
          configuration: documentOf(within.profile, {}),
          instances: instancesOf(vector),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: 12, sources: 'fresh', hold: true },
            ...(bounds.isWired
              ? []
              : [{ do: 'open' as const, count: 42, sources: 'fresh' as const }]),
            { do: 'reweigh', instance: resting, weight: 0 },
            { do: 'open', count: 18, sources: 'fresh' },
            { do: 'carry' },
            // whoever takes no traffic is checked like any other
            ...(bounds.isWired ? [] : [{ after: { intervals: 4 }, do: 'wait' as const }]),
            // and back again: how soon it shows nobody says, so that it takes long
            ...(bounds.isWired
              ? []
              : [
                  {
                    do: 'reweigh' as const,
                    instance: resting,
                    weight: vector[namesOf(3).indexOf(resting)] ?? 1,
                  },
                  {
                    do: 'open' as const,
                    count: cyclesToFollow * cycleOf(vector),
                    sources: 'fresh' as const,
                  },
                ]),
          ],
        };
      }),
};

/**
 * Weight 0 under every algorithm, for clients that are known by memory or hash, and for all members at once: who has it
 * gets nothing new.
 */
export const weightZeroElsewhere: Family = {
  name: 'weight-zero-elsewhere',
  clauses: ['schedule.weight-zero'],
  needs: [
    ...(['schedule.wrr', 'schedule.wlc', 'schedule.source', 'persistence'] as const),
    ...(['change.weight', 'change.configuration'] as const),
  ],
  runs: { stepped: 16, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        // twice: by turns somebody is found also where nobody has a weight
        scheduling: fc.constantFrom(
          'weighted-round-robin' as const,
          'weighted-round-robin' as const,
          'weighted-least-connections' as const,
          'source-ip' as const,
        ),
        persistence: fc.boolean(),
        resting: fc.constantFrom(['a'], ['b'], ['c', 'a', 'b'], ['b', 'c', 'a'], ['a', 'b', 'c']),
        // another document that says the same of the service is no reason to wake anybody
        isUpdated: fc.boolean(),
      })
      .map(({ scheduling, persistence, resting, isUpdated }): Timeline => {
        const within = withWeightZero(bounds);
        const known = { do: 'open' as const, count: 12, sources: clientsNamed(12), hold: true };
        const fresh = { do: 'open' as const, count: 18, sources: 'fresh' as const };
        const configuration = documentOf(within.profile, { scheduling, persistence });
        const rest = resting.map((instance) => ({ do: 'reweigh' as const, instance, weight: 0 }));
        return {
          ...head('weight-zero-elsewhere', weightZeroElsewhere.clauses, within),
          configuration,
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            known,
            ...rest,
            ...(isUpdated
              ? [{ do: 'reconfigure' as const, configuration: withListener(configuration) }]
              : []),
            fresh,
            { ...known, hold: false },
            { do: 'carry' },
          ],
        };
      }),
};

/** Connections under way at the same time. */
const atOnce = 8;

export const load: Family = {
  name: 'load',
  clauses: ['load.no-loss', 'load.share'],
  needs: ['schedule.wrr', 'schedule.source', 'drain'],
  runs: { stepped: 8, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        scheduling: fc.constantFrom('weighted-round-robin' as const, 'source-ip' as const),
        vector: fc.constantFrom([3, 1], [1, 1, 1], [4, 3, 2], [5, 1, 1]),
        // more than small tables hold
        held: fc.constantFrom(...(bounds.isWired ? [60] : [200, 200, 200, 200, 200, 1100])),
      })
      .map(({ scheduling, vector, held }): Timeline => {
        const names = namesOf(vector.length);
        return {
          ...head('load', load.clauses, bounds),
          configuration: documentOf(bounds.profile, { scheduling, drainSeconds: 3600 }),
          instances: instancesOf(vector),
          steps: [
            settled(names, 3),
            { do: 'open', count: held, sources: 'fresh', hold: true, atOnce },
            { do: 'open', count: 480, sources: 'fresh', atOnce },
            { do: 'remove', instance: names.at(-1) ?? 'a' },
            { do: 'open', count: 120, sources: 'fresh', atOnce },
            { do: 'carry' },
            { do: 'close', of: 'all' },
          ],
        };
      }),
};
