/**
 * Timelines of several instances whose checks fail and pass at one time: what one of them does is nothing to the others.
 * One instance by itself is next door.
 */
import fc from 'fast-check';
import type { CheckMethod } from '../../spec/configuration.ts';
import type { ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  answering,
  documentOf,
  fewChecks,
  head,
  instancesAt,
  instancesOf,
  namesOf,
  plainFailures,
  settled,
} from './family.ts';
import { margin, threshold } from './health.ts';

/** As many failures in a row, over all instances, as take out somebody who counts them together. */
export const healthIsolation: Family = {
  name: 'health-isolation',
  clauses: ['health.isolation'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        healthyThreshold: fc.integer({ min: 2, max: 3 }),
        count: fc.integer({ min: 3, max: 4 }),
        sound: fc.nat({ max: 2 }),
        failure: fc.constantFrom(...plainFailures),
        ends: fc.constantFrom('together', 'apart'),
        // whoever knows instances by their ports takes those of one port for one
        ownPorts: fc.constantFrom<readonly (number | null)[]>([null], [9000], [9000, 9001]),
      })
      .map(({ healthyThreshold, count, sound, failure, ends, ownPorts }): Timeline => {
        const names = namesOf(count);
        const others = names.filter((_, index) => index !== sound);
        const unhealthyThreshold = others.length;
        const sure = (threshold: number) => ({
          checks: Object.fromEntries(others.map((name) => [name, threshold + margin + 1])),
        });
        // enough to see one instance among all through a wash-out, and as many again
        const open = { do: 'open' as const, count: 6 * count, sources: 'fresh' as const };
        const toldTo = (reply: ReplyScript) => others.map((instance) => answering(instance, reply));
        // each alone for once, which takes nobody out, so that it shows what is different together
        const apart = others.flatMap((instance): readonly Step[] => [
          { do: 'behave', instance, behaviour: { checks: [failure] } },
          ...[1, 2].map(() => ({ after: { checks: { [instance]: 1 } }, ...open })),
        ]);
        const lone = others.at(-1) ?? 'a';
        const looks = Array.from({ length: unhealthyThreshold }, () => ({
          after: { checks: { [lone]: 1 } },
          ...open,
        }));
        return {
          ...head('health-isolation', healthIsolation.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: { unhealthyThreshold, healthyThreshold, ...fewChecks(bounds).check },
          }),
          instances: instancesAt(
            names.map((_, index) => ownPorts[index % ownPorts.length] ?? null),
          ),
          steps: [
            settled(names, healthyThreshold + 1),
            open,
            ...(bounds.isWired ? [] : apart),
            ...toldTo(failure),
            ...(bounds.isWired ? [] : looks),
            { after: sure(unhealthyThreshold), ...open },
            ...(ends === 'together'
              ? [...toldTo({ reply: 'normal' }), { after: sure(healthyThreshold), ...open }]
              : endingApart(names, others, failure, open)),
          ],
        };
      }),
};

/**
 * Several go out at one instant and come back at one: what one of them does is nothing to the others. One who was out
 * before them comes back with them, and checks go on until each would have had an instant of its own.
 */
