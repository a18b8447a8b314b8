/** The thread in which one simulation runs: no defect and no live actor ran in it before, so the loop stays fast. */

import { OperatorError, type OperatorErrorOptions } from '../errors/operator-error.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import { type Engine, engines } from '../simulation/engines.ts';
import type { Plan } from '../simulation/plan.ts';
import { runPlan } from '../simulation/run.ts';
import { type HistoryEnd, historySink } from './history-channel.ts';
import { type DurationCounts, durationCountsOf } from './percentiles.ts';
import { type ServingCounts, servingCounts } from './serving-document.ts';
import { type SimulationIdentity, simulationDocument } from './simulation-document.ts';
import { type SourcesTable, sourcesTableOf } from './sources-table.ts';

export interface SimulationTask {
  readonly plan: Plan;
  readonly identity: SimulationIdentity;
  readonly engine: Engine;
  readonly history: HistoryEnd | null;
  readonly tellsEverySource: boolean;
}
export type SimulationReply =
  | {
      readonly is: 'result';
      readonly result: SimulationResult;
      readonly durations: DurationCounts;
      /** Null where nobody asked for it. */
      readonly sources: SourcesTable | null;
      readonly served: ServingCounts | null;
      /** Of the run alone, the whole process's: what it compiles and collects on other threads is part of its price. */
      readonly cpuSeconds: number;
    }
  /** Errors lose their class between threads, so an operator's error travels as data. */
  | {
      readonly is: 'operator-error';
      readonly message: string;
      readonly options: OperatorErrorOptions;
    };

export default function simulateTask(task: SimulationTask): SimulationReply {
  const { plan, identity, engine, tellsEverySource } = task;
  const history = task.history === null ? null : historySink(task.history);
  try {
    const before = process.cpuUsage();
    const outcome = runPlan(plan, {
      engine: engines[engine],
      tellsEverySource,
      ...(history === null ? {} : { history }),
    });
    const { user, system } = process.cpuUsage(before);
    const result = simulationDocument(identity, plan, outcome);
    const durations = durationCountsOf(outcome);
    const sources = tellsEverySource ? sourcesTableOf(plan, outcome) : null;
    const served = outcome.serving === null ? null : servingCounts(outcome.serving);
    const cpuSeconds = (user + system) / 1e6;
    return { is: 'result', result, durations, sources, served, cpuSeconds };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { message, code, hint, exitCode } = error;
    return {
      is: 'operator-error',
      message,
      options: { code, exitCode, ...(hint === null ? {} : { hint }) },
    };
  } finally {
    history?.ended();
  }
}
