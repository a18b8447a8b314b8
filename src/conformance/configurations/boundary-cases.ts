/** The table of boundaries as cases: every edge of every clause, inside and one step outside, always the same ones. */
import type { Profile } from '../../spec/configuration.ts';
import { withDefaults } from './base-configuration.ts';
import { type Boundary, boundariesOf } from './boundaries.ts';
import { type ConfigurationCase, configurationCaseVersion } from './configuration-case.ts';
import { absent } from './edits.ts';
import { baseWith, type WholeDocument, wholeDocuments } from './whole-documents.ts';

export function boundaryCases(profile: Profile): readonly ConfigurationCase[] {
  return [
    ...boundariesOf(profile).flatMap((boundary) => casesAt(boundary, profile)),
    ...wholeDocuments(profile).map((document) => caseOf(document, profile)),
  ];
}

function casesAt(boundary: Boundary, profile: Profile): readonly ConfigurationCase[] {
  const { clause, path, accepted, rejected, beside } = boundary;
  const at = (value: unknown, wrong: WholeDocument['wrong']) =>
    caseOf(
      {
        clause,
        note: noteOf(path, value),
        configuration: baseWith({ ...beside, [path]: value }),
        wrong,
      },
      profile,
    );
  return [
    ...accepted.map((value) => at(value, null)),
    ...rejected.map((value) => at(value, [path])),
  ];
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
  const field = path.replace(/^backendServices\[0\]\./, '');
  if (value === absent) return `${field} left out`;
  const text = JSON.stringify(value);
  const short =
    text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}… (${text.length})` : text;
  return `${field} ${short}`;
}
