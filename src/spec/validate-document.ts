/** A document of any shape → everything that is wrong with it, as data. Refuses to know files and places. */
import type { ConfigurationDocument, Profile } from './configuration.ts';
import { defaultProfile, profileNames, profiles } from './profiles.ts';
import { entryOf, isMap, Places } from './rules/rule.ts';
import { rules as allRules, type Rule } from './rules.ts';
import type { Violation } from './violation.ts';

export interface Validation {
  /** All of them, in the order of the rules; empty: valid. */
  readonly violations: readonly Violation[];
  /** Null where there are violations. */
  readonly document: ConfigurationDocument | null;
  readonly profile: Profile;
}

/** The profile is the one asked for, else the document's, else the page. */
export function validateDocument(
  value: unknown,
  options: { readonly profile?: Profile | undefined; readonly rules?: readonly Rule[] } = {},
): Validation {
  const profile = options.profile ?? profileIn(value) ?? defaultProfile;
  const places = new Places(value);
  const violations = (options.rules ?? allRules).flatMap((rule) =>
    rule.violations(places, profiles[profile]),
  );
  return {
    violations,
    document: violations.length === 0 ? (value as ConfigurationDocument) : null,
    profile,
  };
}

function profileIn(value: unknown): Profile | undefined {
  const named = isMap(value) ? entryOf(value, 'profile') : undefined;
  return profileNames.find((profile) => profile === named);
}
