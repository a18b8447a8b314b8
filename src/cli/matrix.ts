/**
 * `counterpoise matrix`: puts the results of several runs side by side. Knows where results lie and where the matrix
 * goes; what is in it is made elsewhere.
 */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { nearestName } from '../documents/places.ts';
import { badInput, type ExitCode, exitCodes, OperatorError } from '../errors/operator-error.ts';
import { renderMatrixHtml } from '../reporting/matrix-html.ts';
import { renderMatrixMarkdown, renderMatrixText } from '../reporting/matrix-text.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import { columnsOf, type Matrix, matrixOf, type Run } from '../results/matrix.ts';
import { type Filter, parseFilter } from '../results/matrix-filter.ts';
import { parseConformanceResult } from '../results/read-result.ts';
import { readInputFile } from './input-files.ts';
import { writeInFolder } from './output-folder.ts';
import type { Terminal } from './terminal.ts';

export interface MatrixCommand {
  /** Folders with a result.json, folders of such folders, or result files. */
  readonly places: readonly string[];
  readonly filter: string;
  /** Where matrix.html, matrix.md and matrix.json go. */
  readonly out: string;
  readonly json: boolean;
}

/** A run with every clause failing and its stories takes about 1 MB. */
const resultBytesMax = 16 << 20;
const runsMax = 100;

export async function runMatrix(command: MatrixCommand, terminal: Terminal): Promise<ExitCode> {
  const runs = await runsIn(command.places);
  const names = columnsOf(runs).map(({ name }) => name);
  const filter = filterOf(command.filter, names);
  const matrix = matrixOf(runs, filter);
  if (matrix.rows.length === 0) throw nothingLeft(runs, filter);
  await writeMatrix(matrix, command);
  terminal.print(
    command.json ? JSON.stringify(matrix, null, 2) : renderMatrixText(matrix, terminal),
  );
  terminal.note(`open  ${join(command.out, 'matrix.html')}`);
  return exitCodes.met;
}

async function writeMatrix(matrix: Matrix, { out, places, filter }: MatrixCommand): Promise<void> {
  const page = renderMatrixHtml(matrix, {
    reports: await Promise.all(matrix.columns.map(({ file }) => reportBeside(file, out))),
    command: [
      ...['npx', 'counterpoise', 'matrix', ...places],
      ...(filter === '' ? [] : ['--filter', filter]),
    ],
  });
  await writeInFolder(join(out, 'matrix.html'), page);
  await writeInFolder(join(out, 'matrix.md'), renderMatrixMarkdown(matrix));
  await writeInFolder(join(out, 'matrix.json'), `${JSON.stringify(matrix, null, 2)}\n`);
}

async function reportBeside(file: string, out: string): Promise<string | null> {
  const report = join(dirname(file), 'report.html');
  return (await kindOf(report)) === 'file' ? relative(out, report) : null;
}

async function runsIn(places: readonly string[]): Promise<readonly Run[]> {
  const files = (await Promise.all(places.map(resultFilesIn))).flat();
  if (files.length > runsMax) {
    throw badInput(
      `${files.length} results, at most ${runsMax} stand side by side`,
      'MATRIX_TOO_WIDE',
      'Name fewer folders.',
    );
  }
  const runs: Run[] = [];
  for (const file of new Set(files)) runs.push({ file, result: await resultIn(file) });
  return runs;
}

/** What a place holds: itself, its own result, or those of the folders in it. Simulations are passed over. */
async function resultFilesIn(place: string): Promise<readonly string[]> {
  if ((await kindOf(place)) !== 'folder') return [place];
  const own = join(place, 'result.json');
  if ((await kindOf(own)) === 'file') return [own];
  const inside = (await readdir(place)).toSorted().map((name) => join(place, name, 'result.json'));
  const found: string[] = [];
  for (const file of inside) {
    if ((await kindOf(file)) === 'file' && (await kindOfResult(file)) === 'conformance') {
      found.push(file);
    }
  }
  if (found.length > 0) return found;
  throw badInput(
    `${place}: no result.json of a conformance run in it or in its folders`,
    'MATRIX_EMPTY',
    'Name what `counterpoise conform` wrote, for example reports/out.',
  );
}

async function kindOf(path: string): Promise<'folder' | 'file' | null> {
  return stat(path).then(
    (found) => (found.isDirectory() ? 'folder' : 'file'),
    () => null,
  );
}

async function kindOfResult(file: string): Promise<unknown> {
  const value = await jsonIn(file);
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null;
}

async function jsonIn(file: string): Promise<unknown> {
  const text = (await readInputFile(file, { bytesMax: resultBytesMax })).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Name the result.json of a run, or run it again.';
    throw badInput(`${file}: not JSON: ${why}`, 'RESULT_UNREADABLE', hint);
  }
}

async function resultIn(file: string): Promise<ConformanceResult> {
  const parsed = parseConformanceResult(await jsonIn(file));
  if ('result' in parsed) return parsed.result;
  const [first] = parsed.mistakes;
  throw badInput(
    `${file}: not the result of a conformance run of this version: ${first?.path ?? ''} ${first?.why ?? ''}`,
    'RESULT_UNREADABLE',
    'Run `counterpoise conform` again with this version.',
  );
}

function filterOf(text: string, names: readonly string[]): Filter {
  const parsed = parseFilter(text, names);
  if ('accepts' in parsed) return parsed;
  throw new OperatorError(
    parsed.mistakes.map(({ term, why }) => `--filter ${term}: ${why}`).join('\n'),
    { code: 'FILTER_UNREADABLE', exitCode: exitCodes.usage, hint: 'For example  is:different' },
  );
}

function nothingLeft(runs: readonly Run[], { text }: Filter): OperatorError {
  const ids = runs.flatMap(({ result }) => result.clauses.map(({ id }) => id));
  const near = nearestName(text, ids);
  return new OperatorError(`no clause passes the filter "${text}"`, {
    code: 'NOTHING_SELECTED',
    exitCode: exitCodes.nothingExecuted,
    hint: near === null ? 'Try it without --filter.' : `Did you mean ${near}?`,
  });
}
