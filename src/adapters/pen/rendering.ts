/**
 * A backend service written as pen's command line and the commands that change it later. Pure functions: they know no
 * process and no file but the path of the socket that they name.
 */
import type { Scheduling, ServiceConfiguration } from '../../spec/configuration.ts';
import type { InstanceAt } from '../contract.ts';

export interface RenderRequest {
  readonly service: ServiceConfiguration;
  readonly instances: readonly InstanceAt[];
  /** How long a client is remembered, real ms; 0: persistence is off. */
  readonly persistenceMs: number;
  readonly endpoint: { readonly address: string; readonly port: number };
  readonly socketPath: string;
  readonly isRoot: boolean;
}

const connectionsMax = 4000;
const clientsMax = 65_536;
/** Whoever takes no connections is left out so long: beyond any trial. */
const foreverSeconds = 1_000_000;

export function renderPenWords(request: RenderRequest): readonly string[] {
  const { service, instances, endpoint, persistenceMs } = request;
  return [
    '-f',
    ...['-x', String(connectionsMax), '-c', String(clientsMax), '-C', request.socketPath],
    // else it would not open its control socket as root
    ...(request.isRoot ? ['-u', 'root'] : []),
    ...balanceWords(service.scheduling, persistenceMs),
    `${endpoint.address}:${endpoint.port}`,
    // address, port, soft and hard limit of connections, weight
    ...instances.map(
      ({ address, port, weight }) => `${address}:${port ?? service.port}:0:0:${weight}`,
    ),
  ];
}

function balanceWords(scheduling: Scheduling, persistenceMs: number): readonly string[] {
  if (scheduling === 'source-ip') return ['-h'];
  const weighing = scheduling === 'weighted-least-connections' ? ['-W'] : [];
  // -r: without a look at which instance a client had last; pen counts in whole seconds
  return persistenceMs === 0
    ? [...weighing, '-r']
    : [...weighing, '-T', String(Math.max(1, Math.round(persistenceMs / 1000)))];
}

/** pen knows servers by number; a number that it did not know yet is a new server. */
export function serverCommand(number: number, instance: InstanceAt, servicePort: number): string {
  const { address, port, weight } = instance;
  return `server ${number} address ${address} port ${port ?? servicePort} weight ${weight}`;
}

export function restCommand(number: number, isResting: boolean): string {
  return `server ${number} blacklist ${isResting ? foreverSeconds : 0}`;
}
