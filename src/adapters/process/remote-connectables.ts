/**
 * `cmd:`, `tcp:` and `module:`: implementations that somebody else wrote an adapter for. Knows how each is reached and
 * nothing of what it is.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import { typed } from '../../errors/typed.ts';
import { type Adapter, protocolVersion } from '../contract.ts';
import { startChild } from './child-link.ts';
import { createRemoteAdapter } from './remote-adapter.ts';
import { Session } from './session.ts';
import { openSocket } from './socket-link.ts';

const portMax = 65_535;
const answerLimitMs = 15_000;

/** null: the connectable is of another kind. */
export function remoteAdapterCalled(connectable: string): Adapter | null {
  if (connectable.startsWith('tcp:')) return tcpAdapter(connectable, connectable.slice(4));
  const line = lineOf(connectable);
  if (line === null) return null;
  const open = () => startChild(line);
  return createRemoteAdapter({ connectable, open, sessionsMax: Number.POSITIVE_INFINITY });
}

/** Whether the program behind a connectable ends as it must; null: there is none that is ours to end. */
export async function leavesWhenTold(
  connectable: string,
  when: 'end of input' | 'SIGTERM',
): Promise<boolean | null> {
  const line = lineOf(connectable);
  if (line === null) return null;
  const link = startChild(line);
  const session = new Session(connectable, link);
  try {
    // once it has answered, it has begun, and knows how to end
    await session.request('describe', { protocol: protocolVersion }, answerLimitMs);
    return (await link.leaves?.(when)) ?? null;
  } finally {
    await session.end();
  }
}

/** What is typed in a shell to run it. */
function lineOf(connectable: string): string | null {
  const [, kind, rest = ''] = /^(cmd|module):(.*)$/s.exec(connectable) ?? [];
  if (kind === undefined) return null;
  if (rest.trim() === '') throw malformed(connectable, `${kind}: names nothing to run`);
  return kind === 'cmd' ? rest : moduleLine(connectable, rest);
}

function tcpAdapter(connectable: string, at: string): Adapter {
  const [, host = '', port = ''] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(at) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > portMax) {
    throw malformed(connectable, 'an address is written tcp:HOST:PORT');
  }
  return createRemoteAdapter({
    connectable,
    open: () => openSocket(host, Number(port)),
    sessionsMax: 1,
  });
}

/**
 * A module runs in a process of its own behind the same protocol, so that one that hangs, ends the process or prints
 * what it likes does no more harm than any other adapter.
 */
function moduleLine(connectable: string, path: string): string {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new OperatorError(`${connectable}: there is no such file`, {
      code: 'ADAPTER_MISSING',
      exitCode: exitCodes.unavailable,
      hint: `Looked for ${file}.`,
    });
  }
  const isSource = import.meta.url.endsWith('.ts');
  const server = fileURLToPath(
    new URL(isSource ? 'module-server.ts' : 'module-server.js', import.meta.url),
  );
  const needsLoader = isSource || /\.[cm]?ts$/.test(file);
  const loader = needsLoader ? ['--import', loaderFor(connectable, file)] : [];
  return typed([process.execPath, ...loader, server, pathToFileURL(file).href]);
}

/** TypeScript on Node 20 needs tsx; whoever writes the adapter has it, or we have. */
function loaderFor(connectable: string, file: string): string {
  for (const from of [file, import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve('tsx')).href;
    } catch {
      // the next place
    }
  }
  throw new OperatorError(`${connectable}: TypeScript cannot be run here as it is`, {
    code: 'ADAPTER_MISSING',
    exitCode: exitCodes.unavailable,
    hint: 'npm install tsx, or compile it and name the JavaScript.',
  });
}

function malformed(connectable: string, what: string): OperatorError {
  return new OperatorError(`${JSON.stringify(connectable)}: ${what}`, {
    code: 'CONNECTABLE_MALFORMED',
    exitCode: exitCodes.usage,
    hint: 'For example cmd:./my-adapter, tcp:127.0.0.1:7000 or module:./mine.mjs.',
  });
}
