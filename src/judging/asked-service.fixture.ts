/** For tests: the service that a fake balancer is asked for, as few words and as the document they stand for. */
import type { ConfigurationDocument, Profile, Scheduling } from '../spec/configuration.ts';

export const intervalMs = 5000;
export const timeoutMs = 2000;

/** What the configuration asks for. */
export interface Asked {
  readonly scheduling?: Scheduling;
  readonly weights?: Readonly<Record<string, number>>;
  readonly ports?: Readonly<Record<string, number>>;
  readonly persistence?: boolean;
  /** `unsaid`: left to the default. */
  readonly drainSeconds?: number | 'unsaid';
  readonly method?: 'http' | 'tcp';
  readonly unhealthyThreshold?: number;
  readonly healthyThreshold?: number;
  readonly traits?: Readonly<Record<string, string | number>>;
  readonly profile?: Profile;
}

export function drainMsOf({ drainSeconds = 300 }: Asked): number {
  return (drainSeconds === 'unsaid' ? 300 : drainSeconds) * 1000;
}

export function documentOf(asked: Asked): ConfigurationDocument {
  const method = asked.method ?? 'http';
  return {
    backendServices: [
      {
        name: 'subject',
        protocol: 'tcp',
        port: 8080,
        scheduling: asked.scheduling ?? 'weighted-round-robin',
        sessionPersistence: { enabled: asked.persistence ?? false },
        ...(asked.drainSeconds === 'unsaid'
          ? {}
          : { connectionDraining: { durationSeconds: asked.drainSeconds ?? 300 } }),
        healthCheck: {
          method,
          timeoutSeconds: timeoutMs / 1000,
          intervalSeconds: intervalMs / 1000,
          unhealthyThreshold: asked.unhealthyThreshold ?? 2,
          healthyThreshold: asked.healthyThreshold ?? 2,
          ...(method === 'http' ? { path: '/healthz', normalStatusCodes: ['2xx', '3xx'] } : {}),
        },
      },
    ],
  };
}
