/** The thread in which one simulation runs: no defect and no live actor ran in it before, so the loop stays fast. */

import { OperatorError, type OperatorErrorOptions } from '../errors/operator-error.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import { type Engine, engines } from '../simulation/engines.ts';
import type { Plan } from '../simulation/plan.ts';
import { runPlan } from '../simulation/run.ts';
import { type DurationCounts, durationCountsOf } from './percentiles.ts';
import { type ServingCounts, servingCounts } from './serving-document.ts';
import { type SimulationIdentity, simulationDocument } from './simulation-document.ts';

export interface SimulationTask {
  readonly plan: Plan;
  readonly identity: SimulationIdentity;
  readonly engine: Engine;
}
export type SimulationReply =
  | {
      readonly is: 'result';
      readonly result: SimulationResult;
      readonly durations: DurationCounts;
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

export default function simulateTask({ plan, identity, engine }: SimulationTask): SimulationReply {
  try {
    const before = process.cpuUsage();
    const outcome = runPlan(plan, { engine: engines[engine] });
    const { user, system } = process.cpuUsage(before);
    const result = simulationDocument(identity, plan, outcome);
    const durations = durationCountsOf(outcome);
    const served = outcome.serving === null ? null : servingCounts(outcome.serving);
    return { is: 'result', result, durations, served, cpuSeconds: (user + system) / 1e6 };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { message, code, hint, exitCode } = error;
    return {
      is: 'operator-error',
      message,
      options: { code, exitCode, ...(hint === null ? {} : { hint }) },
    };
  }
}
