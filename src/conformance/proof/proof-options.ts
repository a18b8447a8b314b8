/** How hard `prove` tries: enough that nothing is caught by one lucky seed, little enough for half a second a specimen. */
import type { Profile } from '../../spec/configuration.ts';
import { judgedClauses } from '../judged-clauses.ts';
import type { Specimen } from './specimens.ts';
import type { TryOptions } from './try-specimen.ts';

/** Each family once in any case but for what is dear, and a dozen times where a defect hides; of a right one twice but for what is dear. */
const roundsOfDefect = { min: 1, max: 12 };
const roundsOfRight = { min: 2, max: 2 };
const configurationsARound = 60;

/** About a tenth of a second, on a slow machine: a thousand runs of two dozen are many. */
const aRunOfTheCampaign = { costMax: 3500, configurations: 20 };

export function proofOptions({ breaks }: Specimen, profile: Profile, seed: string): TryOptions {
  return {
    profile,
    seed,
    selected: judgedClauses.map(({ id }) => id),
    rounds: breaks.length > 0 ? roundsOfDefect : roundsOfRight,
    boundaries: true,
    configurations: configurationsARound,
    untilKilled: false,
  };
}

/** One run of the campaign: a sample of what may be drawn, without what is the same for every seed. */
export function campaignOptions(
  specimen: Specimen,
  profile: Profile,
  seed: string,
  alpha?: number,
): TryOptions {
  return {
    ...proofOptions(specimen, profile, seed),
    ...aRunOfTheCampaign,
    rounds: { min: 1, max: 1 },
    boundaries: false,
    ...(alpha === undefined ? {} : { alpha }),
  };
}
