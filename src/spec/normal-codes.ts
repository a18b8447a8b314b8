/** The ways of writing normal status codes: a class (`2xx`), one code (`204`), a range (`201-205`). Knows no profile. */
import type { CodeRange } from './configuration.ts';
import type { NormalCodeForm } from './profiles.ts';

export interface NormalCode extends CodeRange {
  readonly form: NormalCodeForm;
}

/** What one entry of `normalStatusCodes` stands for, or null where it is none of the three forms. */
export function normalCodeOf(entry: unknown): NormalCode | null {
  const text = typeof entry === 'number' ? String(entry) : entry;
  if (typeof text !== 'string') return null;
  const digit = /^([1-9])xx$/.exec(text)?.[1];
  if (digit !== undefined) {
    return { form: 'class', from: Number(digit) * 100, to: Number(digit) * 100 + 99 };
  }
  if (/^\d{3}$/.test(text)) return { form: 'code', from: Number(text), to: Number(text) };
  const range = /^(\d{3})-(\d{3})$/.exec(text);
  if (range === null) return null;
  return { form: 'range', from: Number(range[1]), to: Number(range[2]) };
}

/** Sorted, with neighbours joined, so that two spellings of one set are equal. */
export function joinedRanges(ranges: readonly CodeRange[]): readonly CodeRange[] {
  const joined: CodeRange[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || from > last.to + 1) joined.push({ from, to });
    else joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return joined;
}
