/**
 * A network namespace of its own, held open by one sleeping process: when that ends, or the process that started it
 * is killed, the kernel takes the namespace down with all that is in it. Knows no purpose.
 */
import { dirname, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';

export interface NetworkNamespace {
  /** A file that stands for it, for nsenter. */
  readonly path: string;
  dispose(): Promise<void>;
}

const startLimitMs = 10_000;
const killAfterMs = 1000;
/** setpriv asks the kernel to end the holder with its parent, even one that was killed. */
const guardWords = ['--pdeathsig', 'KILL', '--'];
/** Whoever is not root is it in a user namespace of its own, where the kernel allows that. */
const unshareWords = ['unshare', ...(isRoot() ? [] : ['--user', '--map-root-user']), '--net', '--'];
const holding = ['sh', '-c', 'ip link set lo up && echo ready && exec sleep infinity'];

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The words before a command that is to run inside; `path` as a namespace gives it. */
export function enteringWords(path: string): readonly string[] {
  const user = [`--user=${join(dirname(path), 'user')}`, '--preserve-credentials'];
  return ['nsenter', ...(isRoot() ? [] : user), `--net=${path}`, '--'];
}

export async function openNetworkNamespace(): Promise<NetworkNamespace> {
  const holder = execa('setpriv', [...guardWords, ...unshareWords, ...holding], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: { stdout: false, stderr: true },
    reject: false,
    // out of the terminal's process group, so that Ctrl-C does not end it before its trials have ended
    detached: true,
    cleanup: true,
    forceKillAfterDelay: killAfterMs,
  });
  const limit = setTimeout(() => holder.kill('SIGKILL'), startLimitMs);
  const isReady = await new Promise<boolean>((resolve) => {
    holder.stdout.once('data', () => resolve(true));
    holder.then(() => resolve(false));
  });
  clearTimeout(limit);
  if (!isReady) throw unavailable((await holder).stderr || (await holder).message || 'no answer');
  const path = `/proc/${holder.pid}/ns/net`;
  return {
    path,
    dispose: async () => {
      holder.kill('SIGTERM');
      await holder;
    },
  };
}

function unavailable(why: string): OperatorError {
  return new OperatorError(`no network namespace of its own: ${why.trim()}`, {
    code: 'NAMESPACE_REFUSED',
    exitCode: exitCodes.unavailable,
    hint: 'It takes root, or a kernel that lets others have user namespaces; and util-linux and iproute2.',
  });
}