export const healthTogether: Family = {
  name: 'health-together',
  clauses: ['health.unhealthy-threshold', 'health.healthy-threshold'],
  needs: ['check.http', 'check.tcp', 'schedule.wrr'],
  runs: { stepped: 12, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: threshold,
        healthyThreshold: threshold,
        together: fc.integer({ min: 2, max: 3 }),
        method: fc.constantFrom<CheckMethod>('http', 'http', 'tcp'),
        failure: fc.constantFrom(...plainFailures, { reply: 'refused' as const }),
        // or one a check after the other: each finds those before it on their way
        isInTurn: fc.constantFrom(false, false, true),
      })
      .map((drawn): Timeline => {
        const { unhealthyThreshold, healthyThreshold, together, method, failure } = drawn;
        const names = namesOf(together + 1);
        const turning = names.slice(0, together);
        // so many that even who draws at random passes nobody over in any of so many looks
        const open = { do: 'open' as const, count: 10 * names.length, sources: 'fresh' as const };
        const watched: Step = { after: { checks: { a: 1 } }, ...open };
        const turn = (limit: number, reply: ReplyScript): readonly Step[] => [
          ...turning.flatMap((instance, index): readonly Step[] => [
            ...(drawn.isInTurn && index > 0 ? [watched] : []),
            answering(instance, reply),
          ]),
          ...Array.from({ length: limit + margin }, () => watched),
          // whoever comes later by as many checks as the threshold, for each of the others
          { after: { checks: { a: limit * together } }, do: 'wait' },
        ];
        return {
          ...head('health-together', healthTogether.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: { method, unhealthyThreshold, healthyThreshold },
          }),
          instances: instancesOf(names.map(() => 1)),
          steps: [
            settled(names, healthyThreshold + 1),
            open,
            ...turn(unhealthyThreshold, method === 'tcp' ? { reply: 'refused' } : failure),
            ...turn(healthyThreshold, { reply: 'normal' }),
            open,
          ],
        };
      }),
};

/**
 * The same list comes in another order while a check is under way: what it comes to is the result of whoever was asked,
 * and of nobody who has its place then.
 */
export const healthReordered: Family = {
  name: 'health-reordered',
  clauses: ['health.isolation', 'health.unhealthy-threshold'],
  needs: ['check.http', 'schedule.wrr', 'change.weight'],
  runs: { stepped: 6, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 1, max: 2 }),
        asked: fc.constantFrom('a', 'b', 'c'),
        // counted from the end of the check before: within the next one, for whoever counts the interval so, too
        intervals: fc.constantFrom(0.8, 0.8, 1.2),
      })
      .map(({ unhealthyThreshold, asked, intervals }): Timeline => {
        const names = namesOf(3);
        const open = { do: 'open' as const, count: 12, sources: 'fresh' as const };
        const answered: Step = { after: { checks: { [asked]: 1 } }, ...open };
        const slowly = (reply: ReplyScript['reply']) => ({ reply, afterTimeouts: 0.9 });
        const reordered = Array.from({ length: unhealthyThreshold }, (_, turn): readonly Step[] => {
          const from = 1 + (turn % 2);
          const order = [...names.slice(from), ...names.slice(0, from)];
          const instances = order.map((name) => ({ name, weight: 1, port: null }));
          return [{ after: { intervals }, do: 'list', instances }, answered];
        });
        return {
          ...head('health-reordered', healthReordered.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: { unhealthyThreshold, healthyThreshold: 1 },
          }),
          instances: instancesOf(names.map(() => 1)),
          behaviours: { [asked]: { afterwards: slowly('normal') } },
          steps: [
            settled(names, 3),
            answered,
            answering(asked, slowly(503)),
            ...reordered.flat(),
            // and then in peace, so that whoever is merely late by these is known
            ...Array.from({ length: unhealthyThreshold + margin }, () => answered),
          ],
        };
      }),
};

/** Checks after which whoever counts for itself alone is out or in, however far off its threshold. */
const alone = 10;

/**
 * One comes back while another goes on failing, then that one; and one after the other fails alone, then everybody does:
 * whoever is kept from going or coming by the results of others goes or comes once these agree, or it is alone.
 */
function endingApart(
  names: readonly string[],
  others: readonly string[],
  failure: ReplyScript,
  open: Step,
): readonly Step[] {
  const [lone = 'a', ...rest] = others;
  const told = (some: readonly string[], reply: ReplyScript) =>
    some.map((instance) => answering(instance, reply));
  const later: Step = { ...open, after: { checks: { [lone]: alone } } };
  const last = others.slice(-1);
  return [
    later,
    ...told([lone], { reply: 'normal' }),
    later,
    ...told(rest, { reply: 'normal' }),
    later,
    ...told([lone], failure),
    later,
    ...told([lone], { reply: 'normal' }),
    ...told(last, failure),
    later,
    ...told(names, failure),
    later,
  ];
}
