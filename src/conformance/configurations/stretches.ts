/**
 * Puts the configurations of one run to one testbed, one at a time or a stretch of their places. What it is asked and what it
 * answers is plain data, so that it may sit in another thread. Knows no lane and no verdict's weight.
 */
import type { TimeKind } from '../../history/vocabulary.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { configurationCases, type Drawing, type PlacedCase } from './askable-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import type { ConfigurationVerdict } from './judge-configuration.ts';
import { PairCoverage } from './pairs.ts';
import { runConfigurationCase } from './run-configurations.ts';

/** The same for all configurations of a run. */
export interface StretchTerms extends Drawing {
  readonly time: TimeKind;
}

/** By place, counted from 0: `from` and those up to `to`, without that. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface EndedConfiguration {
  /** Its place counted from 1. */
  readonly number: number;
  readonly note: string;
  readonly verdicts: readonly ConfigurationVerdict[];
  /** The case as it was asked, where something failed. */
  readonly failed: ConfigurationCase | null;
  /** Pairs of the configuration space that were not seen in those before it. */
  readonly pairs: readonly string[];
}

/** Those of a stretch that the implementation can be asked. */
export type RunStretch = (stretch: Stretch) => Promise<readonly EndedConfiguration[]>;

/** One at a time. Rejects with an operator error where the adapter fails. */
export function puttingTo(
  testbed: Testbed,
  { profile, time }: Pick<StretchTerms, 'profile' | 'time'>,
): (placed: PlacedCase) => Promise<EndedConfiguration> {
  const coverage = new PairCoverage(profile);
  return async ({ one, number }) => {
    const { asked, verdicts } = await runConfigurationCase(testbed, one, time, number);
    const hasFailed = verdicts.some(({ is }) => is === 'fail');
    return {
      ...{ number, note: asked.note, verdicts },
      failed: hasFailed ? asked : null,
      pairs: verdicts.length > 0 ? coverage.see(asked) : [],
    };
  };
}

export function stretchesOn(testbed: Testbed, terms: StretchTerms): RunStretch {
  const put = puttingTo(testbed, terms);
  const cases = configurationCases(testbed.description, terms);
  return async ({ from, to }) => {
    const ended: EndedConfiguration[] = [];
    for (const placed of cases.between(from, to)) ended.push(await put(placed));
    return ended;
  };
}
