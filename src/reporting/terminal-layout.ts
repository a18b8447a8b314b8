/**
 * What every terminal report shares: colour that can be off, text from outside made harmless, and borderless
 * tables that fit the width. Knows no result.
 */
import Table from 'cli-table3';
import pc from 'picocolors';

export interface TerminalLook {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}
export type Paint = ReturnType<typeof pc.createColors>;

export function paintFor(look: TerminalLook): Paint {
  return pc.createColors(look.colour);
}

/** Text that came from outside must not move the cursor, colour the screen, turn the writing direction or break a line. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

export type Align = 'left' | 'right';

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Columns without rules. Cells may carry colour and lines of their own. */
export function columns(rows: readonly (readonly string[])[], aligns: readonly Align[]): string {
  if (rows.length === 0) return '';
  const table = new Table({
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: [...aligns],
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

export function indent(text: string, by: number): string {
  const margin = ' '.repeat(by);
  return text
    .split('\n')
    .map((line) => (line === '' ? line : margin + line))
    .join('\n');
}

/** Plain text broken at words; a word longer than the width stays whole, so that paths can be copied. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join('\n');
}
