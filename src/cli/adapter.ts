/**
 * `counterpoise adapter`: writes a start for an adapter of one's own, and tries one out. Knows the terminal and files;
 * what is asked of an adapter stands in `adapters/`.
 */

import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../adapters/connect.ts';
import { type Finding, tryAdapter } from '../adapters/trying/try-adapter.ts';
import { type ExitCode, exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { Terminal } from './terminal.ts';

export type Language = 'python' | 'shell' | 'typescript';

const starts: Readonly<Record<Language, string>> = {
  python: 'cmd:python3 FOLDER/balancer.py',
  shell: 'cmd:FOLDER/adapter.sh',
  typescript: 'module:FOLDER/adapter.mjs',
};

/** Copies the example of the language: it works as it is, and is made into one's own from there. */
export async function runAdapterInit(
  language: Language,
  folder: string,
  terminal: Terminal,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const there = await readdir(folder);
    if (there.length > 0) throw notEmpty(folder);
    await cp(exampleFolder(language), folder, {
      recursive: true,
      filter: (path) => !path.includes('__pycache__'),
    });
    if (language === 'shell') await chmod(join(folder, 'adapter.sh'), 0o755);
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw new OperatorError(`${folder}: cannot be written to`, {
      code: 'OUTPUT_NOT_WRITABLE',
      exitCode: exitCodes.usage,
      cause,
    });
  }
  const connectable = starts[language].replace('FOLDER', folder);
  terminal.print(
    [
      `Wrote ${(await readdir(folder)).map((name) => join(folder, name)).join(', ')}. Next:`,
      `  counterpoise adapter test '${connectable}'`,
      `  counterpoise conform '${connectable}'`,
    ].join('\n'),
  );
}

/** In the sources two folders up, in what is built three. */
function exampleFolder(language: Language): string {
  const places = ['../../examples', '../../../examples'].map((up) =>
    fileURLToPath(new URL(`${up}/${language}`, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new OperatorError(`the example in ${language} is not part of this installation`, {
    code: 'EXAMPLE_MISSING',
    exitCode: exitCodes.internal,
  });
}

function notEmpty(folder: string): OperatorError {
  return new OperatorError(`${folder}: is not empty`, {
    code: 'OUTPUT_NOT_EMPTY',
    exitCode: exitCodes.usage,
    hint: 'Name a folder that is not there yet.',
  });
}

const marks: Readonly<Record<Finding['is'], string>> = {
  fine: '✓',
  wrong: '✗',
  noted: '!',
  'left out': '–',
};

export async function runAdapterTest(
  connectable: string,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const findings: Finding[] = [];
  await tryAdapter(
    connectable,
    () => connect(connectable),
    (finding) => {
      findings.push(finding);
      if (json) return;
      const note = finding.note === '' ? '' : `\n    ${finding.note.replaceAll('\n', '\n    ')}`;
      terminal.print(`${marks[finding.is]} ${finding.what}${note}`);
    },
  );
  if (json) terminal.print(JSON.stringify({ connectable, findings }, null, 2));
  else terminal.print(summaryOf(findings));
  return findings.some(({ is }) => is === 'wrong') ? exitCodes.failed : exitCodes.met;
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (kind: Finding['is']) => findings.filter(({ is }) => is === kind).length;
  const [wrong, noted] = [count('wrong'), count('noted')];
  const mend = wrong === 0 ? 'Nothing to mend' : `${wrong} to mend`;
  return noted === 0 ? `${mend}.` : `${mend}, ${noted} to look at.`;
}
