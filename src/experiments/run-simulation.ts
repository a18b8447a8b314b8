/** Runs simulations in fresh threads, so that it can be stopped and nothing that ran before slows it down. Knows no file. */
import { invariant } from '../errors/invariant.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { ReplicationsResult } from '../results/replications-result.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import type { Engine } from '../simulation/engines.ts';
import type { Plan } from '../simulation/plan.ts';
import { type HistoryEnd, openHistoryChannel, type TakeHistory } from './history-channel.ts';
import { mergeReplications } from './merge-replications.ts';
import { type DurationCounts, mergeDurations } from './percentiles.ts';
import { mergeServing, type ServingCounts } from './serving-document.ts';
import type { SimulationReply, SimulationTask } from './simulation.worker.ts';
import type { SimulationIdentity } from './simulation-document.ts';
import type { SourcesTable } from './sources-table.ts';
import { openThreads } from './threads.ts';

export interface SimulationOptions {
  readonly signal?: AbortSignal;
  readonly engine?: Engine;
}
/** Of a single run. */
export interface SimulationWishes extends SimulationOptions {
  /** Takes its history, chunk by chunk; the run waits for it. */
  readonly history?: TakeHistory;
  /** Where every source went. */
  readonly sources?: boolean;
}
export interface Simulated {
  readonly result: SimulationResult;
  readonly durations: DurationCounts;
  /** Null where nobody asked for it. */
  readonly sources: SourcesTable | null;
  /** Null where instances have no slots. */
  readonly served: ServingCounts | null;
  /** What the run alone cost. */
  readonly cpuSeconds: number;
}

/** Same plan, same result, byte for byte. An abort rejects with exit code 130. */
export async function runSimulation(
  plan: Plan,
  identity: SimulationIdentity,
  { history, sources = false, ...options }: SimulationWishes = {},
): Promise<Simulated> {
  const run = async (asked: Asked, besides: SimulationOptions = {}) => {
    const [simulated] = await runAll([plan], identity, 1, { ...options, ...besides }, asked);
    invariant(simulated !== undefined, 'one plan gives one result');
    return simulated;
  };
  if (history === undefined) return run({ history: null, tellsEverySource: sources });
  return drained(history, options.signal, (end, signal) =>
    run({ history: end, tellsEverySource: sources }, { signal }),
  );
}

/** Runs with somebody who takes the history; what taking it fails with ends the run. */
async function drained(
  take: TakeHistory,
  given: AbortSignal | undefined,
  run: (end: HistoryEnd, signal: AbortSignal) => Promise<Simulated>,
): Promise<Simulated> {
  const channel = openHistoryChannel(take);
  const failure = new AbortController();
  channel.drained.catch((error: unknown) => failure.abort(error));
  try {
    const signals = given === undefined ? [failure.signal] : [failure.signal, given];
    const simulated = await run(channel.end, AbortSignal.any(signals));
    await channel.drained;
    return simulated;
  } catch (error) {
    channel.close();
    await channel.drained.catch(() => undefined);
    throw failure.signal.aborted ? failure.signal.reason : error;
  }
}

export interface Replicated {
  readonly result: ReplicationsResult;
  /** Of all replications together. */
  readonly durations: DurationCounts;
  readonly cpuSeconds: number;
}

/** Replications 0 to `count − 1` of a plan, merged in that order: the number of workers changes nothing but time. */
export async function runReplications(
  plan: Plan,
  identity: SimulationIdentity,
  count: number,
  workers: number,
  options: SimulationOptions = {},
): Promise<Replicated> {
  const plans = Array.from({ length: count }, (_, replication) => ({ ...plan, replication }));
  const before = process.cpuUsage();
  const runs = await runAll(plans, identity, workers, options);
  const { user, system } = process.cpuUsage(before);
  const durations = mergeDurations(runs.map((run) => run.durations));
  return {
    result: mergeReplications(
      runs.map(({ result }) => result),
      durations,
      mergeServing(runs.flatMap(({ served }) => served ?? [])),
    ),
    durations,
    cpuSeconds: (user + system) / 1e6,
  };
}

interface Asked {
  readonly history: HistoryEnd | null;
  readonly tellsEverySource: boolean;
}
const nothingBesides: Asked = { history: null, tellsEverySource: false };

/** Each plan in turn on whichever thread is free; results in the order of plans. */
async function runAll(
  plans: readonly Plan[],
  identity: SimulationIdentity,
  workers: number,
  { signal, engine = 'table' }: SimulationOptions,
  asked = nothingBesides,
): Promise<readonly Simulated[]> {
  const threads = Math.min(workers, plans.length);
  const pool = openThreads<SimulationTask, SimulationReply>(
    './simulation.worker',
    import.meta.url,
    threads,
  );
  try {
    return await Promise.all(
      plans.map(async (plan) => {
        const task: SimulationTask = { plan, identity, engine, ...asked };
        const reply: SimulationReply = await pool.run(task, {
          ...(signal === undefined ? {} : { signal }),
          ...(asked.history === null ? {} : { transferList: [asked.history.port] }),
        });
        if (reply.is === 'operator-error') throw new OperatorError(reply.message, reply.options);
        const { is, ...simulated } = reply;
        return simulated;
      }),
    );
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
