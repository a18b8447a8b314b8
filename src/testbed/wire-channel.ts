/**
 * The parent's end of the process of sockets: starts it, asks it, hands on what it saw, and ends it. Knows nothing of
 * what is asked.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { enteringWords } from '../adapters/network-namespace.ts';
import { raisePriority } from '../adapters/priority.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { HistoryEvent } from '../history/vocabulary.ts';
import type { WireCalls, WireNews } from './wire-messages.ts';

/** Starting through tsx takes about a second on a busy machine. */
const startLimitMs = 20_000;

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class WireChannel {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (event: HistoryEvent) => void>();
  #calls = 0;
  #isOver = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (news) => this.#hear(news as WireNews));
    child.on('exit', (code, signal) => this.#ended(`ended by itself (${signal ?? code})`));
    child.on('error', (error) => this.#ended(error.message));
  }

  /** `networkNamespace`: a file that stands for the one in which the sockets are to be. */
  static async start(networkNamespace?: string): Promise<WireChannel> {
    const isSource = import.meta.url.endsWith('.ts');
    const entry = new URL(isSource ? './wire-process.ts' : './wire-process.js', import.meta.url);
    const tsx = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const child = fork(fileURLToPath(entry), [], {
      ...launch(networkNamespace, isSource ? ['--import', tsx()] : []),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // a session of its own: Ctrl-C is for the parent, which decides when the sockets end
      detached: true,
    });
    await started(child);
    await raisePriority(child.pid);
    return new WireChannel(child);
  }

  /** Of the process of sockets: two testbeds never share it. */
  get pid(): number {
    return this.#child.pid ?? process.pid;
  }

  ask<Name extends keyof WireCalls>(
    name: Name,
    ask: Parameters<WireCalls[Name]>[0],
  ): Promise<ReturnType<WireCalls[Name]>> {
    if (this.#isOver) return Promise.reject(unavailable('has ended'));
    const call = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve: resolve as never, reject });
      this.#child.send({ call, do: name, ask });
    });
  }

  listen(trial: string, hear: (event: HistoryEvent) => void): void {
    this.#listeners.set(trial, hear);
  }
  unlisten(trial: string): void {
    this.#listeners.delete(trial);
  }

  async dispose(): Promise<void> {
    if (this.#isOver) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#ended('has ended');
    this.#child.disconnect();
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), 1000);
    await ended;
    clearTimeout(limit);
  }

  #hear(news: WireNews): void {
    if ('event' in news) this.#listeners.get(news.trial)?.(news.event);
    else if ('answered' in news) this.#take(news.answered)?.resolve(news.answer as never);
    else if ('failed' in news) this.#take(news.failed)?.reject(unavailable(news.message));
  }

  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  #ended(why: string): void {
    this.#isOver = true;
    for (const waiting of this.#waiting.values()) waiting.reject(unavailable(why));
    this.#waiting.clear();
  }
}

/** nsenter becomes the program that it starts, so the channel to the child stays. */
function launch(networkNamespace: string | undefined, nodeWords: readonly string[]) {
  if (networkNamespace === undefined) return { execArgv: [...nodeWords] };
  const [execPath = '', ...entering] = enteringWords(networkNamespace);
  return { execPath, execArgv: [...entering, process.execPath, ...nodeWords] };
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      clearTimeout(limit);
      child.kill('SIGKILL');
      reject(unavailable('did not start'));
    };
    const limit = setTimeout(fail, startLimitMs);
    child.once('exit', fail).once('error', fail);
    child.once('message', () => {
      clearTimeout(limit);
      child.off('exit', fail).off('error', fail);
      resolve();
    });
  });
}

function unavailable(what: string): OperatorError {
  return new OperatorError(`testbed: the process of sockets: ${what}`, {
    code: 'TESTBED_SOCKETS',
    exitCode: exitCodes.unavailable,
    hint: 'The testbed needs 127.0.0.0/8 on the loopback interface and the ports that the configuration names.',
  });
}
