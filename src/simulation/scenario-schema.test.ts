/** Goal: the JSON Schema that editors use is the shape that is read. `npm run schemas` writes it anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { publishedSchema } from '../history/published-schema.ts';
import { scenarioShape } from './scenario-shape.ts';

const published = publishedSchema(scenarioShape, {
  name: 'scenario',
  version: 1,
  title: 'A scenario',
  description:
    'What `counterpoise simulate` runs: a configuration, traffic, and what happens to instances.',
});

describe('the schema of a scenario', () => {
  it('is published as it is', async () => {
    await expect(published).toMatchFileSnapshot('../../schemas/scenario.schema.json');
  });

  it('takes every shipped scenario and refuses an unknown key and a negative rate', () => {
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(published));
    for (const file of readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))) {
      const scenario = parse(readFileSync(`scenarios/${file}`, 'utf8'));
      expect(validate(scenario), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...scenario, trafic: 1 })).toBe(false);
      const poisson = { ratePerSecond: -1, durationSeconds: 1 };
      expect(validate({ ...scenario, traffic: { poisson } })).toBe(false);
    }
  });
});
