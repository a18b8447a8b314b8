/**
 * One HAProxy process: started in a directory of its own on a port that nobody else has, and ended without a trace.
 * Knows nothing of what it balances.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
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
import { askRuntime } from './runtime-socket.ts';

export const haproxyProgram: BalancerProgram = {
  name: 'haproxy',
  code: 'HAPROXY',
  installHint:
    'Install it with `apt-get update && apt-get install --no-install-recommends haproxy`, or name another one in COUNTERPOISE_HAPROXY.',
};

export interface HaproxyProcess {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** Why it ended by itself; null: it runs. */
  fault(): Error | null;
  /** Runs runtime commands one after the other with no traffic in between. */
  ask(commands: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

export type Render = (at: {
  endpoint: { address: string; port: number };
  socketPath: string;
}) => string;

export async function startHaproxy(
  command: string,
  render: Render,
): Promise<HaproxyProcess | BalancerRejection> {
  return onFreePort(/cannot bind/i, (endpoint) => startOnce(command, render, endpoint));
}

async function startOnce(
  command: string,
  render: Render,
  endpoint: HaproxyProcess['endpoint'],
): Promise<HaproxyProcess | BalancerRejection> {
  const directory = await makeRunDirectory();
  const socketPath = join(directory, 'runtime.sock');
  const file = join(directory, 'haproxy.cfg');
  await writeFile(file, render({ endpoint, socketPath }));
  const running = await startBalancer([command, '-db', '-f', file]);
  const dispose = async (): Promise<void> => {
    running.stop();
    await running.ended;
    await removeRunDirectory(directory);
  };
  const answers = () =>
    askRuntime(socketPath, ['show info']).then(
      () => true,
      () => false,
    );
  const ready = untilReady(running, haproxyProgram, answers).then(() => raisePriority(running.pid));
  const rejection = await rejectionOf(running, ready, dispose);
  if (rejection !== null) return rejection;
  const ask = async (commands: readonly string[]): Promise<string> => {
    if (running.isOver()) throw processGone(running, haproxyProgram);
    return askRuntime(socketPath, commands);
  };
  return { endpoint, fault: () => faultOf(running, haproxyProgram), ask, dispose };
}
