/**
 * `npm run bench:replications`: wall-clock speed-up of two threads over one, on replications of about a second each; and,
 * in the same rounds, that of two processes over one, which share nothing but the machine: no more can be had on it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { machine, median, numberOption } from './measuring.ts';
import { plans, type Size } from './replications.plans.ts';

/** As it is installed: from sources a thread takes half a second to begin. */
const built = new URL('../dist/src/experiments/run-simulation.js', import.meta.url);
const { runReplications }: typeof import('../src/experiments/run-simulation.ts') = await import(
  built.href
);

const rounds = numberOption('rounds', 7);
const replications = 4;
const all = Array.from({ length: replications }, (_, replication) => replication);
const identity = {
  suite: 'bench',
  scenario: { name: 'replications', description: '', file: 'bench/replications.ts' },
  configuration: {},
  notes: [],
};

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - before) / 1e9;
}

async function threads(size: Size): Promise<number> {
  const bytes: string[] = [];
  const seconds = (workers: number) =>
    secondsOf(async () => {
      const { result } = await runReplications(plans[size], identity, replications, workers);
      bytes.push(JSON.stringify(result));
    });
  const speedup = (await seconds(1)) / (await seconds(2));
  if (bytes[0] !== bytes[1]) throw new Error('two threads gave another result than one');
  return speedup;
}

/** Processes are ready before the clock starts: their start is not what is asked about. */
async function processes(size: Size): Promise<number> {
  const seconds = async (shares: readonly (readonly number[])[]) => {
    const children = await Promise.all(shares.map(startProcess));
    const took = await secondsOf(() =>
      Promise.all(
        children.map(async (child, at) => {
          child.send({ size, replications: shares[at] });
          await once(child, 'message');
        }),
      ),
    );
    for (const child of children) child.kill();
    return took;
  };
  const half = replications / 2;
  return (await seconds([all])) / (await seconds([all.slice(0, half), all.slice(half)]));
}

async function startProcess(): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./replications.process.ts', import.meta.url));
  const child = fork(file, process.argv.slice(2), { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return child;
}

console.log(`replications: ${replications} a run, median of ${rounds}, ${machine()}`);
for (const size of Object.keys(plans) as Size[]) {
  const ofThreads: number[] = [];
  const ofProcesses: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ofThreads.push(await threads(size));
    ofProcesses.push(await processes(size));
  }
  const told = (speedups: readonly number[]) =>
    `${median(speedups).toFixed(2)} (${Math.min(...speedups).toFixed(2)} to ${Math.max(...speedups).toFixed(2)})`;
  console.log(`  ${size}: threads ${told(ofThreads)}, processes ${told(ofProcesses)}`);
  const [speedup, processesToo] = [ofThreads, ofProcesses].map((speedups) =>
    Number(median(speedups).toFixed(2)),
  );
  const figures = { workers: 2, open: size, speedup, ofProcesses: processesToo };
  console.log(JSON.stringify({ bench: 'replications', ...figures }));
}
