/**
 * Where things stand in a text of JSON: the first mistake, the value at a path, a key that is there twice. Slow and
 * exact, for texts of which something is to be complained about. Knows no history.
 */

/** Keys and indexes. */
export type JsonPath = readonly (string | number)[];

/** `at`: of a member its key, of an element of a list itself. */
type Visit = (path: JsonPath, at: number) => void;

/** The offset of the first mistake; null: there is none. */
export function mistakeIn(text: string): number | null {
  return walk(text, () => {});
}

/** The offset of what stands at the path, or of the nearest that there is around it. */
export function offsetOf(text: string, path: JsonPath): number {
  let found = 0;
  let depth = 0;
  walk(text, (at, offset) => {
    if (at.length <= depth || at.some((part, index) => part !== path[index])) return;
    found = offset;
    depth = at.length;
  });
  return found;
}

export interface Repeated {
  readonly path: JsonPath;
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
  walk(text, (path, offset) => {
    const key = JSON.stringify(path);
    if (seen.has(key)) found ??= { path, offset };
    seen.add(key);
  });
  return found;
}

/** Thrown within this file only. */
class Mistake {
  readonly offset: number;

  constructor(offset: number) {
    this.offset = offset;
  }
}

function walk(text: string, visit: Visit): number | null {
  const walker = new Walker(text, visit);
  try {
    walker.document();
    return null;
  } catch (error) {
    if (error instanceof Mistake) return error.offset;
    // nested deeper than any history: where it stands is as good as unknown
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

const space = /[ \t\r\n]*/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const stringBegun = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/uy;

class Walker {
  readonly #text: string;
  readonly #visit: Visit;
  #at = 0;

  constructor(text: string, visit: Visit) {
    this.#text = text;
    this.#visit = visit;
  }

  document(): void {
    this.#value([]);
    if (this.#at < this.#text.length) throw new Mistake(this.#at);
  }

  #value(path: JsonPath): void {
    this.#skip(space);
    const first = this.#text[this.#at];
    if (first === '{') this.#members(path);
    else if (first === '[') this.#elements(path);
    else if (first === '"') this.#string();
    else if (this.#skip(scalar) === 0) throw new Mistake(this.#at);
    this.#skip(space);
  }

  #members(path: JsonPath): void {
    this.#listed('}', () => {
      const keyAt = this.#at;
      const member = [...path, this.#string()];
      this.#skip(space);
      this.#take(':');
      this.#visit(member, keyAt);
      this.#value(member);
    });
  }

  #elements(path: JsonPath): void {
    let index = 0;
    this.#listed(']', () => {
      const element = [...path, index++];
      this.#visit(element, this.#at);
      this.#value(element);
    });
  }

  /** One after the other, from the bracket that opens to the one that closes. */
  #listed(closing: string, one: () => void): void {
    this.#at++;
    this.#skip(space);
    if (this.#text[this.#at] === closing) {
      this.#at++;
      return;
    }
    for (;;) {
      one();
      if (this.#text[this.#at] === closing) break;
      this.#take(',');
      this.#skip(space);
    }
    this.#at++;
  }

  #string(): string {
    const from = this.#at;
    this.#skip(stringBegun);
    this.#take('"', from === this.#at);
    return JSON.parse(this.#text.slice(from, this.#at)) as string;
  }

  #take(character: string, isMissing = false): void {
    if (isMissing || this.#text[this.#at] !== character) throw new Mistake(this.#at);
    this.#at++;
  }

  /** Answers with the length of what was there. */
  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    const { length } = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += length;
    return length;
  }
}
