/** Timelines for forwarding: ports of instances and of checks, paths, data both ways and ends by either side. */
import fc from 'fast-check';
import type { CheckMethod } from '../../spec/configuration.ts';
import type { ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Family } from './family.ts';
import {
  answering,
  documentOf,
  head,
  instancesAt,
  instancesOf,
  namesOf,
  settled,
} from './family.ts';
import { checksToBeSure } from './weights.ts';

/** As long as the page allows. */
const longPath = `/${'health-'.repeat(13)}servers/`;

export const forwardPorts: Family = {
  name: 'forward-ports',
  clauses: ['forward.port', 'forward.data', 'health.port', 'health.http.path'],
  needs: ['schedule.wrr'],
  runs: { stepped: 14, wired: 4 },
  timelines: (bounds) =>
    fc
      .record({
        // the ports that somebody may take for none at all, where no socket needs them
        thirdPort: fc.constantFrom(null, 9000, ...(bounds.isWired ? [9001] : [80, 1, 65_535])),
        servicePort: fc.constantFrom(8080, 8443),
        // a port that is said is the port of all checks, also where it is the service's or somebody's own
        checkPort: fc.constantFrom(
          ...[undefined, 9100, 8080, 9000],
          // which is none at all, said in a number
          ...(bounds.profile === 'openapi' ? [0, 0] : []),
        ),
        path: fc.constantFrom(
          ...['/', '/a/b/c/d/e/', '/ready?full=1', '/Healthz//now', longPath, longPath, longPath],
          ...(bounds.isWired ? [] : ['/a/./b/../c', '/%7Ea/b%2Fc']),
        ),
        by: fc.constantFrom('client' as const, 'instance' as const),
        // a reset is an end, too, where there are sockets
        how: fc.constantFrom('closed' as const, ...(bounds.isWired ? ['reset' as const] : [])),
        // a check by TCP has the same ports, and no path
        method: fc.constantFrom<CheckMethod>('http', ...(bounds.isWired ? [] : ['tcp' as const])),
        // as often as somebody who counts transfers may count
        transfers: fc.constantFrom(1, ...(bounds.isWired ? [] : [1, 40])),
        // and checks: each asks for the same, whatever came before
        checks: fc.constantFrom(3, ...(bounds.isWired ? [] : [40])),
      })
      .map((drawn): Timeline => {
        const { thirdPort, servicePort, checkPort, path, by, how, method } = drawn;
        const { transfers, checks } = drawn;
        // at least one of each kind: an own port, and the service's
        const own = [9000, null, thirdPort];
        return {
          ...head('forward-ports', forwardPorts.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            port: servicePort,
            check: { method, path, ...(checkPort === undefined ? {} : { port: checkPort }) },
          }),
          instances: instancesAt(own),
          steps: [
            settled(namesOf(3), checks),
            { do: 'open', count: 6, sources: 'fresh', hold: true },
            ...Array.from({ length: transfers }, (): Step => ({ do: 'carry' })),
            { do: 'close', of: 'a', by, how },
            { do: 'carry' },
            { do: 'close', of: 'all', by, how: 'closed' },
          ],
        };
      }),
};

/**
 * Of another weight it is where it was; gone for good or still draining, and back at another port, or at another port
 * without having been away, what was known of it is no longer so.
 */
