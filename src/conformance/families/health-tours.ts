/**
 * Tours of the health machine: for every two thresholds a walk that takes each result in each state, with traffic
 * after every check. The same ones in every run; what they cover is counted from the machine.
 */
import fc from 'fast-check';
import { compile } from '../../../models/compile.ts';
import { healthEvents, healthMachine, healthReadings } from '../../../models/health.machine.ts';
import { eventIndex, type Table } from '../../../models/table.ts';
import { transitionTour } from '../../../models/transition-tour.ts';
import type { Timeline } from '../timeline.ts';
import type { Bounds, Family } from './family.ts';
import { scriptedHealth } from './health.ts';

const thresholds = [1, 2, 3, 4, 5];
/** All of the page: 25 in stepped time; on the wire a check costs a tenth of a second, so these first. */
const pairs = [
  [1, 2],
  [2, 1],
  [3, 3],
  ...thresholds.flatMap((down) => thresholds.map((up) => [down, up])),
]
  .map(([down = 1, up = 1]) => ({ unhealthyThreshold: down, healthyThreshold: up }))
  .filter(
    (one, index, all) =>
      all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
  );

function tableOf(pair: (typeof pairs)[number]): Table {
  return compile(healthMachine, { ...pair, ...healthReadings }, healthEvents).table;
}

function lettersOf(table: Table): string {
  const failed = eventIndex(table, 'check.failed');
  // the machine comes back from everywhere, so one walk takes it all
  return transitionTour(table)
    .flatMap((walk) => walk.map((event) => (event === failed ? 'F' : 'P')))
    .join('');
}

function toursOf(bounds: Bounds): readonly Timeline[] {
  return pairs.map((pair) =>
    scriptedHealth('health-tours', healthTours.clauses, bounds, {
      ...pair,
      // certainly in rotation, where the walk begins
      warmUp: 'P'.repeat(pair.healthyThreshold + 1),
      letters: lettersOf(tableOf(pair)),
      failures: [{ reply: 503 }],
    }),
  );
}

export const healthTours: Family = {
  name: 'health-tours',
  clauses: ['health.unhealthy-threshold', 'health.healthy-threshold'],
  needs: ['check.http', 'schedule.wrr'],
  runs: { stepped: pairs.length, wired: 3 },
  fixed: toursOf,
  timelines: (bounds) => fc.constantFrom(...toursOf(bounds)),
};

/** How many results in how many states of all 25 machines these tours took. */
export function tourCoverage(timelines: readonly Timeline[]): {
  readonly covered: number;
  readonly of: number;
} {
  let covered = 0;
  let of = 0;
  for (const pair of pairs) {
    const table = tableOf(pair);
    of += table.next.length;
    const taken = new Set<number>();
    for (const { family, behaviours, configuration } of timelines) {
      const { unhealthyThreshold, healthyThreshold } =
        configuration.backendServices[0]?.healthCheck ?? {};
      const isSame =
        unhealthyThreshold === pair.unhealthyThreshold &&
        healthyThreshold === pair.healthyThreshold;
      if (family !== 'health-tours' || !isSame) continue;
      let state = table.initial;
      for (const { reply } of behaviours['a']?.checks ?? []) {
        const event = eventIndex(table, reply === 'normal' ? 'check.passed' : 'check.failed');
        const cell = state * table.events.length + event;
        taken.add(cell);
        state = table.next[cell] as number;
      }
    }
    covered += taken.size;
  }
  return { covered, of };
}
