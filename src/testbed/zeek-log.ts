/**
 * A Zeek connection log, in Zeek's tab-separated form, of what the testbed's clients did: as a sensor before the
 * balancer would have written it. Knows no balancer. Fields: https://docs.zeek.org/en/master/logs/conn.html
 */
import { createHash } from 'node:crypto';

export interface ConnectionLogged {
  /** ms since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Zeek's word: `SF` for a whole connection, `RSTO` for one that its client reset. */
  readonly state: 'SF' | 'RSTO';
}

const fields: readonly (readonly [name: string, type: string])[] = [
  ['ts', 'time'],
  ['uid', 'string'],
  ['id.orig_h', 'addr'],
  ['id.orig_p', 'port'],
  ['id.resp_h', 'addr'],
  ['id.resp_p', 'port'],
  ['proto', 'enum'],
  ['service', 'string'],
  ['duration', 'interval'],
  ['orig_bytes', 'count'],
  ['resp_bytes', 'count'],
  ['conn_state', 'string'],
];

/** Rows in the order of their start. */
export function renderZeekConnLog(connections: readonly ConnectionLogged[]): string {
  const header = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tconn',
    ['#fields', ...fields.map(([name]) => name)].join('\t'),
    ['#types', ...fields.map(([, type]) => type)].join('\t'),
  ];
  const rows = connections.toSorted((a, b) => a.startMs - b.startMs).map(row);
  return `${[...header, ...rows].join('\n')}\n`;
}

function row(connection: ConnectionLogged): string {
  const { client, server } = connection;
  const start = seconds(connection.startMs);
  const ends = [client.address, client.port, server.address, server.port];
  return [
    start,
    uid([start, ...ends].join(' ')),
    ...ends,
    'tcp',
    '-',
    seconds(connection.durationMs),
    connection.bytesUp,
    connection.bytesDown,
    connection.state,
  ].join('\t');
}

/** Microseconds, as Zeek writes them. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}

/** Zeek's begin with C; these are the same for the same connection. */
function uid(of: string): string {
  return `C${createHash('sha256').update(of).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 17)}`;
}
