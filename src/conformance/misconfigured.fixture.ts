/**
 * A balancer, misconfigured on purpose or not, put to some families of timelines or to everything: which clauses it
 * fails. All judges run on all of it, so that a clause too many is seen.
 */
import { cpus } from 'node:os';
import pLimit from 'p-limit';
import type { Adapter } from '../adapters/contract.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { optionsFor } from './conform.fixture.ts';
import { conform } from './conform.ts';
import { judgedClauses } from './judged-clauses.ts';

export interface Mistake<Options> {
  readonly sentence: string;
  readonly options: Options;
  /** Where it can show, and where something else might. */
  readonly families: readonly string[];
  readonly fails: readonly string[];
}

/** What is accepted is the adapter's matter and the same each time: looked at once, where nothing is wrong. */
const behaviour = judgedClauses.map(({ id }) => id).filter((id) => !id.startsWith('config.'));

/** Runs mostly wait: this many at once, of as many lanes as the machine has cores. */
const sideBySide = pLimit(2);

export function clausesFailed(
  connectable: string,
  adapter: Adapter,
  families: readonly string[] | 'all',
): Promise<readonly string[]> {
  return sideBySide(() => judged(connectable, adapter, families));
}

async function judged(
  connectable: string,
  adapter: Adapter,
  families: readonly string[] | 'all',
): Promise<readonly string[]> {
  const testbed = await openTestbed(adapter, connectable);
  try {
    const asked =
      families === 'all'
        ? { jobs: 3 * cpus().length }
        : { jobs: cpus().length, selected: behaviour, families };
    const { result } = await conform(testbed, optionsFor(connectable, asked));
    return result.clauses
      .filter(({ verdict }) => verdict === 'fail' || verdict === 'error')
      .map(({ id, verdict, why }) => (verdict === 'error' ? `${id}: ${why}` : id))
      .toSorted();
  } finally {
    await testbed.dispose();
  }
}

/** Swaps what the first two matches of the first group hold. */
export function swapFirstTwo(text: string, pattern: RegExp): string {
  const found = [...text.matchAll(pattern)].map(([, own = '']) => own);
  const swapped = [found[1] ?? found[0], found[0], ...found.slice(2)];
  let index = 0;
  return text.replace(pattern, (whole, own: string) => whole.replace(own, swapped[index++] ?? own));
}
