/**
 * One deployment under test with both ends of its data plane in our hands, whatever the plane: the driver speaks
 * to this and nothing else. Each call records what was seen into the trial's history. Knows no clause.
 */
import type { Description, Scales } from '../adapters/contract.ts';
import type {
  CheckReplyScript,
  History,
  InstanceListed,
  Outcome,
  Reply,
  TimeKind,
} from '../history/vocabulary.ts';
import type { EffectiveDurations, Refusal } from '../spec/behaviour.ts';
import type { Profile } from '../spec/configuration.ts';

/** What an instance does: takes traffic or not, and answers its next checks one by one, then all later ones alike. */
export interface Behaviour {
  readonly traffic: Extract<Reply, 'accepted' | 'refused'>;
  readonly checks: readonly CheckReplyScript[];
  readonly afterwards: CheckReplyScript;
}

export interface TrialRequest {
  /** Unique within a run; names addresses and files. */
  readonly name: string;
  readonly configuration: unknown;
  readonly profile: Profile;
  readonly instances: readonly InstanceListed[];
  /** In force before the first check. One for every instance that the trial will ever know. */
  readonly behaviours: Readonly<Record<string, Behaviour>>;
  readonly time: TimeKind;
  readonly realMsPerSecond: Scales;
  /** What a right implementation keeps; null where the configuration is expected to be rejected. */
  readonly effective: EffectiveDurations | null;
  readonly seed: string;
  readonly timeline: string | null;
  /** Real ms after which the trial ends itself with `history.ended` why `budget`. */
  readonly budgetMs: number;
  readonly eventsMax: number;
}

export interface Trial {
  /** Clock of the history. */
  nowMs(): number;
  /** Opens one connection from `source` (an IPv4 address) and waits until it is placed or refused. `connection` is new in this trial. */
  open(ask: {
    readonly connection: number;
    readonly source: string;
  }): Promise<{ readonly placed: string } | { readonly refused: Refusal }>;
  /** Sends bytes up and back on an established connection. False: they did not all arrive unchanged. */
  carry(connection: number): Promise<boolean>;
  /** Ends an established connection from one end and waits until the other end learned of it, or a limit. */
  close(connection: number, by: 'client' | 'instance', how: 'closed' | 'reset'): Promise<void>;
  behave(instance: string, behaviour: Behaviour): Promise<void>;
  setInstances(instances: readonly InstanceListed[]): Promise<Outcome>;
  reconfigure(configuration: unknown, effective: EffectiveDurations | null): Promise<Outcome>;
  settle(): Promise<void>;
  /** Lets time pass until then, clock of the history. */
  passUntil(toMs: number): Promise<void>;
  /** Waits until `instance` has had `count` checks in all that ended (replied and taken, abandoned, or timed out), or until `untilMs`. Returns how many it has had. */
  checksEnded(instance: string, count: number, untilMs: number): Promise<number>;
  /** Connections not yet closed by anyone, oldest first. */
  held(): readonly {
    readonly connection: number;
    readonly source: string;
    readonly instance: string;
  }[];
  /** Ends the deployment and its sockets and closes the history. May be called once, at any time, also after an error. */
  end(why: 'complete' | 'budget' | 'interrupted' | 'error'): Promise<History>;
}

/** A deployment that was not accepted has a history too: one `service.configured` line. */
export type Begun =
  | { readonly accepted: true; readonly readBack: unknown; readonly trial: Trial }
  | { readonly accepted: false; readonly outcome: Outcome; readonly history: History };

/** Brings trials about on one implementation. */
export interface Testbed {
  readonly description: Description;
  begin(request: TrialRequest): Promise<Begun>;
  /** Ends whatever still runs, the adapter included; may be called twice. */
  dispose(): Promise<void>;
}
