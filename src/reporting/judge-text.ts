/** What judges made of one history, for the terminal. Knows the result only. */
import type { JudgeResult } from '../results/judge-result.ts';
import { counted, figure } from './figures.ts';
import { renderVerdictsText } from './replay-text.ts';
import { harmless, indent, paintFor, type TerminalLook, wrapped } from './terminal-layout.ts';

export function renderJudgeText(result: JudgeResult, look: TerminalLook): string {
  const paint = paintFor(look);
  const { implementation, file, events, defects, gate } = result;
  const head = `${paint.bold(harmless(file))}: ${counted(events, 'event')} of ${harmless(`${implementation.name} ${implementation.version}`)}`;
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [
          `${paint.bold(title)}\n${indent(lines.map((line) => wrapped(harmless(line), look.width - 2)).join('\n'), 2)}`,
        ];
  const told = (some: readonly { readonly clause: string; readonly why: string }[]) =>
    some.map(({ clause, why }) => `${clause}: ${why}`);
  const sections = [
    head,
    ...list('does not add up', defects),
    ...(result.verdicts.length === 0 ? [] : [renderVerdictsText(result, look)]),
    ...list('observed, not judged', told(result.observations)),
    ...list('undecided', told(result.undecided)),
    ...(result.silent.length === 0
      ? []
      : [paint.dim(`no case of ${figure(result.silent.length)} other clauses`)]),
    `${gate.why} (exit code ${gate.exitCode})`,
  ];
  return `${sections.join('\n\n')}\n`;
}
