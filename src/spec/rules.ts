/** Every rule of the configuration, in the order of the page. A plain array: whoever wants a wrong one edits a copy. */
import { checkRules } from './rules/check.ts';
import { groupRules } from './rules/groups.ts';
import type { Rule } from './rules/rule.ts';
import { listenerRules, serviceRules } from './rules/service.ts';
import { shapeRules } from './rules/shape.ts';

export type { Rule } from './rules/rule.ts';

export const rules: readonly Rule[] = [
  ...shapeRules,
  ...listenerRules,
  ...serviceRules,
  ...checkRules,
  ...groupRules,
];
