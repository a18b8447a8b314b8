/**
 * Puts the cases of one run to one testbed: a timeline, or a stretch of the run's configurations. What it is asked and
 * what it answers is plain data, so that it may sit in another thread. Knows no lane and no verdict's weight.
 */
import type { Profile } from '../spec/configuration.ts';
import type { Testbed } from '../testbed/trial.ts';
import { type CaseContext, type CaseOutcome, runCase } from './case-runner.ts';
import { type ConfigurationCases, configurationCases } from './configurations/askable-cases.ts';
import type { ConfigurationCase } from './configurations/configuration-case.ts';
import type { ConfigurationVerdict } from './configurations/judge-configuration.ts';
import { PairCoverage } from './configurations/pairs.ts';
import { runConfigurationCase } from './configurations/run-configurations.ts';
import { failingIn } from './tally.ts';
import type { Timeline } from './timeline.ts';

/** The same for all cases of a run. */
export interface RunTerms extends Pick<CaseContext, 'time' | 'falseAlarmRate' | 'asked'> {
  readonly profile: Profile;
  readonly seed: string;
  /** Drawn ones, behind those that are the same in every run; null: no configurations at all. */
  readonly configurations: number | null;
}

export interface TimelineTask {
  readonly name: string;
  readonly seed: string;
  readonly timeline: Timeline;
  /** Whether anybody wants its histories though nothing fails. */
  readonly keepsHistories: boolean;
}

/** Configurations of the run by their place, counted from 0: `from` and those up to `to`, without that. */
export interface StretchTask {
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
}

export interface EndedStretch {
  /** Those that the implementation can be asked. */
  readonly ended: readonly EndedConfiguration[];
  /** Pairs of the configuration space that this executor had not seen before. */
  readonly pairs: readonly string[];
}

/** Errors of the adapter reject with an operator error. */
export interface CaseExecutor {
  readonly timeline: (task: TimelineTask) => Promise<CaseOutcome>;
  readonly configurations: (task: StretchTask) => Promise<EndedStretch>;
}

export function executorOn(
  testbed: Testbed,
  terms: RunTerms,
  signal: AbortSignal,
  configurations: ConfigurationCases = configurationCases(testbed.description, terms),
): CaseExecutor {
  const context: CaseContext = { ...terms, testbed, signal };
  const coverage = new PairCoverage(terms.profile);
  return {
    timeline: async ({ name, seed, timeline, keepsHistories }) => {
      const outcome = await runCase(context, name, seed, timeline);
      const isKept = keepsHistories || failingIn(outcome).length > 0;
      return isKept ? outcome : { ...outcome, histories: [] };
    },
    configurations: async ({ from, to }) => {
      const ended: EndedConfiguration[] = [];
      const pairs: string[] = [];
      for (const { one, number } of configurations.between(from, to)) {
        if (signal.aborted) break;
        const { asked, verdicts } = await runConfigurationCase(testbed, one, terms.time, number);
        if (verdicts.length > 0) pairs.push(...coverage.see(asked));
        const hasFailed = verdicts.some(({ is }) => is === 'fail');
        ended.push({ number, note: asked.note, verdicts, failed: hasFailed ? asked : null });
      }
      return { ended, pairs };
    },
  };
}
