/** Run with --expose-gc: by how many bytes the heap grows, after collection, over a run of ten million events; on stdout. */
import { planWith, poisson, service } from './plan.fixture.ts';
import { runPlan } from './run.ts';

const warmUpEvents = 1_000_000;
const events = 10_000_000;

/** Two events a connection, clients that stick, instances that fail. */
function runOf(count: number) {
  return runPlan(
    planWith({
      service: { ...service, scheduling: 'weighted-least-connections', persistenceMs: 300_000 },
      traffic: { ...poisson, ratePerMs: 2, spanMs: count / 4, sourceCount: 5000 },
      failures: {
        betweenMs: { kind: 'exponential', mean: 600_000 },
        repairMs: { kind: 'exponential', mean: 60_000 },
        manner: 'silent',
      },
      eventsMax: 1e9,
    }),
  );
}

function heapUsed(): number {
  for (let round = 0; round < 3; round++) global.gc?.();
  return process.memoryUsage().heapUsed;
}

const kept = [runOf(warmUpEvents)];
const before = heapUsed();
kept.push(runOf(events));
const grownBytes = heapUsed() - before;
console.log(JSON.stringify({ grownBytes, events: kept.at(-1)?.events }));
