/**
 * `counterpoise adapter`: writes a start for an adapter of one's own, and tries one out. Knows the terminal and files;
 * what is asked of an adapter stands in `adapters/`.
 */

import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageHint } from '../adapters/adapter-fault.ts';
import { connect } from '../adapters/connect.ts';
import { type Finding, tryAdapter } from '../adapters/trying/try-adapter.ts';
import { type ExitCode, exitCodes, OperatorError } from '../errors/operator-error.ts';
import { typed } from '../errors/typed.ts';
import type { Terminal } from './terminal.ts';

export type Language = 'python' | 'shell' | 'typescript';

interface Start {
  /** What it is called by, `file` quoted for a shell where one reads it. */
  readonly connectable: (file: string) => string;
  /** The file that is run, and what to begin with when it is to be one's own. */
  readonly file: string;
  readonly next: string;
  readonly needs: string;
}

const starts: Readonly<Record<Language, Start>> = {
  python: {
    connectable: (file) => `cmd:python3 ${typed([file])}`,
    file: 'balancer.py',
    next: 'service.py is the balancer: put yours in its place; TRAITS and CAPABILITIES in balancer.py say what it does.',
    needs: 'Python 3, nothing else.',
  },
  shell: {
    connectable: (file) => `cmd:${typed([file])}`,
    file: 'adapter.sh',
    next: 'description.json says what the balancer is and does, adapter.sh starts and changes it, haproxy.jq writes its configuration.',
    needs: 'bash, jq and haproxy on the PATH.',
  },
  typescript: {
    connectable: (file) => `module:${file}`,
    file: 'adapter.mjs',
    next: 'adapter.mjs knows only weighted round robin: what it declares as missing is yours to add.',
    needs: 'Node, nothing else; `npm install counterpoise` there lets an editor check its types.',
  },
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
    await cp(ours(`examples/${language}`), folder, {
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
  const { connectable, file, next, needs } = starts[language];
  const called = connectable(join(folder, file));
  const verb = (...words: readonly string[]) => `  ${typed(['npx', 'counterpoise', ...words])}`;
  terminal.print(
    [
      `Wrote ${(await readdir(folder)).map((name) => join(folder, name)).join(', ')}.`,
      `It works as it is, and needs ${needs} Try it:`,
      verb('adapter', 'test', called),
      verb('conform', called),
      `Then make it your own: ${next}`,
      'What is asked of an adapter, and the schema of every message:',
      `  ${ours('docs/adapter-protocol.md')}`,
      `  ${ours('schemas/adapter')}`,
    ].join('\n'),
  );
}

/** A path in this installation: in the sources two folders up, in what is built three. */
function ours(path: string): string {
  const places = ['../..', '../../..'].map((up) =>
    fileURLToPath(new URL(`${up}/${path}`, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new OperatorError(`${path} is not part of this installation`, {
    code: 'INSTALLATION_INCOMPLETE',
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
  await tryAll(connectable, (finding) => {
    findings.push(finding);
    if (json) return;
    const note = finding.note === '' ? '' : `\n    ${finding.note.replaceAll('\n', '\n    ')}`;
    terminal.print(`${marks[finding.is]} ${finding.what}${note}`);
  });
  if (json) terminal.print(JSON.stringify({ connectable, findings }, null, 2));
  else terminal.print(summaryOf(findings));
  return findings.some(({ is }) => is === 'wrong') ? exitCodes.failed : exitCodes.met;
}

/** Of an adapter that cannot even say what it is, the hint must not be to try it out. */
async function tryAll(connectable: string, tell: (finding: Finding) => void): Promise<void> {
  try {
    await tryAdapter(connectable, () => connect(connectable), tell);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'ADAPTER_FAULT') throw error;
    const { code, exitCode, message } = error;
    const hint = `Mend its reply to \`describe\` first, nothing else can be tried without it: ${pageHint}.`;
    throw new OperatorError(message, { code, exitCode, hint, cause: error });
  }
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (kind: Finding['is']) => findings.filter(({ is }) => is === kind).length;
  const [wrong, noted] = [count('wrong'), count('noted')];
  const mend = wrong === 0 ? 'Nothing to mend' : `${wrong} to mend`;
  return noted === 0 ? `${mend}.` : `${mend}, ${noted} to look at.`;
}
