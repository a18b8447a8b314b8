/** Where the connections of every source went: the columns of a run, plain data that a thread can hand over. */
import type { Plan } from '../simulation/plan.ts';
import type { RunOutcome } from '../simulation/run.ts';

export interface SourcesTable {
  /** Names of instances, in the order of columns. */
  readonly instances: readonly string[];
  readonly addresses: Uint32Array;
  readonly arrived: Uint32Array;
  /** Placed on an instance that was down and not yet detected. */
  readonly failed: Uint32Array;
  /** Row: source; column: instance, the last one being refused. In memory that threads share: it may be large. */
  readonly places: Uint32Array;
}

export function sourcesTableOf(plan: Plan, { metrics, addresses }: RunOutcome): SourcesTable {
  return {
    instances: plan.instances.map(({ name }) => name),
    addresses,
    arrived: metrics.arrivedBySource,
    failed: metrics.failedBySource,
    places: metrics.placedBySource,
  };
}
