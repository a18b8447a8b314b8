/**
 * What a rule is: a clause id and a function from the places of a document of any shape to what is wrong with it; and
 * the few ways of making one. Rules are data in an array, so that a wrong implementation is a list with one rule dropped or altered.
 */
import { formatPath, nearestName, type Path } from '../../documents/places.ts';
import type { IntegerRange, ProfileNumbers } from '../profiles.ts';
import type { Violation } from '../violation.ts';

export interface Rule {
  /** Unique, for edits of the list. */
  readonly name: string;
  readonly clause: string | null;
  readonly violations: (places: Places, numbers: ProfileNumbers) => readonly Violation[];
}

/** One place in a document that a pattern meets; `value` undefined: the map that should hold it does not. */
export interface Site {
  readonly path: Path;
  readonly value: unknown;
  /** The map that holds it, or should. */
  readonly holder: Readonly<Record<string, unknown>>;
  /** The map that the list which has the holder as a member is in. */
  readonly around: Readonly<Record<string, unknown>>;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Looks only at what the map itself says, not at what every object has. */
export function entryOf(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The word's meaning in a table of accepted spellings. */
export function meaningOf<T>(table: Readonly<Record<string, T>>, word: unknown): T | undefined {
  return typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : undefined;
}

/** The longest list there may be; one beyond it is wrong as a whole, so that no more of its members need looking at. */
export const membersSeenMax = 100;

/** Knows its path by the place above it: nearly all places are found right, and nobody asks where they are. */
class Place implements Site {
  readonly value: unknown;
  readonly holder: Site['holder'];
  readonly #above: Place | null;
  readonly #key: string | number;

  constructor(value: unknown, holder: Site['holder'], above: Place | null, key: string | number) {
    this.value = value;
    this.holder = holder;
    this.#above = above;
    this.#key = key;
  }

  get around(): Site['holder'] {
    return this.#above?.holder ?? {};
  }

  get path(): Path {
    return this.#above === null ? [] : [...this.#above.path, this.#key];
  }
}

/** The last step of a pattern, and the pattern above it. */
interface Step {
  readonly above: string;
  readonly key: string;
  readonly isList: boolean;
}
/** Patterns are constants of the rules, so there are few. */
const stepOfPattern = new Map<string, Step>();

function stepOf(pattern: string): Step {
  const known = stepOfPattern.get(pattern);
  if (known !== undefined) return known;
  const cut = pattern.lastIndexOf('.');
  const last = pattern.slice(cut + 1);
  const step = {
    above: pattern.slice(0, Math.max(0, cut)),
    key: last.replace('[]', ''),
    isList: last.endsWith('[]'),
  };
  stepOfPattern.set(pattern, step);
  return step;
}

/** The places of one document, each looked up once however many rules ask for it. */
export class Places {
  readonly #known = new Map<string, readonly Place[]>();

  constructor(document: unknown) {
    this.#known.set('', [new Place(document, {}, null, '')]);
  }

  /** `backendServices[].healthCheck.port`: every place that fits. Places whose surroundings have another shape are left to those who check that shape. */
  at(pattern: string): readonly Site[] {
    return this.#at(pattern);
  }

  /** Calls itself at most as often as a pattern has steps. */
  #at(pattern: string): readonly Place[] {
    const known = this.#known.get(pattern);
    if (known !== undefined) return known;
    const step = stepOf(pattern);
    const places: Place[] = [];
    for (const above of this.#at(step.above)) addBelow(above, step, places);
    this.#known.set(pattern, places);
    return places;
  }
}

function addBelow(above: Place, { key, isList }: Step, places: Place[]): void {
  const holder = above.value;
  if (!isMap(holder)) return;
  const place = new Place(entryOf(holder, key), holder, above, key);
  if (!isList) {
    places.push(place);
    return;
  }
  if (!Array.isArray(place.value)) return;
  const members: readonly unknown[] = place.value;
  for (let index = 0; index < Math.min(members.length, membersSeenMax); index++) {
    places.push(new Place(members[index], holder, place, index));
  }
}

/** What would be valid at a site, or null where all is well. */
export type Fault = string | null;
export type Judgement = (site: Site, numbers: ProfileNumbers) => Fault;

/** A rule on every place that fits a pattern. */
export function fieldRule(
  clause: string | null,
  pattern: string,
  judge: Judgement,
  name = `${pattern}${clause === null ? '' : ` (${clause})`}`,
): Rule {
  return {
    name,
    clause,
    violations: (places, numbers) => {
      const violations: Violation[] = [];
      for (const site of places.at(pattern)) {
        const expected = judge(site, numbers);
        if (expected !== null) violations.push(violation(clause, site.path, expected, site.value));
      }
      return violations;
    },
  };
}

export function violation(
  clause: string | null,
  path: Path,
  expected: string,
  observed: unknown,
): Violation {
  return { clause, path: formatPath(path), expected, observed };
}

/** An integer of the range; missing is fine only where there is a default. `3.0` is 3, NaN and the infinities are no integers. */
export function integerFault(
  value: unknown,
  range: IntegerRange & { readonly fallback?: number | null },
  whole = 'an integer',
): Fault {
  if (value === undefined && range.fallback !== null) return null;
  if (Number.isInteger(value) && Number(value) >= range.min && Number(value) <= range.max) {
    return null;
  }
  const expected =
    range.min === range.max
      ? `${range.max}, the only value there is, or left out`
      : `${whole} from ${range.min} to ${range.max}`;
  if (typeof value !== 'string') return expected;
  if (/^\s*[+-]?\d+(\.0*)?\s*$/.test(value)) return `${expected}, written without quotes`;
  return /^\s*\d+\s*[a-z]+\s*$/i.test(value)
    ? `${expected}, a bare number without a unit`
    : expected;
}

/** One of the words of a table. */
export function wordFault(value: unknown, words: readonly string[]): Fault {
  if (typeof value === 'string' && words.includes(value)) return null;
  const expected = words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
  return `${expected}${suggestion(value, words)}`;
}

/** `, did you mean "port"?`, where some name is near. */
export function suggestion(value: unknown, candidates: Iterable<string>): string {
  if (typeof value !== 'string') return '';
  const nearest = nearestName(value, candidates);
  return nearest === null ? '' : `, did you mean "${nearest}"?`;
}

/** A text with something other than blanks in it. */
export function textFault(value: unknown, what: string): Fault {
  return typeof value === 'string' && /\S/u.test(value) ? null : what;
}
