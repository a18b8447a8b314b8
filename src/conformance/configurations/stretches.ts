/**
 * Puts the configurations of one run to one testbed, a stretch of their places at a time. What it is asked and what it
 * answers is plain data, so that it may sit in another thread. Knows no lane and no verdict's weight.
 */
import type { TimeKind } from '../../history/vocabulary.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { type ConfigurationCases, configurationCases, type Drawing } from './askable-cases.ts';
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

export interface EndedStretch {
  /** Those that the implementation can be asked. */
  readonly ended: readonly EndedConfiguration[];
  /** Pairs of the configuration space that were not seen in earlier stretches. */
  readonly pairs: readonly string[];
}

export interface EndedConfiguration {
  /** Its place counted from 1. */
  readonly number: number;
  readonly note: string;
  readonly verdicts: readonly ConfigurationVerdict[];
  /** The case as it was asked, where something failed. */
  readonly failed: ConfigurationCase | null;
}

/** Rejects with an operator error where the adapter fails. */
export type RunStretch = (stretch: Stretch) => Promise<EndedStretch>;

export function stretchesOn(
  testbed: Testbed,
  terms: StretchTerms,
  signal: AbortSignal,
  cases: ConfigurationCases = configurationCases(testbed.description, terms),
): RunStretch {
  const coverage = new PairCoverage(terms.profile);
  return async ({ from, to }) => {
    const ended: EndedConfiguration[] = [];
    const pairs: string[] = [];
    for (const { one, number } of cases.between(from, to)) {
      if (signal.aborted) break;
      const { asked, verdicts } = await runConfigurationCase(testbed, one, terms.time, number);
      if (verdicts.length > 0) pairs.push(...coverage.see(asked));
      const hasFailed = verdicts.some(({ is }) => is === 'fail');
      ended.push({ number, note: asked.note, verdicts, failed: hasFailed ? asked : null });
    }
    return { ended, pairs };
  };
}
