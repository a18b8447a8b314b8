/**
 * One pen: started in a directory of its own on a port that nobody else has, told what to change over its control
 * socket, and ended without a trace. Knows nothing of what it balances.
 */
import { connect } from 'node:net';
import { join } from 'node:path';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import {
  type BalancerProgram,
  type BalancerRejection,
  faultOf,
  onFreePort,
  processGone,
  rejectionOf,
  startBalancer,
  untilReady,
} from '../balancer-process.ts';
import { raisePriority } from '../priority.ts';
import { makeRunDirectory, removeRunDirectory } from '../run-directory.ts';

export const penProgram: BalancerProgram = {
  name: 'pen',
  code: 'PEN',
  installHint:
    'Install it with `apt-get update && apt-get install --no-install-recommends pen`, or name another one in COUNTERPOISE_PEN.',
};

export interface PenProcess {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** Why it ended by itself; null: it runs. */
  fault(): Error | null;
  tell(command: string): Promise<void>;
  dispose(): Promise<void>;
}
export type Render = (at: {
  endpoint: { address: string; port: number };
  socketPath: string;
}) => readonly string[];

/** A command takes about 1 ms; a machine may be busy. */
const answerLimitMs = 5000;

export async function startPen(
  command: string,
  render: Render,
): Promise<PenProcess | BalancerRejection> {
  return onFreePort(/can't bind/, (endpoint) => startOnce(command, render, endpoint));
}

async function startOnce(
  command: string,
  render: Render,
  endpoint: PenProcess['endpoint'],
): Promise<PenProcess | BalancerRejection> {
  const directory = await makeRunDirectory();
  const socketPath = join(directory, 'control.sock');
  const running = await startBalancer([command, ...render({ endpoint, socketPath })]);
  const dispose = async (): Promise<void> => {
    running.stop();
    await running.ended;
    await removeRunDirectory(directory);
  };
  const answers = () =>
    answerOf(socketPath, 'pid').then(
      () => true,
      () => false,
    );
  const ready = untilReady(running, penProgram, answers).then(() => raisePriority(running.pid));
  const rejection = await rejectionOf(running, ready, dispose);
  if (rejection !== null) return rejection;
  const tell = async (line: string): Promise<void> => {
    if (running.isOver()) throw processGone(running, penProgram);
    const answer = await answerOf(socketPath, line);
    // it says something only where it was asked something, or does not understand
    if (answer !== '') throw complaint(`\`${line}\`: ${answer}`);
  };
  return { endpoint, fault: () => faultOf(running, penProgram), tell, dispose };
}

/** One command a connection, answered and closed. */
function answerOf(socketPath: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.setTimeout(answerLimitMs, () => {
      socket.destroy();
      reject(complaint(`\`${line}\`: no answer within ${answerLimitMs} ms`));
    });
    socket.on('error', (error) => reject(complaint(`\`${line}\`: ${error.message}`)));
    socket.on('end', () => resolve(text.trim()));
    socket.write(`${line}\n`);
  });
}

function complaint(what: string): OperatorError {
  return new OperatorError(`pen: it does not take ${what}`, {
    code: 'PEN_COMMAND',
    exitCode: exitCodes.unavailable,
    hint: 'The adapter was measured on pen 0.34.1; name such a one in COUNTERPOISE_PEN.',
  });
}
