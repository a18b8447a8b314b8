/**
 * A timeline: what a case does to an implementation, as plain JSON that runs at any scale of time, survives
 * upgrades, and can be edited by hand. Knows no socket and no clause's meaning.
 */
import type { InstanceListed, Reply } from '../history/vocabulary.ts';
import type { ConfigurationDocument, Profile } from '../spec/configuration.ts';

export const timelineVersion = 1;

export interface Timeline {
  readonly timeline: typeof timelineVersion;
  /** Family of timelines it was generated from, e.g. `health-thresholds`. */
  readonly family: string;
  /** Clause ids it was made for; all judges run on it anyway. */
  readonly clauses: readonly string[];
  readonly profile: Profile;
  readonly configuration: ConfigurationDocument;
  readonly instances: readonly InstanceListed[];
  /** In force before the first check; absent: takes traffic and passes its checks. */
  readonly behaviours: Readonly<Record<string, BehaviourScript>>;
  readonly steps: readonly Step[];
}

export interface BehaviourScript {
  readonly traffic?: 'accepted' | 'refused';
  readonly checks?: readonly ReplyScript[];
  readonly afterwards?: ReplyScript;
}
/** `normal`: the first status the configuration calls normal, or a taken connection for TCP. `afterTimeouts`: multiple of the check timeout. */
export interface ReplyScript {
  readonly reply: Reply | 'normal';
  readonly afterTimeouts?: number;
}

/** How long to wait before a step: multiples of configured durations, or until an instance has had so many more checks. */
export interface After {
  readonly intervals?: number;
  readonly persistence?: number;
  readonly drain?: number;
  readonly checks?: Readonly<Record<string, number>>;
}

export type Step = { readonly after?: After } & (
  | {
      /** Opens `count` connections one after the other; `hold` keeps them, else each is closed once placed. */
      readonly do: 'open';
      readonly count: number;
      /** `fresh`: a source never used before for each; else the named client, or the named ones in turn. */
      readonly sources: 'fresh' | readonly string[];
      readonly hold?: boolean;
      /** So many at a time, each new one as soon as one of them is decided; absent: one. */
      readonly atOnce?: number;
    }
  | {
      /** Closes held connections: of one instance or of all, the first `share` (0..1, rounded up) of each instance's. */
      readonly do: 'close';
      readonly of: 'all' | string;
      readonly share?: number;
      readonly by?: 'client' | 'instance';
      readonly how?: 'closed' | 'reset';
    }
  | {
      /** Opens and holds connections from fresh sources until so many are held in all. */
      readonly do: 'refill';
      readonly to: number;
    }
  | { /** Sends data both ways on every held connection. */ readonly do: 'carry' }
  | { readonly do: 'behave'; readonly instance: string; readonly behaviour: BehaviourScript }
  | { readonly do: 'add'; readonly instance: InstanceListed }
  | { readonly do: 'reweigh'; readonly instance: string; readonly weight: number }
  | { readonly do: 'remove'; readonly instance: string }
  | {
      /** Sends the whole list at once, in this order: several may come, go and change together, or nobody. */ readonly do: 'list';
      readonly instances: readonly InstanceListed[];
    }
  | {
      /** Asks for another configuration of the same service. */ readonly do: 'reconfigure';
      readonly configuration: ConfigurationDocument;
      /** It is to be turned away, and all goes on as before; whoever takes it is asked nothing more. */
      readonly isWrong?: boolean;
    }
  | {
      /** Another service of its own, with instances called the same, there until the end; nobody asks anything of it. */
      readonly do: 'accompany';
      readonly configuration: ConfigurationDocument;
    }
  | { /** Only waits. */ readonly do: 'wait' }
);
