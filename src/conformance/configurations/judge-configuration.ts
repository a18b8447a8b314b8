/**
 * From what an implementation answered to a configuration case to verdicts: on the clause that the case probes, on
 * accepting what is valid, and on naming the field. Pure; knows no rule of `spec`.
 */
import type { Outcome } from '../../history/vocabulary.ts';
import type { Traits } from '../../spec/behaviour.ts';
import type { Violation } from '../../spec/violation.ts';
import type { ConfigurationCase, Expectation } from './configuration-case.ts';
import { valueAt } from './edits.ts';
import { type Difference, firstDifference } from './read-back.ts';

export interface ConfigurationVerdict {
  readonly clause: string;
  readonly is: 'pass' | 'fail';
  readonly expected: string;
  readonly observed: string;
  /** Who said no; null: nobody did, or it is not known. */
  readonly by: 'balancer' | 'adapter' | null;
  /**
   * Of a failure: for each field at fault, the clauses that would account for it by failing themselves. Where none of a
   * field's does, the failure stands on its own.
   */
  readonly explainedBy?: readonly (readonly string[])[];
}

const acceptsValid = 'config.accepts-valid';
const namesField = 'config.rejection-names-field';

/** Nothing where the answer is unknown, or where the implementation does not declare the reading that would decide. */
export function judgeConfigurationCase(
  one: ConfigurationCase,
  outcome: Outcome,
  readBack: unknown,
  traits: Traits,
): readonly ConfigurationVerdict[] {
  const expected = decided(one.expected, traits);
  if (expected === null) return [];
  if ('note' in outcome) {
    if (outcome.is === 'unknown') return [];
    return [
      {
        clause: one.clause,
        is: 'fail',
        expected: inWords(expected),
        observed: `"not supported": ${outcome.note}`,
        by: null,
      },
    ];
  }
  return expected.accepted
    ? judgeAccepting(one, expected, outcome, readBack)
    : judgeRejecting(one, expected, outcome);
}

type Decided = Extract<Expectation, { accepted: boolean }>;
type Decision = Exclude<Outcome, { note: string }>;

function decided(expected: Expectation, traits: Traits): Decided | null {
  if (expected.accepted !== 'as declared') return expected;
  const reading = traits[expected.trait]?.reading;
  const { readBack, path, orPaths } = expected;
  if (reading === 'accept') return { accepted: true, readBack };
  if (reading === 'reject') {
    return { accepted: false, path, ...(orPaths === undefined ? {} : { orPaths }) };
  }
  return null;
}

function judgeAccepting(
  one: ConfigurationCase,
  expected: Extract<Decided, { accepted: true }>,
  outcome: Decision,
  readBack: unknown,
): readonly ConfigurationVerdict[] {
  const verdict = (clause: string, fault: string | null, seen = asGiven): ConfigurationVerdict => ({
    clause,
    is: fault === null ? 'pass' : 'fail',
    expected: asGiven,
    observed: fault ?? seen,
    by: byWhom(outcome),
    ...(fault === null ? {} : { explainedBy: byNothingElse }),
  });
  const valid = (fault: string | null, paths: readonly string[] = []): ConfigurationVerdict => ({
    ...verdict(acceptsValid, fault),
    ...(fault === null ? {} : { explainedBy: paths.map((path) => explaining(path, expected)) }),
  });
  const isWider = one.clause === acceptsValid;
  if (outcome.is === 'rejected') {
    const fault = `rejected: ${told(outcome.violations)}`;
    // Turned away for another field: that says nothing about this clause.
    const isOwn = !isWider && !isElsewhere(one, outcome.violations);
    if (isOwn) return [verdict(one.clause, fault), valid(fault)];
    return [
      valid(
        fault,
        outcome.violations.map(({ path }) => path),
      ),
    ];
  }
  const difference = firstDifference(expected.readBack, readBack);
  const fault = difference === null ? null : `accepted, but ${differenceInWords(difference)}`;
  const asWhole = valid(fault, difference === null ? [] : [difference.path]);
  if (isWider) return [asWhole];
  if (difference === null) return [verdict(one.clause, null), asWhole];
  if (isOf(one, difference)) return [verdict(one.clause, fault), valid(fault)];
  // What is read back wrongly somewhere else says nothing about this clause.
  if (!hides(one, difference)) return [verdict(one.clause, null), asWhole];
  // That it was taken shows without reading it back; what was filled in does not.
  const own = isFilledIn(one, expected.readBack)
    ? []
    : [verdict(one.clause, null, 'accepted; it was not read back')];
  return [...own, asWhole];
}

const asGiven = 'accepted, and read back as given';
const byNothingElse: readonly (readonly string[])[] = [[]];

/** The fields whose value after acceptance is what a clause speaks of. */
const fieldOfClause: Readonly<Record<string, RegExp>> = {
  'config.draining.default': /connectionDraining/,
  'config.draining.range': /connectionDraining/,
  'config.persistence.duration': /sessionPersistence/,
  'config.port.range': /backendServices\[\d+\]\.port$/,
  'config.port.shared': /backendServices\[\d+\]\.port$/,
  'config.scheduling': /scheduling$/,
  'config.health.method': /method$/,
  'config.health.port': /healthCheck\.port$/,
  'config.health.timeout': /timeoutSeconds$/,
  'config.health.interval': /intervalSeconds$/,
  'config.health.unhealthy-threshold': /unhealthyThreshold$/,
  'config.health.healthy-threshold': /healthyThreshold$/,
  'config.health.normal-codes': /normalStatusCodes/,
  'config.health.path.syntax': /healthCheck\.path$/,
  'config.health.path.http-only': /healthCheck\.path$/,
};

