/** The words of `conform` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { expectManyShortCases } from '../engine.ts';
import { nonNegative, positiveInteger, probability } from '../option-values.ts';
import { createTerminal, interruption } from '../terminal.ts';
import { type GlobalOptions, outOption, profileOption, seedOption } from './shared-options.ts';

export function addConform(root: Command): void {
  root
    .command('conform')
    .description('judge implementations clause by clause')
    .argument(
      '<implementation>',
      'reference, haproxy, nginx, nftables, pen, jdcloud, cmd:COMMAND, tcp:HOST:PORT, module:FILE, defect:NAME or variant:NAME',
    )
    .argument('[words...]', 'more implementations; clause ids or prefixes, none: all')
    .addOption(profileOption().default('console'))
    .addOption(seedOption())
    .addOption(outOption())
    .option(
      '--jobs <count>',
      'deployments side by side; default: three a core, one in stepped time, never more than the implementation takes',
      positiveInteger,
    )
    .option('--shrink-seconds <seconds>', 'time for making failures small', nonNegative, 15)
    .option('--alpha <probability>', 'of a false alarm, in all, a run', probability, 1e-6)
    .option('--load', 'also measure throughput and latency through the balancer', false)
    .addHelpText(
      'after',
      '\nExamples:\n  counterpoise conform haproxy\n  counterpoise conform reference schedule.wrr health\n  counterpoise conform haproxy nginx nftables pen reference\n  counterpoise conform haproxy:threads=2 nginx:workers=2 nginx:workers=2,zone=off\n\nSettings: haproxy:threads=1..64, nginx:workers=1..64 and nginx:zone=on|off, separated by commas.',
    )
    .action(
      async (implementation: string, words: string[], own: ConformFlags, command: Command) => {
        expectManyShortCases();
        const common = command.optsWithGlobals<GlobalOptions>();
        const terminal = createTerminal(common);
        const { runConformOn } = await import('../conform-several.ts');
        const signal = interruption(terminal);
        const asked = { ...own, jobs: own.jobs ?? null, json: common.json, signal };
        process.exitCode = await runConformOn([implementation, ...words], asked, terminal);
      },
    );
}
interface ConformFlags {
  readonly profile: 'console' | 'openapi';
  readonly seed: string;
  readonly out: string;
  readonly jobs?: number;
  readonly shrinkSeconds: number;
  readonly alpha: number;
  readonly load: boolean;
}
