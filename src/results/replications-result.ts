/** The versioned document that `simulate --replications` writes. A pure function of scenario, seed, count and version. */
import type { DurationName, Percentiles } from './durations-result.ts';
import type { ServingReplications } from './serving-result.ts';
import type { SimulationResult, SimulationTotals } from './simulation-result.ts';

export const replicationsResultVersion = 1;

/** Over replications, which are independent of each other. */
export interface Spread {
  readonly mean: number;
  /** Of the mean; 0 for a single replication. */
  readonly standardError: number;
  readonly min: number;
  readonly max: number;
}

export interface ReplicationsResult {
  readonly result: typeof replicationsResultVersion;
  readonly kind: 'replications';
  readonly suite: string;
  readonly scenario: SimulationResult['scenario'];
  readonly seed: string;
  readonly scheduling: string;
  readonly configuration: unknown;
  readonly replications: number;
  readonly events: number;
  /** In the order of replications. */
  readonly totals: readonly SimulationTotals[];
  readonly spread: Readonly<Record<keyof SimulationTotals | 'detectionMs', Spread>>;
  /** Null where no replication had any. */
  readonly durations: Readonly<Record<DurationName, MergedPercentiles | null>>;
  /** Sums over all replications, and the spread of each instance's mean load. */
  readonly instances: readonly {
    readonly name: string;
    readonly weight: number;
    readonly placed: number;
    readonly failed: number;
    readonly lost: number;
    readonly cutByDrain: number;
    readonly activeMean: Spread;
  }[];
  readonly serving: ServingReplications | null;
}

export interface MergedPercentiles {
  /** Of all replications' values together. */
  readonly merged: Percentiles;
  /** Of each replication's own percentiles, over those that had any values. */
  readonly spread: Readonly<Record<Exclude<keyof Percentiles, 'count'>, Spread>>;
}
