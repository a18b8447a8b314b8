/**
 * What zod finds wrong with a document that somebody wrote, as a violation: its path, and what would be valid there in
 * words. Knows no document.
 */
import type { z } from 'zod';
import { violation } from '../spec/rules/rule.ts';
import type { Violation } from '../spec/violation.ts';

export function violationOf(issue: z.core.$ZodIssue, value: unknown): Violation {
  const [unknownKey] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  const observed = valueAt(value, path);
  const expected = expectedBy(issue);
  const told = observed === undefined ? `${expected}, but nothing is there` : expected;
  return violation(null, path.map(plainPart), told, observed);
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  record: 'an object',
};

/** What would be valid, as a phrase. */
function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_value':
      return issue.values.map(String).join(' or ');
    case 'unrecognized_keys':
      return 'no such key';
    default:
      return issue.message;
  }
}

/** Documents have no symbols. */
function plainPart(part: PropertyKey): string | number {
  return typeof part === 'number' ? part : String(part);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null
        ? (at as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}
