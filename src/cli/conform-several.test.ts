/** Several implementations in one run: which words are which, one that is not there, and the matrix. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { implementationsIn, runConformOn } from './conform-several.ts';
import { keepingTerminal } from './terminal.fixture.ts';

let out = '';
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'counterpoise-several-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const { noted, printed, terminal } = keepingTerminal();
const asked = {
  profile: 'console',
  seed: '1',
  alpha: 1e-6,
  jobs: null,
  shrinkSeconds: 0,
  load: false,
  json: true,
  signal: new AbortController().signal,
} as const;

it('takes words that can name no clause for implementations, each once', () => {
  const words = ['haproxy', 'schedule.wrr', 'reference', 'cmd:./mine --x', 'haproxy', 'health'];
  expect(implementationsIn(words)).toEqual({
    implementations: ['haproxy', 'reference', 'cmd:./mine --x'],
    clauses: ['schedule.wrr', 'health'],
  });
});

it('judges the others where one is not there, puts them side by side, and ends with the code that counts', async () => {
  const words = ['reference', 'config.name', 'defect:accepts-port-0', 'cmd:/none/such'];
  expect(await runConformOn(words, { ...asked, out }, terminal)).toBe(69);
  expect(noted.join(' ')).toContain('/none/such');
  const matrix = JSON.parse(printed.at(-1) ?? '');
  expect(matrix.columns.map(({ name }: { name: string }) => name)).toEqual([
    'reference',
    'defect:accepts-port-0',
  ]);
  expect(await readFile(join(out, 'matrix.html'), 'utf8')).toContain('config.name');
});
