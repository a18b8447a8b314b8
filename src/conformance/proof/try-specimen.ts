/**
 * The suite on one specimen, cheapest cases first, round by round, each round one timeline of every family: what
 * fails, where, and after how many cases. Stops once all that must fail does. Touches no file and no clock.
 */
import { OperatorError } from '../../errors/operator-error.ts';
import { isStatistical, statisticalChecks } from '../../judging/statistical-budget.ts';
import type { ClauseResult } from '../../results/conformance-result.ts';
import type { Profile } from '../../spec/configuration.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { within } from '../abilities.ts';
import { boundsFor, costOf, familiesFor, isHeldWithin } from '../case-plan.ts';
import { type CaseContext, type CaseOutcome, runCase } from '../case-runner.ts';
import { boundaryCases } from '../configurations/boundary-cases.ts';
import type { ConfigurationCase } from '../configurations/configuration-case.ts';
import { runConfigurationCase } from '../configurations/run-configurations.ts';
import { updateCases } from '../configurations/update-cases.ts';
import type { DrawnTimeline } from '../drawn-timeline.ts';
import type { Family } from '../families/family.ts';
import { judgedClauses } from '../judged-clauses.ts';
import { planOf } from '../occasions.ts';
import type { RememberedVerdicts } from '../remembered-verdicts.ts';
import { attributed, rollUpClause } from '../roll-up.ts';
import { failingIn, Tally } from '../tally.ts';
import { inDrawnOrder } from './drawn-order.ts';
import { type DrawnRound, DrawnRounds } from './drawn-rounds.ts';

export interface TryOptions {
  readonly profile: Profile;
  readonly seed: string;
  /** Clause ids whose cases are run; every judge speaks all the same. */
  readonly selected: readonly string[];
  /** Rounds in any case, so that what must not fail has its chances, and at most. */
  readonly rounds: { readonly min: number; readonly max: number };
  /** Whether the table of boundaries is run: it is the same for every seed. */
  readonly boundaries: boolean;
  /** Drawn configurations a round. */
  readonly configurations: number;
  /** Of the timelines of a round, about, in the unit of `costOf`: as many families, drawn by seed; absent: all. */
  readonly costMax?: number;
  /** Ends at the first failure of a clause that must fail. */
  readonly untilKilled: boolean;
  /** Of a false alarm, in all the first round; absent: the usual one of a timeline run alone. */
  readonly alpha?: number;
  /** Verdicts on other specimens that were put to the same timelines. */
  readonly remembered?: RememberedVerdicts;
  /** Told of each timeline that was run. */
  readonly heard?: (outcome: CaseOutcome) => void;
  readonly signal?: AbortSignal;
}

/** How often a row of the matrix was run, and in how many of its cases something failed of its own. */
interface Cell {
  readonly failed: number;
  readonly of: number;
}

export interface Tried {
  /** Executed in all, and until the first clause failed that must; null: none did. */
  readonly cases: number;
  readonly killedAfter: number | null;
  /** Clause ids charged, after all cases. */
  readonly failing: readonly string[];
  /** What the failures are, by clause: the first one's words. */
  readonly why: Readonly<Record<string, string>>;
  readonly errors: readonly string[];
  /** By family of timelines, or by clause of the configuration. */
  readonly cells: Readonly<Record<string, Cell>>;
}

export function trySpecimen(
  testbed: Testbed,
  breaks: readonly string[],
  options: TryOptions,
): Promise<Tried> {
  return new Attempt(testbed, breaks, options).execute();
}

interface TimelineCase {
  readonly row: string;
  readonly cost: number;
  readonly timeline: DrawnTimeline;
}

type Case =
  | TimelineCase
  | { readonly row: string; readonly cost: number; readonly configuration: ConfigurationCase };

/** From here on a timeline costs as much as several others: a defect that is known for all that it breaks is spared it. */
const dearCost = 250;
/** The same for who breaks nothing but configurations, of which most timelines have only one. */
const dearCostBeside = 80;

