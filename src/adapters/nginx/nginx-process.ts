/**
 * One nginx: a master and its workers, started in a directory of their own on a port that nobody else has, reloaded,
 * and ended without a trace. Knows nothing of what it balances.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import {
  type BalancerProcess,
  type BalancerProgram,
  type BalancerRejection,
  faultOf,
  onFreePort,
  processGone,
  rejectionOf,
  startBalancer,
  untilReady,
} from '../balancer-process.ts';
import { raisePriority } from '../priority.ts';
import { makeRunDirectory, removeRunDirectory } from '../run-directory.ts';

export const nginxProgram: BalancerProgram = {
  name: 'nginx',
  code: 'NGINX',
  installHint:
    'Install it with `apt-get update && apt-get install --no-install-recommends nginx libnginx-mod-stream`, or name another one in COUNTERPOISE_NGINX.',
};

export interface NginxProcess {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** Why it ended by itself; null: it runs. */
  fault(): Error | null;
  /** Returns when no connection goes by the old configuration any more. */
  reload(): Promise<void>;
  dispose(): Promise<void>;
}
type Endpoint = NginxProcess['endpoint'];
export type Render = (at: { endpoint: Endpoint; pidFile: string }) => string;

/** nginx gives new workers 100 ms before it tells the old ones to go; a machine may be busy. */
const reloadLimitMs = 10_000;
const pollMs = 5;
/** Seen from outside a namespace of its own, the master is the child of `unshare`. */
const namespaceWords = ['--pid', '--fork', '--kill-child=KILL', '--'];

/**
 * A killed master leaves its workers running. In a process namespace of its own it is the first process: the kernel
 * ends all others with it. Whoever is not root needs a user namespace for that.
 */
function namespaced(line: readonly string[]): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    'unshare',
    ...(isRoot ? [] : ['--user', '--map-current-user']),
    ...namespaceWords,
    ...line,
  ];
}

let namespacesFound: Promise<boolean> | null = null;
function hasNamespaces(): Promise<boolean> {
  const [program = '', ...words] = namespaced(['true']);
  namespacesFound ??= execa(program, words, { reject: false }).then(({ failed }) => !failed);
  return namespacesFound;
}

export async function startNginx(
  command: string,
  workers: number,
  render: Render,
): Promise<NginxProcess | BalancerRejection> {
  if (!(await hasNamespaces())) throw noNamespace();
  return onFreePort(/bind\(\)/, (endpoint) => startOnce(command, workers, render, endpoint));
}

async function startOnce(
  command: string,
  workers: number,
  render: Render,
  endpoint: Endpoint,
): Promise<NginxProcess | BalancerRejection> {
  const directory = await makeRunDirectory();
  const file = join(directory, 'nginx.conf');
  const write = () => writeFile(file, render({ endpoint, pidFile: join(directory, 'nginx.pid') }));
  await write();
  const line = [command, '-p', directory, '-e', 'stderr', '-c', file];
  const running = await startBalancer(namespaced(line));
  const dispose = async (): Promise<void> => {
    // the first process of its namespace: the kernel ends its workers with it
    const master = await masterOf(running);
    if (master === null) running.stop();
    else signal(master, 'SIGKILL');
    await running.ended;
    await removeRunDirectory(directory);
  };
  const hasWorkers = async () => (await workersOf(running)).length >= workers;
  const ready = untilReady(running, nginxProgram, hasWorkers).then(() => raise(running));
  const rejection = await rejectionOf(running, ready, dispose);
  if (rejection !== null) return rejection;
  const reload = async (): Promise<void> => {
    await write();
    await reloaded(running, workers);
  };
  return { endpoint, fault: () => faultOf(running, nginxProgram), reload, dispose };
}

/** The old workers have let go of the port once they say that they are shutting down, or are gone. */
async function reloaded(running: BalancerProcess, workers: number): Promise<void> {
  const master = await masterOf(running);
  if (master === null) throw processGone(running, nginxProgram);
  const old = new Set(await workersOf(running));
  const saidBefore = new Set(complaintsIn(running));
  signal(master, 'SIGHUP');
  for (let waitedMs = 0; waitedMs < reloadLimitMs; waitedMs += pollMs) {
    await pass(pollMs);
    if (running.isOver()) throw processGone(running, nginxProgram);
    const complaint = complaintsIn(running).find((line) => !saidBefore.has(line));
    if (complaint !== undefined) throw notReloaded(complaint);
    const now = await workersOf(running);
    if (now.every((worker) => !old.has(worker)) && now.length >= workers) return raise(running);
  }
  throw notReloaded(`nothing happened within ${reloadLimitMs} ms`);
}

/** Whole lines, with their times: the buffer forgets old ones, so their number says nothing. */
function complaintsIn(running: BalancerProcess): readonly string[] {
  return running.stderr().match(/.*\[emerg\].*/g) ?? [];
}

async function masterOf({ pid }: BalancerProcess): Promise<number | null> {
  return pid === undefined ? null : ((await childrenOf(pid))[0] ?? null);
}

/** Those that take connections. */
async function workersOf(running: BalancerProcess): Promise<readonly number[]> {
  const master = await masterOf(running);
  if (master === null) return [];
  const titles = await Promise.all(
    (await childrenOf(master)).map(async (pid) => ({ pid, title: await titleOf(pid) })),
  );
  return titles.filter(({ title }) => title === 'nginx: worker process').map(({ pid }) => pid);
}

async function raise(running: BalancerProcess): Promise<void> {
  for (const pid of [await masterOf(running), ...(await workersOf(running))]) {
    await raisePriority(pid ?? undefined);
  }
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

async function titleOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone: whoever waits for it sees that
  }
}

function noNamespace(): OperatorError {
  return new OperatorError('nginx: no process namespace of its own to keep its workers in', {
    code: 'NAMESPACE_REFUSED',
    exitCode: exitCodes.unavailable,
    hint: 'It takes root, or a kernel that lets others have user namespaces; and util-linux.',
  });
}

function notReloaded(why: string): OperatorError {
  return new OperatorError(`nginx: it does not take a changed configuration: ${why}`, {
    code: 'NGINX_RELOAD',
    exitCode: exitCodes.unavailable,
    hint: 'The adapter was measured on nginx 1.22.1; name such a one in COUNTERPOISE_NGINX.',
  });
}
