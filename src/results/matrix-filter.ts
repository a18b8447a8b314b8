/**
 * The language that picks rows of a matrix: `is:different`, `count:1(fail)`, `haproxy:pass nginx:fail`, `-is:same`,
 * words of a clause. Terms are joined by "and". Knows verdicts and names of columns, no document and no page.
 */
import type { ClauseVerdict } from './conformance-result.ts';
import type { MatrixRow } from './matrix.ts';

export interface Filter {
  readonly text: string;
  /** `names`: of the columns, in their order. */
  readonly accepts: (row: MatrixRow, names: readonly string[]) => boolean;
}

export type Term =
  | { readonly kind: 'different' | 'same'; readonly isWanted: boolean }
  | {
      readonly kind: 'count';
      readonly isWanted: boolean;
      readonly number: number;
      readonly verdict: string;
    }
  | {
      readonly kind: 'verdict';
      readonly isWanted: boolean;
      readonly column: string;
      readonly verdict: string;
    }
  | { readonly kind: 'word'; readonly isWanted: boolean; readonly word: string };

export interface Mistake {
  readonly term: string;
  readonly why: string;
}

const filterVerdicts: readonly ClauseVerdict[] = [
  'pass',
  'fail',
  'inconclusive',
  'unsupported',
  'not-applicable',
  'skipped',
  'error',
];

/** All mistakes at once; none: the filter. */
export function parseFilter(
  text: string,
  names: readonly string[],
): Filter | { readonly mistakes: readonly Mistake[] } {
  const terms = termsOf(text, names);
  const mistakes = terms.flatMap((term) => mistakeIn(term, names));
  if (mistakes.length > 0) return { mistakes };
  return {
    text: text.trim(),
    accepts: ({ clause, statement, cells }, columns) =>
      accepts(
        terms,
        `${clause} ${statement}`.toLowerCase(),
        cells.map((cell) => cell?.verdict ?? null),
        columns,
      ),
  };
}

/**
 * Text → terms. Uses no name from outside, since the page runs it as it is written here. Names of columns may hold a
 * colon, so the verdict is what follows the last one.
 */
export function termsOf(text: string, names: readonly string[]): Term[] {
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((typed): Term => {
      const isWanted = !typed.startsWith('-');
      const word = isWanted ? typed : typed.slice(1);
      if (word === 'is:different' || word === 'is:same') {
        return { kind: word === 'is:same' ? 'same' : 'different', isWanted };
      }
      const count = /^count:(\d+)\(([a-z-]*)\)$/.exec(word);
      if (count !== null) {
        return { kind: 'count', isWanted, number: Number(count[1]), verdict: count[2] ?? '' };
      }
      const colon = word.lastIndexOf(':');
      const column = word.slice(0, Math.max(0, colon));
      if (colon > 0 && !names.includes(word)) {
        return { kind: 'verdict', isWanted, column, verdict: word.slice(colon + 1) };
      }
      return { kind: 'word', isWanted, word: word.toLowerCase() };
    });
}

/** Whether a row passes. `text`: what words are looked for in, in small letters. Runs in the page, too. */
export function accepts(
  terms: readonly Term[],
  text: string,
  verdicts: readonly (string | null)[],
  names: readonly string[],
): boolean {
  return terms.every((term) => holds(term, text, verdicts, names) === term.isWanted);
}

/** A term by itself, its negation left out. Runs in the page, too. */
export function holds(
  term: Term,
  text: string,
  verdicts: readonly (string | null)[],
  names: readonly string[],
): boolean {
  if (term.kind === 'word') return text.includes(term.word);
  if (term.kind === 'verdict') return verdicts[names.indexOf(term.column)] === term.verdict;
  if (term.kind === 'count') {
    return verdicts.filter((verdict) => verdict === term.verdict).length === term.number;
  }
  const isSame = verdicts.every((verdict) => verdict === verdicts[0]);
  return isSame === (term.kind === 'same');
}

function mistakeIn(term: Term, names: readonly string[]): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  if (term.kind === 'count' || term.kind === 'verdict') {
    const typed =
      term.kind === 'count'
        ? `count:${term.number}(${term.verdict})`
        : `${term.column}:${term.verdict}`;
    if (!filterVerdicts.some((verdict) => verdict === term.verdict)) {
      const why = `"${term.verdict}" is no verdict; there are ${filterVerdicts.join(', ')}`;
      mistakes.push({ term: typed, why });
    }
    if (term.kind === 'verdict' && !names.includes(term.column)) {
      const why = `"${term.column}" is no implementation here; there are ${names.join(', ')}; besides these, is:different, is:same and count:N(verdict)`;
      mistakes.push({ term: typed, why });
    }
  }
  return mistakes;
}
