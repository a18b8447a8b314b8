/** How V8 treats a run of the suite. Knows nothing of the suite. */
import { setFlagsFromString } from 'node:v8';

/**
 * What a timeline records lives as long as its judges need it, which V8 takes for a reason to make all that comes from
 * the same places old from birth, documents of configuration cases too: a fifth of a run of `conform` went into
 * collecting them. Summed from `--trace-gc-nvp` on Node 20.20: of 4.4 GB 750 MB survived scavenges, without it 250 of 4.2 GB.
 *
 * Seventy judges see a new kind of history every few milliseconds, so that what is optimised early is thrown away and
 * made again: at four times V8's usual budget (66 KiB of bytecode, Node 20.20) `conform reference` took 8 and 10 % less
 * time, medians of four and of five pairs.
 */
export function expectManyShortCases(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--interrupt-budget=300000');
}
