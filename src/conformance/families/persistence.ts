/** Timelines for session persistence: who comes back, when, and what became of the instance meanwhile. */
import fc from 'fast-check';
import type { ConfigurationDocument } from '../../spec/configuration.ts';
import { neighbourhood } from '../clients.ts';
import type { Step, Timeline } from '../timeline.ts';
import type { Bounds, Family, ServiceChoice } from './family.ts';
import {
  clientsNamed,
  documentOf,
  dynamicScheduling,
  eachInTurn,
  fewChecks,
  head,
  instancesOf,
  namesOf,
  scriptOf,
  settled,
  withListener,
} from './family.ts';

const residents = ['resident-1', 'resident-2', 'resident-3', 'resident-4'];
/** Their sessions are only as old as the gap: a slow machine, that needs long for many clients, ends none of them. */
const latecomers = ['latecomer-1', 'latecomer-2', 'latecomer-3', 'latecomer-4'];
/** They hold a connection until late in their sessions. */
const leavers = ['leaver-1', 'leaver-2', 'leaver-3', 'leaver-4'];
/** More clients than the tables of small balancers hold; on the wire each of them takes a while. */
const crowdMax = 1200;
const crowdOnWire = 70;

/** Ten for each bit of an address and for its dots, and those that they differ from. */
const manyNeighbours = 10 * neighbourhood;
const neighboursNamed = Array.from(
  { length: manyNeighbours },
  (_, index) => `neighbour-${index + 1}`,
);

/** Where it can be chosen also the longest there is, which nobody who has one duration for all, or a limit, keeps. */
function anyPersistence({ isWired }: Bounds): fc.Arbitrary<boolean | number> {
  return fc.constantFrom<boolean | number>(...(isWired ? [true] : [true, true, 3600]));
}

export const persistenceSticks: Family = {
  name: 'persistence-sticks',
  clauses: ['persistence.sticks', 'persistence.source-address'],
  needs: ['persistence'],
  runs: { stepped: 14, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        // the larger number tells who knows clients by a part of their address: it has six cycles of newcomers
        clients: fc.constantFrom(5, 6, 7, 8, 19, 20),
        // in stepped time up to a few ms before the end
        gap: fc.constantFrom(...(bounds.isWired ? [0.91, 0.92, 0.93] : [0.91, 0.99, 0.999_999])),
        crowd: eachInTurn(bounds, bounds.isWired ? [0, crowdOnWire] : [0, 0, 0, crowdMax]),
        neighbours: fc.constantFrom(...(bounds.isWired ? [0] : [0, 0, 0, 0, 0, manyNeighbours])),
        // who is known is sent where everybody else is
        ownPort: fc.constantFrom(null, 9000),
        // nor does it matter how old a session is when the last connection of its client ends
        endsAt: fc.constantFrom(...(bounds.isWired ? [null] : [0.5, 0.8])),
        // sessions that begin in the middle of a minute end there
        begin: fc.constantFrom(...(bounds.isWired ? [0] : [0, 0.37, 0.81])),
        persistence: anyPersistence(bounds),
      })
      .map((drawn): Timeline => {
        const { clients, gap, crowd, neighbours, ownPort, endsAt, begin, persistence } = drawn;
        const sources = clientsNamed(clients);
        return {
          ...head('persistence-sticks', persistenceSticks.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            persistence,
            ...fewChecks(bounds),
          }),
          instances: instancesOf([1, 1, 1], ownPort),
          steps: [
            settled(namesOf(3), 3),
            ...(begin === 0 ? [] : [{ after: { intervals: begin }, do: 'wait' as const }]),
            // whoever forgets a client with its last connection still knows these
            { do: 'open', count: 4, sources: residents, hold: true },
            { do: 'open', count: 4, sources: residents.toReversed() },
            { do: 'open', count: clients, sources },
            ...(neighbours === 0
              ? []
              : [{ do: 'open' as const, count: neighbours, sources: neighboursNamed }]),
            // backwards: a scheduler that goes round cannot look like memory
            { do: 'open', count: clients, sources: sources.toReversed() },
            ...(crowd === 0
              ? []
              : [
                  { do: 'open' as const, count: crowd, sources: 'fresh' as const },
                  // at once, as in real time others' sessions may be over by the end
                  { do: 'open' as const, count: 4, sources: residents },
                ]),
            ...(endsAt === null
              ? []
              : [{ do: 'open' as const, count: 4, sources: leavers, hold: true }]),
            { do: 'open', count: 4, sources: latecomers },
            ...(endsAt === null
              ? []
              : [{ after: { persistence: endsAt }, do: 'close' as const, of: 'all' }]),
            {
              after: { persistence: gap - (endsAt ?? 0) },
              do: 'open',
              count: 4,
              sources: latecomers,
            },
            ...(endsAt === null
              ? []
              : [{ do: 'open' as const, count: 4, sources: leavers.toReversed() }]),
            { do: 'open', count: clients, sources: sources.slice(1).concat(sources.slice(0, 1)) },
          ],
        };
      }),
};

