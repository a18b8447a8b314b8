/**
 * The terminal as this program sees it: colour and width where there is one, a line of progress on standard error
 * only on a terminal, and how a run is interrupted. Results go to standard output, everything else elsewhere.
 */
import ora from 'ora';
import type { OperatorError } from '../errors/operator-error.ts';

export interface Terminal {
  readonly colour: boolean;
  readonly width: number;
  print(text: string): void;
  /** Progress and notes: standard error, unless quiet. */
  note(text: string): void;
  /** What went wrong and what to do about it: standard error, also when quiet. */
  complain(error: OperatorError): void;
  progress(text: string): Progress;
}
interface Progress {
  say(text: string): void;
  stop(): void;
}

/** Where nobody watches, lines are as wide as a CI log shows without wrapping. */
const widthElsewhere = 120;

export function createTerminal(options: { readonly quiet: boolean }): Terminal {
  const isWatched = process.stderr.isTTY === true && !options.quiet;
  return {
    colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    width: process.stdout.columns ?? widthElsewhere,
    print: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => {
      if (!options.quiet) process.stderr.write(`${text}\n`);
    },
    complain: ({ message, hint }) => {
      process.stderr.write(`error: ${message}\n${hint === null ? '' : `  hint: ${hint}\n`}`);
    },
    progress(text) {
      if (!isWatched) return { say: () => undefined, stop: () => undefined };
      // the spinner must not swallow Ctrl-C, which ends the run in order
      const spinner = ora({ text, discardStdin: false, stream: process.stderr }).start();
      return {
        say: (next) => {
          spinner.text = next;
        },
        stop: () => void spinner.stop(),
      };
    },
  };
}

/** Aborted by the first Ctrl-C or SIGTERM; the second one ends the process at once. */
export function interruption(
  terminal: Terminal,
  note = 'Interrupted: ending what runs and writing what there is. Again to stop at once.',
): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    terminal.note(`\n${note}`);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
