/** The words of `matrix` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { createTerminal } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addMatrix(root: Command): void {
  root
    .command('matrix')
    .description('put the results of many implementations side by side')
    .argument('<places...>', 'folders with results, folders of such folders, or result files')
    .option(
      '--filter <terms>',
      'only clauses that pass: is:different, is:same, count:1(fail), NAME:fail, words; -term: not',
      '',
    )
    .option('--out <folder>', 'where matrix.html, .md and .json go', 'reports/out')
    .addHelpText(
      'after',
      "\nExamples:\n  counterpoise matrix reports/out\n  counterpoise matrix reports/out/haproxy reports/out/reference --filter 'is:different'",
    )
    .action(async (places: string[], own: MatrixFlags, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const { runMatrix } = await import('../matrix.ts');
      const asked = { places, ...own, json: common.json };
      process.exitCode = await runMatrix(asked, createTerminal(common));
    });
}
interface MatrixFlags {
  readonly filter: string;
  readonly out: string;
}
