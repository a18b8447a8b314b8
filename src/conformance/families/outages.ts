/**
 * Timelines for outages: how soon one shows, what becomes of clients when everybody is out, and what a new instance is
 * taken for until its checks have told.
 */
import fc from 'fast-check';
import type { Step, Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  answering,
  anyScheduling,
  clientsNamed,
  documentOf,
  head,
  instancesOf,
  namesOf,
  plainFailures,
  settled,
} from './family.ts';

/** Failures beyond a threshold that make an outage sure, and one check that was under way. */
const checksBeyond = 4;
/** Two cycles of three instances, and two of wash-out. */
const connectionsToSee = 12;

/** Two go out, so that it shows who is kept out; then the third, so that nobody is left; then all come back. */
export const outages: Family = {
  name: 'outages',
  clauses: ['schedule.none-eligible', 'health.live-connections', 'schedule.eligible'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 14, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 1, max: bounds.isWired ? 2 : 5 }),
        failure: fc.constantFrom(...plainFailures),
        held: fc.integer({ min: 6, max: 9 }),
        scheduling: bounds.isWired ? fc.constant('weighted-round-robin' as const) : anyScheduling,
        persistence: fc.constantFrom(...(bounds.isWired ? [false] : [false, false, true])),
      })
      .map(({ unhealthyThreshold, failure, held, scheduling, persistence }): Timeline => {
        // of few clients, so that each holds some at several instances, where none of them has a session
        const holders = clientsNamed(persistence ? held : 2);
        // a check takes an interval and, at worst, its timeout of two fifths of one
        const out = { intervals: 1.4 * (unhealthyThreshold + checksBeyond) };
        return {
          ...head('outages', outages.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            scheduling,
            persistence,
            check: { unhealthyThreshold },
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), 3),
            { do: 'open', count: held, sources: holders, hold: true },
            answering('a', failure),
            { after: out, do: 'open', count: connectionsToSee, sources: 'fresh' },
            answering('b', failure),
            { after: out, do: 'open', count: connectionsToSee, sources: 'fresh' },
            { do: 'carry' },
            answering('c', failure),
            { after: out, do: 'open', count: 6, sources: 'fresh' },
            // a session is no way in where nobody is
            ...(persistence
              ? [{ do: 'open' as const, count: holders.length, sources: holders }]
              : []),
            { do: 'carry' },
            // the first to come back is enough, and costs nobody anything
            { do: 'behave', instance: 'b', behaviour: {} },
            { after: { intervals: 1.4 * checksBeyond }, do: 'open', count: 6, sources: 'fresh' },
            { do: 'carry' },
            // and a second outage costs no more than the first
            ...(bounds.isWired
              ? []
              : [
                  answering('b', failure),
                  { after: out, do: 'carry' as const },
                  // that nobody takes these shows that it is out again
                  { do: 'open' as const, count: 6, sources: 'fresh' as const },
                ]),
          ],
        };
      }),
};

const namesInAnyOrder = fc.shuffledSubarray([...namesOf(3)], { minLength: 3 });

/** One by one they go until nobody is left, and one by one they come back, in any order: whoever is back takes its turn. */
export const outageRecoveries: Family = {
  name: 'outage-recoveries',
  clauses: ['schedule.recovery', 'schedule.eligible'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 8, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        going: namesInAnyOrder,
        coming: namesInAnyOrder,
        // all at once, too
        isAtOnce: fc.boolean(),
        threshold: fc.integer({ min: 1, max: 3 }),
        failure: fc.constantFrom(...plainFailures),
      })
      .map(({ going, coming, isAtOnce, threshold, failure }): Timeline => {
        const open = { do: 'open' as const, count: connectionsToSee, sources: 'fresh' as const };
        const sure = (instance: string) => ({ checks: { [instance]: threshold + checksBeyond } });
        const last = going.at(-1) ?? 'a';
        return {
          ...head('outage-recoveries', outageRecoveries.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: { unhealthyThreshold: threshold, healthyThreshold: threshold },
          }),
          instances: instancesOf([1, 1, 1]),
          steps: [
            settled(namesOf(3), threshold + 1),
            open,
            ...going.flatMap((instance): readonly Step[] => [
              answering(instance, failure),
              ...(isAtOnce ? [] : [{ after: sure(instance), ...open }]),
            ]),
            { after: sure(last), ...open },
            ...coming.flatMap((instance): readonly Step[] => [
              { do: 'behave', instance, behaviour: {} },
              { after: sure(instance), ...open },
            ]),
          ],
        };
      }),
};

