/** The words of `validate` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { createTerminal } from '../terminal.ts';
import { type GlobalOptions, profileOption } from './shared-options.ts';

export function addValidate(root: Command): void {
  root
    .command('validate')
    .description('check a configuration file against every rule of the page')
    .argument('<file>', 'service.yaml or .json')
    .addOption(profileOption())
    .addHelpText('after', '\nExample:\n  counterpoise validate service.yaml --profile console')
    .action(async (file: string, own: { profile?: 'console' | 'openapi' }, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const { runValidate } = await import('../validate.ts');
      const { exitCode, stdout } = await runValidate({ file, ...own, ...common });
      createTerminal(common).print(stdout);
      process.exitCode = exitCode;
    });
}
