/**
 * `npm run bench:memory`: the most memory that a process takes for 100 million connections, 60,000 of them at a time, and
 * for 10,000 instances with a million sources. Each case runs in a process of its own; resident memory is the system's
 * word (`maxRSS`). `--connections 10000000` makes it shorter.
 */
import { fileURLToPath } from 'node:url';
import { instancesWeighing, planWith, poisson, service } from '../src/simulation/plan.fixture.ts';
import type { Plan } from '../src/simulation/plan.ts';
import { runPlan } from '../src/simulation/run.ts';
import { machine, numberOption, run } from './measuring.ts';

const connections = numberOption('connections', 100_000_000);
const holdMs = { kind: 'exponential', mean: 30_000 } as const;
const scheduling = 'weighted-least-connections';
const persistenceMs = 300_000;

function planOf(name: string): Plan {
  const isLong = name === 'long';
  const count = isLong ? connections : 10_000_000;
  const weights = Array.from({ length: isLong ? 20 : 10_000 }, (_, index) => 1 + (index % 4));
  return planWith({
    service: { ...service, scheduling, persistenceMs },
    instances: instancesWeighing(...weights),
    traffic: {
      ...poisson,
      ratePerMs: 2,
      spanMs: count / 2,
      sourceCount: isLong ? 50_000 : 1_000_000,
      holdMs,
    },
    eventsMax: 1e9,
  });
}

const limitsMb = { long: 200, wide: 1000 } as const;
const asked = process.argv[process.argv.indexOf('--case') + 1];
if (process.argv.includes('--case')) {
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  const { metrics, events } = runPlan(planOf(asked ?? 'long'));
  global.gc?.();
  const heapGrownMb = (process.memoryUsage().heapUsed - before) / 1e6;
  const rssMb = process.resourceUsage().maxRSS / 1024;
  const { arrived, activeTotalMax } = metrics;
  console.log(JSON.stringify({ arrived, events, activeTotalMax, rssMb, heapGrownMb }));
} else {
  console.log(`memory: ${machine()}`);
  const measured: Record<string, number> = {};
  for (const [name, limitMb] of Object.entries(limitsMb)) {
    const file = fileURLToPath(import.meta.url);
    const words = ['--expose-gc', '--import', 'tsx', file, '--case', name];
    const { stdout } = await run(process.execPath, [...words, '--connections', `${connections}`]);
    const told = JSON.parse(stdout);
    console.log(
      `  ${name}: ${told.arrived} connections, at most ${told.activeTotalMax} open: ${told.rssMb.toFixed(0)} MB resident ` +
        `(limit ${limitMb}), heap grown by ${told.heapGrownMb.toFixed(2)} MB`,
    );
    measured[name] = Math.round(told.rssMb);
    if (told.rssMb > limitMb) process.exitCode = 1;
  }
  console.log(JSON.stringify({ bench: 'memory', rssMb: measured }));
}
