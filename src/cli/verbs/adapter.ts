/** The words of `adapter init` and `adapter test` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import { type Command, Option } from 'commander';
import { createTerminal } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addAdapter(root: Command): void {
  const adapter = root
    .command('adapter')
    .description('write an adapter for an implementation of your own, and try it out');
  adapter
    .command('init')
    .description('write a start that works')
    .argument('[folder]', 'where; not there yet', 'adapter')
    .addOption(
      new Option('--language <language>', 'in which')
        .choices(['python', 'shell', 'typescript'])
        .default('python'),
    )
    .addHelpText('after', '\nExample:\n  counterpoise adapter init --language shell my-adapter')
    .action(
      async (
        folder: string,
        own: { language: 'python' | 'shell' | 'typescript' },
        command: Command,
      ) => {
        const terminal = createTerminal(command.optsWithGlobals<GlobalOptions>());
        const { runAdapterInit } = await import('../adapter.ts');
        await runAdapterInit(own.language, folder, terminal);
      },
    );
  adapter
    .command('test')
    .description('try out an adapter as an adapter, and list what to mend')
    .argument('<implementation>', 'cmd:COMMAND, tcp:HOST:PORT, module:FILE or any other')
    .addHelpText('after', "\nExample:\n  counterpoise adapter test 'cmd:./my-adapter --flag'")
    .action(async (implementation: string, _own, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const { runAdapterTest } = await import('../adapter.ts');
      process.exitCode = await runAdapterTest(implementation, common.json, createTerminal(common));
    });
}
