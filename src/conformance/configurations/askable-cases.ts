/**
 * All configurations of a run by their place, as far as an implementation can be asked them: whoever has a stretch of
 * places draws only what lies in it. Puts nothing to anybody.
 */
import type { Description } from '../../adapters/contract.ts';
import { supportOf } from '../../spec/behaviour.ts';
import { appliesTo } from '../../spec/clauses.ts';
import type { Profile } from '../../spec/configuration.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { generatedCase } from './generated-cases.ts';
import { pairCases } from './pairs.ts';
import { updateCases } from './update-cases.ts';
import { withoutGroups } from './without-groups.ts';

export interface ConfigurationCases {
  /** At most: a drawn one may mean nothing to the implementation. */
  readonly count: number;
  /** From the place `from`, counted from 0, up to the place `to`, without that. */
  readonly between: (from: number, to: number) => Iterable<PlacedCase>;
}

export interface PlacedCase {
  /** Its place counted from 1. */
  readonly number: number;
  readonly one: ConfigurationCase;
}

export interface Drawing {
  readonly profile: Profile;
  readonly seed: string;
  /** How many are drawn; null: there are no configurations at all. */
  readonly configurations: number | null;
}

/** All boundaries of the profile, all pairs, wrong updates, then the drawn ones. */
export function configurationCases(
  { capabilities }: Pick<Description, 'capabilities'>,
  { profile, seed, configurations: drawn }: Drawing,
): ConfigurationCases {
  const hasGroups = supportOf(capabilities, 'configuration.groups').supported;
  const askable = (one: ConfigurationCase): readonly ConfigurationCase[] => {
    if (!appliesTo(one.clause, capabilities)) return [];
    const left = hasGroups ? one : withoutGroups(one);
    return left === null ? [] : [left];
  };
  if (drawn === null) return { count: 0, between: () => [] };
  const listed = [
    ...boundaryCases(profile),
    ...pairCases(profile),
    ...updateCases(profile),
  ].flatMap(askable);
  const count = listed.length + drawn;
  const at = (place: number): readonly ConfigurationCase[] => {
    const known = listed[place];
    if (known !== undefined) return [known];
    return askable(generatedCase(profile, seed, place - listed.length + 1));
  };
  return {
    count,
    *between(from, to) {
      for (let place = from; place < Math.min(to, count); place++) {
        for (const one of at(place)) yield { number: place + 1, one };
      }
    },
  };
}
