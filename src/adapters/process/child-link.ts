/**
 * An adapter that is a program here: started by a shell line in a process group of its own, spoken to over its standard
 * input and output, and ended with everything that it started. Knows no message.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { execa } from 'execa';
import type { Ended, Link } from './link.ts';

/** An adapter that has seen the end of its input, or was asked to end, has so long to put its balancers away. */
const endOfInputMs = 3000;
const terminatedMs = 1000;
/** What was said before the end may still be in the pipe, or held open by a process that outlives the adapter. */
const drainedMs = 250;
const wordsKept = 2000;
const sweepsMax = 50;
const sweepPauseMs = 5;
/** What a shell answers when there is no such program, or no right to run it (POSIX, Exit Status for Commands). */
const exitsOfMissing = [126, 127];
/** In the environment of an adapter and of all that it starts, so that none of it is left behind. */
const marker = 'COUNTERPOISE_ADAPTER';

/** Process groups to end with us, however we end. */
const groups = new Set<number>();
process.once('exit', () => {
  for (const group of groups) signal(group, 'SIGKILL');
});

/**
 * util-linux's setpriv, where there is one, has the kernel tell the adapter when we are killed. `exec`: signals reach
 * the adapter, not a shell in front of it, which would end first.
 */
const guarded =
  'command -v setpriv >/dev/null && exec setpriv --pdeathsig TERM -- /bin/sh -c "$0"; exec /bin/sh -c "$0"';

/** One command and its words: no shell need stay in front of it. */
const isPlain = /^[^;&|<>()`\n={}!]+$/;

/** `line`: as typed in a shell. */
export function startChild(line: string): Link {
  swept ??= endOrphans();
  const token = `${process.pid}-${randomUUID()}`;
  const child = execa('/bin/sh', ['-c', guarded, isPlain.test(line) ? `exec ${line}` : line], {
    env: { [marker]: token },
    // a group of its own: Ctrl-C at the terminal is for us, and all of it can be ended at once
    detached: true,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    cleanup: false,
  });
  const group = child.pid;
  if (group !== undefined) groups.add(group);
  child.stdin.on('error', () => {}); // it has gone: `ended` tells
  let words = '';
  let wordsEnd = 0;
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    words = (words + part).slice(-wordsKept);
    wordsEnd += part.length;
  });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, killer) => resolve(howItExited(code, killer)));
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
  });
  const drained = new Promise<void>((resolve) => child.stdout.once('close', resolve));
  const ended = exited.then(async (how): Promise<Ended> => {
    await Promise.race([drained, pass(drainedMs)]);
    return { how, isMissing: exitsOfMissing.includes(child.exitCode ?? 0) || group === undefined };
  });
  const isAllGone = async () =>
    (child.exitCode !== null || child.signalCode !== null || group === undefined) &&
    (await markedProcesses((mark) => mark === token)).length === 0;
  // a shell in front of the adapter may go before it
  const gone = async (limitMs: number): Promise<boolean> => {
    const untilMs = performance.now() + limitMs;
    await Promise.race([exited, pass(limitMs, undefined, { ref: false })]);
    while (!(await isAllGone())) {
      if (performance.now() > untilMs) return false;
      await pass(sweepPauseMs);
    }
    return true;
  };
  const leaves = (when: 'end of input' | 'SIGTERM'): Promise<boolean> => {
    if (when === 'end of input') child.stdin.end();
    else if (group !== undefined) signal(group, 'SIGTERM');
    return gone(endOfInputMs);
  };
  const stop = async (how: 'orderly' | 'now'): Promise<void> => {
    child.stdin.end();
    const isGone = how === 'orderly' && (await gone(endOfInputMs));
    if (!isGone && group !== undefined && how === 'orderly') {
      signal(group, 'SIGTERM');
      await gone(terminatedMs);
    }
    if (group !== undefined) signal(group, 'SIGKILL');
    await endMarked((mark) => mark === token);
    await swept;
    child.stdout.destroy();
    child.stderr.destroy();
    await exited;
    if (group !== undefined) groups.delete(group);
  };
  let stopping: Promise<void> | null = null;
  return {
    output: child.stdout,
    write: (text) => void child.stdin.write(text),
    ended,
    words: (from) => (from >= wordsEnd ? '' : words.slice(Math.min(0, from - wordsEnd))),
    wordsEnd: () => wordsEnd,
    leaves,
    stop: (how) => {
      stopping ??= stop(how);
      return stopping;
    },
  };
}

function howItExited(code: number | null, killer: NodeJS.Signals | null): string {
  if (killer !== null) return `it was ended by ${killer}`;
  return `it ended by itself with exit code ${code}`;
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // all of it has gone
  }
}

let swept: Promise<void> | null = null;

/** What runs that were killed left behind, hostile to the end. */
function endOrphans(): Promise<void> {
  return endMarked((mark) => {
    const owner = Number(mark.split('-')[0]);
    return Number.isInteger(owner) && owner > 0 && !isAlive(owner);
  });
}

/** Whatever left the group carries the mark still. Linux; elsewhere the group has to do. */
async function endMarked(isMeant: (mark: string) => boolean): Promise<void> {
  // what is found may start another before it is ended, and the kernel takes its time
  for (let round = 0; round < sweepsMax; round++) {
    const found = await markedProcesses(isMeant);
    if (found.length === 0) return;
    if (round > 0) await pass(sweepPauseMs);
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone in between
      }
    }
  }
}

async function markedProcesses(isMeant: (mark: string) => boolean): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => []);
  const found: number[] = [];
  for (const name of names) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    const mark = environment.split('\0').find((entry) => entry.startsWith(`${marker}=`));
    if (mark !== undefined && isMeant(mark.slice(marker.length + 1))) found.push(Number(name));
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
