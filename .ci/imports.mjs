// Runs the import rules and refuses a green result over nothing: with a TypeScript it cannot use, the cruiser finds
// "no violations (0 modules)".
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import configuration from '../.dependency-cruiser.mjs';

const { options, ...ruleSet } = configuration;
const { output } = await cruise(
  ['src', 'models'],
  { ...options, ruleSet, validate: true },
  undefined,
  { tsConfig: extractTsConfig('tsconfig.json') },
);
const { totalCruised, violations } = output.summary;
for (const { rule, from, to } of violations) console.log(`${rule.name}: ${from} → ${to}`);
console.log(`${totalCruised} modules, ${violations.length} violations`);
process.exit(totalCruised > 0 && violations.length === 0 ? 0 : 1);
