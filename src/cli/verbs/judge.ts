/** The words of `judge` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { createTerminal } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addJudge(root: Command): void {
  root
    .command('judge')
    .description('judge a recorded history, whoever recorded it')
    .argument('<history>', 'history.ndjson, as docs/history.md describes it')
    .argument('[clauses...]', 'clause ids or prefixes that it must decide; none: what it can')
    .option('--service <file>', 'the configuration of the service, where the history has none')
    .addHelpText(
      'after',
      '\nExamples:\n  counterpoise judge reports/out/haproxy/histories/draining-1.ndjson\n  counterpoise judge mine.ndjson schedule.wrr --service service.yaml',
    )
    .action(
      async (file: string, clauses: string[], own: { service?: string }, command: Command) => {
        const common = command.optsWithGlobals<GlobalOptions>();
        const { runJudge } = await import('../judge.ts');
        process.exitCode = await runJudge(
          { file, clauses, ...own, json: common.json },
          createTerminal(common),
        );
      },
    );
}
