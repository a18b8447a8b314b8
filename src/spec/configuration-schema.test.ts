/**
 * The published schema is the one that is made from the numbers, and says of every boundary what the suite's own table
 * says, as far as a schema can. `npm run schemas` writes it anew.
 */
import Ajv from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { boundaryCases } from '../conformance/configurations/boundary-cases.ts';
import { generatedCases } from '../conformance/configurations/generated-cases.ts';
import type { Profile } from './configuration.ts';
import { configurationSchema } from './configuration-schema.ts';

const validate = new Ajv.default({
  strict: true,
  strictRequired: false,
  // Whether an address is one is left to `validate`.
  validateFormats: false,
}).compile(configurationSchema());

const profiles: readonly Profile[] = ['console', 'openapi'];
/** What concerns two places at once, ranges the wrong way round, and what is overwritten or left to `validate` here. */
const beyondSchemas = new RegExp(
  [
    '^(a listener of|a group in another|a group associated where|(one|an) instance in|an availability group in)',
    '"205-20[15]"',
    // names that lead nowhere or to two, and a member's weight that is not its group's
    '^(a (group|service) (named|that is not there)|.* (name|id) twice)',
    '^(serverGroup|listeners\\[0\\]\\.backendService) \\S*"\\w+ ?"',
    '^serverGroups\\[0\\]\\.instances\\[1\\]\\.weight \\d+$',
    '^serverGroups\\[1\\]\\.instances\\[1\\]\\.address "',
    '^profile ',
  ].join('|'),
);

describe('the schema of the configuration', () => {
  it('is published as it is made', async () => {
    const text = `${JSON.stringify(configurationSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../schemas/configuration.schema.json');
  });

  it.each(profiles)('tells inside from outside at every boundary (%s)', (profile) => {
    let told = 0;
    for (const { configuration, expected, note } of boundaryCases(profile)) {
      if (beyondSchemas.test(note)) continue;
      const isValid = validate({ ...(configuration as object), profile });
      expect(isValid, note).toBe(expected.accepted !== false);
      told++;
    }
    expect(told).toBeGreaterThan(150);
  });

  it.each(profiles)('takes drawn valid configurations and no others (%s)', (profile) => {
    for (const { configuration, expected, note } of generatedCases(profile, 'schema', 500)) {
      if (beyondSchemas.test(note)) continue;
      const isValid = validate({ ...(configuration as object), profile });
      expect(isValid, `${note} ${JSON.stringify(validate.errors)}`).toBe(expected.accepted);
    }
  });

  it('knows no other keys and no other profile', () => {
    const [{ configuration } = { configuration: {} }] = boundaryCases('console');
    expect(validate(configuration)).toBe(true);
    expect(validate({ ...(configuration as object), profil: 'console' })).toBe(false);
    expect(validate({ ...(configuration as object), profile: 'other' })).toBe(false);
  });
});
