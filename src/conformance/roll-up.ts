/**
 * From the verdicts of many cases to one verdict a clause, and from those to the gate. Nothing executed is never
 * green, a pass that could not have failed is none, and what did not show every time is undecided.
 */

import type { Description } from '../adapters/contract.ts';
import { exitCodes } from '../errors/operator-error.ts';
import type {
  Canary,
  ClauseResult,
  ClauseVerdict,
  Failure,
} from '../results/conformance-result.ts';
import { supportOf } from '../spec/behaviour.ts';
import { type Clause, clauseOf, missingNeeds } from '../spec/clauses.ts';
import type { Certificate } from '../statistics/certificate.ts';
import { missingFor } from './case-plan.ts';

/** What one case said on one clause, or several that said the same. */
export interface Said {
  readonly times: number;
  /** `observed`: nothing was declared that could be broken. */
  readonly is: 'pass' | 'fail' | 'inconclusive' | 'observed' | 'void' | 'error';
  readonly why: string;
  readonly attributedTo: string | null;
  readonly intermittent: { readonly failed: number; readonly of: number } | null;
  readonly sometimes: Readonly<Record<string, number>>;
  /** The adapter, not the balancer, gave this answer. */
  readonly byAdapter: boolean;
  readonly failure: Failure | null;
  /** Of a verdict by statistics. */
  readonly certificate: Certificate | null;
}

/** Failures told in full, a clause; the rest are only counted. */
const failuresMax = 3;

export function rollUpClause(
  clause: Clause,
  said: readonly Said[],
  description: Description,
  isComplete: boolean,
): ClauseResult {
  const count = (is: Said['is']) => casesOf(said.filter((one) => one.is === is));
  const unsupported = missingNeeds(clause, description.capabilities);
  const own = said.filter(isOwnFailure);
  const { verdict, why, attributedTo } =
    unsupported.length > 0
      ? plain(
          'unsupported',
          `${description.name} does not support ${unsupported.map((need) => noteOf(description, need)).join(', ')}`,
        )
      : said.length === 0
        ? unheard(clause, description, isComplete)
        : decide(said, own);
  const isPass = verdict === 'pass';
  return {
    id: clause.id,
    strength: clause.strength,
    statement: clause.statement,
    section: clause.section,
    verdict,
    why,
    byAdapter: verdict === 'unsupported' ? null : byAdapter(clause, said, description),
    vacuous: !isPass && verdict === 'inconclusive' && said.length > 0 && said.every(isVacuous),
    intermittent: said.find((one) => one.intermittent !== null)?.intermittent ?? null,
    attributedTo,
    cases: {
      passed: count('pass'),
      failed: casesOf(own),
      inconclusive: casesOf(said) - count('pass') - own.length - count('void') - count('observed'),
      void: count('void'),
    },
    certificate: certificateOf(said),
    sometimes: summed(said.filter((one) => one.is !== 'inconclusive')),
    failures: own
      .flatMap((one) => (one.failure === null ? [] : [one.failure]))
      .slice(0, failuresMax),
  };
}

function casesOf(said: readonly Said[]): number {
  return said.reduce((sum, { times }) => sum + times, 0);
}

/** What the sharpest of the checks promises, and how often at most one of them all is wrong. */
function certificateOf(said: readonly Said[]): ClauseResult['certificate'] {
  const all = said.flatMap(({ certificate }) => certificate ?? []);
  const [sharpest] = all.toSorted((a, b) => a.detectableBias - b.detectableBias);
  if (sharpest === undefined) return null;
  const falseAlarmRateInAll = all.reduce((sum, one) => sum + one.falseAlarmRate, 0);
  return { checks: all.length, falseAlarmRateInAll, ...sharpest };
}

function isOwnFailure(one: Said): boolean {
  return one.is === 'fail' && one.attributedTo === null && one.intermittent === null;
}

function isVacuous(one: Said): boolean {
  return one.is === 'inconclusive' && Object.values(one.sometimes).some((times) => times === 0);
}

interface Decision {
  readonly verdict: ClauseVerdict;
  readonly why: string;
  readonly attributedTo: string | null;
}

function plain(verdict: ClauseVerdict, why: string): Decision {
  return { verdict, why, attributedTo: null };
}

