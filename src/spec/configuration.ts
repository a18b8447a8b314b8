/**
 * The shapes of a configuration: the document as a person writes it, and one backend service with every
 * default filled in and every duration in milliseconds. Knows no rule and no behaviour.
 */

export type Profile = 'console' | 'openapi';
export type Scheduling = 'weighted-round-robin' | 'weighted-least-connections' | 'source-ip';
export type CheckMethod = 'tcp' | 'http';

/** HTTP status codes `from`..`to`, both included. */
export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

/** What a backend service was asked to be, defaults filled in. Durations in ms of the service's own clock. */
export interface ServiceConfiguration {
  readonly name: string;
  readonly protocol: 'tcp';
  readonly port: number;
  readonly scheduling: Scheduling;
  /** 0: persistence is off. */
  readonly persistenceMs: number;
  readonly drainMs: number;
  readonly check: CheckConfiguration;
}

export interface CheckConfiguration {
  readonly method: CheckMethod;
  /** null: each instance's own traffic port. */
  readonly port: number | null;
  /** `/` when omitted; without effect for TCP. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  /** Without effect for TCP. */
  readonly normalCodes: readonly CodeRange[];
}

/** The document, as far as its shape is settled; before validation every value is `unknown`. */
export interface ConfigurationDocument {
  readonly profile?: Profile;
  readonly loadBalancer?: { readonly region: string; readonly vpc: string };
  readonly listeners?: readonly ListenerDocument[];
  readonly backendServices: readonly ServiceDocument[];
  readonly serverGroups?: readonly ServerGroupDocument[];
}

interface ListenerDocument {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly backendService?: string;
}

export interface ServiceDocument {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly scheduling?: string;
  readonly sessionPersistence?: { readonly enabled: boolean; readonly durationSeconds?: number };
  readonly connectionDraining?: { readonly durationSeconds?: number };
  readonly healthCheck: HealthCheckDocument;
  readonly serverGroup?: string;
}

export interface HealthCheckDocument {
  readonly method: string;
  readonly port?: number;
  readonly path?: string;
  readonly timeoutSeconds?: number;
  readonly intervalSeconds?: number;
  readonly unhealthyThreshold?: number;
  readonly healthyThreshold?: number;
  readonly normalStatusCodes?: readonly (string | number)[];
}

export interface ServerGroupDocument {
  readonly name: string;
  readonly kind: string;
  readonly region: string;
  readonly vpc: string;
  /** Availability group: the one weight all members share. */
  readonly weight?: number;
  readonly instances: readonly InstanceDocument[];
}

interface InstanceDocument {
  readonly id: string;
  readonly address: string;
  readonly port?: number;
  readonly weight?: number;
  readonly zone?: string;
  readonly region?: string;
  readonly vpc?: string;
}
