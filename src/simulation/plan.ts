/**
 * What one run simulates, resolved to milliseconds and dense indexes: a service, its instances, what happens to them,
 * and the traffic. Plain data, so that it can be sent to a worker. Knows no YAML.
 */
import type { Distribution } from '../random/distributions.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { PoissonTraffic } from '../traffic/poisson.ts';
import type { ReplayTraffic } from '../traffic/replay.ts';

/** How an instance that is down treats connections and checks: it resets them, or says nothing. */
export type Manner = 'refuses' | 'silent';

/** Open at once; each costs the service and the queue about 30 bytes, taken as they are needed. */
export const connectionsMax = 2 ** 22;

export interface Plan {
  readonly seed: string;
  readonly replication: number;
  readonly service: ServiceConfiguration;
  readonly instances: readonly PlannedInstance[];
  readonly traffic: Traffic;
  /** Null: instances take whoever comes, and connections stay as long as they want. */
  readonly serving: ServingPlan | null;
  /** How long a client waits for an instance that stays silent; its connection counts as open meanwhile. */
  readonly connectTimeoutMs: number;
  readonly outages: readonly Outage[];
  readonly failures: RandomFailures | null;
  readonly changes: readonly Change[];
  readonly bucketsMax: number;
  readonly eventsMax: number;
}

export interface PlannedInstance {
  readonly name: string;
  readonly weight: number;
  /** False: it joins by a change. */
  readonly isPresent: boolean;
}

export type Traffic =
  | ({ readonly kind: 'poisson' } & PoissonTraffic)
  | ({ readonly kind: 'replay' } & ReplayTraffic);

/** How long connections would stay is the work that they bring. */
export interface ServingPlan {
  /** Served in order as slots become free, or all at once, sharing the slots evenly. */
  readonly discipline: 'fifo' | 'processor-sharing';
  /** Of each instance. */
  readonly slots: readonly number[];
  /** How many more than its slots an instance takes; Infinity: all. */
  readonly queueMax: readonly number[];
  /** Whoever comes before is not measured. */
  readonly warmUpMs: number;
}

export interface Outage {
  readonly instance: number;
  readonly fromMs: number;
  /** Infinity: for good. */
  readonly toMs: number;
  readonly manner: Manner;
}

/** Every instance fails and recovers on its own, with up and down times of its own. */
export interface RandomFailures {
  readonly betweenMs: Distribution;
  readonly repairMs: Distribution;
  readonly manner: Manner;
}

export type Change = { readonly atMs: number; readonly instance: number } & (
  | { readonly does: 'remove' }
  | { readonly does: 'register' | 'reweigh'; readonly weight: number }
);
