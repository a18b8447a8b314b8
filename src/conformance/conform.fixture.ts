/** What a run of the suite is asked in tests: everything, on one lane, with nothing made small, kept or told. */
import { connect } from '../adapters/connect.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import type { ConformOptions } from './conform.ts';
import { judgedClauses } from './judged-clauses.ts';

export function optionsFor(
  connectable: string,
  changes: Partial<ConformOptions> = {},
): ConformOptions {
  return {
    connectable,
    suite: 'test',
    seed: '1',
    profile: 'console',
    selected: judgedClauses.map(({ id }) => id),
    filter: [],
    jobs: 1,
    shrinkMs: 0,
    clock: () => performance.now(),
    signal: new AbortController().signal,
    listen: () => undefined,
    open: (specimen) => openTestbed(connect(specimen), specimen),
    save: async (name) => name,
    ...changes,
  };
}
