/**
 * The canary of every run: three seeded defects, drawn by seed from those that the selected clauses are the witnesses
 * of, put to the same cases. One that survives says that this run could not have noticed it.
 */
import type { Canary } from '../../results/conformance-result.ts';
import type { Profile } from '../../spec/configuration.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { inDrawnOrder } from './drawn-order.ts';
import { proofOptions } from './proof-options.ts';
import { defectSpecimens, type Specimen } from './specimens.ts';
import { trySpecimen } from './try-specimen.ts';

const drawnMax = 3;

export interface CanaryOptions {
  readonly profile: Profile;
  readonly seed: string;
  readonly selected: readonly string[];
  readonly open: (connectable: string) => Promise<Testbed>;
  readonly signal: AbortSignal;
}

export async function runCanary(options: CanaryOptions): Promise<Canary> {
  const { profile, selected, seed, signal } = options;
  const drawn = drawCanary(selected, profile, seed);
  if (drawn.length === 0) {
    return { defects: [], why: 'nothing to do: no seeded defect breaks what was selected' };
  }
  const defects: Canary['defects'][number][] = [];
  for (const specimen of drawn) {
    if (signal.aborted) break;
    defects.push(await put(specimen, options));
  }
  const survivors = defects.filter(({ outcome }) => outcome === 'survived');
  const named = (some: readonly { readonly name: string }[]) =>
    some.map(({ name }) => name).join(', ');
  return {
    defects,
    why:
      survivors.length > 0
        ? `${named(survivors)} survived: these cases could not have noticed it`
        : `${named(defects)} caught by the same cases`,
  };
}

/** In an order that the seed decides. */
export function drawCanary(
  selected: readonly string[],
  profile: Profile,
  seed: string,
): readonly Specimen[] {
  const witnesses = defectSpecimens
    .filter(({ profiles }) => profiles.includes(profile))
    .filter(({ breaks }) => breaks.some((clause) => selected.includes(clause)));
  return inDrawnOrder(witnesses, `${seed}/canary`).slice(0, drawnMax);
}

async function put(
  specimen: Specimen,
  { profile, seed, selected, open, signal }: CanaryOptions,
): Promise<Canary['defects'][number]> {
  const { connectable, name, sentence, breaks } = specimen;
  const own = breaks.filter((clause) => selected.includes(clause));
  const testbed = await open(connectable);
  try {
    const { killedAfter, cases } = await trySpecimen(testbed, own, {
      ...proofOptions(specimen, profile, seed),
      selected,
      untilKilled: true,
      signal,
    });
    const outcome = killedAfter === null ? 'survived' : 'killed';
    return { name, sentence, breaks: own, outcome, cases };
  } finally {
    await testbed.dispose();
  }
}
