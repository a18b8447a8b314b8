/**
 * What a scheduling algorithm is: a pure pick over columns that it does not own. Knows no health, no session, no time.
 * Dense integers from 0 everywhere; NONE is "nobody".
 */
export type Instance = number;
export type Source = number;
export const NONE = -1;

/** The one truth about load and eligibility. The service writes; scheduler, sessions, metrics and history read. Fixed capacity. */
export interface InstanceColumns {
  readonly instancesMax: number;
  readonly weight: Int32Array;
  readonly active: Int32Array;
  readonly isEligible: Uint8Array;
}
/** Who a dense source index is: the IPv4 address, which source hashing needs. Filled by whoever numbers the sources. */
export interface SourceColumns {
  readonly sourcesMax: number;
  readonly address: Uint32Array;
}

export interface Scheduler {
  /** NONE when nobody is eligible. */
  pick(source: Source): Instance;
  loadChanged(instance: Instance): void;
  eligibilityChanged(instance: Instance): void;
  weightChanged(instance: Instance): void;
}
export type SchedulerFactory = (instances: InstanceColumns, sources: SourceColumns) => Scheduler;
