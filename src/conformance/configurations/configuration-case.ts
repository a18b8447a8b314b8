/**
 * A configuration case: one document to be deployed, or sent to a service that runs, and whether a right implementation
 * accepts it, as plain JSON that can be kept and run again. Knows no implementation.
 */
import { z } from 'zod';
import type { Profile } from '../../spec/configuration.ts';
import type { Violation } from '../../spec/violation.ts';
import { violationOf } from '../issue-in-words.ts';

export const configurationCaseVersion = 1;

export interface ConfigurationCase {
  readonly case: typeof configurationCaseVersion;
  readonly profile: Profile;
  /** The `config.*` clause that it probes. */
  readonly clause: string;
  readonly configuration: unknown;
  /** What is in force when `configuration` comes as an update; absent: `configuration` is deployed. */
  readonly running?: unknown;
  readonly expected: Expectation;
  /** What is special about it, a phrase. */
  readonly note: string;
}

export type Expectation =
  /** The document with its defaults filled in. */
  | { readonly accepted: true; readonly readBack: unknown }
  /** The field that a rejection names; `orPaths`: others that would be as right. */
  | { readonly accepted: false; readonly path: string; readonly orPaths?: readonly string[] }
  /** As the trait says: its reading is `accept` or `reject`. */
  | {
      readonly accepted: 'as declared';
      readonly trait: string;
      readonly readBack: unknown;
      readonly path: string;
      readonly orPaths?: readonly string[];
    };

const paths = { path: z.string(), orPaths: z.array(z.string()).optional() };
const readBack = { readBack: z.unknown() };
const schema = z.strictObject({
  case: z.literal(configurationCaseVersion),
  profile: z.enum(['console', 'openapi']),
  clause: z.string().startsWith('config.', 'a clause of configurations, config.…'),
  configuration: z.unknown(),
  running: z.unknown().optional(),
  expected: z.union(
    [
      z.strictObject({ accepted: z.literal(true), ...readBack }),
      z.strictObject({ accepted: z.literal(false), ...paths }),
      z.strictObject({
        accepted: z.literal('as declared'),
        trait: z.string(),
        ...readBack,
        ...paths,
      }),
    ],
    {
      error:
        'accepted: true with readBack, false with path, or "as declared" with trait, readBack and path',
    },
  ),
  note: z.string(),
});

export type ParsedCase =
  | { readonly configurationCase: ConfigurationCase }
  | { readonly violations: readonly Violation[] };

/** A case from a file, or what is wrong with it. */
export function parseConfigurationCase(value: unknown): ParsedCase {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { configurationCase: parsed.data as ConfigurationCase };
  return { violations: parsed.error.issues.map((issue) => violationOf(issue, value)) };
}
