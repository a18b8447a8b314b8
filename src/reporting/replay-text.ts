/** A replayed case for the terminal: the story line by line, then what every judge said. Knows the result only. */
import type { ReplayResult } from '../results/replay-result.ts';
import { storyTable, verdictCell } from './conformance-text.ts';
import { columns, harmless, paintFor, type TerminalLook, wrapped } from './terminal-layout.ts';

export function renderReplayText(result: ReplayResult, look: TerminalLook): string {
  const { exitCode, why } = result.gate;
  const gate = wrapped(harmless(`${why} (exit code ${exitCode})`), look.width);
  return `${renderVerdictsText(result, look)}\n\n${gate}\n`;
}

/** Without what it comes down to. */
export function renderVerdictsText(
  result: Pick<ReplayResult, 'story' | 'verdicts'>,
  look: TerminalLook,
): string {
  const story = result.story.length === 0 ? [] : [storyTable(result.story, look)];
  const verdicts = result.verdicts.map((said) => verdictLines(said, look));
  const nothing = verdicts.length === 0 ? ['No judge had anything to say.'] : [];
  return [...story, ...verdicts, ...nothing].join('\n\n');
}

function verdictLines(said: ReplayResult['verdicts'][number], look: TerminalLook): string {
  const paint = paintFor(look);
  const charged = said.attributedTo === null ? '' : `  [also affected → ${said.attributedTo}]`;
  const head = `${verdictCell(said.is, paint)}  ${paint.bold(harmless(said.clause))}${paint.dim(harmless(charged))}`;
  const rows = [
    ['why', said.why],
    ['expected', said.expected ?? ''],
    ['observed', said.observed ?? ''],
  ].filter(([, text]) => text !== '');
  const width = look.width - 14;
  const cells = rows.map(([label = '', text = '']) => [
    `  ${paint.dim(label)}`,
    wrapped(harmless(text), width),
  ]);
  return `${head}\n${columns(cells, ['left', 'left'])}`;
}
