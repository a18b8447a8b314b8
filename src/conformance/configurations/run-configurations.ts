/**
 * Configuration cases put to an implementation through the testbed: one deployment each, without instances and
 * traffic, updated where the case is an update, and ended at once. Knows what to send, not what is right.
 */
import type { Outcome, TimeKind } from '../../history/vocabulary.ts';
import { supportOf } from '../../spec/behaviour.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { unableTo } from '../abilities.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { fittedCase, isEvidence } from './fitted-case.ts';
import { type ConfigurationVerdict, judgeConfigurationCase } from './judge-configuration.ts';

/** A deployment that carries nothing is up or down in well under a second. */
const budgetMs = 10_000;
const eventsMax = 1000;
/** Nothing is timed here, so nothing need be shortened. */
const unscaled = { checks: 1000, persistence: 1000, draining: 1000 };

export interface ConfigurationRun {
  /** The case, or what is left of it for whoever lacks something. */
  readonly asked: ConfigurationCase;
  readonly verdicts: readonly ConfigurationVerdict[];
}

/** Whoever rightly says "unsupported" is asked the same without it. `number` tells the deployments of a run apart. */
export async function runConfigurationCase(
  testbed: Testbed,
  one: ConfigurationCase,
  time: TimeKind,
  number: number,
): Promise<ConfigurationRun> {
  const { capabilities } = testbed.description;
  const isUpdate = one.running !== undefined;
  if (isUpdate && !supportOf(capabilities, 'change.configuration').supported)
    return { asked: one, verdicts: [] };
  const answer = await put(testbed, one, time, number);
  const isUnable = () =>
    [one.configuration, one.running].some(
      (document) => unableTo(document, one.profile, capabilities).length > 0,
    );
  if (answer.outcome.is !== 'unsupported' || !isUnable()) return judged(testbed, one, answer);
  const asked = fittedCase(one, capabilities);
  if (asked === null) return { asked: one, verdicts: [] };
  return judged(testbed, asked, await put(testbed, asked, time, number));
}

const accepted: Outcome = { is: 'accepted' };
const notUpdated: Outcome = {
  is: 'unknown',
  note: 'the service that was to be updated was not taken',
};

interface Put {
  readonly outcome: Outcome;
  readonly readBack: unknown;
}

async function put(
  testbed: Testbed,
  { configuration, running, profile }: ConfigurationCase,
  time: TimeKind,
  number: number,
): Promise<Put> {
  const isUpdate = running !== undefined;
  const begun = await testbed.begin({
    name: `configuration-${number}`,
    configuration: running ?? configuration,
    profile,
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
  if (!begun.accepted) {
    const { outcome } = begun;
    // whoever does not take what is to be updated is told so by other cases
    const isUnknown = isUpdate && outcome.is !== 'unsupported';
    return { outcome: isUnknown ? notUpdated : outcome, readBack: null };
  }
  const { trial, readBack } = begun;
  const outcome = isUpdate ? await trial.reconfigure(configuration, null) : accepted;
  await trial.end('complete');
  return { outcome, readBack };
}

function judged(
  { description }: Testbed,
  asked: ConfigurationCase,
  { outcome, readBack }: Put,
): ConfigurationRun {
  const { capabilities, traits } = description;
  const verdicts = judgeConfigurationCase(asked, outcome, readBack, traits);
  if (isEvidence(asked, capabilities)) return { asked, verdicts };
  const isTold = ({ clause, is }: ConfigurationVerdict) => is === 'fail' || clause !== asked.clause;
  return { asked, verdicts: verdicts.filter(isTold) };
}
