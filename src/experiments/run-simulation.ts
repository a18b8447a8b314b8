/** Runs one simulation in a fresh thread, so that it can be stopped and nothing that ran before slows it down. Knows no file. */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import type { Plan } from '../simulation/plan.ts';
import type { Engine, SimulationReply, SimulationTask } from './simulation.worker.ts';
import type { SimulationIdentity } from './simulation-document.ts';

/** From sources (tsx, vitest) the worker is TypeScript too; tsc does not rewrite a URL. */
const isTypeScript = import.meta.url.endsWith('.ts');
const workerFile = fileURLToPath(
  new URL(`./simulation.worker.${isTypeScript ? 'ts' : 'js'}`, import.meta.url),
);

export interface SimulationOptions {
  readonly signal?: AbortSignal;
  readonly engine?: Engine;
}
export interface Simulated {
  readonly result: SimulationResult;
  /** What the run alone cost. */
  readonly cpuSeconds: number;
}

/** Same plan, same result, byte for byte. An abort rejects with exit code 130. */
export async function runSimulation(
  plan: Plan,
  identity: SimulationIdentity,
  { signal, engine = 'table' }: SimulationOptions = {},
): Promise<Simulated> {
  const pool = new Piscina({
    filename: workerFile,
    minThreads: 1,
    maxThreads: 1,
    ...(isTypeScript ? { execArgv: ['--import', 'tsx'] } : {}),
  });
  try {
    const task: SimulationTask = { plan, identity, engine };
    const reply: SimulationReply = await pool.run(task, signal === undefined ? {} : { signal });
    if (reply.is === 'operator-error') throw new OperatorError(reply.message, reply.options);
    return { result: reply.result, cpuSeconds: reply.cpuSeconds };
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    throw new OperatorError('the simulation was interrupted', {
      code: 'INTERRUPTED',
      exitCode: exitCodes.interrupted,
    });
  } finally {
    await pool.destroy();
  }
}
