/**
 * One HAProxy process: started in a directory of its own on a port that nobody else has, watched, and ended without
 * a trace. Knows nothing of what it balances.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import { raisePriority } from '../priority.ts';
import { makeRunDirectory, removeRunDirectory } from './run-directory.ts';
import { askRuntime } from './runtime-socket.ts';

const endpointAddress = '127.0.0.1';
/** Measured 0.13 s on a quiet machine, 1.2 s on a busy one. */
const readyLimitMs = 10_000;
const readyPollMs = 5;
const killAfterMs = 1000;
/** A port found free may be taken by somebody else before HAProxy has it. */
const portAttempts = 5;
const stderrCharactersKept = 4000;
const guard = 'setpriv';
const guardWords = [guard, '--pdeathsig', 'KILL', '--'];
/** What setpriv answers when there is no such program to run. */
const exitOfMissing = 127;

const installHint =
  'Install it with `apt-get update && apt-get install --no-install-recommends haproxy`, or name another one in COUNTERPOISE_HAPROXY.';

export interface HaproxyProcess {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** Runs runtime commands one after the other with no traffic in between. */
  ask(commands: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}
/** HAProxy's own words on why it does not take a configuration. */
export interface HaproxyRejection {
  readonly rejection: string;
}

export type Render = (at: {
  endpoint: { address: string; port: number };
  socketPath: string;
}) => string;

export async function startHaproxy(
  command: string,
  render: Render,
): Promise<HaproxyProcess | HaproxyRejection> {
  for (let attempt = 1; ; attempt++) {
    const started = await startOnce(command, render);
    const isPortLost = 'rejection' in started && /cannot bind/i.test(started.rejection);
    if (!isPortLost || attempt === portAttempts) return started;
  }
}

async function startOnce(
  command: string,
  render: Render,
): Promise<HaproxyProcess | HaproxyRejection> {
  const directory = await makeRunDirectory();
  const socketPath = join(directory, 'runtime.sock');
  const endpoint = { address: endpointAddress, port: await freePort() };
  const file = join(directory, 'haproxy.cfg');
  await writeFile(file, render({ endpoint, socketPath }));
  const running = run(command, file, await hasGuard());
  const dispose = async (): Promise<void> => {
    running.stop();
    await running.ended;
    await removeRunDirectory(directory);
  };
  try {
    await ready(running, socketPath);
    await raisePriority(running.pid);
  } catch (error) {
    await dispose();
    if (running.isRejection()) return { rejection: running.stderr() };
    throw error;
  }
  const ask = async (commands: readonly string[]): Promise<string> => {
    if (running.isOver()) throw gone(running);
    return askRuntime(socketPath, commands);
  };
  return { endpoint, ask, dispose };
}

interface Running {
  readonly pid: number | undefined;
  readonly ended: Promise<unknown>;
  isOver(): boolean;
  isRejection(): boolean;
  isMissing(): boolean;
  stderr(): string;
  stop(): void;
}

let guardFound: Promise<boolean> | null = null;

/** util-linux's setpriv asks the kernel to end HAProxy with its parent, even one that was killed. */
function hasGuard(): Promise<boolean> {
  guardFound ??= execa(guard, ['--version'], { reject: false }).then(({ failed }) => !failed);
  return guardFound;
}

function run(command: string, file: string, isGuarded: boolean): Running {
  const line = [...(isGuarded ? guardWords : []), command, '-db', '-f', file];
  const [program = command, ...words] = line;
  const child = execa(program, words, {
    // out of the terminal's process group, so that Ctrl-C does not end HAProxy before its trials have ended
    detached: isGuarded,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    cleanup: true,
    forceKillAfterDelay: killAfterMs,
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-stderrCharactersKept);
  });
  let result: Awaited<typeof child> | null = null;
  const ended = child.then((given) => {
    result = given;
  });
  return {
    pid: child.pid,
    ended,
    isOver: () => result !== null,
    isRejection: () => result?.exitCode === 1,
    isMissing: () => result?.code === 'ENOENT' || result?.exitCode === exitOfMissing,
    stderr: () => text.trim(),
    stop: () => void child.kill('SIGTERM'),
  };
}

async function ready(running: Running, socketPath: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < readyLimitMs; waitedMs += readyPollMs) {
    if (running.isMissing()) throw missing();
    if (running.isOver()) throw gone(running);
    try {
      await askRuntime(socketPath, ['show info']);
      return;
    } catch {
      await pass(readyPollMs);
    }
  }
  throw gone(running);
}

export function missing(): OperatorError {
  return new OperatorError('haproxy: there is no such program on this machine', {
    code: 'HAPROXY_MISSING',
    exitCode: exitCodes.unavailable,
    hint: installHint,
  });
}

function gone(running: Running): OperatorError {
  const how = running.isOver() ? 'ended by itself' : `was not ready within ${readyLimitMs} ms`;
  return new OperatorError(`haproxy: ${how}; its last words: ${running.stderr() || '(none)'}`, {
    code: 'HAPROXY_GONE',
    exitCode: exitCodes.unavailable,
  });
}

/** Free at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, endpointAddress, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