/** No case said anything on it. */
function unheard({ id }: Clause, description: Description, isComplete: boolean): Decision {
  const missing = missingFor(id, description);
  if (missing.length > 0) {
    const lacking = missing.map((need) => noteOf(description, need)).join(', ');
    return plain('not-applicable', `only ${lacking} would show it, which is declared unsupported`);
  }
  return isComplete
    ? plain('not-applicable', 'no judge decides it on this implementation in its kind of time')
    : plain('skipped', 'no case was run');
}

function decide(said: readonly Said[], own: readonly Said[]): Decision {
  const [failure] = own;
  if (failure !== undefined) {
    return plain('fail', `${failure.why} (${casesOf(own)} of ${casesOf(said)} cases)`);
  }
  const intermittent = said.find((one) => one.intermittent !== null);
  if (intermittent?.intermittent != null) {
    const { failed, of } = intermittent.intermittent;
    return plain(
      'inconclusive',
      `failed in ${failed} of ${of} runs of one case: ${intermittent.why}`,
    );
  }
  const affected = said.find((one) => one.is === 'fail');
  if (affected !== undefined) {
    return {
      verdict: 'inconclusive',
      why: `also affected by the failure of ${affected.attributedTo}: ${affected.why}`,
      attributedTo: affected.attributedTo,
    };
  }
  const error = said.find((one) => one.is === 'error');
  const passed = said.filter((one) => one.is === 'pass');
  const passes = casesOf(passed);
  // a case that could not be run might have been the one that fails: the others do not make up for it
  if (error !== undefined) return plain('error', errorsInWords(said, error));
  const [pass] = passed;
  if (pass !== undefined) {
    return plain('pass', passes === 1 ? pass.why : `${passes} cases, e.g. ${pass.why}`);
  }
  const observed = said.filter((one) => one.is === 'observed');
  if (observed[0] !== undefined) {
    return plain('not-applicable', `${casesOf(observed)} cases, e.g. ${observed[0].why}`);
  }
  if (said.every((one) => one.is === 'void')) {
    return plain('inconclusive', `the testbed itself lagged in all ${casesOf(said)} cases`);
  }
  const quiet = said.find((one) => one.is === 'inconclusive');
  return plain('inconclusive', quiet?.why ?? 'no case said anything');
}

function errorsInWords(said: readonly Said[], first: Said): string {
  const errors = casesOf(said.filter(({ is }) => is === 'error'));
  return `${errors} of ${casesOf(said)} cases could not be run: ${first.why}`;
}

function byAdapter(clause: Clause, said: readonly Said[], description: Description): string | null {
  const provided = clause.needs.filter(
    (need) => supportOf(description.capabilities, need).providedBy === 'adapter',
  );
  const declared = clause.trait === undefined ? undefined : description.traits[clause.trait];
  if (provided.length > 0) return provided.map((need) => noteOf(description, need)).join('; ');
  if (declared?.providedBy === 'adapter')
    return `the reading ${declared.reading} of ${clause.trait}`;
  return said.some((one) => one.byAdapter) ? 'the rejection comes from the adapter' : null;
}

function noteOf(description: Description, need: Clause['needs'][number]): string {
  const { note } = supportOf(description.capabilities, need);
  return note === undefined ? need : `${need} (${note})`;
}

function summed(said: readonly Said[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { sometimes, times } of said) {
    for (const [name, seen] of Object.entries(sometimes)) {
      totals[name] = (totals[name] ?? 0) + seen * times;
    }
  }
  return totals;
}

/** What the cases of a run show of failing clauses beyond that they fail. */
export interface Grounds {
  /** Failed in a way that no narrower clause explains. */
  readonly standingAlone: ReadonlySet<string>;
  /** By clause: failing clauses beside which nothing that was said on it stands. */
  readonly undermined: ReadonlyMap<string, ReadonlySet<string>>;
  /** For each way in which the clause failed: the narrower clauses that cannot be why. */
  apartFrom(clause: string): Iterable<ReadonlySet<string>>;
  /** For each failure of the clause: those of which any is why if it fails as well. */
  restingOn(clause: string): readonly ReadonlySet<string>[];
  /** Whether a history in which `clause` failed kept the other one. */
  isKeptBeside(other: string, clause: string): boolean;
}

