/** Directories of runs that were killed go with the next run. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { makeRunDirectory, removeRunDirectory } from './run-directory.ts';

/** Above the largest process id that Linux gives (2^22). */
const nobody = 2 ** 22 + 1;

test('the first directory removes those of processes that are gone, and no others', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'counterpoise-test-'));
  vi.stubEnv('TMPDIR', directory);
  const kept = [`counterpoise-run-${process.pid}-x`, 'somebody-elses'];
  for (const name of [...kept, `counterpoise-run-${nobody}-x`]) {
    await mkdir(join(directory, name));
  }
  const made = await makeRunDirectory();
  expect((await readdir(directory)).length).toBe(3);
  await removeRunDirectory(made);
  expect((await readdir(directory)).toSorted()).toEqual(kept);
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});
