/** The words of `replay` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { createTerminal, interruption } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addReplay(root: Command): void {
  root
    .command('replay')
    .description('run a saved timeline or configuration case again')
    .argument('<file>', 'a .timeline.json or configuration case that a run saved, or your own')
    .argument(
      '[implementation]',
      'on which; default: the built-in one it was found on, else the reference',
    )
    .addHelpText(
      'after',
      '\nExample:\n  counterpoise replay reports/out/haproxy/failures/health.timeout.timeline.json haproxy',
    )
    .action(async (file: string, implementation: string | undefined, _own, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const terminal = createTerminal(common);
      const { runReplay } = await import('../replay.ts');
      process.exitCode = await runReplay(
        {
          file,
          implementation: implementation ?? null,
          json: common.json,
          signal: interruption(terminal),
        },
        terminal,
      );
    });
}
