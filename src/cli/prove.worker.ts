/** A thread of `prove`: the suite on one specimen, once or many times with fresh seeds. Knows no file and no terminal. */
import { connect } from '../adapters/connect.ts';
import type { FalseAlarm } from '../conformance/proof/kill-matrix.ts';
import type { Specimen } from '../conformance/proof/specimens.ts';
import { type Tried, type TryOptions, trySpecimen } from '../conformance/proof/try-specimen.ts';
import { RememberedVerdicts } from '../conformance/remembered-verdicts.ts';
import { invariant } from '../errors/invariant.ts';
import { openTestbed } from '../testbed/open-testbed.ts';

export interface ProveTask {
  readonly specimen: Pick<Specimen, 'connectable' | 'breaks'>;
  readonly options: TryOptions;
  /** One run each, instead of with the options' own. */
  readonly seeds: readonly string[];
}
export interface ProveReply {
  /** Of the first run. */
  readonly tried: Tried;
  /** Runs in which something failed. */
  readonly alarms: readonly FalseAlarm[];
}

/** Of the defects that this thread had before: each is the reference but for one thing. */
const remembered = new RememberedVerdicts();

export default async function prove({ specimen, options, seeds }: ProveTask): Promise<ProveReply> {
  const { connectable, breaks } = specimen;
  const testbed = await openTestbed(connect(connectable), connectable);
  const runs: { readonly seed: string; readonly tried: Tried }[] = [];
  const isDefect = breaks.length > 0;
  try {
    for (const seed of seeds) {
      const own = { ...options, seed, ...(isDefect && { remembered }) };
      runs.push({ seed, tried: await trySpecimen(testbed, breaks, own) });
    }
  } finally {
    await testbed.dispose();
  }
  const [first] = runs;
  invariant(first !== undefined, 'a task has a run');
  const alarms = runs
    .filter(({ tried }) => tried.failing.length > 0)
    .map(({ seed, tried }) => ({ connectable, seed, why: tried.why }));
  return { tried: first.tried, alarms };
}
