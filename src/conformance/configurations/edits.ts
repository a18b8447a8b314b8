/** Edits of a plain document by the path of one field, as text. Knows no clause. */

/** In place of a value: the field is taken away. */
export const absent = Symbol('absent');

function partsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/).filter((part) => part !== '');
}

/**
 * The document with another value at `path` (`backendServices[0].port`); what is missing on the way is made, what is
 * beside it is shared with the original.
 */
export function edited(document: unknown, path: string, value: unknown): unknown {
  return withValue(document, partsOf(path), value);
}

function withValue(holder: unknown, [part = '', ...more]: readonly string[], value: unknown) {
  const copy = (Array.isArray(holder) ? [...holder] : { ...(holder as object) }) as Plain;
  if (more.length > 0) copy[part] = withValue(copy[part], more, value);
  else if (value === absent) delete copy[part];
  else copy[part] = value;
  return copy;
}

type Plain = Record<string, unknown>;

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