export const forwardReturns: Family = {
  name: 'forward-returns',
  clauses: ['forward.port', 'health.port'],
  needs: ['schedule.wrr', 'change.weight', 'drain'],
  runs: { stepped: 12, wired: 3 },
  timelines: (bounds) =>
    fc
      .record({
        ports: fc.constantFrom([9000, 9300], [9300, 9000], [9000, null], [null, 9300]),
        drainSeconds: fc.constantFrom(0, 30),
        isHeld: fc.boolean(),
        // where nothing is held, and where there is no drain, it is gone at once
        isDraining: fc.boolean(),
        isAway: fc.boolean(),
      })
      .map((drawn): Timeline => {
        const { ports, drainSeconds, isDraining, isAway } = drawn;
        const [before = null, after = null] = ports;
        const isHeld = drawn.isHeld || isDraining;
        const open = { do: 'open' as const, count: 8, sources: 'fresh' as const };
        return {
          ...head('forward-returns', forwardReturns.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            drainSeconds: isDraining ? 300 : drainSeconds,
          }),
          instances: instancesOf([1, 1], before),
          steps: [
            settled(namesOf(2), 3),
            { ...open, hold: isHeld },
            { do: 'reweigh', instance: 'b', weight: 2 },
            open,
            ...(isAway
              ? [
                  { do: 'remove' as const, instance: 'a' },
                  {
                    after: isDraining ? { drain: 0.2 } : { drain: 1.1, intervals: 1 },
                    do: 'wait' as const,
                  },
                  { do: 'add' as const, instance: { name: 'a', weight: 1, port: after } },
                ]
              : [
                  {
                    do: 'list' as const,
                    instances: [
                      { name: 'a', weight: 1, port: after },
                      { name: 'b', weight: 2, port: before },
                    ],
                  },
                ]),
            // whoever starts out of rotation passes its checks first
            { after: { checks: { a: 4 } }, ...open },
          ],
        };
      }),
};

/** Out and back in, each is at the port that it was at. */
export const forwardRecovers: Family = {
  name: 'forward-recovers',
  clauses: ['forward.port'],
  needs: ['schedule.wrr', 'check.http'],
  runs: { stepped: 6, wired: 1 },
  timelines: (bounds) =>
    fc
      .record({
        failing: fc.constantFrom(['a'], ['b'], ['a', 'b']),
        ownPort: fc.constantFrom(9000, 80, 65_535),
        checkPort: fc.constantFrom(undefined, 9100),
      })
      .map(({ failing, ownPort, checkPort }): Timeline => {
        const open = { do: 'open' as const, count: 12, sources: 'fresh' as const };
        const sure = { checks: Object.fromEntries(failing.map((name) => [name, checksToBeSure])) };
        const answered = (reply: ReplyScript) =>
          failing.map((instance) => answering(instance, reply));
        return {
          ...head('forward-recovers', forwardRecovers.clauses, bounds),
          configuration: documentOf(bounds.profile, {
            check: checkPort === undefined ? {} : { port: checkPort },
          }),
          instances: instancesAt([ownPort, ownPort, null]),
          steps: [
            settled(namesOf(3), 3),
            open,
            ...answered({ reply: 503 }),
            { after: sure, ...open },
            ...answered({ reply: 'normal' }),
            { after: sure, ...open },
          ],
        };
      }),
};

/** The service's port changes and is that of those without their own; one that is said is an own one, also where it is the service's. */
export const forwardMoves: Family = {
  name: 'forward-moves',
  clauses: ['forward.port'],
  needs: ['schedule.wrr', 'change.configuration', 'change.weight'],
  runs: { stepped: 8, wired: 2 },
  timelines: (bounds) =>
    fc
      .record({
        ports: fc.constantFrom([8080, 8443], [8443, 80]),
        // what is asked of an own port is asked of it under another configuration, too
        ownPort: fc.constantFrom(9000, 9300),
        isFirst: fc.boolean(),
        isEditedLater: fc.boolean(),
      })
      .map(
        ({ ports: [before = 8080, after = 8443], ownPort, isFirst, isEditedLater }): Timeline => {
          const open = { do: 'open' as const, count: 12, sources: 'fresh' as const };
          const own = isFirst ? [before, null, ownPort] : [ownPort, before, after];
          const configuration = (port: number) =>
            documentOf(bounds.profile, { port, check: { port: 9100 } });
          return {
            ...head('forward-moves', forwardMoves.clauses, bounds),
            configuration: configuration(before),
            instances: instancesAt(own),
            steps: [
              settled(namesOf(3), 3),
              open,
              { do: 'reconfigure', configuration: configuration(after) },
              open,
              ...(isEditedLater
                ? [{ do: 'reweigh' as const, instance: 'b', weight: 2 }, open]
                : []),
              { do: 'reconfigure', configuration: configuration(before) },
              open,
            ],
          };
        },
      ),
};
