/** A terminal that keeps what it is told, for tests of verbs. */
import type { Terminal } from './terminal.ts';

export interface Kept {
  readonly printed: string[];
  readonly noted: string[];
  readonly terminal: Terminal;
}

export function keepingTerminal(): Kept {
  const printed: string[] = [];
  const noted: string[] = [];
  const terminal: Terminal = {
    colour: false,
    width: 100,
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
    complain: ({ message }) => void noted.push(message),
    progress: () => ({ say: () => undefined, stop: () => undefined }),
  };
  return { printed, noted, terminal };
}
