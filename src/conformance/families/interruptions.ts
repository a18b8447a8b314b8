/** Timelines that change something while an instance is failing: neither what is known of it nor what is counted may be lost. */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Family, ServiceChoice } from './family.ts';
import { documentOf, head, instancesOf, namesOf, settled } from './family.ts';

const failing = { do: 'behave' as const, instance: 'a', behaviour: { afterwards: { reply: 503 } } };
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
  runs: { stepped: 10, wired: 0 },
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

export const changesWhileCounting: Family = {
  name: 'changes-while-counting',
  clauses: ['health.unhealthy-threshold'],
  needs: ['check.http', 'schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 12, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        change: fc.constantFrom('addition', 'weight', 'own weight', 'removal'),
        unhealthyThreshold: fc.integer({ min: 3, max: 4 }),
      })
      .map(({ change, unhealthyThreshold }): Timeline => {
        const watched = { after: { checks: { a: 1 } }, ...open };
        return {
          ...head('changes-while-counting', changesWhileCounting.clauses, bounds),
          configuration: documentOf(bounds.profile, { check: { unhealthyThreshold } }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            open,
            failing,
            // one short of the threshold, whether or not a check was under way
            ...Array.from({ length: unhealthyThreshold - 1 }, () => watched),
            ...(changes[change] ?? []),
            ...Array.from({ length: 4 }, () => watched),
          ],
        };
      }),
};

/** An edit more often than checks come: none of them puts a check off. */
export const changesBetweenChecks: Family = {
  name: 'changes-between-checks',
  clauses: ['health.interval'],
  needs: ['schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 8, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        change: fc.constantFrom('weight', 'own weight', 'other members'),
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
        const edit =
          change === 'other members' ? membership : reweighed(change === 'weight' ? 'c' : 'a');
        return {
          ...head('changes-between-checks', changesBetweenChecks.clauses, bounds),
          configuration: documentOf(bounds.profile, { drainSeconds: 0 }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            ...Array.from({ length: 12 }, (_, turn) => ({
              after: { intervals },
              ...edit(turn),
            })),
            { after: { intervals: 2 }, do: 'wait' },
          ],
        };
      }),
};
