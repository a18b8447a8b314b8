/**
 * The vocabulary of behaviour that the page leaves room for: failure reasons, refusals, capabilities, declared
 * readings (traits), and the durations a right implementation keeps. Knows no clause.
 */

/** Why a check failed: the vendor API's words (clause book, revision 0.6.6), those that a testbed can bring about. */
export type FailureReason =
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'RECEIVE_RESPONSE_FAILED'
  | 'RECEIVE_RESPONSE_TIMEOUT'
  | 'HTTP_CODE_MISMATCH';

/** How a client learns that it was not placed. */
export type Refusal = 'reset' | 'closed' | 'refused' | 'silent';

/** What an implementation can do, and whether the balancer itself or its adapter does it. */
export type Capability =
  | 'configuration' // rejects what the page rejects
  | 'schedule.wrr'
  | 'schedule.wlc'
  | 'schedule.source'
  | 'check.tcp'
  | 'check.http'
  | 'persistence'
  | 'persistence.draining' // a known client is not sent to a draining instance
  | 'drain' // no new connections, established ones go on
  | 'drain.deadline' // established ones end at the deadline
  | 'change.weight'
  | 'change.configuration';

/** What hardly anyone lacks: left out, it is supported. */
type UsualCapability =
  | 'traffic' // clients' connections reach the balancer itself
  | 'configuration.groups'; // server groups and the network they are in can be told to it

export type Need = Capability | UsualCapability;

export interface Supported {
  readonly supported: boolean;
  readonly providedBy?: 'balancer' | 'adapter';
  readonly note?: string;
}

export type Capabilities = Readonly<
  Record<Capability, Supported> & Partial<Record<UsualCapability, Supported>>
>;

export function supportOf(capabilities: Capabilities, need: Need): Supported {
  return capabilities[need] ?? { supported: true };
}

/** False: whoever is listed is in rotation, whatever becomes of it. */
export function checksInstances(capabilities: Capabilities): boolean {
  return capabilities['check.tcp'].supported || capabilities['check.http'].supported;
}

/** One declared reading of what the page leaves open. */
export interface Trait {
  readonly reading: string | number;
  readonly providedBy: 'balancer' | 'adapter';
}
/** Keys: the closed table of the clause book. Absent: undeclared, hence observed instead of judged. */
export type Traits = Readonly<Record<string, Trait>>;

/** What a right implementation keeps, worked out by the harness: configuration, profile defaults, scale per kind. Clock of the history. */
export interface EffectiveDurations {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** 0: persistence is off. */
  readonly persistenceMs: number;
  readonly drainMs: number;
}
