/**
 * The directories that balancers' processes run in, one each, under the system's own for temporary files. Knows nothing
 * of what is put there.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const prefix = 'counterpoise-run-';

let swept: Promise<void> | null = null;

/** A new one, named after this process; the first removes what runs that were killed left behind. */
export async function makeRunDirectory(): Promise<string> {
  swept ??= sweep();
  await swept;
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

export async function removeRunDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

async function sweep(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    // somebody else's stays where it is
    await removeRunDirectory(join(tmpdir(), name)).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
