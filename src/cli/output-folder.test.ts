/** What a run writes: its own files only, and a sentence where the disk does not take them. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOutputFolder } from './output-folder.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'counterpoise-out-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

it('removes what an earlier run wrote and nothing else', async () => {
  const first = await openOutputFolder(root, 'run');
  await first.write('histories/a.ndjson', '');
  await writeFile(join(first.path, 'notes.txt'), 'mine');
  await openOutputFolder(root, 'run');
  expect(await readdir(first.path)).toEqual(['notes.txt']);
});

it('tells the file that cannot be written, and what to do', async () => {
  const folder = await openOutputFolder(root, 'run');
  await writeFile(join(folder.path, 'histories'), 'a file where a folder belongs');
  await expect(folder.write('histories/a.ndjson', '')).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
    message: expect.stringContaining('a.ndjson'),
    hint: expect.stringContaining('--out'),
  });
});

it('ends where a folder exists that takes no other', async () => {
  await expect(openOutputFolder('/proc/counterpoise', 'run')).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
  });
});
