/**
 * Errors meant for the person at the keyboard: what went wrong, where, and what to do about it.
 * Violations and findings are data and never come this way; our own mistakes are `invariant()`.
 */

/** Exit codes of the command line, one meaning each (see `--help`). */
export const exitCodes = {
  met: 0,
  failed: 1,
  undecided: 2,
  staleWaiver: 3,
  nothingExecuted: 4,
  usage: 64,
  badInput: 65,
  unavailable: 69,
  internal: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Of several runs the one exit code that counts, in the order of the design: the first that any of them has. */
export function worstOf(codes: readonly number[]): number {
  const { interrupted, internal, unavailable, badInput: input, usage } = exitCodes;
  const { nothingExecuted, failed, staleWaiver, undecided, met } = exitCodes;
  const order = [
    ...[interrupted, internal, unavailable, input, usage],
    ...[nothingExecuted, failed, staleWaiver, undecided],
  ];
  return order.find((code) => codes.includes(code)) ?? met;
}

export interface OperatorErrorOptions {
  /** Stable upper-snake name, e.g. `TRACE_TRUNCATED`. */
  readonly code: string;
  /** What the reader can do next, one sentence. */
  readonly hint?: string;
  readonly exitCode: ExitCode;
  readonly cause?: unknown;
}

export class OperatorError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly exitCode: ExitCode;

  constructor(message: string, options: OperatorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OperatorError';
    this.code = options.code;
    this.hint = options.hint ?? null;
    this.exitCode = options.exitCode;
  }
}

/** A file the user gave cannot be used; `message` starts with its place (`file:line:column`). Exit code 65. */
export function badInput(message: string, code: string, hint?: string): OperatorError {
  return new OperatorError(message, {
    code,
    exitCode: exitCodes.badInput,
    ...(hint === undefined ? {} : { hint }),
  });
}