/** Goes out and comes back among others, then goes out when it is all there is: the last one is one like any other. */
export const outageOfOne: Family = {
  name: 'outage-of-one',
  clauses: ['schedule.none-eligible'],
  needs: ['check.http', 'schedule.wrr', 'drain'],
  runs: { stepped: 6, wired: 1 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 1, max: 3 }),
        failure: fc.constantFrom(...plainFailures),
      })
      .map(({ unhealthyThreshold, failure }): Timeline => {
        const open = { do: 'open' as const, count: connectionsToSee, sources: 'fresh' as const };
        const sure = { checks: { a: unhealthyThreshold + checksBeyond } };
        return {
          ...head('outage-of-one', outageOfOne.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            drainSeconds: 0,
            check: { unhealthyThreshold },
          }),
          instances: instancesOf([1, 1]),
          steps: [
            settled(namesOf(2), 3),
            open,
            answering('a', failure),
            { after: sure, ...open },
            { do: 'behave', instance: 'a', behaviour: {} },
            { after: { checks: { a: 2 + checksBeyond } }, ...open },
            { do: 'remove', instance: 'b' },
            open,
            answering('a', failure),
            { after: sure, ...open },
          ],
        };
      }),
};

export const healthDetection: Family = {
  name: 'health-detection',
  clauses: ['health.detection-time', 'health.interval'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: 16, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        unhealthyThreshold: fc.integer({ min: 1, max: bounds.isWired ? 2 : 5 }),
        failure: fc.constantFrom(...plainFailures),
        timeoutSeconds: fc.constantFrom(2, 3, 5),
      })
      .map(({ unhealthyThreshold, failure, timeoutSeconds }): Timeline => {
        // interval and timeout for each failure is the longest sum of all readings
        const limit = unhealthyThreshold * (1 + timeoutSeconds / 5);
        // in real time twice that is granted, or a second more, which is ten intervals
        const intervals = bounds.isWired ? Math.max(2 * limit, limit + 10) + 2 : limit + 0.2;
        return {
          ...head('health-detection', healthDetection.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: { unhealthyThreshold, timeoutSeconds },
          }),
          instances: instancesOf([1, 1]),
          steps: [
            settled(namesOf(2), 3),
            { do: 'open', count: 4, sources: 'fresh' },
            answering('a', failure),
            { after: { intervals }, do: 'open', count: connectionsToSee, sources: 'fresh' },
          ],
        };
      }),
};

const newcomer = { name: 'c', weight: 1, port: null };

/** A reply half a timeout late leaves a while in which nothing is known of the new instance. */
/** How a new instance comes: beside the others, gone and back, also within a check, or for somebody else. */
const comings = ['new', 'again', 'again soon', 'replacing'] as const;
const unwell = { name: 'unwell', weight: 1, port: null };

export const healthInitial: Family = {
  name: 'health-initial',
  clauses: ['health.initial'],
  needs: ['check.http', 'schedule.wrr', 'change.weight'],
  runs: { stepped: 14, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        threshold: fc.integer({ min: 3, max: 5 }),
        reply: fc.constantFrom('normal' as const, 503),
        how: fc.constantFrom(...(bounds.isWired ? (['new'] as const) : comings)),
        // so slow that what changes may take seconds to be in effect
        times: fc.constantFrom(
          { timeoutSeconds: 4 },
          ...(bounds.isWired ? [] : [{ timeoutSeconds: 40, intervalSeconds: 60 }]),
        ),
      })
      .map(({ threshold, reply, how, times }): Timeline => {
        const first = instancesOf([1, 1]);
        const names = how === 'replacing' ? [...namesOf(2), unwell.name] : namesOf(2);
        const open = { do: 'open' as const, count: connectionsToSee, sources: 'fresh' as const };
        return {
          ...head('health-initial', healthInitial.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: {
              unhealthyThreshold: threshold,
              healthyThreshold: threshold,
              ...times,
            },
            drainSeconds: 0,
          }),
          instances: how === 'replacing' ? [...first, unwell] : first,
          behaviours: {
            c: { afterwards: { reply, afterTimeouts: 0.5 } },
            ...(how === 'replacing' ? { [unwell.name]: { afterwards: { reply: 503 } } } : {}),
          },
          steps: [
            settled(names, threshold + 1),
            // by a list without somebody who failed its checks, whose results are not those of the new one
            how === 'replacing'
              ? { do: 'list', instances: [...first, newcomer] }
              : { do: 'add', instance: newcomer },
            // gone and back once its checks had told: a new one under a known name
            ...(how === 'again'
              ? [
                  { after: { checks: { c: threshold + 2 } }, do: 'remove' as const, instance: 'c' },
                  { after: { intervals: 2 }, do: 'add' as const, instance: newcomer },
                ]
              : []),
            // while a check of the one before is under way, whose result is none of the new one's
            ...(how === 'again soon'
              ? [
                  { after: { checks: { c: threshold + 2 } }, do: 'wait' as const },
                  { after: { intervals: 0.7 }, do: 'remove' as const, instance: 'c' },
                  { after: { intervals: 0.1 }, do: 'add' as const, instance: newcomer },
                ]
              : []),
            open,
            { after: { checks: { c: 1 } }, ...open },
            // on until the first result shows in the count of all
            ...Array.from({ length: bounds.isWired ? 0 : threshold + 1 }, () => ({
              after: { checks: { c: 1 } },
              ...open,
            })),
            // a new instance is checked like any other
            { after: { intervals: how === 'again' ? 20 : 0 }, do: 'wait' },
          ],
        };
      }),
};
