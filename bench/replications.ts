/**
 * `npm run bench:replications`: wall-clock speed-up of two threads over one, on replications of about a second each.
 * Only an idle machine tells: threads that share a core with somebody else cannot be twice as fast.
 */
import { runReplications } from '../src/experiments/run-simulation.ts';
import { planWith, poisson, service } from '../src/simulation/plan.fixture.ts';
import { machine, median, numberOption } from './measuring.ts';

const rounds = numberOption('rounds', 7);
const replications = 4;
const identity = {
  suite: 'bench',
  scenario: { name: 'replications', description: '', file: 'bench/replications.ts' },
  configuration: {},
  notes: [],
};
const plan = planWith({
  service: { ...service, scheduling: 'weighted-least-connections' },
  traffic: {
    ...poisson,
    ratePerMs: 2,
    spanMs: numberOption('connections', 3_000_000) / 2,
    sourceCount: 50_000,
    holdMs: { kind: 'exponential', mean: 30_000 },
  },
  eventsMax: 1e9,
});

async function wallSeconds(workers: number): Promise<{ seconds: number; bytes: string }> {
  const before = process.hrtime.bigint();
  const { result } = await runReplications(plan, identity, replications, workers);
  return {
    seconds: Number(process.hrtime.bigint() - before) / 1e9,
    bytes: JSON.stringify(result),
  };
}

console.log(`replications: ${replications} a run, median of ${rounds}, ${machine()}`);
const speedups: number[] = [];
for (let round = 0; round < rounds; round++) {
  const alone = await wallSeconds(1);
  const together = await wallSeconds(2);
  if (alone.bytes !== together.bytes) throw new Error('two threads gave another result than one');
  speedups.push(alone.seconds / together.seconds);
  console.log(
    `  ${alone.seconds.toFixed(2)} s with 1 thread, ${together.seconds.toFixed(2)} s with 2`,
  );
}
const speedup = Number(median(speedups).toFixed(2));
console.log(JSON.stringify({ bench: 'replications', workers: 2, speedup }));
