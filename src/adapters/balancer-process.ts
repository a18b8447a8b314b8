/**
 * One process of a balancer's, started so that it ends with us however we end, watched, and stopped. Knows nothing of
 * what it balances.
 */
import { createServer } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { execa } from 'execa';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';

export interface BalancerProgram {
  /** As users know it. */
  readonly name: string;
  /** What error codes begin with. */
  readonly code: string;
  readonly installHint: string;
}

export interface BalancerProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<unknown>;
  isOver(): boolean;
  /** null: it runs, or a signal ended it. */
  exitCode(): number | null;
  isMissing(): boolean;
  /** Its last words. */
  stderr(): string;
  stop(): void;
}

/** A balancer's own words on why it does not take what it was started with. */
export interface BalancerRejection {
  readonly rejection: string;
}

/** Measured 0.13 s on a quiet machine, 1.2 s on a busy one. */
const readyLimitMs = 10_000;
const readyPollMs = 5;
const killAfterMs = 1000;
const stderrCharactersKept = 4000;
const guard = 'setpriv';
const guardWords = [guard, '--pdeathsig', 'KILL', '--'];
/** What setpriv answers when there is no such program to run. */
const exitOfMissing = 127;

const endpointAddress = '127.0.0.1';
/** A port found free may be taken by somebody else before the balancer has it. */
const portAttempts = 5;

let guardFound: Promise<boolean> | null = null;

/** util-linux's setpriv asks the kernel to end a process with its parent, even one that was killed. */
function hasGuard(): Promise<boolean> {
  guardFound ??= execa(guard, ['--version'], { reject: false }).then(({ failed }) => !failed);
  return guardFound;
}

export async function startBalancer(line: readonly string[]): Promise<BalancerProcess> {
  const isGuarded = await hasGuard();
  const [program = '', ...words] = [...(isGuarded ? guardWords : []), ...line];
  const child = execa(program, words, {
    // out of the terminal's process group, so that Ctrl-C does not end the balancer before its trials have ended
    detached: isGuarded,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    cleanup: true,
    forceKillAfterDelay: killAfterMs,
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-stderrCharactersKept);
  });
  let result: Awaited<typeof child> | null = null;
  const ended = child.then((given) => {
    result = given;
  });
  return {
    pid: child.pid,
    ended,
    isOver: () => result !== null,
    exitCode: () => result?.exitCode ?? null,
    isMissing: () => result?.code === 'ENOENT' || result?.exitCode === exitOfMissing,
    stderr: () => text.trim(),
    stop: () => void child.kill('SIGTERM'),
  };
}

/** Waits until `isReady` answers true; throws where the process ends before, or takes too long. */
export async function untilReady(
  running: BalancerProcess,
  program: BalancerProgram,
  isReady: () => Promise<boolean>,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < readyLimitMs; waitedMs += readyPollMs) {
    if (running.isMissing()) throw programMissing(program);
    if (running.isOver()) throw processGone(running, program);
    if (await isReady()) return;
    await pass(readyPollMs);
  }
  throw processGone(running, program);
}

/** What it said where it ended by itself with exit code 1, null where it is ready; any other end is thrown. Whatever is not ready is disposed of. */
export async function rejectionOf(
  running: BalancerProcess,
  ready: Promise<void>,
  dispose: () => Promise<void>,
): Promise<BalancerRejection | null> {
  try {
    await ready;
    return null;
  } catch (error) {
    await dispose();
    if (running.exitCode() === 1) return { rejection: running.stderr() };
    throw error;
  }
}

/** Starts again, on another port, where it is rejected with words like `lostPort`. */
export async function onFreePort<Started extends object>(
  lostPort: RegExp,
  startOnce: (endpoint: {
    readonly address: string;
    readonly port: number;
  }) => Promise<Started | BalancerRejection>,
): Promise<Started | BalancerRejection> {
  for (let attempt = 1; ; attempt++) {
    const started = await startOnce({ address: endpointAddress, port: await freePort() });
    const isPortLost = 'rejection' in started && lostPort.test(started.rejection);
    if (!isPortLost || attempt === portAttempts) return started;
  }
}

export function programMissing({ name, code, installHint }: BalancerProgram): OperatorError {
  return new OperatorError(`${name}: there is no such program on this machine`, {
    code: `${code}_MISSING`,
    exitCode: exitCodes.unavailable,
    hint: installHint,
  });
}

export function processGone(
  running: BalancerProcess,
  { name, code }: BalancerProgram,
): OperatorError {
  const how = running.isOver() ? 'ended by itself' : `was not ready within ${readyLimitMs} ms`;
  return new OperatorError(`${name}: ${how}; its last words: ${running.stderr() || '(none)'}`, {
    code: `${code}_GONE`,
    exitCode: exitCodes.unavailable,
  });
}

/** null: it runs. */
export function faultOf(running: BalancerProcess, program: BalancerProgram): OperatorError | null {
  return running.isOver() ? processGone(running, program) : null;
}

/** Free at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(noPort(cause)));
    server.listen(0, endpointAddress, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(noPort(null));
      });
    });
  });
}

function noPort(cause: Error | null): OperatorError {
  const why = cause === null ? '' : `: ${cause.message}`;
  return new OperatorError(`no free port on ${endpointAddress} for a balancer${why}`, {
    code: 'PORTS_EXHAUSTED',
    exitCode: exitCodes.unavailable,
    hint: 'Other programs hold every port of net.ipv4.ip_local_port_range: end some, or widen the range.',
    ...(cause === null ? {} : { cause }),
  });
}
