/** Wrong updates of a service that runs: right by the rules, and caught where only what is deployed is looked at. */
import { describe, expect, it } from 'vitest';
import { rules } from '../../spec/rules.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { runConfigurationCase } from './run-configurations.ts';
import { updateCases } from './update-cases.ts';

const cases = (['console', 'openapi'] as const).flatMap(updateCases);

/** Takes whatever is deployed, and any update at that. */
function careless(isChanging = true): Testbed {
  const supported = { supported: isChanging, providedBy: 'balancer' };
  const trial = { reconfigure: async () => ({ is: 'accepted' }), end: async () => null };
  return {
    description: { capabilities: { 'change.configuration': supported }, traits: {} },
    begin: async () => ({ accepted: true, readBack: null, trial }),
  } as never;
}

describe('wrong updates', () => {
  it('are wrong by the rules, and what they are to update is not', () => {
    for (const { configuration, running, profile, note } of cases) {
      expect(validateDocument(running, { profile, rules }).violations, note).toEqual([]);
      expect(validateDocument(configuration, { profile, rules }).violations, note).not.toEqual([]);
    }
  });

  it('fail the clause of their rule where only what is deployed is looked at', async () => {
    for (const [number, one] of cases.entries()) {
      const { verdicts } = await runConfigurationCase(careless(), one, 'stepped', number);
      expect(verdicts, one.note).toMatchObject([{ clause: one.clause, is: 'fail' }]);
    }
  });

  it('are not asked of whoever takes no other configuration', async () => {
    const [one] = cases;
    if (one === undefined) throw new Error('there are cases');
    expect((await runConfigurationCase(careless(false), one, 'stepped', 1)).verdicts).toEqual([]);
  });
});
