/**
 * What an adapter did wrong, as an error for the case it happened in: said once, with the evidence. Knows no transport.
 */
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { typed } from '../errors/typed.ts';

/** Where to read on. */
export const pageHint =
  'docs/adapter-protocol.md in the package counterpoise says what is asked of an adapter';

/** So much of what an adapter said is quoted; the rest would only hide the point. */
const quotedCharactersMax = 200;
const beside = '; its last words on standard error: ';

export function adapterFault(connectable: string, what: string, words = ''): OperatorError {
  const said = words.trim();
  const heard = said === '' ? '' : `${beside}${said}`;
  return new OperatorError(`adapter ${connectable}: ${what}${heard}`, {
    code: 'ADAPTER_FAULT',
    exitCode: exitCodes.unavailable,
    hint: `\`${typed(['npx', 'counterpoise', 'adapter', 'test', connectable])}\` lists what to mend; ${pageHint}.`,
  });
}

/** What went wrong, without what was said beside: one cause has one. */
export function causeOf({ message }: Error): string {
  return message.split(beside, 1)[0] ?? message;
}

/** A piece of what it sent, on one line. */
export function quoted(text: string): string {
  const short = text.slice(0, quotedCharactersMax);
  return `${JSON.stringify(short)}${text.length > short.length ? `… (${text.length} characters)` : ''}`;
}

/** There is nothing to talk to. */
export function adapterMissing(connectable: string, how: string): OperatorError {
  return new OperatorError(`adapter ${connectable}: it is not there: ${how}`, {
    code: 'ADAPTER_MISSING',
    exitCode: exitCodes.unavailable,
    hint: connectable.startsWith('tcp:')
      ? 'Start your adapter first: it must listen at that address, and be reached from here.'
      : 'Try the same line in a shell, from the same folder.',
  });
}
