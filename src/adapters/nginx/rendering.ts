/**
 * A backend service written as an nginx stream configuration. A pure function: knows no process and no file but the
 * paths that it names.
 */
import type { Scheduling, ServiceConfiguration } from '../../spec/configuration.ts';
import type { InstanceAt } from '../contract.ts';

export interface RenderRequest {
  readonly service: ServiceConfiguration;
  readonly instances: readonly InstanceAt[];
  readonly endpoint: { readonly address: string; readonly port: number };
  readonly settings: NginxSettings;
  readonly pidFile: string;
  /** null: the stream module is built in. */
  readonly streamModule: string | null;
}
export interface NginxSettings {
  readonly workers: number;
  /** Whether the workers share one scheduler; without, each has its own. */
  readonly isZoned: boolean;
}

/** Room for 100 instances many times over. */
const zoneSize = '256k';
/** Each connection takes two. */
const workerConnections = 8192;
/** nginx takes no upstream without a server; one that is down takes no connection. */
const nobody = '127.0.0.1:1 down';

export function renderNginxConfiguration(request: RenderRequest): string {
  const { service, instances, endpoint, settings, streamModule } = request;
  const servers = instances.map((instance) => serverWords(instance, service));
  return [
    ...(streamModule === null ? [] : [`load_module ${streamModule};`]),
    'daemon off;',
    `pid ${request.pidFile};`,
    'error_log stderr error;',
    `worker_processes ${settings.workers};`,
    'events {',
    `  worker_connections ${workerConnections};`,
    '}',
    'stream {',
    '  upstream service {',
    ...(settings.isZoned ? [`    zone service ${zoneSize};`] : []),
    ...balanceLines(service.scheduling),
    ...(servers.length === 0 ? [nobody] : servers).map((words) => `    server ${words};`),
    '  }',
    '  server {',
    `    listen ${endpoint.address}:${endpoint.port};`,
    '    proxy_pass service;',
    // beyond any trial: the page knows no idle timeout
    '    proxy_timeout 24h;',
    '  }',
    '}',
    '',
  ].join('\n');
}

/** max_fails=0: nginx's own passive checks are off, since the page takes an instance out by its checks alone. */
function serverWords({ address, port, weight }: InstanceAt, service: ServiceConfiguration): string {
  const at = `${address}:${port ?? service.port}`;
  // nginx takes no weight of 0
  return weight === 0 ? `${at} down` : `${at} weight=${weight} max_fails=0`;
}

function balanceLines(scheduling: Scheduling): readonly string[] {
  if (scheduling === 'weighted-round-robin') return [];
  if (scheduling === 'weighted-least-connections') return ['    least_conn;'];
  // plain `hash` moves most clients when an instance goes
  return ['    hash $remote_addr consistent;'];
}