/** What else a service may be asked for: none of it is a reason to forget anybody. */
const otherChoices: readonly ServiceChoice[] = [
  { check: { unhealthyThreshold: 3, healthyThreshold: 4 } },
  { check: { intervalSeconds: 30, timeoutSeconds: 3 } },
  { check: { path: '/ready', normalStatusCodes: ['2xx', '3xx'] } },
  { check: { port: 9100 } },
  { drainSeconds: 60 },
  { scheduling: 'weighted-least-connections' },
];

/** Edits that no session may be forgotten for. */
function editNamed(name: string, document: ConfigurationDocument): Step {
  if (name === 'addition') return { do: 'add', instance: { name: 'd', weight: 1, port: null } };
  if (name === 'weight') return { do: 'reweigh', instance: 'c', weight: 2 };
  return { do: 'reconfigure', configuration: withListener(document) };
}

export const persistenceChanges: Family = {
  name: 'persistence-changes',
  clauses: ['persistence.sticks', 'persistence.expiry'],
  needs: ['persistence', 'change.weight', 'change.configuration'],
  runs: { stepped: 12, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        edit: fc.constantFrom('addition', 'weight', 'document', 'document'),
        clients: fc.integer({ min: 5, max: 8 }),
        // by a clock that a return starts again nothing but a return starts it, and no edit sets it back
        isRenewed: fc.constantFrom(...(bounds.isWired ? [false] : [false, true])),
      })
      .map(({ edit, clients, isRenewed }): Timeline => {
        const sources = clientsNamed(clients);
        const choice = { persistence: true, ...fewChecks(bounds) };
        const configuration = documentOf(bounds.profile, choice);
        const edited = editNamed(edit, configuration);
        const turned = { do: 'open' as const, count: clients, sources: sources.toReversed() };
        return {
          ...head('persistence-changes', persistenceChanges.clauses, bounds),
          configuration,
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: clients, sources },
            ...(isRenewed
              ? [{ after: { persistence: 0.6 }, ...turned }, edited]
              : [edited, turned]),
            // in another order than ever, so that whoever begins a new cycle with an edit shows who was forgotten
            {
              after: { persistence: 0.91 },
              do: 'open',
              count: clients,
              sources: isRenewed ? sources.slice(1).concat(sources.slice(0, 1)) : sources,
            },
          ],
        };
      }),
};

function updatedTimelines(bounds: Bounds): readonly Timeline[] {
  return [...updatedOtherwise(bounds), withFailuresToSpare(bounds)];
}

/** Each fails a check, and three more would have to follow: whoever is known stays known. */
function withFailuresToSpare(bounds: Bounds): Timeline {
  const sources = clientsNamed(7);
  const open = { do: 'open' as const, count: sources.length };
  const names = namesOf(3);
  return {
    ...head('persistence-updates', persistenceUpdates.clauses, bounds),
    configuration: documentOf(bounds.profile, {
      persistence: true,
      check: { unhealthyThreshold: 4 },
    }),
    instances: instancesOf([1, 1, 1]),
    steps: [
      settled(names, 4),
      { ...open, sources },
      { ...open, sources: sources.toReversed() },
      ...names.map((instance): Step => ({ do: 'behave', instance, behaviour: scriptOf('F') })),
      settled(names, 6),
      { ...open, sources },
    ],
  };
}

function updatedOtherwise(bounds: Bounds): readonly Timeline[] {
  const choice = { persistence: true, ...fewChecks(bounds) };
  return otherChoices.map((other): Timeline => {
    const check = { ...choice.check, ...other.check };
    const sources = clientsNamed(7);
    const open = { do: 'open' as const, count: sources.length };
    return {
      ...head('persistence-updates', persistenceUpdates.clauses, bounds),
      configuration: documentOf(bounds.profile, choice),
      instances: instancesOf([1, 1, 1]),
      steps: [
        settled(namesOf(3), 3),
        { ...open, sources },
        // who is remembered before it is remembered after it
        { ...open, sources: sources.toReversed() },
        {
          do: 'reconfigure',
          configuration: documentOf(bounds.profile, { ...choice, ...other, check }),
        },
        { ...open, sources },
        { after: { persistence: 0.91 }, ...open, sources: sources.toReversed() },
      ],
    };
  });
}

