/**
 * Where things stand in a text of JSON: the first mistake, the value at a path, a key that is there twice. Slow and
 * exact, for texts of which something is to be complained about. Knows no history.
 */
import { type JSONPath, type JSONVisitor, visit } from 'jsonc-parser';
import type { Path } from '../documents/places.ts';

/** The offset of the first mistake; null: there is none. */
export function mistakeIn(text: string): number | null {
  let first: number | null = null;
  const isWalked = walk(text, {
    onError: (_error, offset, length) => {
      // a string with a control character in it is told of as a whole
      const within = text.slice(offset, offset + length).search(controlCharacter);
      first ??= offset + Math.max(0, within);
    },
  });
  return isWalked ? first : 0;
}

const controlCharacter = /\p{Cc}/u;

/** The offset of what stands at the path, of a member its key, or of the nearest that there is around it. */
export function offsetOf(text: string, path: Path): number {
  let found = 0;
  let depth = 0;
  const see = (at: JSONPath, offset: number) => {
    if (at.length <= depth || at.some((part, index) => part !== path[index])) return;
    found = offset;
    depth = at.length;
  };
  const seeElement = (offset: number, pathSupplier: () => JSONPath) => see(pathSupplier(), offset);
  walk(text, {
    onObjectProperty: (key, offset, _length, _line, _column, pathSupplier) =>
      see([...pathSupplier(), key], offset),
    onObjectBegin: (offset, _length, _line, _column, pathSupplier) =>
      seeElement(offset, pathSupplier),
    onArrayBegin: (offset, _length, _line, _column, pathSupplier) =>
      seeElement(offset, pathSupplier),
    onLiteralValue: (_value, offset, _length, _line, _column, pathSupplier) =>
      seeElement(offset, pathSupplier),
  });
  return found;
}

export interface Repeated {
  readonly path: Path;
  /** Of the second one. */
  readonly offset: number;
}

/**
 * Cheap, for every line: false where no key of the text that `value` was read from is there twice. A key ends in a quote
 * and a colon; so may a value begin, or there is space between them, and then it is worth a look.
 */
export function mayRepeatKey(text: string, value: object): boolean {
  let marks = 0;
  for (let at = text.indexOf('":'); at !== -1; at = text.indexOf('":', at + 2)) marks++;
  return marks !== keysIn(value);
}

function keysIn(value: object): number {
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, one) => sum + (isContainer(one) ? keysIn(one) : 0), 0);
  }
  let keys = 0;
  for (const key in value) {
    const own = (value as Readonly<Record<string, unknown>>)[key];
    keys += isContainer(own) ? 1 + keysIn(own) : 1;
  }
  return keys;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The first key that its object has had before; null: every key is there once. */
export function repeatedKey(text: string): Repeated | null {
  const seen = new Set<string>();
  let found: Repeated | null = null;
  walk(text, {
    onObjectProperty: (name, offset, _length, _line, _column, pathSupplier) => {
      const path = [...pathSupplier(), name];
      const key = JSON.stringify(path);
      if (seen.has(key)) found ??= { path, offset };
      seen.add(key);
    },
  });
  return found;
}

const plainJson = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** False: it is nested deeper than any history, and where anything stands is as good as unknown. */
function walk(text: string, visitor: JSONVisitor): boolean {
  try {
    visit(text, visitor, plainJson);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
