/**
 * Configuration cases put to an implementation through the testbed: one deployment each, without instances and
 * traffic, ended at once. Knows what to send, not what is right.
 */
import type { TimeKind } from '../../history/vocabulary.ts';
import type { Profile } from '../../spec/configuration.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { unableTo } from '../abilities.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { generatedCases } from './generated-cases.ts';
import { type ConfigurationVerdict, judgeConfigurationCase } from './judge-configuration.ts';
import { pairCases } from './pairs.ts';

/** A deployment that carries nothing is up or down in well under a second. */
const budgetMs = 10_000;
const eventsMax = 1000;
/** Nothing is timed here, so nothing need be shortened. */
const unscaled = { checks: 1000, persistence: 1000, draining: 1000 };

export interface ConfigurationCases extends Iterable<ConfigurationCase> {
  readonly count: number;
}

/** All boundaries of the profile, all pairs, then `generated` drawn ones. */
export function configurationCases(
  profile: Profile,
  seed: string,
  generated: number,
): ConfigurationCases {
  const listed = [...boundaryCases(profile), ...pairCases(profile)];
  return {
    count: listed.length + generated,
    *[Symbol.iterator]() {
      yield* listed;
      yield* generatedCases(profile, seed, generated);
    },
  };
}

/** `number` tells the deployments of a run apart. */
export async function runConfigurationCase(
  testbed: Testbed,
  one: ConfigurationCase,
  time: TimeKind,
  number: number,
): Promise<readonly ConfigurationVerdict[]> {
  const begun = await testbed.begin({
    name: `configuration-${number}`,
    configuration: one.configuration,
    profile: one.profile,
    instances: [],
    behaviours: {},
    time,
    realMsPerSecond: unscaled,
    effective: null,
    seed: String(number),
    timeline: null,
    budgetMs,
    eventsMax,
  });
  if (begun.accepted) await begun.trial.end('complete');
  const outcome = begun.accepted ? ({ is: 'accepted' } as const) : begun.outcome;
  const { capabilities, traits } = testbed.description;
  const isUnable = () => unableTo(one.configuration, one.profile, capabilities).length > 0;
  if (outcome.is === 'unsupported' && isUnable()) return [];
  const readBack = begun.accepted ? begun.readBack : null;
  return judgeConfigurationCase(one, outcome, readBack, traits);
}
