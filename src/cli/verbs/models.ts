/** The words of `models` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import { type Command, Option } from 'commander';
import { createTerminal } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addModels(root: Command): void {
  root
    .command('models')
    .description('draw the state machines that everything runs on')
    .argument('[name]', 'health, membership, instance or session; none: all')
    .addOption(
      new Option('--format <format>', 'how')
        .choices(['mermaid', 'svg', 'table'])
        .default('mermaid'),
    )
    .option('--out <folder>', 'write files there instead of printing')
    .addHelpText('after', '\nExample:\n  counterpoise models health --format svg --out diagrams')
    .action(async (name: string | undefined, own: ModelsFlags, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<GlobalOptions>());
      const { runModels } = await import('../models.ts');
      const { stdout } = await runModels({ ...own, ...(name === undefined ? {} : { name }) });
      terminal.print(stdout);
    });
}
interface ModelsFlags {
  readonly format: 'mermaid' | 'svg' | 'table';
  readonly out?: string;
}