/** Whatever else a service is asked for, its clients are those that it knew. */
export const persistenceUpdates: Family = {
  name: 'persistence-updates',
  clauses: ['persistence.sticks'],
  needs: ['persistence', 'schedule.wrr', 'schedule.wlc', 'check.http', 'change.configuration'],
  runs: { stepped: otherChoices.length + 1, wired: 0 },
  fixed: updatedTimelines,
  timelines: (bounds) => fc.constantFrom(...updatedTimelines(bounds)),
};

/** Four instances, six clients each: a round robin that decides again cannot send all of them back by chance. */
const clientsToExpire = 24;

/** Those whom turns in the former order sent to one instance: whichever way round robin goes, it sends no six in a row there. */
function inARow(order: readonly string[]): readonly string[] {
  return order.map((_, index) => order[(4 * index + Math.floor(index / 6)) % order.length] ?? '');
}

const leastConnections = 'weighted-least-connections';
interface Course {
  readonly isHeld: boolean;
  readonly scheduling?: typeof leastConnections;
}

export const persistenceExpiry: Family = {
  name: 'persistence-expiry',
  clauses: ['persistence.expiry'],
  needs: ['persistence', 'schedule.wrr'],
  runs: { stepped: 12, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        // held for least connections, which has no reason to move anybody else
        course: fc.constantFrom<Course>(
          ...([{ isHeld: false }, { isHeld: true }] as const),
          ...(bounds.isWired ? [] : [{ isHeld: true, scheduling: leastConnections } as const]),
        ),
        gap: fc.constantFrom(0.6, 0.65, 0.7),
        // a return counts however soon after the one before it comes
        soon: fc.constantFrom(...(bounds.isWired ? [null] : [null, 0.03, 0.3])),
        // in stepped time also at the very end
        over: fc.constantFrom(...(bounds.isWired ? [1.25] : [1, 1.01, 1.02, 1.25])),
        persistence: anyPersistence(bounds),
      })
      .map(({ course: { isHeld, scheduling }, gap, soon, over, persistence }): Timeline => {
        const sources = clientsNamed(clientsToExpire);
        const swapped = inARow(sources);
        const swappedAgain = inARow(swapped);
        const open = (order: readonly string[]) => ({
          do: 'open' as const,
          count: clientsToExpire,
          sources: order,
          hold: isHeld,
        });
        const again = (after: number, order: readonly string[]) => ({
          after: { persistence: after },
          ...open(order),
        });
        return {
          ...head('persistence-expiry', persistenceExpiry.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            persistence,
            ...(scheduling === undefined ? {} : { scheduling }),
            ...fewChecks(bounds),
          }),
          instances: instancesOf([1, 1, 1, 1]),
          steps: [
            settled(namesOf(4), 3),
            open(sources),
            // each return counts as the one before
            again(gap, sources.toReversed()),
            again(gap, swapped),
            again(gap, sources.toReversed()),
            ...(soon === null ? [] : [again(soon, sources), again(1.01 - soon / 2, swapped)]),
            // what is carried meanwhile is no new connection
            ...(isHeld && !bounds.isWired
              ? [{ after: { persistence: 0.6 * over }, do: 'carry' as const }]
              : []),
            again(isHeld && !bounds.isWired ? over - 0.6 * over : over, swapped),
            ...(isHeld
              ? [
                  // long after the last new connection, and not long after the last one was closed
                  { after: { persistence: gap }, do: 'close' as const, of: 'all' },
                  again(gap, swappedAgain),
                  { do: 'close' as const, of: 'all' },
                  again(over, inARow(swappedAgain)),
                ]
              : []),
          ],
        };
      }),
};

export const persistenceOff: Family = {
  name: 'persistence-off',
  clauses: ['persistence.off'],
  needs: ['schedule.wrr'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        weights: fc.constantFrom([1, 1], [1, 1, 1], [2, 1], [3, 2]),
        scheduling: dynamicScheduling,
      })
      .map(
        ({ weights, scheduling }): Timeline => ({
          ...head('persistence-off', persistenceOff.clauses, bounds),
          configuration: documentOf(bounds.profile, { persistence: false, scheduling }),
          instances: instancesOf(weights),
          steps: [
            settled(namesOf(weights.length), 3),
            // several clients, so that somebody who never gets anything is told from memory
            ...clientsNamed(4).map((client) => ({
              do: 'open' as const,
              count: 11,
              sources: [client],
              hold: scheduling === 'weighted-least-connections',
            })),
          ],
        }),
      ),
};

