/**
 * What an implementation fulfils to be judged. Half duplex: only the harness asks. One object in, one object out,
 * so that a process protocol can mirror it by name. No clause is known here.
 */
import type { InstanceListed, Outcome, Reply, TimeKind } from '../history/vocabulary.ts';
import type { Capabilities, Refusal, Traits } from '../spec/behaviour.ts';
import type { Profile } from '../spec/configuration.ts';

export const protocolVersion = 1;
type Awaitable<T> = T | Promise<T>;

export interface Adapter {
  describe(ask: { readonly protocol: number }): Awaitable<Description>;
  deploy(request: DeployRequest): Awaitable<Deployed>;
  /** Ends every deployment; may be called twice. */
  dispose(): Awaitable<void>;
}

export interface Description {
  readonly protocol: number;
  readonly name: string;
  readonly version: string;
  readonly plane: 'wire' | 'call';
  /** A file that stands for the network namespace in which the testbed's sockets must be; absent: its own. */
  readonly networkNamespace?: string;
  /** Addresses of this machine at which the balancer reaches instances, one each; absent: any of 127.0.0.0/8. */
  readonly instanceAddresses?: readonly string[];
  /** What time it can keep. */
  readonly time: readonly TimeKind[];
  /** The shortest real durations it keeps, by kind; the harness derives the scales from them. */
  readonly floorsMs: {
    readonly checkTimeout: number;
    readonly persistence: number;
    readonly drain: number;
  };
  readonly capabilities: Capabilities;
  readonly traits: Traits;
  readonly profiles: readonly Profile[];
  readonly limits: {
    readonly deploymentsMax: number;
    readonly instancesMax: number;
    readonly connectionsMax: number;
  };
}

export interface DeployRequest {
  readonly deployment: string;
  /** The whole document as the user wrote it, its first backend service is the one deployed: filling defaults and rejecting is behaviour under test. */
  readonly configuration: unknown;
  readonly profile: Profile;
  readonly instances: readonly InstanceAt[];
  readonly time: TimeKind;
  /** Factors, not durations: an omitted default must be filled in by the implementation, then scaled. 1000 = real. */
  readonly realMsPerSecond: Scales;
}
export interface Scales {
  readonly checks: number;
  readonly persistence: number;
  readonly draining: number;
}
/** The harness's own backends. Addresses are real on the wire plane and mere names on the call plane. `port` null: the service's port. */
export interface InstanceAt extends InstanceListed {
  readonly address: string;
  readonly zone?: string;
}
export type Deployed =
  | {
      readonly outcome: Extract<Outcome, { is: 'accepted' }>;
      /** The document as the implementation took it, defaults filled in. */
      readonly readBack: unknown;
      readonly deployment: Deployment;
    }
  | { readonly outcome: Exclude<Outcome, { is: 'accepted' }> };

interface DeploymentBase {
  reconfigure(change: { readonly configuration: unknown }): Awaitable<Outcome>;
  /** The whole list. New: registered. Other weight: reweighed. Absent: removed, drains. Back while draining: registered again. */
  setInstances(change: { readonly instances: readonly InstanceAt[] }): Awaitable<Outcome>;
  /** Returns when accepted changes are in effect, as far as it can tell. May shorten the declared propagation, never lengthen it. */
  settle(): Awaitable<void>;
  /** Telemetry for the report. Never an oracle. */
  status?(): Awaitable<readonly { readonly instance: string; readonly isEligible: boolean }[]>;
  dispose(): Awaitable<void>;
}
/** The harness opens TCP to `endpoint` and serves the instances itself; time passes by itself. */
export interface WireDeployment extends DeploymentBase {
  readonly plane: 'wire';
  readonly endpoint: { readonly address: string; readonly port: number };
  /** Why the balancer ended although nobody asked it to; null: it runs. In process only: elsewhere every call tells. */
  fault?(): Error | null;
}
/** No sockets: picks and probes are data. In stepped time `advance` jumps. */
export interface CallDeployment extends DeploymentBase {
  readonly plane: 'call';
  connect(ask: {
    readonly connection: number;
    readonly source: string;
    readonly port: number;
  }): Awaitable<{ readonly placed: string; readonly port: number } | { readonly refused: Refusal }>;
  /** Do data still pass, both ways? */
  carry(ask: { readonly connection: number }): Awaitable<{ readonly carried: boolean }>;
  close(ask: { readonly connection: number }): Awaitable<void>;
  /** Takes the answers to the probes returned last, then lets time pass, own timers due at toMs included, and stops early where probes want answers. */
  advance(ask: { readonly toMs: number; readonly answers: readonly Answer[] }): Awaitable<Reached>;
}
export type Deployment = WireDeployment | CallDeployment;

export interface Probe {
  readonly probe: number;
  readonly instance: string;
  readonly method: 'tcp' | 'http';
  readonly port: number;
  readonly path?: string;
}
/** Decided when the probe arrives: the reply, and how long after. Silence never comes. */
export interface Answer {
  readonly probe: number;
  readonly reply: Reply;
  readonly afterMs: number;
}
/** nowMs < toMs only if probes is not empty; all probes are at nowMs. `cut`: connections the balancer ended on the way. */
export interface Reached {
  readonly nowMs: number;
  readonly probes: readonly Probe[];
  readonly cut: readonly {
    readonly connection: number;
    readonly atMs: number;
    readonly how: 'closed' | 'reset';
  }[];
}
