/** The program `nft`, asked for its version and given rules. Knows no rule. */
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import { enteringWords } from '../network-namespace.ts';

const limitMs = 10_000;

/** Gives rules to the kernel in the namespace that `path` stands for; answers with its complaint, null where it has none. */
export async function loadRules(path: string, rules: string): Promise<string | null> {
  const [program = '', ...words] = [...enteringWords(path), 'nft', '-f', '-'];
  const { failed, stderr, message } = await execa(program, words, {
    input: rules,
    reject: false,
    timeout: limitMs,
  });
  return failed ? stderr || message || 'no reason given' : null;
}

export async function nftVersion(): Promise<string> {
  const { stdout, failed } = await execa('nft', ['--version'], { reject: false, timeout: limitMs });
  const version = /v(\S+)/.exec(stdout ?? '')?.[1];
  if (!failed && version !== undefined) return version;
  throw new OperatorError('nftables: there is no program `nft` on this machine', {
    code: 'NFTABLES_MISSING',
    exitCode: exitCodes.unavailable,
    hint: 'Install it with `apt-get update && apt-get install --no-install-recommends nftables iproute2`.',
  });
}