/** The same of clauses that are broken by accepting or rejecting alone, whatever is read back. */
const furtherFields: Readonly<Record<string, RegExp>> = {
  'config.name': /^backendServices\[\d+\]\.name$/,
  'config.protocol': /^backendServices\[\d+\]\.protocol$/,
  'config.listener-protocol': /^listeners\[\d+\]\.(protocol|backendService)$/,
  'config.group.kind': /\.(kind|serverGroup)$|^serverGroups\[\d+\].*\.(weight|port)$/,
  'config.group.same-network': /^loadBalancer|\.(region|vpc|zone|serverGroup)$/,
  'config.timeout-beyond-interval': /(timeout|interval)Seconds$/,
};
const fields = Object.entries({ ...fieldOfClause, ...furtherFields });

/** The clauses that speak of a field or of something in it. */
function explaining(
  path: string,
  { readBack }: Extract<Decided, { accepted: true }>,
): readonly string[] {
  const paths = pathsIn(valueAt(readBack, path), path);
  return fields.flatMap(([clause, field]) =>
    paths.some((inner) => field.test(inner)) ? [clause] : [],
  );
}

/** Whether the value of a field (`backendServices[0].port`) is what the clause speaks of. */
export function isAbout(clause: string, field: string): boolean {
  return fieldOfClause[clause]?.test(field) ?? false;
}

/** Whether all the fields named belong to other clauses than the case's own. */
function isElsewhere({ clause }: ConfigurationCase, violations: readonly Violation[]): boolean {
  const own = fieldOfClause[clause];
  if (own === undefined || violations.length === 0) return false;
  const others = Object.values(fieldOfClause).filter((field) => String(field) !== String(own));
  return violations.every(
    ({ path }) => !own.test(path) && others.some((field) => field.test(path)),
  );
}

function isOf({ clause }: ConfigurationCase, { path }: Difference): boolean {
  return isAbout(clause, path);
}

/** Whether the clause's field lies in what did not come back at all. */
function hides({ clause }: ConfigurationCase, { path, expected }: Difference): boolean {
  const own = fieldOfClause[clause];
  if (path === '' || own === undefined) return path === '';
  return pathsIn(expected, path).some((inner) => own.test(inner));
}

/** Whether the document leaves the clause's field to be filled in. */
function isFilledIn({ clause, configuration }: ConfigurationCase, readBack: unknown): boolean {
  const own = fieldOfClause[clause];
  if (own === undefined) return false;
  const paths = pathsIn(readBack, '').filter((path) => own.test(path));
  return paths.some((path) => valueAt(configuration, path) === undefined);
}

function pathsIn(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const isList = Array.isArray(value);
  const inner = Object.entries(value).flatMap(([key, one]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return pathsIn(one, isList ? `${path}[${key}]` : name);
  });
  return [path, ...inner];
}

function judgeRejecting(
  one: ConfigurationCase,
  expected: Extract<Decided, { accepted: false }>,
  outcome: Decision,
): readonly ConfigurationVerdict[] {
  const by = byWhom(outcome);
  if (outcome.is === 'accepted') {
    return [
      {
        clause: one.clause,
        is: 'fail',
        expected: inWords(expected),
        observed: 'accepted',
        by,
        explainedBy: byNothingElse,
      },
    ];
  }
  const observed = `rejected: ${told(outcome.violations)}`;
  const isNamed = outcome.violations.some(({ path }) => names(path, expected, one.configuration));
  const verdict = (clause: string, is: ConfigurationVerdict['is']): ConfigurationVerdict => ({
    clause,
    is,
    expected: inWords(expected),
    observed,
    by,
  });
  const naming = verdict(namesField, isNamed ? 'pass' : 'fail');
  return one.clause === namesField ? [naming] : [verdict(one.clause, 'pass'), naming];
}

/** The field itself or something in it; of a missing one also that which holds it, which may be the document. */
function names(
  told: string,
  { path, orPaths = [] }: Extract<Decided, { accepted: false }>,
  configuration: unknown,
): boolean {
  return [path, ...orPaths].some((field) => {
    if (told === field || told.startsWith(`${field}.`) || told.startsWith(`${field}[`)) return true;
    const holder = field.replace(/\.?[^.]*$/, '');
    return valueAt(configuration, field) === undefined && told === holder;
  });
}

function byWhom(outcome: Decision): ConfigurationVerdict['by'] {
  if (outcome.is === 'accepted') return null;
  if (outcome.violations.some(({ by }) => by === 'balancer')) return 'balancer';
  return outcome.violations.some(({ by }) => by === 'adapter') ? 'adapter' : null;
}

function inWords(expected: Decided): string {
  if (expected.accepted) return 'accepted, and read back as given';
  const { path, orPaths = [] } = expected;
  return `rejected, naming ${[path, ...orPaths].join(' or ')}`;
}

const violationsToldMax = 3;
function told(violations: readonly Violation[]): string {
  if (violations.length === 0) return 'no reason given';
  const shown = violations
    .slice(0, violationsToldMax)
    .map(({ path, expected }) => `${path || 'the document'} must be ${expected}`);
  const more = violations.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function differenceInWords({ path, expected, observed }: Difference): string {
  const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
  return `${path || 'the document'} reads back as ${shown(observed)} instead of ${shown(expected)}`;
}
