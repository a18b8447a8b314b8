/** What a run has heard so far, clause by clause, and how much it took. Fills the result document's figures. */
import type { History } from '../history/vocabulary.ts';
import type { Verdict } from '../judging/judge.ts';
import type { ConformanceResult, Likeness } from '../results/conformance-result.ts';
import { clauses } from '../spec/clauses.ts';
import type { CaseOutcome } from './case-runner.ts';
import type { ConfigurationVerdict } from './configurations/judge-configuration.ts';
import { hasOccasion } from './occasions.ts';
import type { Said } from './roll-up.ts';
import type { Timeline } from './timeline.ts';

const silent: Omit<Said, 'is' | 'why'> = {
  times: 1,
  attributedTo: null,
  intermittent: null,
  sometimes: {},
  byAdapter: false,
  failure: null,
  certificate: null,
};

/** What came up in a case of a configuration. */
const sometimes = { cases: 1 };

/** Clauses that an outcome makes fail. */
export function failingIn({ judged, intermittent, isVoid }: CaseOutcome): readonly string[] {
  if (isVoid) return [];
  return judged
    .filter(({ verdict }) => verdict.is === 'fail' && verdict.isObservation !== true)
    .filter(({ clause, attributedTo }) => attributedTo === null && intermittent[clause] == null)
    .map(({ clause }) => clause);
}

