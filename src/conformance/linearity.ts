/**
 * Whether an implementation's time can be scaled: the same service at two factors must check at intervals that differ
 * as the factors do. Measures; what becomes of the run is for its caller.
 */
import type { Description } from '../adapters/contract.ts';
import type { History } from '../history/vocabulary.ts';
import type { TimeScale } from '../results/run-facts.ts';
import type { Profile } from '../spec/configuration.ts';
import type { Testbed } from '../testbed/trial.ts';
import { drive } from './driver.ts';
import { documentOf, instancesOf } from './families/family.ts';
import { scalesFor } from './scales.ts';
import type { Timeline } from './timeline.ts';

/** Checks whose starts are looked at, by their median: one that a busy machine delayed moves nothing. */
const checks = 9;
/** The second factor, as a multiple of the one that the run uses. */
const stretch = 2;
/** A timer may be late by about the same at both factors; the difference must be right within this share … */
const tolerance = 0.25;
/** … or the ratio: an interval that is wrong by as much at both is another one, and judged. */
const ratioTolerance = 0.1;
/** A busy machine may spoil a measurement: only what shows every time is the implementation's. */
const attemptsMax = 3;
const budgetMs = 10_000;
const eventsMax = 10_000;

export interface LinearityOptions {
  readonly profile: Profile;
  readonly signal: AbortSignal;
}

/** null: nothing is scaled here. */
export async function measureLinearity(
  testbed: Testbed,
  options: LinearityOptions,
): Promise<TimeScale | null> {
  const { description } = testbed;
  if (description.time[0] !== 'scaled') return null;
  const method = methodOf(description);
  if (method === null) return unmeasured('the implementation checks nobody');
  const timeline = steady(options.profile, method);
  const factor = scalesFor(description, 'scaled', timeline).checks;
  const factors = [factor, stretch * factor] as const;
  const [intervalSeconds = 0] = timeline.configuration.backendServices.map(
    ({ healthCheck }) => healthCheck.intervalSeconds ?? 0,
  );
  const expectedMs = intervalSeconds * (factors[1] - factors[0]);
  for (let attempt = 1; ; attempt++) {
    const intervals = await Promise.all(
      factors.map((checksFactor, index) =>
        intervalAt(testbed, timeline, checksFactor, `time-scale-${attempt}-${index + 1}`, options),
      ),
    );
    const [short = null, long = null] = intervals;
    if (short === null || long === null) return unmeasured('no checks were seen to time');
    const measured = {
      realMsPerSecond: [...factors],
      intervalMs: [short, long].map((ms) => Math.round(ms * 10) / 10),
    };
    const isLinear =
      Math.abs(long - short - expectedMs) <= tolerance * expectedMs ||
      Math.abs(long / short - stretch) <= ratioTolerance * stretch;
    if (isLinear || attempt === attemptsMax || options.signal.aborted) {
      return { isLinear, why: wordsOn(isLinear, measured), measured };
    }
  }
}

function unmeasured(why: string): TimeScale {
  return { isLinear: null, why, measured: null };
}

function wordsOn(isLinear: boolean, { realMsPerSecond, intervalMs }: Measured): string {
  const seen = realMsPerSecond.map(
    (factor, index) => `at ${factor} ms a second a check every ${intervalMs[index]} ms`,
  );
  return `${isLinear ? 'follows the scale' : 'does not follow the scale'}: ${seen.join(', ')}`;
}
type Measured = NonNullable<TimeScale['measured']>;

function methodOf({ capabilities }: Description): 'http' | 'tcp' | null {
  if (capabilities['check.http'].supported) return 'http';
  return capabilities['check.tcp'].supported ? 'tcp' : null;
}

function steady(profile: Profile, method: 'http' | 'tcp'): Timeline {
  return {
    timeline: 1,
    family: 'time-scale',
    clauses: [],
    profile,
    configuration: documentOf(profile, { check: { method } }),
    instances: instancesOf([1]),
    behaviours: {},
    steps: [{ after: { checks: { a: checks } }, do: 'wait' }],
  };
}

/** The median time from the start of a check to the start of the next, real ms; null: too few were seen. */
async function intervalAt(
  testbed: Testbed,
  timeline: Timeline,
  checksFactor: number,
  name: string,
  { signal }: LinearityOptions,
): Promise<number | null> {
  const scales = scalesFor(testbed.description, 'scaled', timeline);
  const history = await drive(timeline, testbed, {
    name,
    time: 'scaled',
    realMsPerSecond: { ...scales, checks: checksFactor },
    seed: name,
    budgetMs,
    eventsMax,
    signal,
  });
  return median(gapsIn(history));
}

function gapsIn({ events }: History): readonly number[] {
  const starts = events.flatMap((one) => (one.event === 'check.started' ? [one.toMs] : []));
  return starts.slice(1).map((startMs, index) => startMs - (starts[index] ?? 0));
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length < 3 ? null : (sorted[Math.floor(sorted.length / 2)] ?? null);
}
