/** All pairs: every two levels that go together come up, in few configurations, all of them valid. */
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../spec/configuration.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { type Coverage, PairCoverage, pairCases } from './pairs.ts';

function pairCoverage(profile: Profile, cases: readonly ConfigurationCase[]): Coverage {
  const pairs = new PairCoverage(profile);
  for (const one of cases) pairs.see(one);
  return pairs.coverage;
}

describe.each(['console', 'openapi'] as const)('all pairs of the profile %s', (profile) => {
  const cases = pairCases(profile);

  it('are covered, by a fraction of all combinations', () => {
    const { covered, of } = pairCoverage(profile, cases);
    expect(covered).toBe(of);
    expect(of).toBeGreaterThan(700);
    expect(cases.length).toBeLessThan(40);
  });

  it('are not covered where a configuration is missing, nor by the boundaries alone', () => {
    const { of } = pairCoverage(profile, cases);
    expect(pairCoverage(profile, cases.slice(0, -1)).covered).toBeLessThan(of);
    expect(pairCoverage(profile, boundaryCases(profile)).covered).toBeLessThan(of);
    expect(pairCoverage(profile, []).covered).toBe(0);
  });

  it('come up in valid configurations only', () => {
    for (const { configuration, note } of cases) {
      expect(validateDocument(configuration, { profile }).violations, note).toEqual([]);
    }
  });
});
