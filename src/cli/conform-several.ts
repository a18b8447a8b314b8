/**
 * `counterpoise conform` on one implementation or on several, one after the other, so that none disturbs another's
 * time; of several the matrix is made as well. Knows no verdict.
 */
import { join } from 'node:path';
import { isConnectable } from '../adapters/connect.ts';
import { type ExitCode, exitCodes, OperatorError, worstOf } from '../errors/operator-error.ts';
import { type ConformCommand, type ConformReport, runConform } from './conform.ts';
import { runMatrix } from './matrix.ts';
import type { Terminal } from './terminal.ts';

export type ConformAsked = Omit<ConformCommand, 'implementation' | 'clauses'>;

/** The first word names an implementation; of the others those that do, the rest are clauses. */
export function implementationsIn([first = '', ...words]: readonly string[]): {
  readonly implementations: readonly string[];
  readonly clauses: readonly string[];
} {
  return {
    implementations: [...new Set([first, ...words.filter(isConnectable)])],
    clauses: words.filter((word) => !isConnectable(word)),
  };
}

export async function runConformOn(
  words: readonly string[],
  asked: ConformAsked,
  terminal: Terminal,
): Promise<number> {
  const { implementations, clauses } = implementationsIn(words);
  const [only] = implementations;
  if (implementations.length === 1 && only !== undefined) {
    const command = { ...asked, implementation: only, clauses };
    return (await runConform(command, terminal)).result.gate.exitCode;
  }
  const codes: number[] = [];
  const reports: string[] = [];
  for (const implementation of implementations) {
    if (asked.signal.aborted) break;
    const command = { ...asked, implementation, clauses };
    // of several the one document that is printed is the matrix
    const own = command.json ? { ...terminal, print: () => undefined } : terminal;
    const judged = await judgeIfThere(command, own);
    codes.push('result' in judged ? judged.result.gate.exitCode : judged.exitCode);
    if ('result' in judged) reports.push(join(judged.reportFile, '..'));
  }
  if (asked.signal.aborted) codes.push(exitCodes.interrupted);
  if (reports.length > 0) {
    await runMatrix({ places: reports, filter: '', out: asked.out, json: asked.json }, terminal);
  }
  return worstOf(codes);
}

/** One that is not there is told, and does not keep others from being judged. */
export async function judgeIfThere(
  command: ConformCommand,
  terminal: Terminal,
): Promise<ConformReport | { readonly exitCode: ExitCode }> {
  try {
    return await runConform(command, terminal);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.exitCode !== exitCodes.unavailable) throw error;
    terminal.complain(error);
    return { exitCode: error.exitCode };
  }
}
