/**
 * The versioned document that `prove` writes as `mutation.json`: which cases catch which seeded defects, what survives,
 * and whether anything right was failed. A pure function of seed and version. Refuses to know how it came about.
 */
import type { Profile } from '../spec/configuration.ts';

export const proofResultVersion = 1;

export interface ProofResult {
  readonly result: typeof proofResultVersion;
  readonly kind: 'proof';
  /** Version of the suite (package.json). */
  readonly suite: string;
  readonly profile: Profile;
  readonly seed: string;
  /** False: interrupted; what is missing was not tried. */
  readonly complete: boolean;
  /** Rows of the kill matrix: families of timelines, and the clauses that configurations probe. */
  readonly rows: readonly ProofRow[];
  /** Columns of the kill matrix. */
  readonly defects: readonly TriedDefect[];
  readonly rightVariants: readonly TriedVariant[];
  /** Defects that do nothing wrong in this profile, so that they were not tried. */
  readonly notApplicable: readonly { readonly name: string; readonly sentence: string }[];
  /** In the order of the clause book. */
  readonly clauses: readonly ClauseWitnesses[];
  /** Runs with fresh seeds on all right implementations; null: none were asked for. */
  readonly campaign: Campaign | null;
  readonly counts: ProofCounts;
  readonly gate: { readonly exitCode: number; readonly why: string };
}

export interface ProofRow {
  readonly id: string;
  readonly kind: 'timelines' | 'configurations';
  /** Clauses that its cases are made for. */
  readonly clauses: readonly string[];
}

export interface TriedDefect {
  readonly name: string;
  readonly sentence: string;
  /** Where a real balancer did this: `owner/repository/issues/number`. */
  readonly thread: string | null;
  /** The clauses that it must fail, and no other. */
  readonly breaks: readonly string[];
  /** Killed: at least one clause failed that must. */
  readonly outcome: 'killed' | 'survived' | 'error';
  readonly failing: readonly string[];
  /** Of `breaks`, what did not fail; and what failed besides. */
  readonly missed: readonly string[];
  readonly mischarged: readonly string[];
  readonly cases: number;
  /** Cases, cheapest first, until the first of its clauses failed. */
  readonly killedAfter: number | null;
  /** By row: cases that failed, of those that were run. Rows that caught nothing are left out. */
  readonly kills: Readonly<Record<string, { readonly failed: number; readonly of: number }>>;
  readonly errors: readonly string[];
}

export interface TriedVariant {
  readonly name: string;
  readonly sentence: string;
  readonly outcome: 'passed' | 'failed' | 'error';
  readonly cases: number;
  readonly falseFails: readonly FalseFail[];
  readonly errors: readonly string[];
}

/** A clause failed that nothing breaks. */
export interface FalseFail {
  readonly clause: string;
  readonly why: string;
  readonly seed: string;
}

export interface ClauseWitnesses {
  readonly clause: string;
  readonly strength: 'stated' | 'derived' | 'declared';
  /** Defects that this clause caught; those that break nothing else first. */
  readonly witnesses: readonly string[];
}

export interface Campaign {
  /** Runs of each right implementation. */
  readonly repeat: number;
  readonly runs: number;
  /** Runs in which any clause failed. */
  readonly falseAlarms: number;
  /** Where the true rate lies with 95 % confidence, exactly by binomial tails. */
  readonly rate: { readonly low: number; readonly high: number };
  /** The rate of false alarms that one run may have. */
  readonly alpha: number;
}

/** Also the last line of `prove --json`. */
export interface ProofCounts {
  readonly defects: number;
  readonly killed: number;
  readonly rightVariants: number;
  /** Clauses failed on right implementations, the campaign included. */
  readonly falseFails: number;
  /** Of the clauses that are stated or derived: those with a defect that they caught. */
  readonly witnessedClauses: number;
  readonly clauses: number;
}