/** A deployment without traffic, in the unit of `costOf`, and one with it but for what it carries. */
const configurationCost = 10;
const timelineCost = 80;

/** One that statistics decide comes first, so that every sample spends its budget of false alarms on what is selected. */
function sampled(
  families: readonly Family[],
  seed: string,
  selected: readonly string[],
): readonly Family[] {
  const drawn = inDrawnOrder(families, seed);
  const first = drawn.find(({ clauses }) =>
    clauses.some((clause) => isStatistical(clause) && selected.includes(clause)),
  );
  return first === undefined ? drawn : [first, ...drawn.filter((one) => one !== first)];
}

const drawnRounds = new DrawnRounds();
const tables = new Map<Profile, readonly ConfigurationCase[]>();

/** The same for everybody, and making it takes as long as two timelines. */
function tableOf(profile: Profile): readonly ConfigurationCase[] {
  const table = tables.get(profile) ?? [...boundaryCases(profile), ...updateCases(profile)];
  tables.set(profile, table);
  return table;
}

class Attempt {
  readonly #testbed: Testbed;
  readonly #breaks: readonly string[];
  readonly #options: TryOptions;
  #context: CaseContext;
  readonly #tally = new Tally();
  readonly #cells = new Map<string, { failed: number; of: number }>();
  readonly #errors: string[] = [];
  #cases = 0;
  #killedAfter: number | null = null;
  /** Of those that must fail, the ones that did in some case, be it that they are charged to others in the end. */
  readonly #seenFailing = new Set<string>();
  /** Cases in which something failed. */
  #failures = 0;
  /** Whether all that must fail does, as of so many failures: what passes changes nothing in that. */
  #known = { isKilled: false, failures: -1 };

  constructor(testbed: Testbed, breaks: readonly string[], options: TryOptions) {
    this.#testbed = testbed;
    this.#breaks = breaks;
    this.#options = options;
    const signal = options.signal ?? new AbortController().signal;
    const [time = 'real'] = testbed.description.time;
    const { remembered } = options;
    this.#context = { testbed, time, signal, ...(remembered && { remembered }) };
  }

