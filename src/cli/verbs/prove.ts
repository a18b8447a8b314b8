/** The words of `prove` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { expectManyShortCases } from '../engine.ts';
import { positiveInteger, probability, runs } from '../option-values.ts';
import { createTerminal, interruption } from '../terminal.ts';
import { type GlobalOptions, outOption, profileOption, seedOption } from './shared-options.ts';

export function addProve(root: Command): void {
  root
    .command('prove')
    .description(
      'prove that the suite bites: on every seeded defect, and on right ones that look odd',
    )
    .addOption(profileOption().default('console'))
    .addOption(seedOption())
    .addOption(outOption())
    .option('--jobs <count>', 'threads; default: one a core', positiveInteger)
    .option(
      '--repeat <runs>',
      'also try each right implementation so often with fresh seeds, on a sample of timelines',
      runs,
      0,
    )
    .option('--alpha <probability>', 'of a false alarm, in all, such a run', probability, 1e-6)
    .addHelpText('after', '\nExamples:\n  counterpoise prove\n  counterpoise prove --repeat 1000')
    .action(async (own: ProveFlags, command: Command) => {
      expectManyShortCases();
      const common = command.optsWithGlobals<GlobalOptions>();
      const terminal = createTerminal(common);
      const { runProve } = await import('../prove.ts');
      const { gate } = await runProve(
        { ...own, jobs: own.jobs ?? null, json: common.json, signal: interruption(terminal) },
        terminal,
      );
      process.exitCode = gate.exitCode;
    });
}
interface ProveFlags {
  readonly profile: 'console' | 'openapi';
  readonly seed: string;
  readonly out: string;
  readonly jobs?: number;
  readonly repeat: number;
  readonly alpha: number;
}
