/** The words of `emulate` on the command line, its help and its defaults; what it does is loaded when it is asked for. */
import type { Command } from 'commander';
import { pace, wholeFrom, wholeUpTo } from '../option-values.ts';
import { createTerminal, interruption } from '../terminal.ts';
import type { GlobalOptions } from './shared-options.ts';

export function addEmulate(root: Command): void {
  root
    .command('emulate')
    .description("run an emulator of the vendor's API, to try the adapter `jdcloud` on")
    .option('--port <port>', 'where; 0: any free port', wholeFrom(0, 65_535), 0)
    .option('--time-scale <factor>', 'how many times faster checks run; 1: real time', pace, 1)
    .option('--load-balancers <count>', 'deployments side by side', wholeUpTo(16), 4)
    .option('--defect <name>', 'one of the seeded defects, as `counterpoise clauses` lists them')
    .addHelpText(
      'after',
      '\nExample:\n  counterpoise emulate --time-scale 25\n  counterpoise emulate --defect unhealthy-threshold-plus-one',
    )
    .action(async (own: EmulateFlags, command: Command) => {
      const common = command.optsWithGlobals<GlobalOptions>();
      const terminal = createTerminal(common);
      const { runEmulate } = await import('../emulate.ts');
      const asked = { ...own, defect: own.defect ?? null, json: common.json };
      process.exitCode = await runEmulate(
        { ...asked, signal: interruption(terminal, 'Ending.') },
        terminal,
      );
    });
}
interface EmulateFlags {
  readonly port: number;
  readonly timeScale: number;
  readonly loadBalancers: number;
  readonly defect?: string;
}
