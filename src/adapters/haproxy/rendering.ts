/**
 * A backend service written as a HAProxy configuration, durations shortened to the clock of the trial. A pure function:
 * knows no process and no file but the path of the socket that it names.
 */

import type {
  CheckConfiguration,
  Scheduling,
  ServiceConfiguration,
} from '../../spec/configuration.ts';
import type { InstanceAt, Scales } from '../contract.ts';

export interface Server {
  readonly id: number;
  readonly instance: InstanceAt;
}

export interface RenderRequest {
  readonly service: ServiceConfiguration;
  readonly realMsPerSecond: Scales;
  readonly servers: readonly Server[];
  readonly endpoint: { readonly address: string; readonly port: number };
  readonly socketPath: string;
  readonly threads: number;
}

export const backendName = 'be';
/** HAProxy takes no heavier server. */
const weightMax = 256;

export function renderHaproxyConfiguration(request: RenderRequest): string {
  const { service, endpoint, servers, realMsPerSecond } = request;
  const factor = weightFactor(
    service.scheduling,
    servers.map(({ instance }) => instance.weight),
  );
  return [
    'global',
    `  nbthread ${request.threads}`,
    `  stats socket ${request.socketPath} mode 600 level admin`,
    'defaults',
    '  mode tcp',
    // longer than the check's timeout, and HAProxy would not keep that one either
    `  timeout connect ${scaledMs(service.check.timeoutMs, realMsPerSecond.checks)}ms`,
    // beyond any trial: the page knows no idle timeout
    '  timeout client 2h',
    '  timeout server 2h',
    // an instance that refuses a client costs it no retries; it goes to the next instance at once
    '  option redispatch 1',
    'frontend fe',
    `  bind ${endpoint.address}:${endpoint.port}`,
    `  default_backend ${backendName}`,
    `backend ${backendName}`,
    ...balanceLines(service.scheduling),
    ...persistenceLines(service, realMsPerSecond),
    ...checkLines(service.check),
    `  timeout check ${scaledMs(service.check.timeoutMs, realMsPerSecond.checks)}ms`,
    // disabled: a server that starts enabled goes down at its first failed check, whatever `fall` says
    ...servers.map(
      (server) => `  server ${serverWords(server, service, realMsPerSecond, factor)} disabled`,
    ),
    '',
  ].join('\n');
}

/** One server, as in the configuration and in `add server`. */
export function serverWords(
  { id, instance }: Server,
  service: ServiceConfiguration,
  scales: Scales,
  factor: number,
): string {
  const { check } = service;
  const words = [
    `${instance.name} ${instance.address}:${instance.port ?? service.port}`,
    `id ${id} weight ${instance.weight * factor} check`,
    ...(check.port === null ? [] : [`port ${check.port}`]),
    `inter ${scaledMs(check.intervalMs, scales.checks)}ms`,
    `rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`,
  ];
  return words.join(' ');
}

/** A server has 16 points a weight on the ring of `hash-type consistent`; the more, the nearer its share to its weight. */
export function weightFactor(scheduling: Scheduling, weights: readonly number[]): number {
  if (scheduling !== 'source-ip') return 1;
  return Math.max(1, Math.floor(weightMax / Math.max(1, ...weights)));
}

export function scaledMs(ms: number, realMsPerSecond: number): number {
  return Math.max(1, Math.round((ms / 1000) * realMsPerSecond));
}

function balanceLines(scheduling: Scheduling): readonly string[] {
  if (scheduling === 'weighted-round-robin') return ['  balance roundrobin'];
  if (scheduling === 'weighted-least-connections') return ['  balance leastconn'];
  // the default, map-based, moves most clients when one instance goes, and cannot change its servers at run time.
  // No function is named after `consistent`: a named one sends all clients to one instance (2.6.12)
  return ['  balance source', '  hash-type consistent'];
}

function persistenceLines(service: ServiceConfiguration, scales: Scales): readonly string[] {
  if (service.persistenceMs === 0) return [];
  const expire = scaledMs(service.persistenceMs, scales.persistence);
  return [`  stick-table type ip size 100k expire ${expire}ms`, '  stick on src'];
}

function checkLines(check: CheckConfiguration): readonly string[] {
  // without `linger` HAProxy resets half-open connections, which no application sees
  if (check.method === 'tcp') return ['  option tcp-check', '  tcp-check connect linger'];
  const codes = check.normalCodes.map(({ from, to }) =>
    from === to ? `${from}` : `${from}-${to}`,
  );
  return [
    '  option httpchk',
    `  http-check send meth GET uri ${quoted(check.path)} ver HTTP/1.1 hdr Host counterpoise`,
    `  http-check expect status ${codes.join(',')}`,
  ];
}

/** Strong quotes: nothing inside means anything to HAProxy. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
