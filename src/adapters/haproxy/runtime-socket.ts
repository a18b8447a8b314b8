/**
 * HAProxy's runtime socket: one line of commands a connection, answered and closed. Knows no command.
 */
import { connect } from 'node:net';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';

/** A command takes about 1 ms; a machine may be busy. */
const answerLimitMs = 5000;
const answerBytesMax = 4 << 20;

/** Answers to the commands, as one text. Commands of one call run without any traffic in between. */
export function askRuntime(socketPath: string, commands: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      socket.destroy();
      reject(
        new OperatorError(`haproxy: runtime socket ${socketPath}: ${why}`, {
          code: 'HAPROXY_RUNTIME',
          exitCode: exitCodes.unavailable,
        }),
      );
    };
    const socket = connect(socketPath);
    socket.setTimeout(answerLimitMs, () => fail(`no answer within ${answerLimitMs} ms`));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > answerBytesMax) fail(`an answer of over ${answerBytesMax} bytes`);
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('end', () => resolve(text));
    socket.write(`${commands.join(';')}\n`);
  });
}
