/**
 * A whole document of a case: the base configuration with some edits, and what is wrong with it. Knows no clause.
 */
import { baseConfiguration } from './base-configuration.ts';
import { edited } from './edits.ts';

export interface WholeDocument {
  readonly clause: string;
  readonly note: string;
  readonly configuration: unknown;
  /** Null: accepted. First the field that a rejection names, then others that would be as right. */
  readonly wrong: readonly [string, ...string[]] | null;
}

export type Edits = Readonly<Record<string, unknown>>;
export function baseWith(edits: Edits): unknown {
  return Object.entries(edits).reduce<unknown>(
    (document, [path, value]) => edited(document, path, value),
    baseConfiguration,
  );
}

/** The base document's service several times, each with a name of its own. */
export function services(
  count: number,
  fields: (index: number) => Edits = () => ({}),
): readonly Edits[] {
  const [first] = baseConfiguration['backendServices'] as readonly Edits[];
  return Array.from({ length: count }, (_, index) => ({
    ...first,
    name: `web-${index}`,
    ...fields(index),
  }));
}

export function good(clause: string, note: string, edits: Edits): WholeDocument {
  return { clause, note, configuration: baseWith(edits), wrong: null };
}
export function bad(
  clause: string,
  note: string,
  edits: Edits,
  ...wrong: readonly [string, ...string[]]
): WholeDocument {
  return { clause, note, configuration: baseWith(edits), wrong };
}