/** In stepped time also one that ends when much of a session is over. */
function drainsWithin({ isWired, profile }: Bounds): readonly number[] {
  if (isWired) return [300];
  return profile === 'openapi' ? [30, 120] : [30, 600];
}

export const persistenceDraining: Family = {
  name: 'persistence-draining',
  clauses: ['persistence.draining', 'persistence.sticks'],
  needs: ['persistence', 'persistence.draining', 'drain'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        scheduling: dynamicScheduling,
        clients: fc.integer({ min: 6, max: 12 }),
        // one, two at once, or two one after the other
        removed: fc.constantFrom<readonly string[]>(
          ['a'],
          ['b'],
          ['c'],
          ...(bounds.isWired
            ? []
            : [
                ['a', 'b'],
                ['b', 'c'],
                ['a', 'c'],
              ]),
        ),
        areAtOnce: fc.boolean(),
        drainSeconds: fc.constantFrom(...drainsWithin(bounds)),
      })
      .map(({ scheduling, clients, removed, areAtOnce, drainSeconds }): Timeline => {
        const instances = instancesOf(removed.length > 1 ? [1, 1, 1, 1] : [1, 1, 1]);
        const names = namesOf(instances.length);
        const left = instances.filter(({ name }) => !removed.includes(name));
        const removals: readonly Step[] = areAtOnce
          ? [{ do: 'list', instances: left }]
          : removed.map((instance) => ({ do: 'remove', instance }));
        const comeBack = { do: 'open' as const, count: clients, sources: clientsNamed(clients) };
        return {
          ...head('persistence-draining', persistenceDraining.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            persistence: true,
            drainSeconds,
          }),
          instances,
          steps: [
            settled(names, 3),
            { ...comeBack, hold: true },
            ...removals,
            { do: 'open', count: 9, sources: 'fresh', hold: true },
            comeBack,
            // its end is nothing to those of others, and to those whom the scheduler sent elsewhere
            ...(bounds.isWired ? [] : [{ after: { drain: 1.1 }, ...comeBack }]),
          ],
        };
      }),
};

/** So late in a session that it still runs two minutes later, when somebody is sure to be out, and not much longer. */
function lateOf({ profile }: Bounds): number {
  return profile === 'openapi' ? 0.3 : 0.6;
}

export const persistenceUnhealthy: Family = {
  name: 'persistence-unhealthy',
  clauses: ['persistence.unhealthy', 'persistence.sticks'],
  needs: ['persistence', 'check.http'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        clients: fc.integer({ min: 6, max: 12 }),
        scheduling: dynamicScheduling,
        // whoever comes back but once while its first instance is out has a session of its own with the next one
        isBackOnce: bounds.isWired ? fc.constant(false) : fc.boolean(),
        // beyond the end of the first session, and within the next one
        later: fc.constantFrom(0.4, 0.5, 0.7, 0.9),
        // long out, and just out: two failures are the threshold
        outFor: fc.constantFrom(...(bounds.isWired ? [6] : [6, 2])),
      })
      .map(({ clients, scheduling, isBackOnce, later, outFor }): Timeline => {
        const sources = clientsNamed(clients);
        const comeBack = { do: 'open' as const, count: clients, sources };
        return {
          ...head('persistence-unhealthy', persistenceUnhealthy.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            persistence: true,
            // six of them: more than a minute, less than any profile's persistence
            check: bounds.isWired ? {} : { intervalSeconds: 20 },
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { ...comeBack, hold: true },
            // late in their sessions, whose end is not that of the next ones
            ...(bounds.isWired
              ? []
              : [{ after: { persistence: lateOf(bounds) }, do: 'wait' as const }]),
            { do: 'behave', instance: 'a', behaviour: { afterwards: { reply: 503 } } },
            // strangers first: where they go, too, it is not memory that sends known clients
            { after: { intervals: outFor }, do: 'open', count: 9, sources: 'fresh', hold: true },
            // held, so that least connections, too, has a reason to decide otherwise the next time
            { ...comeBack, hold: isBackOnce },
            ...(isBackOnce
              ? []
              : [
                  // whom the scheduler found them is their own from then on, also once the first one is back
                  { ...comeBack, sources: sources.toReversed() },
                  { do: 'behave' as const, instance: 'a', behaviour: {} },
                  { after: { intervals: 5 }, ...comeBack },
                ]),
            ...(bounds.isWired
              ? []
              : [{ after: { persistence: later }, ...comeBack, sources: sources.toReversed() }]),
          ],
        };
      }),
};
