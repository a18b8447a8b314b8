/** Durations that a simulation tells by their percentiles. Within 0.2 % of each exact one: histograms told them. */

/** In ms; null where there was none. */
export interface Percentiles {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** What is told, in the order in which reports tell it. */
export const durationNames = [
  /** Connections, from opening to end. */
  'completed',
  /** 0 where the instance refused, else for how long the client waited for it. */
  'failed',
  'lost',
  'cutByDrain',
  /** From an instance's failure to its being taken out of rotation. */
  'detection',
  /** From its recovery to its being back. */
  'comeback',
] as const;
export type DurationName = (typeof durationNames)[number];

export type Durations = Readonly<Record<DurationName, Percentiles | null>>;