  async execute(): Promise<Tried> {
    const { rounds, untilKilled } = this.#options;
    const { signal } = this.#context;
    for (let round = 1; round <= rounds.max && !signal.aborted; round++) {
      for (const one of this.#casesOf(round)) {
        if (signal.aborted || (untilKilled && this.#killedAfter !== null)) break;
        if (this.#isSpared(one, round)) continue;
        await this.#run(one);
      }
      if (round >= rounds.min && this.#isKilled()) break;
    }
    const results = this.#results();
    const failing = results.filter(({ verdict }) => verdict === 'fail');
    return {
      cases: this.#cases,
      killedAfter: this.#killedAfter,
      failing: failing.map(({ id }) => id).toSorted(),
      why: Object.fromEntries(failing.map(({ id, why }) => [id, why])),
      errors: this.#errors,
      cells: Object.fromEntries(this.#cells),
    };
  }

  /** What is dear is for whoever is not known yet, and for the right ones once: the campaign asks them again. */
  #isSpared(one: Case, round: number): boolean {
    if (this.#breaks.length === 0) return one.cost > dearCost && round > 1;
    const isBeside = 'timeline' in one && this.#breaks.every((id) => id.startsWith('config.'));
    return one.cost > (isBeside ? dearCostBeside : dearCost) && this.#isKilled();
  }

  #isKilled(): boolean {
    if (this.#breaks.length === 0 || this.#killedAfter === null) return false;
    if (this.#options.untilKilled) return true;
    if (this.#seenFailing.size < this.#breaks.length) return false;
    if (this.#known.failures === this.#failures) return this.#known.isKilled;
    const failing = this.#results().filter(({ verdict }) => verdict === 'fail');
    const isKilled = this.#breaks.every((clause) => failing.some(({ id }) => id === clause));
    this.#known = { isKilled, failures: this.#failures };
    return isKilled;
  }

  #results(): readonly ClauseResult[] {
    const { description } = this.#testbed;
    return attributed(
      judgedClauses.map((clause) =>
        rollUpClause(clause, this.#tally.saidOn(clause.id), description, true),
      ),
      this.#tally,
    );
  }

  #casesOf(round: number): readonly Case[] {
    const { profile, seed, selected, configurations } = this.#options;
    const { description } = this.#testbed;
    const drawn = drawnRounds.round(boundsFor(description, profile), seed, round);
    const timelines = this.#timelinesOf(drawn);
    const isOnDocuments = selected.some((id) => id.startsWith('config.'));
    const table = isOnDocuments && round === 1 && this.#isOnTable ? tableOf(profile) : [];
    const documents = isOnDocuments ? drawn.documents(configurations) : [];
    const { alpha } = this.#options;
    if (alpha !== undefined) {
      const checks = statisticalChecks(timelines.map(({ timeline }) => planOf(timeline.timeline)));
      this.#context = { ...this.#context, falseAlarmRate: alpha / Math.max(1, checks) };
    }
    const configured = [...table, ...documents].map((configuration) => {
      return { row: configuration.clause, cost: configurationCost, configuration };
    });
    return [...configured, ...timelines].toSorted((a, b) => a.cost - b.cost);
  }

  #timelinesOf(drawn: DrawnRound): readonly TimelineCase[] {
    const { selected, costMax } = this.#options;
    const { description } = this.#testbed;
    const all = familiesFor(description, selected);
    const timelines: TimelineCase[] = [];
    let costs = 0;
    for (const family of costMax === undefined ? all : sampled(all, drawn.seed, selected)) {
      const timeline = within(drawn.timeline(family), description, drawn.bounds);
      if (!isHeldWithin(timeline.timeline, description)) continue;
      const cost = costOf(timeline.timeline);
      timelines.push({ row: family.name, cost, timeline });
      costs += timelineCost + cost;
      if (costMax !== undefined && costs >= costMax) break;
    }
    return timelines;
  }

  /** There are a thousand of them: a defect that breaks nothing of configurations is put to drawn ones alone. */
  get #isOnTable(): boolean {
    const isOnConfigurations = this.#breaks.some((id) => id.startsWith('config.'));
    return this.#options.boundaries && (this.#breaks.length === 0 || isOnConfigurations);
  }

  async #run(one: Case): Promise<void> {
    this.#cases++;
    const cell = this.#cells.get(one.row) ?? { failed: 0, of: 0 };
    this.#cells.set(one.row, cell);
    cell.of++;
    const failing = await this.#failingOf(one);
    if (failing.length > 0) {
      cell.failed++;
      this.#failures++;
    }
    const due = failing.filter((clause) => this.#breaks.includes(clause));
    if (due.length > 0) this.#killedAfter ??= this.#cases;
    for (const clause of due) this.#seenFailing.add(clause);
  }

  async #failingOf(one: Case): Promise<readonly string[]> {
    try {
      if ('timeline' in one) {
        const { name, seed, timeline } = one.timeline;
        const outcome = await runCase(this.#context, name, seed, timeline);
        this.#tally.hear(outcome);
        this.#options.heard?.(outcome);
        return failingIn(outcome);
      }
      const { configuration } = one;
      const { time } = this.#context;
      const { verdicts } = await runConfigurationCase(
        this.#testbed,
        configuration,
        time,
        this.#cases,
      );
      this.#tally.hearConfiguration(verdicts, configuration.note, () => null);
      return verdicts.filter(({ is }) => is === 'fail').map(({ clause }) => clause);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#errors.push(error.message);
      return [];
    }
  }
}
