/**
 * A balancer, misconfigured on purpose or not, put to some families of timelines or to everything: which clauses it
 * fails. All judges run on all of it, so that a clause too many is seen.
 */
import { cpus } from 'node:os';
import pLimit from 'p-limit';
import { connect } from '../adapters/connect.ts';
import type { Adapter } from '../adapters/contract.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { conform } from './conform.ts';
import { judgedClauses } from './judged-clauses.ts';

export interface Mistake<Options> {
  readonly sentence: string;
  readonly options: Options;
  /** Where it can show, and where something else might. */
  readonly families: readonly string[];
  readonly fails: readonly string[];
}

const everything = judgedClauses.map(({ id }) => id);
/** What is accepted is the adapter's matter and the same each time: looked at once, where nothing is wrong. */
const behaviour = everything.filter((id) => !id.startsWith('config.'));

/** Runs mostly wait: this many at once, of as many lanes as the machine has cores. */
const sideBySide = pLimit(3);

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
    const { result } = await conform(testbed, {
      connectable,
      suite: 'test',
      seed: '1',
      profile: 'console',
      selected: families === 'all' ? everything : behaviour,
      ...(families === 'all' ? {} : { families }),
      filter: [],
      jobs: families === 'all' ? 3 * cpus().length : cpus().length,
      shrinkMs: 0,
      clock: () => performance.now(),
      signal: new AbortController().signal,
      listen: () => undefined,
      open: (specimen) => openTestbed(connect(specimen), specimen),
      save: async (name) => name,
    });
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
