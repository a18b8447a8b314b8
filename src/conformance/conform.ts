/**
 * A whole conformance run on one implementation: timelines and configurations side by side in lanes, then what
 * failed made small, then one verdict a clause. Hands out events and documents; touches no file and no clock.
 */
import type { Scales } from '../adapters/contract.ts';
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
import type { Profile } from '../spec/configuration.ts';
import type { Testbed } from '../testbed/trial.ts';
import { within } from './abilities.ts';
import {
  boundsFor,
  configurationMs,
  expectedMs,
  familiesFor,
  isHeldWithin,
  runMs,
  takesTime,
  timelinesOf,
} from './case-plan.ts';
import { type CaseContext, type CaseOutcome, runCase } from './case-runner.ts';
import { type ConfigurationCases, configurationCases } from './configurations/askable-cases.ts';
import type { ConfigurationCase } from './configurations/configuration-case.ts';
import type { ConfigurationVerdict } from './configurations/judge-configuration.ts';
import { PairCoverage } from './configurations/pairs.ts';
import {
  type EndedConfiguration,
  puttingTo,
  type RunStretch,
  type StretchTerms,
} from './configurations/stretches.ts';
import { type DrawnTimeline, drawTimelines } from './drawn-timeline.ts';
import { explainFailure, type Found, replayCommand } from './explaining.ts';
import type { Family } from './families/family.ts';
import { tourCoverage } from './families/health-tours.ts';
import { judgedClauses } from './judged-clauses.ts';
import { type CaseEnd, runInLanes, type Work } from './lanes.ts';
import { measureLinearity } from './linearity.ts';
import { planOf } from './occasions.ts';
import { runCanary } from './proof/canary.ts';
import { diagnoseConfigurations, diagnoseTimelines } from './proof/diagnosis.ts';
import { attributed, gateOf, rollUpClause } from './roll-up.ts';
import { scalesFor } from './scales.ts';
import { failingIn, Tally } from './tally.ts';
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
  /** Where configurations are put to a testbed of their own, beside the lanes; absent: in the lanes. */
  readonly elsewhere?: (terms: StretchTerms) => RunStretch;
  /** An implementation of which everything is known, for the canary and for what failures look like. */
  readonly open: (connectable: string) => Promise<Testbed>;
  /** Keeps a document beside the result, in a file of that path from there. */
  readonly save: (file: string, text: string) => Promise<unknown>;
}

