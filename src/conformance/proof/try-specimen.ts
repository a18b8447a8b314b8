/**
 * The suite on one specimen, cheapest cases first, round by round, each round one timeline of every family: what
 * fails, where, and after how many cases. Stops once all that must fail does. Touches no file and no clock.
 */
import { OperatorError } from '../../errors/operator-error.ts';
import { statisticalChecks } from '../../judging/statistical-budget.ts';
import type { ClauseResult } from '../../results/conformance-result.ts';
import type { Profile } from '../../spec/configuration.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { within } from '../abilities.ts';
import { boundsFor, costOf, familiesFor, isHeldWithin } from '../case-plan.ts';
import { type CaseContext, runCase } from '../case-runner.ts';
import { boundaryCases } from '../configurations/boundary-cases.ts';
import type { ConfigurationCase } from '../configurations/configuration-case.ts';
import { generatedCases } from '../configurations/generated-cases.ts';
import { runConfigurationCase } from '../configurations/run-configurations.ts';
import { updateCases } from '../configurations/update-cases.ts';
import { type DrawnTimeline, drawTimeline } from '../drawn-timeline.ts';
import { judgedClauses } from '../judged-clauses.ts';
import { planOf } from '../occasions.ts';
import { attributed, rollUpClause } from '../roll-up.ts';
import { failingIn, Tally } from '../tally.ts';

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
  /** Ends at the first failure of a clause that must fail. */
  readonly untilKilled: boolean;
  /** Of a false alarm, in all the first round; absent: the usual one of a timeline run alone. */
  readonly alpha?: number;
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

type Case =
  | { readonly row: string; readonly cost: number; readonly timeline: DrawnTimeline }
  | { readonly row: string; readonly cost: number; readonly configuration: ConfigurationCase };

/** From here on a timeline costs as much as ten others: a defect that is known for all that it breaks is spared it. */
const dearCost = 400;

/** A deployment without traffic, in the unit of `costOf`. */
const configurationCost = 10;

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
  /** Whether all that must fail does, as of so many cases. */
  #known = { isKilled: false, cases: -1 };

  constructor(testbed: Testbed, breaks: readonly string[], options: TryOptions) {
    this.#testbed = testbed;
    this.#breaks = breaks;
    this.#options = options;
    const signal = options.signal ?? new AbortController().signal;
    const [time = 'real'] = testbed.description.time;
    this.#context = { testbed, time, signal };
  }

  async execute(): Promise<Tried> {
    const { rounds, untilKilled } = this.#options;
    const { signal } = this.#context;
    for (let round = 1; round <= rounds.max && !signal.aborted; round++) {
      for (const one of this.#casesOf(round)) {
        if (signal.aborted || (untilKilled && this.#killedAfter !== null)) break;
        if (one.cost > dearCost && this.#isKilled()) continue;
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

  #isKilled(): boolean {
    if (this.#breaks.length === 0 || this.#killedAfter === null) return false;
    if (this.#options.untilKilled) return true;
    if (this.#known.cases === this.#cases) return this.#known.isKilled;
    const failing = this.#results().filter(({ verdict }) => verdict === 'fail');
    const isKilled = this.#breaks.every((clause) => failing.some(({ id }) => id === clause));
    this.#known = { isKilled, cases: this.#cases };
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
    const { profile, seed, selected, boundaries, configurations } = this.#options;
    const { description } = this.#testbed;
    const bounds = boundsFor(description, profile);
    const timelines = familiesFor(description, selected).flatMap((family): readonly Case[] => {
      const timeline = within(drawTimeline(family, bounds, seed, round), description, bounds);
      if (!isHeldWithin(timeline.timeline, description)) return [];
      return [{ row: family.name, cost: costOf(timeline.timeline), timeline }];
    });
    const isOnDocuments = selected.some((id) => id.startsWith('config.'));
    const table =
      isOnDocuments && boundaries && round === 1
        ? [...boundaryCases(profile), ...updateCases(profile)]
        : [];
    const documents = isOnDocuments
      ? [...generatedCases(profile, `${seed}/${round}`, configurations)]
      : [];
    const { alpha } = this.#options;
    if (alpha !== undefined) {
      const checks = statisticalChecks(
        timelines.flatMap((one) => ('timeline' in one ? [planOf(one.timeline.timeline)] : [])),
      );
      this.#context = { ...this.#context, falseAlarmRate: alpha / Math.max(1, checks) };
    }
    const costing = (cost: number) => (configuration: ConfigurationCase) => {
      return { row: configuration.clause, cost, configuration };
    };
    return [
      ...table.map(costing(this.#tableCost)),
      ...documents.map(costing(configurationCost)),
      ...timelines,
    ].toSorted((a, b) => a.cost - b.cost);
  }

  /** There are a thousand of them, and whoever breaks nothing of configurations is not looked for there. */
  get #tableCost(): number {
    const isOnBehaviour =
      this.#breaks.length > 0 && !this.#breaks.some((id) => id.startsWith('config.'));
    return isOnBehaviour ? dearCost + 1 : configurationCost;
  }

  async #run(one: Case): Promise<void> {
    this.#cases++;
    const cell = this.#cells.get(one.row) ?? { failed: 0, of: 0 };
    this.#cells.set(one.row, cell);
    cell.of++;
    const failing = await this.#failingOf(one);
    if (failing.length > 0) cell.failed++;
    if (failing.some((clause) => this.#breaks.includes(clause))) this.#killedAfter ??= this.#cases;
  }

  async #failingOf(one: Case): Promise<readonly string[]> {
    try {
      if ('timeline' in one) {
        const { name, seed, timeline } = one.timeline;
        const outcome = await runCase(this.#context, name, seed, timeline);
        this.#tally.hear(outcome);
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
