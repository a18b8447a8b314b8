/**
 * A configuration case as it can be put to whoever rightly turned it down for what it declares that it lacks, and which
 * clauses such an implementation cannot be judged on. Knows no implementation.
 */
import { type Capabilities, type Need, supportOf } from '../../spec/behaviour.ts';
import { fitted, unableTo, unableToAnything } from '../abilities.ts';
import { withDefaults } from './base-configuration.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { isAbout } from './judge-configuration.ts';

/** Null: the case is about what is lacking, or there is nothing else in its place. */
export function fittedCase(
  one: ConfigurationCase,
  capabilities: Capabilities,
): ConfigurationCase | null {
  const { clause, profile, expected } = one;
  const configuration = fitted(one.configuration, profile, capabilities, (field) =>
    isAbout(clause, field),
  );
  if (unableTo(configuration, profile, capabilities).length > 0) return null;
  const asked = [one.configuration, one.running].flatMap((document) =>
    unableTo(document, profile, capabilities),
  );
  const lacking = [...new Set(asked)].join(', ');
  return {
    ...one,
    configuration,
    ...(one.running === undefined
      ? {}
      : { running: fitted(one.running, profile, capabilities, () => false) }),
    expected:
      'readBack' in expected
        ? { ...expected, readBack: withDefaults(configuration, profile) }
        : expected,
    note: `${one.note} (without ${lacking})`,
  };
}

/** What a clause can only be broken with: what passes without it says nothing on the clause. */
const brokenWith: Readonly<Record<string, Need>> = {
  'config.health.path.http-only': 'check.tcp',
  'config.health.path.syntax': 'check.http',
  'config.health.normal-codes': 'check.http',
};

/** What is lacking for the clause to be broken at all; empty: nothing. */
export function lackedBy(clause: string, capabilities: Capabilities): readonly Need[] {
  const need = brokenWith[clause];
  const isLacking = need !== undefined && !supportOf(capabilities, need).supported;
  return isLacking ? [need] : unableToAnything(capabilities);
}

/** Whether a case that passes says anything on its clause. */
export function isEvidence(
  { clause, configuration, profile }: ConfigurationCase,
  capabilities: Capabilities,
): boolean {
  const need = brokenWith[clause];
  if (need === undefined || supportOf(capabilities, need).supported) return true;
  return unableTo(configuration, profile, capabilities).includes(need);
}