export type ConformEvent =
  | {
      readonly event: 'run.planned';
      /** At most: a drawn configuration may mean nothing to the implementation. */
      readonly cases: number;
      /** Undisturbed: where nothing fails and the machine is idle. null: in stepped time nothing is waited for. */
      readonly expectedMs: number | null;
      readonly time: TimeKind;
      readonly realMsPerSecond: Scales;
    }
  | { readonly event: 'time.measured'; readonly timeScale: TimeScale }
  | {
      readonly event: 'case.ended';
      readonly name: string;
      readonly failing: readonly string[];
      /** Of all that was planned, in time that it was expected to take. */
      readonly share: number;
    }
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
  readonly #toured: Timeline[] = [];
  /** Null until there is a configuration. */
  #pairs: PairCoverage | null = null;
  #plannedMs = 0;
  readonly #histories: Record<string, History> = {};
  readonly #configurationsFound = new Map<string, FoundConfiguration[]>();
  #canary: Canary = { defects: [], why: 'not run' };

  constructor(testbed: Testbed, options: ConformOptions) {
    const [time = 'real'] = testbed.description.time;
    this.#testbed = testbed;
    this.#options = options;
    this.#context = { testbed, time, signal: options.signal, asked: options.selected };
  }

  async execute(): Promise<ConformRun> {
    const timelines = this.#timelines();
    this.#statisticalChecks = statisticalChecks(timelines.map(({ timeline }) => planOf(timeline)));
    this.#context = { ...this.#context, falseAlarmRate: this.#falseAlarmRate };
    const { elsewhere } = this.#options;
    const terms = this.#terms();
    const configurations = configurationCases(this.#testbed.description, terms);
    this.#tellPlan(timelines, configurations);
    const timeScale = await this.#timeScale(timelines);
    const isHere = elsewhere === undefined || configurations.count === 0;
    const taught = isHere ? [] : this.#elsewhere(elsewhere(terms), configurations);
    const work = this.#work(this.#longestFirst(timelines), isHere ? configurations : noCases);
    const [trials, learnt] = await Promise.all([
      runInLanes(work, {
        ...this.#options,
        isWired: this.#isWired,
        hearError: (clauses, message) => this.#tally.hearError(clauses, message),
      }),
      taught,
    ]);
    for (const learn of learnt) learn();
    await this.#explain();
    await this.#likenConfigurations();
    if (!this.#options.signal.aborted) this.#canary = await runCanary(this.#options);
    return { result: this.#result(), trials, timeScale, histories: this.#histories };
  }

  #terms(): StretchTerms {
    const { profile, seed } = this.#options;
    const { time } = this.#context;
    return { profile, seed, configurations: this.#drawnConfigurations, time };
  }

  #tellPlan(timelines: readonly DrawnTimeline[], configurations: ConfigurationCases): void {
    const { listen, jobs } = this.#options;
    const casesMs = [
      ...timelines.map((one) => this.#expectedMs(one)),
      ...Array<number>(configurations.count).fill(configurationMs),
    ];
    const { time } = this.#context;
    this.#plannedMs = casesMs.reduce((sum, ms) => sum + ms, 0);
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
        drawTimelines(family, bounds, seed, timelinesOf(family, description, selected)),
      )
      .map((drawn) => within(drawn, description, bounds))
      .filter(({ timeline }) => isHeldWithin(timeline, description));
  }

  get #drawnConfigurations(): number | null {
    const { selected, configurations } = this.#options;
    if (!selected.some((id) => id.startsWith('config.'))) return null;
    return configurations ?? drawnConfigurations[this.#isWired ? 'wired' : 'stepped'];
  }

  *#work(timelines: readonly DrawnTimeline[], configurations: ConfigurationCases): Generator<Work> {
    let place = 0;
    for (const drawn of timelines) {
      const { name, timeline } = drawn;
      yield { place: place++, name, clauses: timeline.clauses, run: () => this.#case(drawn) };
    }
    const put = puttingTo(this.#testbed, this.#terms());
    for (const placed of configurations.between(0, configurations.count)) {
      const { number, one } = placed;
      const run = async () => ({ histories: [], learn: await this.#ended(await put(placed)) });
      yield { place: place++, name: `configuration-${number}`, clauses: [one.clause], run };
    }
  }

  /** What configurations teach that are put to the implementation in another thread, while the lanes are at work here. */
  async #elsewhere(
    put: RunStretch,
    { count }: ConfigurationCases,
  ): Promise<readonly (() => void)[]> {
    const { signal } = this.#options;
    if (signal.aborted) return [];
    const froms = Array.from(
      { length: Math.ceil(count / stretchElsewhere) },
      (_, index) => index * stretchElsewhere,
    );
    const learnt = froms.map(async (from) => {
      const to = Math.min(from + stretchElsewhere, count);
      try {
        return await Promise.all((await put({ from, to })).map((one) => this.#ended(one)));
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    });
    return (await Promise.all(learnt)).flat();
  }

  async #case(drawn: DrawnTimeline): Promise<CaseEnd> {
    const outcome = await runCase(this.#context, drawn.name, drawn.seed, drawn.timeline);
    const failing = failingIn(outcome);
    const [history] = outcome.histories;
    // in stepped time a history can be had again at any time: the first of each family is enough to look at
    const isKept = this.#isWired || failing.length > 0 || drawn.name.endsWith('-1');
    if (history !== undefined && isKept) {
      this.#options.listen({ event: 'history.recorded', name: drawn.name, history });
    }
    this.#options.listen({
      event: 'case.ended',
      name: drawn.name,
      failing,
      share: this.#expectedMs(drawn) / this.#plannedMs,
    });
    const learn = () => {
      this.#tally.hear(outcome);
      if (decidesOwn(outcome)) this.#toured.push(drawn.timeline);
      for (const clause of failing) this.#keepSmaller(clause, { drawn, outcome });
    };
    return { histories: outcome.histories, learn };
  }

  #keepSmaller(clause: string, found: Found): void {
    const known = this.#found.get(clause);
    if (known === undefined || size(found) < size(known)) this.#found.set(clause, found);
  }

  async #ended(ended: EndedConfiguration): Promise<() => void> {
    const { note, verdicts, failed, number } = ended;
    const failing = verdicts.filter(({ is }) => is === 'fail').map(({ clause }) => clause);
    const file = failed === null ? '' : await this.#saveCase(failed, number);
    const share = configurationMs / this.#plannedMs;
    this.#options.listen({ event: 'case.ended', name: note, failing, share });
    return () => this.#hearConfiguration(ended, file);
  }

  #hearConfiguration({ note, verdicts, failed, pairs }: EndedConfiguration, file: string): void {
    this.#pairs ??= new PairCoverage(this.#options.profile);
    this.#pairs.add(pairs);
    this.#tally.hearConfiguration(verdicts, note, ({ expected, observed }) => ({
      why: note,
      expected,
      observed,
      file,
      replay: replayCommand(file, this.#options.connectable),
      story: [],
      looksLike: null,
      indifferent: [],
      shrunk: { from: 1, to: 1, runs: 0 },
    }));
    if (failed === null) return;
    for (const { clause } of verdicts.filter(({ is }) => is === 'fail')) {
      const found = this.#configurationsFound.get(clause) ?? [];
      this.#configurationsFound.set(clause, found);
      if (found.length < configurationsToLiken) found.push({ one: failed, verdicts });
    }
  }

  async #saveCase(one: ConfigurationCase, number: number): Promise<string> {
    const file = `failures/configuration-${number}.json`;
    await this.#options.save(file, `${JSON.stringify(one, null, 2)}\n`);
    return file;
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
      this.#tally,
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
        pairs: this.#pairs?.coverage ?? null,
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

/** Some 300 ms of work: a message costs as much as a few of them. */
const stretchElsewhere = 2000;
const noCases: ConfigurationCases = { count: 0, between: () => [] };

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

/** A timeline that was planned and showed nothing covers nothing. */
function decidesOwn({ isVoid, timeline, judged }: CaseOutcome): boolean {
  const isDecided = ({ clause, verdict }: CaseOutcome['judged'][number]) =>
    verdict.is !== 'inconclusive' && timeline.clauses.includes(clause);
  return !isVoid && judged.some(isDecided);
}

function size({ outcome }: { readonly outcome: CaseOutcome }): number {
  return JSON.stringify(outcome.timeline).length;
}
