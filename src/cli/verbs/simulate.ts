/** The words of `simulate` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import { type Command, Option } from 'commander';
import { nonNegative, positiveInteger, wholeUpTo } from '../option-values.ts';
import { createTerminal, interruption } from '../terminal.ts';
import { type GlobalOptions, outOption } from './shared-options.ts';

export function addSimulate(root: Command): void {
  root
    .command('simulate')
    .description('simulate traffic on the reference service')
    .argument('<scenario>', 'scenario.yaml')
    .addOption(
      new Option('--scheduling <algorithm>', 'instead of the scenario’s own').choices([
        'weighted-round-robin',
        'weighted-least-connections',
        'source-ip',
      ]),
    )
    .option('--persistence <seconds>', 'instead of the scenario’s own; 0: none', nonNegative)
    .option('--seed <seed>', 'instead of the scenario’s own')
    .addOption(
      new Option('--engine <engine>', 'compiled tables, or live actors that give the same bytes')
        .choices(['table', 'xstate'])
        .default('table'),
    )
    .option('--replications <count>', 'independent runs, merged', wholeUpTo(10_000), 1)
    .option('--workers <count>', 'threads for replications; default: the cores', positiveInteger)
    .option('--history <file>', 'write what happened, as judge reads it; packed if it ends in .gz')
    .option('--sources <file>', 'write where every source went, as CSV; packed if it ends in .gz')
    .option('--hdr <file>', 'write durations as an HDR histogram log')
    .addOption(outOption())
    .addHelpText(
      'after',
      '\nExamples:\n  counterpoise simulate scenarios/source-ip-skew.yaml --scheduling source-ip\n  counterpoise simulate scenarios/draining-a-removal.yaml --history run.ndjson && counterpoise judge run.ndjson draining.no-new',
    )
    .action(async (file: string, own: SimulateFlags, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const terminal = createTerminal(common);
      const { runSimulate, runSimulateReplications } = await import('../simulate.ts');
      const asked = { file, ...own, json: common.json, signal: interruption(terminal) };
      if (own.replications > 1) process.exitCode = await runSimulateReplications(asked, terminal);
      else process.exitCode = (await runSimulate(asked, terminal)).exitCode;
    });
}
interface SimulateFlags {
  readonly scheduling?: 'weighted-round-robin' | 'weighted-least-connections' | 'source-ip';
  readonly persistence?: number;
  readonly seed?: string;
  readonly engine: 'table' | 'xstate';
  readonly history?: string;
  readonly sources?: string;
  readonly hdr?: string;
  readonly replications: number;
  readonly workers?: number;
  readonly out: string;
}
