/** Edits of a plain document by the path of one field, as text. Knows no clause. */

/** In place of a value: the field is taken away. */
export const absent = Symbol('absent');

function partsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/).filter((part) => part !== '');
}

/** The document with another value at `path` (`backendServices[0].port`); what is missing on the way is made. */
export function edited(document: unknown, path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(document);
  const parts = partsOf(path);
  let holder = copy as Record<string, unknown>;
  for (const part of parts.slice(0, -1)) {
    holder[part] ??= {};
    holder = holder[part] as Record<string, unknown>;
  }
  const last = parts.at(-1) ?? '';
  if (value === absent) delete holder[last];
  else holder[last] = structuredClone(value);
  return copy;
}

/** The value at `path`, or undefined. */
export function valueAt(document: unknown, path: string): unknown {
  return partsOf(path).reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string, unknown>)[part]
        : undefined,
    document,
  );
}
