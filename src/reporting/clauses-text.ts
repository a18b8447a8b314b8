/** The clause book for the terminal and as a table in Markdown. Knows the listing only. */
import type { ClauseListing, ListedClause } from '../results/clause-listing.ts';
import { counted } from './figures.ts';
import { columns, indent, paintFor, type TerminalLook, wrapped } from './terminal-layout.ts';

export function renderClausesText({ clauses }: ClauseListing, look: TerminalLook): string {
  const paint = paintFor(look);
  const entries = clauses.map((clause) => {
    const rows = [
      ['page', clause.section],
      ['judge', judgeInWords(clause)],
      ...(clause.trait === null ? [] : [['declared by', clause.trait]]),
      ['defects', clause.defects.join(', ') || noneOf(clause)],
    ].map(([label = '', text = '']) => [paint.dim(label), wrapped(text, look.width - 18)]);
    return [
      `${paint.bold(clause.id)}  ${paint.dim(clause.strength)}`,
      indent(wrapped(clause.statement, look.width - 2), 2),
      indent(columns(rows, ['left', 'left']), 2),
    ].join('\n');
  });
  return `${[...entries, summary(clauses)].join('\n\n')}\n`;
}

/** What README links as the table of traceability. */
export function renderClausesMarkdown({ clauses }: ClauseListing): string {
  const rows = clauses.map((clause) => [
    `\`${clause.id}\``,
    clause.strength + (clause.trait === null ? '' : ` (\`${clause.trait}\`)`),
    clause.statement,
    clause.section,
    judgeInWords(clause),
    clause.defects.map((name) => `\`${name}\``).join(', ') || noneOf(clause),
  ]);
  const table = [
    [
      'Clause',
      'Strength',
      'What it says',
      'Where on the page',
      'Judged by',
      'Seeded defects it catches',
    ],
    ['---', '---', '---', '---', '---', '---'],
    ...rows,
  ].map((row) => `| ${row.map(cell).join(' | ')} |`);
  return [
    '# Clauses',
    '',
    'What a conforming backend service does, and what decides it. `stated`: the page says it. `derived`: it follows.',
    '`declared`: the page leaves it open, the implementation says which reading holds, and without a declaration the suite',
    'only says what it observed. Made by `npx counterpoise clauses --markdown`.',
    '',
    ...table,
    '',
    `${summary(clauses)}`,
    '',
  ].join('\n');
}

function noneOf({ isMeasured }: ListedClause): string {
  return isMeasured ? 'measured only: nothing can break it' : 'none seeded';
}

function judgeInWords({ judge, timelines }: ListedClause): string {
  if (judge === null) return 'nobody';
  if (judge === 'configuration') return 'boundaries, pairs and drawn configurations';
  return timelines.length === 0 ? 'any timeline' : `timelines ${timelines.join(', ')}`;
}

function summary(clauses: readonly ListedClause[]): string {
  const caught = clauses.filter(({ defects }) => defects.length > 0).length;
  const judged = clauses.filter(({ judge }) => judge !== null).length;
  return `${counted(clauses.length, 'clause')}, ${judged} judged, ${caught} with a seeded defect of their own.`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
