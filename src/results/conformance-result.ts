/**
 * The versioned document that `conform` writes and every report reads. A pure function of seed, inputs and
 * implementation; wall-clock facts live in `run-facts.ts`. Refuses to know how the verdicts came about.
 */
import type { HistoryEvent, TimeKind } from '../history/vocabulary.ts';
import type { Capabilities, Traits } from '../spec/behaviour.ts';
import type { Profile } from '../spec/configuration.ts';

export const conformanceResultVersion = 1;

export type ClauseVerdict =
  | 'pass'
  | 'fail'
  | 'inconclusive'
  | 'unsupported'
  | 'not-applicable'
  | 'skipped'
  | 'error';

export interface ConformanceResult {
  readonly result: typeof conformanceResultVersion;
  readonly kind: 'conformance';
  /** Version of the suite (package.json). */
  readonly suite: string;
  readonly implementation: {
    readonly connectable: string;
    readonly name: string;
    readonly version: string;
  };
  readonly profile: Profile;
  readonly seed: string;
  readonly time: TimeKind;
  readonly realMsPerSecond: {
    readonly checks: number;
    readonly persistence: number;
    readonly draining: number;
  };
  /** False: interrupted or out of budget; what is missing is `skipped`. */
  readonly complete: boolean;
  /** Clause ids or prefixes asked for; empty: all. */
  readonly filter: readonly string[];
  readonly capabilities: Capabilities;
  readonly traits: Traits;
  readonly clauses: readonly ClauseResult[];
  readonly counts: Readonly<Record<ClauseVerdict, number>>;
  readonly cases: {
    readonly configurations: number;
    readonly timelines: number;
    readonly histories: number;
    readonly events: number;
    readonly connections: number;
    readonly checks: number;
  };
  /** Seeded defects put to the same cases: whether this run could have noticed anything. */
  readonly canary: Canary;
  /** What the cases that were run came through, of all there is; null: none of that kind was run. */
  readonly coverage: {
    /** Pairs of values of two fields that come up together in a valid configuration. */
    readonly pairs: Coverage | null;
    /** Results of checks in states of the health machine, over all thresholds of the page. */
    readonly transitions: Coverage | null;
  };
  /** The budget of false alarms of the run, split over the checks that are decided by statistics. */
  readonly falseAlarms: {
    readonly alpha: number;
    readonly checks: number;
    readonly rateOfEach: number;
  };
  /** What `--strict`-free gating says: exit code and one sentence. */
  readonly gate: { readonly exitCode: number; readonly why: string };
}

export interface Canary {
  readonly defects: readonly {
    readonly name: string;
    readonly sentence: string;
    /** Of the selected clauses, those that it breaks. */
    readonly breaks: readonly string[];
    readonly outcome: 'killed' | 'survived';
    /** Cases that it took. */
    readonly cases: number;
  }[];
  readonly why: string;
}

/** The seeded defect that fails most alike. */
export interface Likeness {
  readonly defect: string;
  readonly sentence: string;
  /** Where a real balancer did this: `owner/repository/issues/number`. */
  readonly thread: string | null;
}

interface Coverage {
  readonly covered: number;
  readonly of: number;
}

/** Of all checks by statistics that decided the clause, and of the sharpest of them. */
interface ShareCertificate extends CheckCertificate {
  /** How many they were, and the probability that any of them fails a right implementation, at most. */
  readonly checks: number;
  readonly falseAlarmRateInAll: number;
}

export interface CheckCertificate {
  /** The probability that the check fails a right implementation, at most. */
  readonly falseAlarmRate: number;
  /** Whoever's share is off by so much, in parts of 1, it notices with `power` at least. */
  readonly detectableBias: number;
  readonly power: number;
  readonly connections: number;
  /** The shares that it tested, and the hardest to tell from them of all that are off by `detectableBias`. */
  readonly shares: readonly number[];
  readonly hardest: readonly number[];
}

export interface ClauseResult {
  readonly id: string;
  readonly strength: 'stated' | 'derived' | 'declared';
  readonly statement: string;
  /** Section of the page, e.g. `Health check setting`. */
  readonly section: string;
  readonly verdict: ClauseVerdict;
  /** One sentence with figures. */
  readonly why: string;
  /** What the adapter, not the balancer, provides here; null: nothing. */
  readonly byAdapter: string | null;
  /** Passed nothing that could have failed. */
  readonly vacuous: boolean;
  /** Failed in `failed` of `of` runs of the same timeline. */
  readonly intermittent: { readonly failed: number; readonly of: number } | null;
  /** The more specific clause that this failure was charged to; null: its own. */
  readonly attributedTo: string | null;
  /** Cases (timelines or configurations) that said something on this clause. */
  readonly cases: {
    readonly passed: number;
    readonly failed: number;
    readonly inconclusive: number;
    readonly void: number;
  };
  readonly sometimes: Readonly<Record<string, number>>;
  /** Of a clause decided by statistics: what it would have noticed, and how often it may be wrong; null: it is exact. */
  readonly certificate: ShareCertificate | null;
  readonly failures: readonly Failure[];
}

/** One failing case, told as a story. */
export interface Failure {
  readonly why: string;
  readonly expected: string;
  readonly observed: string;
  /** Path of the saved timeline or configuration case, relative to the result. */
  readonly file: string;
  /** Command that runs it again, typed in the folder of the result. */
  readonly replay: string;
  /** The steps of the minimal timeline, in words, with what the model expected and what was seen. */
  readonly story: readonly StoryLine[];
  /** Null: like no seeded defect, or not looked for. */
  readonly looksLike: Likeness | null;
  /** Values of the minimal timeline that make no difference, in words: any would do. */
  readonly indifferent: readonly string[];
  /** How far it was shrunk: steps before and after. */
  readonly shrunk: { readonly from: number; readonly to: number; readonly runs: number };
}
export interface StoryLine {
  readonly atMs: number;
  readonly text: string;
  /** Cited by the verdict. */
  readonly isEvidence: boolean;
  readonly event: HistoryEvent | null;
}
