/** The words of `clauses` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { createTerminal } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addClauses(root: Command): void {
  root
    .command('clauses')
    .description('list the clauses: what they say, what decides them, which defects they catch')
    .argument('[clauses...]', 'clause ids or prefixes; none: all')
    .option('--markdown', 'as the table docs/clauses.md', false)
    .addHelpText('after', '\nExample:\n  counterpoise clauses schedule.wrr draining')
    .action(async (words: string[], own: { markdown: boolean }, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const terminal = createTerminal(common);
      const { runClauses } = await import('../clauses.ts');
      terminal.print(runClauses({ words, ...own, json: common.json }, terminal));
    });
}
