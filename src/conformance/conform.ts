/**
 * A whole conformance run on one implementation: timelines and configurations side by side in lanes, then what
 * failed made small, then one verdict a clause. Hands out events and documents; touches no file and no clock.
 */
import pLimit from 'p-limit';
import { OperatorError } from '../errors/operator-error.ts';
import type { History } from '../history/vocabulary.ts';
import { judges } from '../judging/judges.ts';
import { statisticalChecks, usualAlpha } from '../judging/statistical-budget.ts';
import {
  type ClauseVerdict,
  type ConformanceResult,
  conformanceResultVersion,
} from '../results/conformance-result.ts';
import type { RunFacts } from '../results/run-facts.ts';
import { type Clause, clauses } from '../spec/clauses.ts';
import type { Profile } from '../spec/configuration.ts';
import type { Testbed } from '../testbed/trial.ts';
import { type CaseContext, type CaseOutcome, runCase } from './case-runner.ts';
import type { ConfigurationCase } from './configurations/configuration-case.ts';
import { pairCoverage } from './configurations/pairs.ts';
import { configurationCases, runConfigurationCase } from './configurations/run-configurations.ts';
import { type DrawnTimeline, drawTimelines } from './drawn-timeline.ts';
import { explainFailure, type Found } from './explaining.ts';
import { families } from './families/families.ts';
import type { Bounds } from './families/family.ts';
import { tourCoverage } from './families/health-tours.ts';
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
  /** What the user typed, for the report. */
  readonly filter: readonly string[];
  /** Deployments side by side. */
  readonly jobs: number;
  /** How often a right implementation may fail, a run; absent: the usual once in a million. */
  readonly alpha?: number;
  /** Real ms that shrinking may take in all. */
  readonly shrinkMs: number;
  /** Monotonic real time, ms. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly listen: (event: ConformEvent) => void;
  /** Keeps a document beside the result and answers with its path there. */
  readonly save: (name: string, text: string) => Promise<string>;
}

export type ConformEvent =
  | { readonly event: 'run.planned'; readonly cases: number }
  | { readonly event: 'case.ended'; readonly name: string; readonly failing: readonly string[] }
  | { readonly event: 'history.recorded'; readonly name: string; readonly history: History }
  | { readonly event: 'shrinking.began'; readonly clause: string };

export interface ConformRun {
  readonly result: ConformanceResult;
  readonly trials: RunFacts['trials'];
  /** Histories of the failures told as stories, by the failure's file. */
  readonly histories: Readonly<Record<string, History>>;
}

/** The clauses that this suite judges; the rest of the book is left out of reports. */
export const judgedClauses: readonly Clause[] = clauses.filter(
  ({ id }) => id.startsWith('config.') || judges.some((judge) => judge.clause === id),
);

/** Generated configurations: in stepped time thousands cost a second, on the wire each accepted one is a process. */
const generatedConfigurations = { stepped: 2000, wired: 8 };
/** So many cases that cannot be run, and none that can: the implementation is not there. */
const errorsMax = 5;

export async function conform(testbed: Testbed, options: ConformOptions): Promise<ConformRun> {
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
  readonly #errors: unknown[] = [];
  readonly #histories: Record<string, History> = {};

  constructor(testbed: Testbed, options: ConformOptions) {
    const [time = 'real'] = testbed.description.time;
    this.#testbed = testbed;
    this.#options = options;
    this.#context = { testbed, time, signal: options.signal };
    this.#freeLanes = Array.from({ length: options.jobs }, (_, index) => options.jobs - index);
  }

  async execute(): Promise<ConformRun> {
    const { listen, jobs } = this.#options;
    const timelines = this.#timelines();
    this.#statisticalChecks = statisticalChecks(timelines.map((one) => one.timeline.clauses));
    this.#context = { ...this.#context, falseAlarmRate: this.#falseAlarmRate };
    const configurations = this.#configurations();
    listen({ event: 'run.planned', cases: timelines.length + configurations.length });
    const limit = pLimit(jobs);
    await Promise.all([
      ...timelines.map((drawn) =>
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
    return { result: this.#result(), trials: this.#trials, histories: this.#histories };
  }

  /** The budget of the run, split over the checks that are decided by statistics. */
  get #falseAlarmRate(): number {
    return (this.#options.alpha ?? usualAlpha) / Math.max(1, this.#statisticalChecks);
  }

  get #isWired(): boolean {
    return this.#testbed.description.plane === 'wire';
  }

  #timelines(): readonly DrawnTimeline[] {
    const { profile, seed, selected } = this.#options;
    const { capabilities, limits, profiles } = this.#testbed.description;
    const bounds: Bounds = {
      profile,
      profiles,
      isWired: this.#isWired,
      instancesMax: Math.min(12, limits.instancesMax),
      connectionsMax: this.#isWired ? 400 : 2000,
    };
    return families
      .filter((family) => family.clauses.some((clause) => selected.includes(clause)))
      .filter((family) => family.needs.every((need) => capabilities[need].supported))
      .flatMap((family) =>
        drawTimelines(family, bounds, seed, family.runs[this.#isWired ? 'wired' : 'stepped']),
      );
  }

  #configurations(): readonly ConfigurationCase[] {
    const { profile, seed, selected } = this.#options;
    if (!selected.some((id) => id.startsWith('config.'))) return [];
    const count = this.#isWired ? generatedConfigurations.wired : generatedConfigurations.stepped;
    return configurationCases(profile, seed, count);
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
    if (this.#executed === 0 && this.#errors.length >= errorsMax) throw this.#errors[0];
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
    const text = `${JSON.stringify(one, null, 2)}\n`;
    const name = `failures/configuration-${number}.json`;
    const file = failing.length === 0 ? '' : await this.#options.save(name, text);
    const replay = `npx counterpoise replay ${file} ${this.#options.connectable}`;
    this.#tally.hearConfiguration(verdicts, one.note, ({ expected, observed }) => ({
      why: one.note,
      expected,
      observed,
      file,
      replay,
      story: [],
      shrunk: { from: 1, to: 1, runs: 0 },
    }));
    this.#options.listen({ event: 'case.ended', name: one.note, failing });
    return [];
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
      const { failure, history } = await explainFailure(this.#context, clause, one, {
        connectable,
        save,
        hasMore,
      });
      this.#tally.explain(clause, failure);
      if (history !== null) this.#histories[failure.file] = history;
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
      coverage: {
        pairs: this.#configured.length === 0 ? null : pairCoverage(profile, this.#configured),
        transitions: this.#toured.length === 0 ? null : tourCoverage(this.#toured),
      },
      falseAlarms: {
        alpha: this.#options.alpha ?? usualAlpha,
        checks: this.#statisticalChecks,
        rateOfEach: this.#falseAlarmRate,
      },
      gate: gateOf(results, signal.aborted),
    };
  }
}

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
