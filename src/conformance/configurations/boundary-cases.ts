/** The table of boundaries as cases: every edge of every clause, inside and one step outside, always the same ones. */
import type { Profile } from '../../spec/configuration.ts';
import { withDefaults } from './base-configuration.ts';
import { type Boundary, boundariesOf } from './boundaries.ts';
import { type ConfigurationCase, configurationCaseVersion } from './configuration-case.ts';
import { absent } from './edits.ts';
import { surroundingBoundaries, surroundingDocuments } from './surroundings.ts';
import { baseWith, services, type WholeDocument } from './whole-document.ts';
import { wholeDocuments } from './whole-documents.ts';

export function boundaryCases(profile: Profile): readonly ConfigurationCase[] {
  return [
    ...[...boundariesOf(profile), ...surroundingBoundaries(profile)].flatMap((boundary) =>
      casesAt(boundary, profile),
    ),
    ...[...wholeDocuments(profile), ...surroundingDocuments()].map((document) =>
      caseOf(document, profile),
    ),
    ...misnamedCases(profile),
  ];
}

interface Place {
  readonly at: number;
  readonly of: number;
  readonly note: string;
}
const alone: Place = { at: 0, of: 1, note: '' };
const second: Place = { at: 1, of: 3, note: ', in the second of three services' };
const last: Place = { at: 2, of: 3, note: ', in the last of three services' };

/**
 * One service says it all, but for a few: whoever looks at the first service only is to be found, too, or by other numbers
 * from the second on, for which the first of the rejected, next to the edges, come again there.
 */
function placesOf(path: string, index: number): readonly Place[] {
  if (!path.startsWith('backendServices[0].')) return [alone];
  return [[alone, second], [alone, second], [second], [last]][index] ?? [alone];
}

function casesAt(boundary: Boundary, profile: Profile): readonly ConfigurationCase[] {
  const { clause, path, accepted, rejected, beside } = boundary;
  return [
    ...accepted.map((value) => {
      const configuration = baseWith({ ...beside, [path]: value });
      return caseOf({ clause, note: noteOf(path, value), configuration, wrong: null }, profile);
    }),
    ...rejected.flatMap((value, index) =>
      placesOf(path, index).map((place) => rejectedAt(boundary, value, place, profile)),
    ),
  ];
}

function rejectedAt(
  { clause, path, beside }: Boundary,
  value: unknown,
  { at, of, note }: Place,
  profile: Profile,
): ConfigurationCase {
  const edits = Object.entries({ ...beside, [path]: value }).map(([field, one]) => [
    inService(field, at),
    one,
  ]);
  const configuration = baseWith({
    ...(of > 1 && { backendServices: services(of) }),
    ...Object.fromEntries(edits),
  });
  const wrong = [inService(path, at)] as const;
  return caseOf({ clause, note: `${noteOf(path, value)}${note}`, configuration, wrong }, profile);
}

/** The same field of another service. */
export function inService(path: string, at: number): string {
  return path.replace(/^backendServices\[\d+\]/, `backendServices[${at}]`);
}

export function caseOf(
  { clause, note, configuration, wrong }: WholeDocument,
  profile: Profile,
): ConfigurationCase {
  const common = { case: configurationCaseVersion, profile, clause, configuration, note } as const;
  if (clause === 'config.timeout-beyond-interval') {
    const check = 'backendServices[0].healthCheck';
    return {
      ...common,
      expected: {
        accepted: 'as declared',
        trait: 'config.timeoutBeyondInterval',
        readBack: withDefaults(configuration, profile),
        path: `${check}.timeoutSeconds`,
        orPaths: [`${check}.intervalSeconds`],
      },
    };
  }
  if (wrong === null) {
    return {
      ...common,
      expected: { accepted: true, readBack: withDefaults(configuration, profile) },
    };
  }
  const [path, ...orPaths] = wrong;
  return {
    ...common,
    expected: { accepted: false, path, ...(orPaths.length === 0 ? {} : { orPaths }) },
  };
}

const shownLengthMax = 40;
/** `port 65536`, `port left out`. */
export function noteOf(path: string, value: unknown): string {
  const field = path.replace(/^backendServices\[\d+\]\./, '');
  if (value === absent) return `${field} left out`;
  const text = JSON.stringify(value);
  const short =
    text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}… (${text.length})` : text;
  return `${field} ${short}`;
}

/**
 * Where the two profiles differ, a document may well call itself one of the other: it is read by the numbers of the
 * profile that it comes with all the same.
 */
function misnamedCases(profile: Profile): readonly ConfigurationCase[] {
  const other = profile === 'console' ? 'openapi' : 'console';
  const others = boundariesOf(other);
  return boundariesOf(profile).flatMap(({ clause, path, accepted, rejected, beside }) => {
    const there = others.filter((one) => one.path === path && one.clause === clause);
    const cases = (values: readonly unknown[], elsewhere: readonly unknown[], isWrong: boolean) => {
      const isElsewhere = new Set(elsewhere.map((value) => JSON.stringify(value)));
      return values
        .filter((value) => isElsewhere.has(JSON.stringify(value)))
        .map((value) => {
          const configuration = baseWith({ profile: other, ...beside, [path]: value });
          const note = `${noteOf(path, value)}, in a document of the profile ${other}`;
          return caseOf({ clause, note, configuration, wrong: isWrong ? [path] : null }, profile);
        });
    };
    const rejectedThere = there.flatMap((one) => one.rejected);
    const acceptedThere = there.flatMap((one) => one.accepted);
    return [...cases(accepted, rejectedThere, false), ...cases(rejected, acceptedThere, true)];
  });
}
