/**
 * What happened, by whom it was witnessed, and when at the earliest and latest. One object a line in NDJSON.
 * Refuses to know who produced a history and what it means.
 */
import type { EffectiveDurations, FailureReason, Refusal, Traits } from '../spec/behaviour.ts';
import type { Profile } from '../spec/configuration.ts';
import type { Violation } from '../spec/violation.ts';

export const historyVersion = 1;

/**
 * First line. All times below: ms since then, in the clock in which the effective durations hold
 * (stepped: model time; scaled: real ms of the shortened durations; real: real ms).
 */
export interface HistoryHeader {
  readonly event: 'history.began';
  readonly history: typeof historyVersion;
  readonly suite: string;
  readonly implementation: {
    readonly connectable: string;
    readonly name: string;
    readonly version: string;
  };
  readonly time: TimeKind;
  /** The whole configuration document, as it was sent. */
  readonly configuration: unknown;
  readonly profile: Profile;
  readonly traits: Traits | null;
  /**
   * `none`: the implementation says that it checks nobody, so that whoever is listed is in rotation. `told`: it tells of
   * each check, also of those that are refused, which no instance sees. Absent: instances saw what there is to see.
   */
  readonly checks?: 'none' | 'told';
  /** The instances at the start: `port` null is the service's own. */
  readonly instances: readonly InstanceListed[];
  readonly seed: string;
  readonly timeline: string | null;
}
export type TimeKind = 'stepped' | 'scaled' | 'real';
export interface InstanceListed {
  readonly name: string;
  readonly weight: number;
  readonly port: number | null;
}

/** It happened at some moment of the closed interval. Stepped time: a point. Lines are written when known, so `toMs` never decreases. */
export interface When {
  readonly fromMs: number;
  readonly toMs: number;
}
/** `accepted` / `refused`: the TCP connection; `silence`: accepted, then nothing; number: an HTTP status. */
export type Reply = 'accepted' | 'refused' | 'silence' | number;

export type Outcome =
  | { readonly is: 'accepted' }
  | { readonly is: 'rejected'; readonly violations: readonly Violation[] }
  | { readonly is: 'unsupported' | 'unknown'; readonly note: string };

/** Asked of the implementation. `readBack` is its word, `effective` ours. fromMs: request sent; toMs: reply received, from which the declared propagation counts. */
type Asked =
  | {
      readonly event: 'service.configured';
      readonly outcome: Outcome;
      readonly configuration: unknown;
      readonly readBack: unknown;
      readonly effective: EffectiveDurations | null;
    }
  | {
      readonly event: 'instance.registered' | 'instance.reweighed';
      readonly instance: string;
      readonly weight: number;
      readonly port: number | null;
      readonly outcome: Outcome;
    }
  | { readonly event: 'instance.removed'; readonly instance: string; readonly outcome: Outcome }
  /** A whole list that changes nobody: in another order, or once more as it was. */
  | {
      readonly event: 'instances.listed';
      readonly instances: readonly string[];
      readonly outcome: Outcome;
    };

/** The world, which we own: what an instance does from now on. `checks`: replies to its next checks, one each; `afterwards`: to all later ones. */
type World = {
  readonly event: 'instance.behaved';
  readonly instance: string;
  readonly traffic: Reply;
  readonly checks: readonly CheckReplyScript[];
  readonly afterwards: CheckReplyScript;
};
export interface CheckReplyScript {
  readonly reply: Reply;
  readonly afterMs: number;
}

/** Seen at the client's end, or at the instance's end (`placed`, `strayed`), never told by the implementation. */
type Traffic =
  | {
      readonly event: 'connection.opened';
      readonly connection: number;
      readonly source: string;
      /** The client's; 0: not known when the connection was opened. */
      readonly port: number;
    }
  | {
      readonly event: 'connection.placed';
      readonly connection: number;
      readonly instance: string;
      /** The instance's port that the connection reached. */
      readonly port: number;
    }
  | { readonly event: 'connection.refused'; readonly connection: number; readonly how: Refusal }
  | {
      readonly event: 'connection.carried';
      readonly connection: number;
      /** Bytes that arrived unchanged, client to instance and back; less than `bytesSent`: something was lost, altered or held back. */
      readonly bytesSent: number;
      readonly bytesUp: number;
      readonly bytesDown: number;
    }
  | {
      readonly event: 'connection.closed';
      readonly connection: number;
      readonly by: 'client' | 'instance' | 'balancer';
      readonly how: 'closed' | 'reset';
      /** Whether the other end learned of it within the testbed's limit. */
      readonly learned: boolean;
    }
  | {
      readonly event: 'connection.strayed';
      readonly connection: number;
      readonly from: string;
    }; // another deployment's: contamination

/**
 * Seen at the instance's end. Whether a check failed is a judgement, so it is not an event. No `replied`: silence.
 * `replied` spans from when the reply was sent to when the balancer was seen to have taken it (it ended the check's
 * connection), where that can be seen.
 */
type Checks =
  | {
      readonly event: 'check.started';
      readonly check: number;
      readonly instance: string;
      readonly method: 'tcp' | 'http';
      readonly port: number;
      readonly path: string | null;
    }
  | { readonly event: 'check.replied'; readonly check: number; readonly reply: Reply }
  | { readonly event: 'check.abandoned'; readonly check: number };

/** Telemetry: the implementation's word. Judges do not receive these. */
type Reported =
  | {
      readonly event: 'reported.eligibility';
      readonly instance: string;
      readonly isEligible: boolean;
    }
  | {
      readonly event: 'reported.check';
      readonly instance: string;
      readonly failure: FailureReason | null;
    };

type Harness =
  | { readonly event: 'harness.lagged'; readonly lagMs: number; readonly limitMs: number } // voids the trial
  | { readonly event: 'step.skipped'; readonly step: number; readonly why: string }
  | {
      readonly event: 'history.ended';
      readonly events: number;
      readonly why: 'complete' | 'budget' | 'interrupted' | 'error';
    }; // absent: truncated

export type HistoryEvent = When & (Asked | World | Traffic | Checks | Reported | Harness);

/** A whole history in memory. `events[i]` stands on line i + 2 of the NDJSON file. */
export interface History {
  readonly header: HistoryHeader;
  readonly events: readonly HistoryEvent[];
}
