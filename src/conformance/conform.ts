/**
 * A whole conformance run on one implementation: timelines and configurations side by side in lanes, then what
 * failed made small, then one verdict a clause. Hands out events and documents; touches no file and no clock.
 */
import pLimit from 'p-limit';
import type { Scales } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { History, TimeKind } from '../history/vocabulary.ts';
import { statisticalChecks, usualAlpha } from '../judging/statistical-budget.ts';
import {
  type Canary,
  type ClauseVerdict,
  type ConformanceResult,
  conformanceResultVersion,
} from '../results/conformance-result.ts';
import type { RunFacts, TimeScale } from '../results/run-facts.ts';
import { supportOf } from '../spec/behaviour.ts';
import { appliesTo } from '../spec/clauses.ts';
import type { Profile } from '../spec/configuration.ts';
import type { Testbed } from '../testbed/trial.ts';
import {
  boundsFor,
  configurationMs,
  expectedMs,
  familiesFor,
  runMs,
  takesTime,
} from './case-plan.ts';
import { type CaseContext, type CaseOutcome, runCase } from './case-runner.ts';
import type { ConfigurationCase } from './configurations/configuration-case.ts';
import type { ConfigurationVerdict } from './configurations/judge-configuration.ts';
import { pairCoverage } from './configurations/pairs.ts';
import { configurationCases, runConfigurationCase } from './configurations/run-configurations.ts';
import { withoutGroups } from './configurations/without-groups.ts';
import { type DrawnTimeline, drawTimelines } from './drawn-timeline.ts';
import { explainFailure, type Found } from './explaining.ts';
import type { Family } from './families/family.ts';
import { tourCoverage } from './families/health-tours.ts';
import { judgedClauses } from './judged-clauses.ts';
import { measureLinearity } from './linearity.ts';
import { runCanary } from './proof/canary.ts';
import { diagnoseConfigurations, diagnoseTimelines } from './proof/diagnosis.ts';
import { attributed, gateOf, rollUpClause } from './roll-up.ts';
import { scalesFor } from './scales.ts';
import { Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';

export interface ConformOptions {
  readonly connectable: string;
  /** Version of the suite. */
  readonly suite: string;
  readonly seed: string;
  readonly profile: Profile;
  /** Clause ids to report on; every judge runs all the same. */
  readonly selected: readonly string[];
  /** Only timelines of these families; absent: of all that are made for a selected clause. */
  readonly families?: readonly string[];
  /** What the user typed, for the report. */
  readonly filter: readonly string[];
  /** Deployments side by side. */
  readonly jobs: number;
  /** How often a right implementation may fail, a run; absent: the usual once in a million. */
  readonly alpha?: number;
  /** Configurations to draw; absent: what the plane bears. */
  readonly configurations?: number;
  /** Real ms that shrinking may take in all. */
  readonly shrinkMs: number;
  /** Monotonic real time, ms. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly listen: (event: ConformEvent) => void;
  /** An implementation of which everything is known, for the canary and for what failures look like. */
  readonly open: (connectable: string) => Promise<Testbed>;
  /** Keeps a document beside the result and answers with its path there. */
  readonly save: (name: string, text: string) => Promise<string>;
}

export type ConformEvent =
  | {
      readonly event: 'run.planned';
      readonly cases: number;
      /** null: in stepped time nothing is waited for. */
      readonly expectedMs: number | null;
      readonly time: TimeKind;
      readonly realMsPerSecond: Scales;
    }
  | { readonly event: 'time.measured'; readonly timeScale: TimeScale }
  | { readonly event: 'case.ended'; readonly name: string; readonly failing: readonly string[] }
  | { readonly event: 'history.recorded'; readonly name: string; readonly history: History }
  | { readonly event: 'shrinking.began'; readonly clause: string };

export interface ConformRun {
  readonly result: ConformanceResult;
  readonly trials: RunFacts['trials'];
  readonly timeScale: TimeScale | null;
  /** Histories of the failures told as stories, by the failure's file. */
  readonly histories: Readonly<Record<string, History>>;
}

/** Drawn configurations where nobody says how many: on the wire each accepted one is a process. */
const drawnConfigurations = { stepped: 2000, wired: 8 };
/** So many cases that cannot be run, and none that can: the implementation is not there. */
const errorsMax = 5;

export async function conform(testbed: Testbed, options: ConformOptions): Promise<ConformRun> {
  const { profiles } = testbed.description;
  if (!profiles.includes(options.profile)) throw profileUnknown(options, profiles);
  return new Run(testbed, options).execute();
}

class Run {
  readonly #testbed: Testbed;
  readonly #options: ConformOptions;
  #context: CaseContext;
  #statisticalChecks = 0;
  readonly #tally = new Tally();
  /** The smallest failing timeline of each clause. */
  readonly #found = new Map<string, Found>();
  readonly #trials: RunFacts['trials'][number][] = [];
  readonly #freeLanes: number[];
  readonly #toured: Timeline[] = [];
  readonly #configured: ConfigurationCase[] = [];
  #executed = 0;
  readonly #errors: OperatorError[] = [];
  readonly #histories: Record<string, History> = {};
  readonly #configurationsFound = new Map<string, FoundConfiguration[]>();
  #canary: Canary = { defects: [], why: 'not run' };

  constructor(testbed: Testbed, options: ConformOptions) {
    const [time = 'real'] = testbed.description.time;
    this.#testbed = testbed;
    this.#options = options;
    this.#context = { testbed, time, signal: options.signal };
    this.#freeLanes = Array.from({ length: options.jobs }, (_, index) => options.jobs - index);
  }

  async execute(): Promise<ConformRun> {
    const { jobs } = this.#options;
    const timelines = this.#timelines();
    this.#statisticalChecks = statisticalChecks(timelines.map((one) => one.timeline.clauses));
    this.#context = { ...this.#context, falseAlarmRate: this.#falseAlarmRate };
    const configurations = this.#configurations();
    this.#tellPlan(timelines, configurations);
    const timeScale = await this.#timeScale(timelines);
    const limit = pLimit(jobs);
    await Promise.all([
      ...this.#longestFirst(timelines).map((drawn) =>
        limit(() => this.#inLane(drawn.name, drawn.timeline.clauses, () => this.#case(drawn))),
      ),
      ...configurations.map((one, index) =>
        limit(() =>
          this.#inLane(`configuration-${index + 1}`, [one.clause], () =>
            this.#configuration(one, index + 1),
          ),
        ),
      ),
    ]);
    await this.#explain();
    await this.#likenConfigurations();
    if (!this.#options.signal.aborted) this.#canary = await runCanary(this.#options);
    const trials = this.#trials;
    return { result: this.#result(), trials, timeScale, histories: this.#histories };
  }

  #tellPlan(timelines: readonly DrawnTimeline[], configurations: readonly unknown[]): void {
    const { listen, jobs } = this.#options;
    const casesMs = [
      ...timelines.map((one) => this.#expectedMs(one)),
      ...configurations.map(() => configurationMs),
    ];
    const { time } = this.#context;
    listen({
      event: 'run.planned',
      cases: casesMs.length,
      expectedMs: this.#isWired ? runMs(casesMs, jobs) : null,
      time,
      realMsPerSecond: scalesFor(this.#testbed.description, time, null),
    });
  }

  /** Before a scale is trusted: whoever does not follow it cannot be judged by it. */
  async #timeScale(timelines: readonly DrawnTimeline[]): Promise<TimeScale | null> {
    if (timelines.length === 0) return null;
    const timeScale = await measureLinearity(this.#testbed, this.#options);
    if (timeScale === null) return null;
    if (timeScale.isLinear === false && !this.#options.signal.aborted) throw notLinear(timeScale);
    this.#options.listen({ event: 'time.measured', timeScale });
    return timeScale;
  }

  /** So that no long case is left to run alone at the end; without waiting there is no need. */
  #longestFirst(timelines: readonly DrawnTimeline[]): readonly DrawnTimeline[] {
    if (!this.#isWired) return timelines;
    return timelines.toSorted((one, other) => this.#expectedMs(other) - this.#expectedMs(one));
  }

  #expectedMs({ timeline }: DrawnTimeline): number {
    return expectedMs(timeline, this.#testbed.description, this.#context.time);
  }

  /** The budget of the run, split over the checks that are decided by statistics. */
  get #falseAlarmRate(): number {
    return (this.#options.alpha ?? usualAlpha) / Math.max(1, this.#statisticalChecks);
  }

  get #isWired(): boolean {
    return takesTime(this.#testbed.description);
  }

  #timelines(): readonly DrawnTimeline[] {
    const { profile, seed, selected } = this.#options;
    const { description } = this.#testbed;
    const bounds = boundsFor(description, profile);
    const { families = null } = this.#options;
    const isAsked = ({ name }: Family) => families === null || families.includes(name);
    return familiesFor(description, selected)
      .filter(isAsked)
      .flatMap((family) =>
        drawTimelines(family, bounds, seed, family.runs[this.#isWired ? 'wired' : 'stepped']),
      );
  }

  #configurations(): readonly ConfigurationCase[] {
    const { profile, seed, selected } = this.#options;
    if (!selected.some((id) => id.startsWith('config.'))) return [];
    const { capabilities } = this.#testbed.description;
    const count =
      this.#options.configurations ?? drawnConfigurations[this.#isWired ? 'wired' : 'stepped'];
    const cases = configurationCases(profile, seed, count).filter(({ clause }) =>
      appliesTo(clause, capabilities),
    );
    return supportOf(capabilities, 'configuration.groups').supported
      ? cases
      : cases.flatMap((one) => withoutGroups(one) ?? []);
  }

  /** Runs one case in the next free lane; what cannot be run is counted as an error of its clauses. */
  async #inLane(
    name: string,
    clausesOfCase: readonly string[],
    work: () => Promise<readonly History[]>,
  ): Promise<void> {
    if (this.#options.signal.aborted) return;
    const lane = this.#freeLanes.pop() ?? 0;
    const fromMs = this.#options.clock();
    try {
      const histories = await work();
      this.#executed++;
      // in stepped time configurations come by the ten thousand and take no time
      if (histories.length === 0 && !this.#isWired) return;
      const lagMs = Math.max(0, ...histories.flatMap(lagsOf));
      const toMs = this.#options.clock();
      this.#trials.push({ name, lane, fromMs, toMs, attempt: histories.length, lagMs });
    } catch (error) {
      this.#failed(clausesOfCase, error);
    } finally {
      this.#freeLanes.push(lane);
    }
  }

  #failed(clausesOfCase: readonly string[], error: unknown): void {
    // an interruption takes balancers down under their trials: that says nothing about them
    if (this.#options.signal.aborted) return;
    if (!(error instanceof OperatorError)) throw error;
    this.#errors.push(error);
    if (this.#executed === 0 && this.#errors.length >= errorsMax) throw allAlike(this.#errors);
    this.#tally.hearError(clausesOfCase, error.message);
  }

  async #case(drawn: DrawnTimeline): Promise<readonly History[]> {
    const outcome = await runCase(this.#context, drawn.name, drawn.seed, drawn.timeline);
    const failing = this.#tally.hear(outcome);
    if (!outcome.isVoid) this.#toured.push(drawn.timeline);
    for (const clause of failing) this.#keepSmaller(clause, { drawn, outcome });
    const [history] = outcome.histories;
    // in stepped time a history can be had again at any time: the first of each family is enough to look at
    const isKept = this.#isWired || failing.length > 0 || drawn.name.endsWith('-1');
    if (history !== undefined && isKept) {
      this.#options.listen({ event: 'history.recorded', name: drawn.name, history });
    }
    this.#options.listen({ event: 'case.ended', name: drawn.name, failing });
    return outcome.histories;
  }

  #keepSmaller(clause: string, found: Found): void {
    const known = this.#found.get(clause);
    if (known === undefined || size(found) < size(known)) this.#found.set(clause, found);
  }

  async #configuration(one: ConfigurationCase, number: number): Promise<readonly History[]> {
    const verdicts = await runConfigurationCase(this.#testbed, one, this.#context.time, number);
    this.#configured.push(one);
    const failing = verdicts.filter(({ is }) => is === 'fail').map(({ clause }) => clause);
    const file = failing.length === 0 ? '' : await this.#saveCase(one, number);
    const replay = `npx counterpoise replay ${file} ${this.#options.connectable}`;
    this.#tally.hearConfiguration(verdicts, one.note, ({ expected, observed }) => ({
      why: one.note,
      expected,
      observed,
      file,
      replay,
      story: [],
      looksLike: null,
      indifferent: [],
      shrunk: { from: 1, to: 1, runs: 0 },
    }));
    for (const clause of failing) {
      const found = this.#configurationsFound.get(clause) ?? [];
      this.#configurationsFound.set(clause, found);
      if (found.length < configurationsToLiken) found.push({ one, verdicts });
    }
    this.#options.listen({ event: 'case.ended', name: one.note, failing });
    return [];
  }

  #saveCase(one: ConfigurationCase, number: number): Promise<string> {
    const text = `${JSON.stringify(one, null, 2)}\n`;
    return this.#options.save(`failures/configuration-${number}.json`, text);
  }

  /** Every failing clause gets its share of the time for shrinking. */
  async #explain(): Promise<void> {
    const { clock, shrinkMs, listen, selected, signal, connectable, save } = this.#options;
    const found = [...this.#found].filter(([clause]) => selected.includes(clause));
    const startedMs = clock();
    for (const [index, [clause, one]] of found.entries()) {
      listen({ event: 'shrinking.began', clause });
      const untilMs = startedMs + (shrinkMs * (index + 1)) / found.length;
      const hasMore = () => clock() < untilMs && !signal.aborted;
      const { failure, history, shown } = await explainFailure(this.#context, clause, one, {
        connectable,
        save,
        hasMore,
      });
      // as it was found and as it was made small: the one tells more, the other tells it apart
      const outcomes = [shown, one.outcome];
      const looksLike = signal.aborted
        ? null
        : await diagnoseTimelines(clause, outcomes, this.#options);
      this.#tally.explain(clause, { ...failure, looksLike });
      if (history !== null) this.#histories[failure.file] = history;
    }
  }

  async #likenConfigurations(): Promise<void> {
    for (const [clause, found] of this.#configurationsFound) {
      if (this.#options.signal.aborted) return;
      const looksLike = await diagnoseConfigurations(clause, found, this.#options);
      if (looksLike !== null) this.#tally.liken(clause, looksLike);
    }
  }

  #result(): ConformanceResult {
    const { description } = this.#testbed;
    const { connectable, suite, seed, profile, selected, filter, signal } = this.#options;
    const results = attributed(
      judgedClauses
        .filter(({ id }) => selected.includes(id))
        .map((clause) =>
          rollUpClause(clause, this.#tally.saidOn(clause.id), description, !signal.aborted),
        ),
      this.#tally.standingAlone,
    );
    const counts: Record<ClauseVerdict, number> = { ...noCounts };
    for (const { verdict } of results) counts[verdict]++;
    return {
      result: conformanceResultVersion,
      kind: 'conformance',
      suite,
      implementation: { connectable, name: description.name, version: description.version },
      profile,
      seed,
      time: this.#context.time,
      realMsPerSecond: scalesFor(description, this.#context.time, null),
      complete: !signal.aborted,
      filter,
      capabilities: description.capabilities,
      traits: description.traits,
      clauses: results,
      counts,
      cases: this.#tally.cases,
      canary: this.#canary,
      coverage: {
        pairs: this.#configured.length === 0 ? null : pairCoverage(profile, this.#configured),
        transitions: this.#toured.length === 0 ? null : tourCoverage(this.#toured),
      },
      falseAlarms: {
        alpha: this.#options.alpha ?? usualAlpha,
        checks: this.#statisticalChecks,
        rateOfEach: this.#falseAlarmRate,
      },
      gate: gateOf(results, signal.aborted, this.#canary),
    };
  }
}

function profileUnknown(
  { connectable, profile }: ConformOptions,
  profiles: readonly Profile[],
): OperatorError {
  return new OperatorError(`${connectable} does not know the profile ${profile}`, {
    code: 'PROFILE_UNSUPPORTED',
    exitCode: exitCodes.unavailable,
    hint: `Its adapter lists ${profiles.join(' and ') || 'no profile at all'}: ${profiles[0] === undefined ? 'let `describe` name one' : `try --profile ${profiles[0]}`}.`,
  });
}

function notLinear({ why }: TimeScale): OperatorError {
  return new OperatorError(`the adapter, not the balancer: its time ${why}`, {
    code: 'TIME_NOT_LINEAR',
    exitCode: exitCodes.unavailable,
    hint: 'Let the adapter keep every duration at the factor that it is given, raise its floorsMs, or let `time` be real alone.',
  });
}

/** Where nothing at all can be run, no balancer was heard yet. */
function allAlike(errors: readonly OperatorError[]): OperatorError {
  const [first] = errors;
  invariant(first !== undefined, 'there is an error');
  return new OperatorError(
    `the adapter, not the balancer: none of the first ${errors.length} cases could be run: ${first.message}`,
    {
      code: first.code,
      exitCode: first.exitCode,
      ...(first.hint === null ? {} : { hint: first.hint }),
      cause: first,
    },
  );
}
interface FoundConfiguration {
  readonly one: ConfigurationCase;
  readonly verdicts: readonly ConfigurationVerdict[];
}
/** Failing configurations of one clause that tell one defect from another. */
const configurationsToLiken = 10;

const noCounts: Record<ClauseVerdict, number> = {
  pass: 0,
  fail: 0,
  inconclusive: 0,
  unsupported: 0,
  'not-applicable': 0,
  skipped: 0,
  error: 0,
};

function size({ outcome }: { readonly outcome: CaseOutcome }): number {
  return JSON.stringify(outcome.timeline).length;
}

function lagsOf(history: History): number[] {
  return history.events.flatMap((one) => (one.event === 'harness.lagged' ? [one.lagMs] : []));
}
