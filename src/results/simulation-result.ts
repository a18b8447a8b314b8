/** The versioned document that `simulate` writes. A pure function of scenario, trace, seed and version. */
import type { Durations } from './durations-result.ts';
import type { ServingFigures } from './serving-result.ts';

export const simulationResultVersion = 1;

export interface SimulationResult {
  readonly result: typeof simulationResultVersion;
  readonly kind: 'simulation';
  readonly suite: string;
  readonly scenario: { readonly name: string; readonly description: string; readonly file: string };
  readonly seed: string;
  readonly scheduling: string;
  readonly configuration: unknown;
  /** Simulated ms from the first instant to the last connection's end. */
  readonly simulatedMs: number;
  readonly events: number;
  readonly totals: SimulationTotals;
  readonly instances: readonly SimulatedInstance[];
  /** null: the scenario says nothing of slots. */
  readonly serving: ServingFigures | null;
  /** Time buckets of equal width; every series has one value a bucket. */
  readonly series: {
    readonly bucketMs: number;
    readonly arrivals: readonly number[];
    readonly active: readonly (readonly number[])[]; // [instance][bucket], time-weighted mean
    readonly placed: readonly (readonly number[])[]; // [instance][bucket]
    readonly refused: readonly number[];
  };
  readonly durations: Durations;
  readonly detections: readonly Detection[];
  /** The busiest sources, most connections first, at most 20; `share` of all connections. */
  readonly sources: {
    readonly count: number;
    readonly busiest: readonly {
      readonly address: string;
      readonly connections: number;
      readonly share: number;
      readonly instances: Readonly<Record<string, number>>;
    }[];
  };
  readonly notes: readonly string[];
}

export interface SimulationTotals {
  readonly arrived: number;
  readonly placed: number;
  readonly refused: number;
  /** Placed on an instance whose slots and queue were full, and sent away by it. */
  readonly turnedAway: number;
  /** Placed on an instance that was down and not yet detected. */
  readonly failed: number;
  /** Established, then lost when their instance failed. */
  readonly lost: number;
  readonly cutByDrain: number;
  readonly completed: number;
  readonly activeMean: number;
  readonly activeMax: number;
}
export interface SimulatedInstance {
  readonly name: string;
  readonly weight: number;
  readonly placed: number;
  readonly share: number;
  readonly shareByWeight: number;
  readonly failed: number;
  readonly lost: number;
  readonly cutByDrain: number;
  readonly activeMean: number;
  readonly activeMax: number;
  /** Share of the simulated time in which it was eligible. */
  readonly eligibleShare: number;
}
export interface Detection {
  readonly instance: string;
  readonly failedAtMs: number;
  /** null: it recovered, or the run ended, before it was taken out. */
  readonly detectedAtMs: number | null;
  readonly recoveredAtMs: number | null;
  readonly returnedAtMs: number | null;
}
