/** A replayed case for the terminal: the story line by line, then the verdicts. */
import pc from 'picocolors';
import type { ReplayResult } from '../results/replay-result.ts';

const { createColors } = pc;

export function renderReplayText(
  result: ReplayResult,
  options: { readonly colour: boolean },
): string {
  const paint = createColors(options.colour);
  const story = result.story.map(({ atMs, text, isEvidence }) => {
    const line = `  ${atMs.toFixed(1).padStart(9)} ms  ${isEvidence ? '▶' : ' '} ${text}`;
    return isEvidence ? paint.bold(line) : paint.dim(line);
  });
  const verdicts = result.verdicts.map(({ clause, is, why, attributedTo }) => {
    const charged = attributedTo === null ? '' : ` (charged to ${attributedTo})`;
    return `  ${colourOf(paint, is)(is.padEnd(12))}  ${clause}${charged}\n                ${why}`;
  });
  return [...story, ...(story.length > 0 ? [''] : []), ...verdicts].join('\n');
}

function colourOf(paint: ReturnType<typeof createColors>, is: string): (text: string) => string {
  if (is === 'pass') return paint.green;
  return is === 'fail' ? paint.red : paint.yellow;
}
