/** Wall-clock facts of a run: never part of a result, so that results stay comparable byte for byte. */
export interface RunFacts {
  readonly run: 1;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly machine: { readonly cores: number; readonly node: string; readonly platform: string };
  readonly lanes: number;
  /** Whether shortened time could be trusted; null: time was not shortened. */
  readonly timeScale: TimeScale | null;
  readonly trials: readonly {
    readonly name: string;
    readonly lane: number;
    readonly fromMs: number;
    readonly toMs: number;
    readonly attempt: number;
    readonly lagMs: number;
  }[];
  readonly load: LoadFacts | null;
}

/** What one service did at two factors of time. */
export interface TimeScale {
  /** null: not measured. */
  readonly isLinear: boolean | null;
  readonly why: string;
  readonly measured: {
    /** The factors, real ms a configured second. */
    readonly realMsPerSecond: readonly number[];
    /** From the start of a check to the start of the next, median, real ms; one a factor. */
    readonly intervalMs: readonly number[];
  } | null;
}

/** Measured by autocannon over kept-alive connections, through the balancer against direct, in one run. Placed connections are counted at the instances. */
export interface LoadFacts {
  readonly seconds: number;
  readonly connections: number;
  readonly direct: LoadSide;
  readonly through: LoadSide;
}
export interface LoadSide {
  readonly requestsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number };
  readonly errors: number;
  readonly placed: Readonly<Record<string, number>>;
}
