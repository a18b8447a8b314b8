/** The matrix for a terminal and as Markdown. Knows no page and no file. */
import type { Matrix, MatrixCell, ReadingRow } from '../results/matrix.ts';
import { verdictCell } from './conformance-text.ts';
import { counted } from './figures.ts';
import { columns, harmless, paintFor, type TerminalLook } from './terminal-layout.ts';
import { verdictWords } from './verdict-words.ts';

export function renderMatrixText(matrix: Matrix, look: TerminalLook): string {
  const paint = paintFor(look);
  const head = ['', ...matrix.columns.map(({ name }) => paint.bold(harmless(name)))];
  const versions = matrix.columns.map(({ implementation }) =>
    paint.dim(harmless(`${implementation.name} ${implementation.version}`)),
  );
  const rows = matrix.rows.map(({ clause, cells }) => [
    harmless(clause),
    ...cells.map((cell) => (cell === null ? paint.dim('–') : verdictCell(cell.verdict, paint))),
  ]);
  const readings = matrix.readings
    .filter(isOpen)
    .map(({ trait, cells }) => [
      harmless(trait),
      ...cells.map((cell) => (cell === null ? paint.dim('–') : harmless(String(cell.reading)))),
    ]);
  const parts = [aligned([head, ['', ...versions], ...rows])];
  if (readings.length > 0)
    parts.push(`${paint.bold('readings that differ')}\n${aligned(readings)}`);
  const size = `${counted(matrix.rows.length, 'clause')}, ${counted(matrix.columns.length, 'implementation')}`;
  parts.push(matrix.filter === '' ? size : `${size}, filtered by ${harmless(matrix.filter)}`);
  return `${parts.join('\n\n')}\n`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  return columns(
    rows,
    (rows[0] ?? []).map(() => 'left' as const),
  );
}

function isOpen({ cells }: ReadingRow): boolean {
  return cells.some((cell) => cell?.reading !== cells[0]?.reading);
}

export function renderMatrixMarkdown(matrix: Matrix): string {
  const names = matrix.columns.map(({ name }) => name);
  const about = matrix.columns.map(
    ({ name, implementation, suite, profile, seed, time }) =>
      `- \`${name}\`: ${inCell(`${implementation.name} ${implementation.version}`)}, ${time} time, profile ${profile}, seed ${inCell(seed)}, Counterpoise ${suite}`,
  );
  const clauses = matrix.rows.map(({ clause, cells }) => [
    `\`${clause}\``,
    ...cells.map(verdictIn),
  ]);
  const readings = matrix.readings.map(({ trait, cells }) => [
    `\`${trait}\``,
    ...cells.map((cell) =>
      cell === null
        ? '–'
        : inCell(`${cell.reading}${cell.providedBy === 'adapter' ? ' (adapter)' : ''}`),
    ),
  ]);
  return `${[
    '# Matrix',
    about.join('\n'),
    ...(matrix.filter === '' ? [] : [`Only clauses that pass \`${matrix.filter}\`.`]),
    tableOf(['Clause', ...names.map(inCell)], clauses),
    '✓ pass · ✗ fail · ? inconclusive · – unsupported · `·` not applicable · ○ skipped · ! error · * by adapter',
    '## Readings',
    tableOf(['Reading', ...names.map(inCell)], readings),
  ].join('\n\n')}\n`;
}

function verdictIn(cell: MatrixCell | null): string {
  if (cell === null) return '';
  return `${verdictWords[cell.verdict].symbol}${cell.byAdapter === null ? '' : ' *'}`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Text from outside must not end a cell or a line. */
function inCell(text: string): string {
  return harmless(text).replaceAll('|', '\\|');
}
