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
import type { Adapter } from '../contract.ts';
import { startChild } from './child-link.ts';
import { createRemoteAdapter } from './remote-adapter.ts';
import { openSocket } from './socket-link.ts';

const portMax = 65_535;

/** null: the connectable is of another kind. */
export function remoteAdapterCalled(connectable: string): Adapter | null {
  const [, kind, rest = ''] = /^(cmd|tcp|module):(.*)$/s.exec(connectable) ?? [];
  if (kind === undefined) return null;
  if (kind === 'tcp') return tcpAdapter(connectable, rest);
  if (rest.trim() === '') throw malformed(connectable, `${kind}: names nothing to run`);
  const line = kind === 'cmd' ? rest : moduleLine(connectable, rest);
  const open = () => startChild(line);
  return createRemoteAdapter({ connectable, open, sessionsMax: Number.POSITIVE_INFINITY });
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
  return [process.execPath, ...loader, server, pathToFileURL(file).href].map(shellQuoted).join(' ');
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

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function malformed(connectable: string, what: string): OperatorError {
  return new OperatorError(`${JSON.stringify(connectable)}: ${what}`, {
    code: 'CONNECTABLE_MALFORMED',
    exitCode: exitCodes.usage,
    hint: 'For example cmd:./my-adapter, tcp:127.0.0.1:7000 or module:./mine.mjs.',
  });
}
