/**
 * Timelines for forwarding, session persistence and connection draining: who comes back, what is held, and what a
 * removal does to both.
 */
import fc from 'fast-check';
import type { Timeline } from '../timeline.ts';
import type { Bounds, Family, ServiceChoice } from './family.ts';
import { documentOf, instancesOf, namesOf, settled } from './family.ts';

const sequence = (count: number) =>
  Array.from({ length: count }, (_, index) => `client-${index + 1}`);
const dynamicScheduling = fc.constantFrom(
  'weighted-round-robin' as const,
  'weighted-least-connections' as const,
);

/** The longest interval of the page where time costs nothing: hours pass, and checks are not what is looked at. */
function seldomChecked({ isWired }: Bounds): ServiceChoice {
  return isWired ? {} : { check: { intervalSeconds: 300 } };
}

export const forwardPorts: Family = {
  name: 'forward-ports',
  clauses: ['forward.port', 'forward.data', 'health.port', 'health.http.path'],
  needs: ['schedule.wrr'],
  runs: { stepped: 24, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        thirdPort: fc.constantFrom(null, 9000, 9001),
        servicePort: fc.constantFrom(8080, 8443),
        checkPort: fc.constantFrom(undefined, 9100),
        path: fc.constantFrom('/', '/healthz', '/a/b/c/d/e', '/ready?full=1'),
        by: fc.constantFrom('client' as const, 'instance' as const),
      })
      .map(({ thirdPort, servicePort, checkPort, path, by }): Timeline => {
        // at least one of each kind: an own port, and the service's
        const own = [9000, null, thirdPort];
        return {
          ...head('forward-ports', forwardPorts.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            port: servicePort,
            check: { path, ...(checkPort === undefined ? {} : { port: checkPort }) },
          }),
          instances: own.map((port, index) => ({
            name: namesOf(3)[index] ?? 'a',
            weight: 1,
            port,
          })),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: 6, sources: 'fresh', hold: true },
            { do: 'carry' },
            { do: 'close', of: 'a', by, how: 'closed' },
            { do: 'carry' },
            { do: 'close', of: 'all', by, how: 'closed' },
          ],
        };
      }),
};

export const persistenceSticks: Family = {
  name: 'persistence-sticks',
  clauses: ['persistence.sticks', 'persistence.source-address'],
  needs: ['persistence'],
  runs: { stepped: 30, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        clients: fc.integer({ min: 5, max: 8 }),
        gap: fc.constantFrom(0.91, 0.93, 0.95),
      })
      .map(({ clients, gap }): Timeline => {
        const sources = sequence(clients);
        return {
          ...head('persistence-sticks', persistenceSticks.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            persistence: true,
            ...seldomChecked(bounds),
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: clients, sources },
            // backwards: a scheduler that goes round cannot look like memory
            { do: 'open', count: clients, sources: sources.toReversed() },
            {
              after: { persistence: gap },
              do: 'open',
              count: clients,
              sources: sources.slice(1).concat(sources.slice(0, 1)),
            },
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
    fc.record({ weights: fc.constantFrom([1, 1], [1, 1, 1], [2, 1], [3, 2]) }).map(
      ({ weights }): Timeline => ({
        ...head('persistence-off', persistenceOff.clauses, bounds),
        configuration: documentOf(bounds.profile, { persistence: false }),
        instances: instancesOf(weights),
        steps: [
          settled(namesOf(weights.length), 3),
          { do: 'open', count: 15, sources: sequence(1) },
          { do: 'open', count: 15, sources: ['client-2'] },
        ],
      }),
    ),
};

export const persistenceDraining: Family = {
  name: 'persistence-draining',
  clauses: ['persistence.draining'],
  needs: ['persistence', 'persistence.draining', 'drain'],
  runs: { stepped: 24, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        scheduling: dynamicScheduling,
        clients: fc.integer({ min: 6, max: 12 }),
        removed: fc.constantFrom('a', 'b', 'c'),
      })
      .map(
        ({ scheduling, clients, removed }): Timeline => ({
          ...head('persistence-draining', persistenceDraining.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            persistence: true,
            drainSeconds: 300,
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: clients, sources: sequence(clients), hold: true },
            { do: 'remove', instance: removed },
            { do: 'open', count: clients, sources: sequence(clients) },
          ],
        }),
      ),
};

export const persistenceUnhealthy: Family = {
  name: 'persistence-unhealthy',
  clauses: ['persistence.unhealthy'],
  needs: ['persistence', 'check.http'],
  runs: { stepped: 20, wired: 3 },
  timelines: (bounds) =>
    fc.record({ clients: fc.integer({ min: 6, max: 12 }), scheduling: dynamicScheduling }).map(
      ({ clients, scheduling }): Timeline => ({
        ...head('persistence-unhealthy', persistenceUnhealthy.clauses, bounds),
        configuration: documentOf(bounds.profile, { scheduling, persistence: true }),
        instances: instancesOf([1, 1, 1]),
        steps: [
          settled(namesOf(3), 3),
          { do: 'open', count: clients, sources: sequence(clients), hold: true },
          { do: 'behave', instance: 'a', behaviour: { afterwards: { reply: 503 } } },
          { after: { intervals: 6 }, do: 'open', count: clients, sources: sequence(clients) },
        ],
      }),
    ),
};

export const draining: Family = {
  name: 'draining',
  clauses: ['draining.no-new', 'draining.established', 'draining.deadline', 'draining.others'],
  needs: ['drain'],
  runs: { stepped: 30, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        scheduling: dynamicScheduling,
        drainSeconds: fc.constantFrom(60, 300, 3600),
        removed: fc.constantFrom('a', 'b', 'c'),
        held: fc.integer({ min: 6, max: 12 }),
      })
      .map(
        ({ scheduling, drainSeconds, removed, held }): Timeline => ({
          ...head('draining', draining.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            drainSeconds,
            ...seldomChecked(bounds),
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: 'fresh', hold: true },
            { do: 'remove', instance: removed },
            { do: 'carry' },
            { do: 'open', count: 9, sources: 'fresh' },
            { after: { drain: 0.3 }, do: 'carry' },
            { after: { drain: 0.4 }, do: 'carry' },
            { do: 'open', count: 9, sources: 'fresh' },
            { after: { drain: 0.7 }, do: 'carry' },
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

function head(family: string, clauses: readonly string[], bounds: Bounds) {
  return { timeline: 1 as const, family, clauses, profile: bounds.profile, behaviours: {} };
}