export class Tally {
  readonly #said = new Map<string, Said[]>();
  /** Of configurations, by clause: they pass by the ten thousand, and one tells what all of them do. */
  readonly #passed = new Map<string, { times: number } & Said>();
  readonly #alone = new Set<string>();
  /** Of failing configurations: a clause, and those of which any would account for the fault by failing itself. */
  readonly #faults = new Map<string, { clause: string; explainedBy: readonly string[] }>();
  /** By failing clause: what the histories that broke it kept. */
  readonly #keptBeside = new Map<string, Set<string>>();
  /** By clause, for each failure of it. */
  readonly #resting = new Map<string, ReadonlySet<string>[]>();
  readonly #undermined = new Map<string, Set<string>>();
  /** By clause, each set by its words. */
  readonly #apart = new Map<string, Map<string, ReadonlySet<string>>>();
  readonly #cases = {
    configurations: 0,
    timelines: 0,
    histories: 0,
    events: 0,
    connections: 0,
    checks: 0,
  };

  get cases(): ConformanceResult['cases'] {
    return this.#cases;
  }

  /** Clauses that failed in a way that no narrower clause explains. */
  get standingAlone(): ReadonlySet<string> {
    const isFailing = (clause: string) => this.saidOn(clause).some(({ is }) => is === 'fail');
    const unexplained = [...this.#faults.values()].filter(
      ({ explainedBy }) => !explainedBy.some(isFailing),
    );
    return new Set([...this.#alone, ...unexplained.map(({ clause }) => clause)]);
  }

  /** By clause: failing clauses beside which nothing that was said on it stands. */
  get undermined(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#undermined;
  }

  /** By clause, for each way in which it failed: the narrower clauses that cannot be why. */
  apartFrom(clause: string): Iterable<ReadonlySet<string>> {
    return this.#apart.get(clause)?.values() ?? [];
  }

  /** By clause, for each failure of it: the clauses of which any is why if it fails as well. */
  restingOn(clause: string): readonly ReadonlySet<string>[] {
    return this.#resting.get(clause) ?? [];
  }

  /** Whether a history in which `clause` failed kept the other one. */
  isKeptBeside(other: string, clause: string): boolean {
    return this.#keptBeside.get(clause)?.has(other) ?? false;
  }

  saidOn(clause: string): readonly Said[] {
    return this.#said.get(clause) ?? [];
  }

  /** Takes in one timeline's outcome. */
  hear(outcome: CaseOutcome): void {
    this.#cases.timelines++;
    this.#count(outcome.histories);
    if (outcome.isVoid) {
      this.#sayAll(outcome.timeline.clauses, 'void', 'the testbed itself lagged');
      return;
    }
    const failing = failingIn(outcome);
    const kept = outcome.judged.filter(({ verdict }) => verdict.is === 'pass');
    for (const { clause, verdict, attributedTo } of outcome.judged) {
      const { why, sometimes } = verdict;
      const is: Said['is'] = verdict.isObservation ? 'observed' : verdict.is;
      const isOwn = outcome.timeline.clauses.includes(clause);
      // a judge that found nothing of its clause in a timeline made for others has nothing to say
      if (verdict.is === 'inconclusive' && !isOwn) continue;
      const intermittent = outcome.intermittent[clause] ?? null;
      const certificate = verdict.certificate ?? null;
      this.#say(clause, { ...silent, is, why, sometimes, attributedTo, intermittent, certificate });
      if (!failing.includes(clause)) continue;
      if (verdict.standsAlone) this.#alone.add(clause);
      this.#hearApart(clause, verdict, outcome.timeline);
      const beside = this.#keptBeside.get(clause) ?? new Set();
      this.#keptBeside.set(clause, beside);
      for (const other of kept) beside.add(other.clause);
      const resting = this.#resting.get(clause) ?? [];
      this.#resting.set(clause, resting);
      resting.push(new Set(verdict.restsOn));
      for (const one of verdict.undermines ?? []) {
        this.#undermined.set(one, (this.#undermined.get(one) ?? new Set()).add(clause));
      }
    }
  }

  #hearApart(clause: string, { apartFrom = [] }: Verdict, timeline: Timeline): void {
    const apart = clauses
      .filter(({ broader = [] }) => broader.includes(clause))
      .filter(({ id }) => apartFrom.includes(id) || !hasOccasion(id, timeline))
      .map(({ id }) => id);
    const known = this.#apart.get(clause) ?? new Map<string, ReadonlySet<string>>();
    this.#apart.set(clause, known.set(apart.join(), new Set(apart)));
  }

  /** Takes in one configuration's verdicts; `told` says how each failure is to be reported. */
  hearConfiguration(
    verdicts: readonly ConfigurationVerdict[],
    note: string,
    told: (verdict: ConfigurationVerdict) => Said['failure'],
  ): void {
    this.#cases.configurations++;
    for (const verdict of verdicts) {
      if (verdict.is === 'pass') this.#hearPass(verdict, note);
      else {
        const { clause, is, expected, observed, by, explainedBy = [] } = verdict;
        for (const clauses of explainedBy) {
          this.#faults.set(`${clause}: ${clauses.join()}`, { clause, explainedBy: clauses });
        }
        const why = `${note}: expected ${expected}, observed ${observed}`;
        const byAdapter = by === 'adapter';
        this.#say(clause, { ...silent, is, why, sometimes, byAdapter, failure: told(verdict) });
      }
    }
  }

  #hearPass({ clause, observed, by }: ConfigurationVerdict, note: string): void {
    const byAdapter = by === 'adapter';
    const key = byAdapter ? `${clause} by the adapter` : clause;
    const known = this.#passed.get(key);
    if (known !== undefined) {
      known.times++;
      return;
    }
    const why = `${note}: ${observed}`;
    const said = { ...silent, is: 'pass' as const, why, sometimes, byAdapter };
    this.#passed.set(key, said);
    this.#say(clause, said);
  }

  /** The case could not be run. */
  hearError(clauses: Timeline['clauses'], why: string): void {
    this.#sayAll(clauses, 'error', why);
  }

  /** Puts the story of a clause's failure where its first failure was counted. */
  explain(clause: string, failure: NonNullable<Said['failure']>): void {
    const said = this.#said.get(clause) ?? [];
    const at = said.findIndex(
      (one) => one.is === 'fail' && one.attributedTo === null && one.intermittent === null,
    );
    const known = said[at];
    if (known !== undefined) said[at] = { ...known, why: failure.why, failure };
  }

  /** Says of a clause's first failure what it looks like. */
  liken(clause: string, looksLike: Likeness): void {
    const said = this.#said.get(clause) ?? [];
    const at = said.findIndex((one) => one.is === 'fail' && one.failure !== null);
    const known = said[at];
    if (known?.failure == null) return;
    said[at] = { ...known, failure: { ...known.failure, looksLike } };
  }

  #sayAll(clauses: readonly string[], is: Said['is'], why: string): void {
    for (const clause of clauses) this.#say(clause, { ...silent, is, why });
  }

  #say(clause: string, said: Said): void {
    const known = this.#said.get(clause);
    if (known === undefined) this.#said.set(clause, [said]);
    else known.push(said);
  }

  #count(histories: readonly History[]): void {
    this.#cases.histories += histories.length;
    for (const { events } of histories) {
      this.#cases.events += events.length;
      for (const { event } of events) {
        if (event === 'connection.opened') this.#cases.connections++;
        else if (event === 'check.started') this.#cases.checks++;
      }
    }
  }
}
