/** The words of `demo` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { createTerminal, interruption } from '../terminal.ts';
import { type GlobalOptions, outOption, seedOption } from './shared-options.ts';

export function addDemo(root: Command): void {
  root
    .command('demo')
    .description('the main job: judge what is found here, simulate a real trace, write the reports')
    .addOption(seedOption())
    .addOption(outOption())
    .addHelpText(
      'after',
      '\nWhat a real balancer breaks is a finding: the exit code is that of the reference, or of what could not run.\n\nExample:\n  npm start',
    )
    .action(async (own: { seed: string; out: string }, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<GlobalOptions>());
      const { runDemo } = await import('../demo.ts');
      process.exitCode = await runDemo({ ...own, signal: interruption(terminal) }, terminal);
    });
}
