/**
 * Wrong documents that come as an update of a service that runs: a few for each rule, each but one field away from what
 * is in force. Whoever checks only what is deployed takes them. Again no rule of `spec` is known here.
 */
import type { Profile } from '../../spec/configuration.ts';
import { baseConfiguration } from './base-configuration.ts';
import { boundariesOf } from './boundaries.ts';
import { caseOf, noteOf } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { surroundingBoundaries, surroundingDocuments } from './surroundings.ts';
import { baseWith, type WholeDocument } from './whole-document.ts';
import { wholeDocuments } from './whole-documents.ts';

interface Update {
  readonly running: unknown;
  readonly wrong: WholeDocument;
}

/** Of one clause: more of them take time on the wire, and say the same. */
const updatesOfClause = 2;

export function updateCases(profile: Profile): readonly ConfigurationCase[] {
  const counts = new Map<string, number>();
  const isOneOfFew = ({ wrong: { clause } }: Update) => {
    const count = (counts.get(clause) ?? 0) + 1;
    counts.set(clause, count);
    return count <= updatesOfClause;
  };
  return [...ofFields(profile), ...ofDocuments(profile)]
    .filter(isOneOfFew)
    .map(({ running, wrong }) => ({
      ...caseOf({ ...wrong, note: `${wrong.note}, as an update` }, profile),
      running,
    }));
}

/** The service runs with a value inside, and is to have one outside. */
function ofFields(profile: Profile): readonly Update[] {
  return [...boundariesOf(profile), ...surroundingBoundaries(profile)].flatMap(
    ({ clause, path, accepted: [inside], rejected, beside }): readonly Update[] => {
      if (inside === undefined) return [];
      const running = baseWith({ ...beside, [path]: inside });
      return rejected.slice(0, updatesOfClause).map((outside) => {
        const configuration = baseWith({ ...beside, [path]: outside });
        const note = noteOf(path, outside);
        return { running, wrong: { clause, note, configuration, wrong: [path] } };
      });
    },
  );
}

function ofDocuments(profile: Profile): readonly Update[] {
  return [...wholeDocuments(profile), ...surroundingDocuments()]
    .filter(({ wrong }) => wrong !== null)
    .map((wrong) => ({ running: baseConfiguration, wrong }));
}
