/**
 * A network namespace of its own, held open by one sleeping process: when that ends, or the process that started it
 * is killed, the kernel takes the namespace down with every rule in it. Knows no rule.
 */
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';

export interface NetworkNamespace {
  /** A file that stands for it, for nsenter. */
  readonly path: string;
  /** Gives rules to `nft` in there; answers with its complaint, null where it has none. */
  load(rules: string): Promise<string | null>;
  dispose(): Promise<void>;
}

const startLimitMs = 10_000;
const nftLimitMs = 10_000;
const killAfterMs = 1000;
/** setpriv asks the kernel to end the holder with its parent, even one that was killed. */
const holderWords = [
  ...['--pdeathsig', 'KILL', '--', 'unshare', '--net', '--', 'sh', '-c'],
  'ip link set lo up && echo ready && exec sleep infinity',
];

export async function openNetworkNamespace(): Promise<NetworkNamespace> {
  const holder = execa('setpriv', holderWords, {
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
    load: (rules) => load(path, rules),
    dispose: async () => {
      holder.kill('SIGTERM');
      await holder;
    },
  };
}

async function load(path: string, rules: string): Promise<string | null> {
  const words = [`--net=${path}`, '--', 'nft', '-f', '-'];
  const { failed, stderr, message } = await execa('nsenter', words, {
    input: rules,
    reject: false,
    timeout: nftLimitMs,
  });
  return failed ? stderr || message || 'no reason given' : null;
}

export async function nftVersion(): Promise<string> {
  const { stdout, failed } = await execa('nft', ['--version'], { reject: false, timeout: 10_000 });
  const version = /v(\S+)/.exec(stdout ?? '')?.[1];
  if (!failed && version !== undefined) return version;
  throw new OperatorError('nftables: there is no program `nft` on this machine', {
    code: 'NFTABLES_MISSING',
    exitCode: exitCodes.unavailable,
    hint: 'Install it with `apt-get update && apt-get install --no-install-recommends nftables iproute2`.',
  });
}

function unavailable(why: string): OperatorError {
  return new OperatorError(`nftables: no network namespace of its own: ${why.trim()}`, {
    code: 'NFTABLES_NAMESPACE',
    exitCode: exitCodes.unavailable,
    hint: 'It takes root (or CAP_SYS_ADMIN and CAP_NET_ADMIN), util-linux and iproute2.',
  });
}
