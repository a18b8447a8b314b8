/**
 * The programs that tests drive for real, and how a machine gets them. Knows no test.
 */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';

export interface Server {
  readonly kind: 'balancer' | 'tool' | 'browser';
  readonly command: string;
  /** What `conform` calls it; a browser has no such name. */
  readonly connectable: string | null;
  /** Debian's. */
  readonly packages: readonly string[];
}
export interface ServerFound extends Server {
  /** null: not on this machine. */
  readonly path: string | null;
}

const servers: readonly Server[] = [
  { kind: 'balancer', command: 'haproxy', connectable: 'haproxy', packages: ['haproxy'] },
  {
    kind: 'balancer',
    command: 'nginx',
    connectable: 'nginx',
    packages: ['nginx', 'libnginx-mod-stream'],
  },
  { kind: 'balancer', command: 'nft', connectable: 'nftables', packages: ['nftables'] },
  { kind: 'balancer', command: 'pen', connectable: 'pen', packages: ['pen'] },
  // the example of an adapter in shell
  { kind: 'tool', command: 'jq', connectable: null, packages: ['jq'] },
  { kind: 'tool', command: 'ip', connectable: null, packages: ['iproute2'] },
  { kind: 'browser', command: 'chromium', connectable: null, packages: ['chromium'] },
];

/** Long enough for a slow mirror; a hanging one must not hang the tests. */
const installLimitMs = 300_000;
const noQuestions = { DEBIAN_FRONTEND: 'noninteractive' };

export async function findServers(kind: Server['kind']): Promise<readonly ServerFound[]> {
  return Promise.all(servers.filter((server) => server.kind === kind).map(find));
}

/** Installs what is missing where it may; what still is, is said, with the line that installs it. */
export async function ensureServers(): Promise<void> {
  const missing = await missingOf(servers);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0) await install(missing);
  const still = await missingOf(missing);
  if (still.length > 0) throw notFound(still);
}

async function missingOf(wanted: readonly Server[]): Promise<readonly Server[]> {
  const found = await Promise.all(wanted.map(find));
  return found.filter(({ path }) => path === null);
}

/** Where the user's PATH or a daemon's usual places have it. */
async function find(server: Server): Promise<ServerFound> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const place of places) {
    const path = join(place, server.command);
    if (await isExecutable(path)) return { ...server, path };
  }
  return { ...server, path: null };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function install(missing: readonly Server[]): Promise<void> {
  const options = {
    reject: false,
    stdin: 'ignore',
    timeout: installLimitMs,
    env: noQuestions,
  } as const;
  const packages = missing.flatMap((server) => server.packages);
  await execa('apt-get', ['update', '-q'], options);
  await execa('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], options);
}

function notFound(still: readonly Server[]): OperatorError {
  const packages = still.flatMap((server) => server.packages).join(' ');
  return new OperatorError(`tests: this machine has no ${packages}`, {
    code: 'SERVERS_MISSING',
    exitCode: exitCodes.unavailable,
    hint: `As root: apt-get update && apt-get install --no-install-recommends ${packages}`,
  });
}
