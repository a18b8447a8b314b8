/** What is wrong with a scenario, collected with its places and told all at once. Knows no rule. */
import type { Document } from '../documents/document.ts';
import { formatPath, type Path } from '../documents/places.ts';
import { badInput, type OperatorError } from '../errors/operator-error.ts';

/** More mistakes than this in one file are one mistake. */
const toldMax = 50;

export class Findings {
  readonly #lines: string[] = [];

  get any(): boolean {
    return this.#lines.length > 0;
  }

  /** `what` completes the sentence that begins with the path: "is -3; seconds above 0 belong there". */
  add(document: Document, path: Path, what: string): void {
    const { line, column } = document.placeOf(path);
    const subject = path.length === 0 ? '' : `${formatPath(path)}  `;
    this.#lines.push(`${document.fileName}:${line}:${column}  ${subject}${what}`);
  }

  toError(): OperatorError {
    const told = this.#lines.slice(0, toldMax);
    const untold = this.#lines.length - told.length;
    if (untold > 0) told.push(`… and ${untold} more`);
    return badInput(told.join('\n'), 'SCENARIO_INVALID');
  }
}

/** A value as found in a file, short enough for a sentence. */
export function inWords(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
}
