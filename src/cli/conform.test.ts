/** The verb `conform` end to end in stepped time: the same seed writes the same bytes, another one does not. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runConform } from './conform.ts';
import type { Terminal } from './terminal.ts';

let out = '';
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'counterpoise-conform-'));
});
afterAll(() => rm(out, { recursive: true, force: true }));

const terminal = {
  ...{ colour: false, width: 100, print: () => undefined, note: () => undefined },
  progress: () => ({ say: () => undefined, stop: () => undefined }),
} as unknown as Terminal;

/** Of a clause that fails and is made small, and of one that rests on statistics. */
async function resultOf(seed: string): Promise<string> {
  const implementation = 'defect:cumulative-failures';
  await runConform(
    {
      ...{ implementation, seed, profile: 'console', jobs: null, shrinkSeconds: 600, alpha: 1e-6 },
      clauses: ['schedule.wrr.share', 'health.consecutive'],
      ...{ load: false, json: true, out, signal: new AbortController().signal },
    },
    terminal,
  );
  return readFile(join(out, 'defect-cumulative-failures', 'result.json'), 'utf8');
}

it('writes the same bytes for the same seed, and others for another', async () => {
  const once = await resultOf('seven');
  expect(await resultOf('seven')).toBe(once);
  expect(await resultOf('eight')).not.toBe(once);
  expect(JSON.parse(once).gate).toMatchObject({ exitCode: 1, why: 'fails health.consecutive' });
});
