/**
 * The verb `validate`: a configuration file → all its violations with their places, or what can be associated with
 * each backend service. Returns text and exit code; printing and colour are the face's.
 */
import {
  type Document,
  documentBytesMax,
  type Place,
  readDocument,
} from '../documents/document.ts';
import { parsePath } from '../documents/places.ts';
import { type ExitCode, exitCodes } from '../errors/operator-error.ts';
import { type Association, associations, type ServiceAssociations } from '../spec/associations.ts';
import type { Profile } from '../spec/configuration.ts';
import { readBackOf } from '../spec/resolve.ts';
import { type Validation, validateDocument } from '../spec/validate-document.ts';
import type { Violation } from '../spec/violation.ts';
import { readInputFile } from './input-files.ts';

export interface ValidateOptions {
  readonly file: string;
  readonly profile?: Profile | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}
export interface VerbResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
}

interface PlacedViolation extends Violation, Place {}

/** More than a person reads; a file with so many is broken in one place, not in all. */
const violationsPrintedMax = 200;

/** Unreadable files come out as `OperatorError` with exit code 65. */
export async function runValidate(options: ValidateOptions): Promise<VerbResult> {
  const bytes = await readInputFile(options.file, { bytesMax: documentBytesMax });
  const document = readDocument(bytes, options.file);
  const validation = validateDocument(document.value, { profile: options.profile });
  const violations = placed(validation.violations, document);
  const isValid = violations.length === 0;
  const text = options.json
    ? asJson(options.file, validation, violations)
    : asText(options, validation, violations);
  return { exitCode: isValid ? exitCodes.met : exitCodes.failed, stdout: text };
}

function placed(violations: readonly Violation[], document: Document): readonly PlacedViolation[] {
  return violations
    .map((violation) => ({ ...violation, ...document.placeOf(parsePath(violation.path) ?? []) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function asText(
  { file, quiet }: ValidateOptions,
  { document, profile }: Validation,
  violations: readonly PlacedViolation[],
): string {
  if (document === null) {
    const lines = aligned(
      violations.slice(0, violationsPrintedMax).map((found) => columnsOf(file, found)),
    );
    const more = violations.length - violationsPrintedMax;
    if (more > 0) lines.push(`… and ${more} more`);
    if (quiet) return joined(lines);
    return joined([
      ...lines,
      '',
      `${counted(violations.length, 'violation')} of the ${profile} profile.`,
    ]);
  }
  if (quiet) return '';
  const services = associations(document, profile).flatMap(associationLines);
  return joined([`${file} is valid in the ${profile} profile.`, ...services]);
}

function columnsOf(file: string, found: PlacedViolation): readonly [string, string, string] {
  const observed = found.observed === undefined ? 'missing' : shown(found.observed);
  return [
    `${file}:${found.line}:${found.column}`,
    found.path || '(document)',
    `${observed}: must be ${found.expected}  (${found.clause ?? 'shape'})`,
  ];
}

/** Columns as wide as their widest, unless one is so wide that the rest would leave the screen. */
const columnWidthMax = 70;
function aligned(rows: readonly (readonly [string, string, string])[]): string[] {
  const widths = [0, 1].map((column) =>
    Math.min(columnWidthMax, Math.max(0, ...rows.map((row) => row[column]?.length ?? 0))),
  );
  return rows.map(([place, path, text]) =>
    [place.padEnd(widths[0] ?? 0), path.padEnd(widths[1] ?? 0), text].join('  '),
  );
}

const shownLengthMax = 40;
/** A value found, as it would be written, short and on one line. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value);
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax - 1)}…` : text;
}

function associationLines({
  service,
  serverGroups,
  listeners,
}: ServiceAssociations): readonly string[] {
  return [
    '',
    `Backend service ${shown(service)}`,
    ...answers('server group', serverGroups),
    ...answers('listener', listeners),
  ];
}

function answers(what: string, all: readonly Association[]): readonly string[] {
  if (all.length === 0) return [`  no ${what} in this file`];
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(({ name, isAssociated, obstacle }) => {
    const answer = obstacle === null ? 'can be associated' : `cannot be associated: ${obstacle}`;
    return `  ${what} ${name.padEnd(width)}  ${isAssociated ? 'is associated' : answer}`;
  });
}

function asJson(
  file: string,
  { document, profile }: Validation,
  violations: readonly PlacedViolation[],
): string {
  const result = {
    validation: 1,
    file,
    profile,
    valid: document !== null,
    violations: violations.map(({ line, column, path, clause, expected, observed }) => ({
      line,
      column,
      path,
      clause,
      expected,
      ...(observed === undefined ? {} : { observed: writable(observed) }),
    })),
    associations: document === null ? null : associations(document, profile),
    readBack: document === null ? null : readBackOf(document, profile),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** JSON has no NaN and no infinities, and a whole section need not be repeated. */
function writable(value: unknown): unknown {
  const isPlain = value === null || typeof value === 'boolean' || typeof value === 'string';
  return isPlain || Number.isFinite(value) ? value : shown(value);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function joined(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