/**
 * A derived or declared clause that fails only because a narrower one does is also affected, not a failure of its own,
 * even where no single history shows both: an instance whose bad answers count as good is never out of rotation. A
 * stated one stands on its own, and so does one that failed in a way that no narrower one explains, or where none of
 * those that fail had a case, unless what fails is a premise of every judgement on it, or shows that what was said on
 * it rests on nothing.
 */
export function attributed(
  results: readonly ClauseResult[],
  grounds: Grounds,
): readonly ClauseResult[] {
  const failing = results.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  return results.map((one) => {
    const cause = one.verdict === 'fail' ? causeOf(one, failing, grounds) : undefined;
    if (cause === undefined) return one;
    const why = `also affected by the failure of ${cause}: ${one.why}`;
    return { ...one, verdict: 'inconclusive', why, attributedTo: cause, failures: [] };
  });
}

/** The failing clause that another failure is charged to. */
function causeOf(
  { id, strength }: ClauseResult,
  failing: readonly string[],
  grounds: Grounds,
): string | undefined {
  const { standingAlone, undermined } = grounds;
  const own = clauseOf(id);
  const underminer = failing.find((other) => undermined.get(id)?.has(other));
  if (underminer !== undefined) return underminer;
  const resting = grounds.restingOn(id);
  const why = resting.map((others) => failing.find((other) => other !== id && others.has(other)));
  if (why[0] !== undefined && !why.includes(undefined)) return why[0];
  const standsAlone = strength === 'stated' || standingAlone.has(id);
  const isApart = failedApart(id, failing, grounds);
  return failing.find((other) => {
    if (undermined.get(other)?.has(id)) return false;
    const { broader = [], isPremise = false } = clauseOf(other) ?? {};
    // a premise that was kept where this one failed is not why
    const isWhy = isPremise && !(strength === 'stated' && grounds.isKeptBeside(other, id));
    if (broader.includes(id)) return !(standsAlone || isApart) || isWhy;
    // nor does what a wider one shows by itself leave anything to a derived one inside it
    const isInside = standingAlone.has(other) && own?.broader?.includes(other) === true;
    return isInside && !standsAlone && own.isPremise !== true;
  });
}

/** Whether it failed somewhere in a way that none of the failing narrower clauses can be why. */
function failedApart(id: string, failing: readonly string[], grounds: Grounds): boolean {
  const narrower = failing.filter((other) => clauseOf(other)?.broader?.includes(id));
  return [...grounds.apartFrom(id)].some((apart) => narrower.every((other) => apart.has(other)));
}

/** The exit code and its reason, the first that applies. */
export function gateOf(
  clauses: readonly ClauseResult[],
  isInterrupted: boolean,
  canary: Canary,
): { readonly exitCode: number; readonly why: string } {
  const having = (...verdicts: ClauseVerdict[]) =>
    clauses.filter((one) => verdicts.includes(one.verdict));
  const named = (some: readonly ClauseResult[]) => some.map((one) => one.id).join(', ');
  if (isInterrupted) return { exitCode: exitCodes.interrupted, why: 'interrupted before the end' };
  const errors = having('error');
  if (errors.length > 0) {
    return { exitCode: exitCodes.unavailable, why: `could not be run: ${named(errors)}` };
  }
  const executed = having('pass', 'fail', 'inconclusive');
  if (executed.length === 0) {
    return {
      exitCode: exitCodes.nothingExecuted,
      why: 'nothing that was executed could decide a clause',
    };
  }
  const failed = having('fail');
  if (failed.length > 0) return { exitCode: exitCodes.failed, why: `fails ${named(failed)}` };
  const undecided = having('inconclusive', 'skipped');
  if (undecided.length > 0) {
    return { exitCode: exitCodes.undecided, why: `undecided on ${named(undecided)}` };
  }
  if (canary.defects.some(({ outcome }) => outcome === 'survived')) {
    return { exitCode: exitCodes.undecided, why: `the canary: ${canary.why}` };
  }
  return { exitCode: exitCodes.met, why: `keeps all ${executed.length} clauses that were judged` };
}
