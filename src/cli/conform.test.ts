/** The verb `conform` end to end in stepped time: the same seed writes the same bytes, and whoever interrupts it is heard. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConformCommand, runConform } from './conform.ts';
import { keepingTerminal } from './terminal.fixture.ts';

let out = '';
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'counterpoise-conform-'));
});
afterAll(() => rm(out, { recursive: true, force: true }));

const { terminal } = keepingTerminal();

function command(change: Partial<ConformCommand>): ConformCommand {
  return {
    ...{ implementation: 'reference', clauses: [], seed: '1', profile: 'console', jobs: null },
    ...{ shrinkSeconds: 600, alpha: 1e-6, load: false, json: true, out },
    signal: new AbortController().signal,
    ...change,
  };
}

/** Of a clause that fails and is made small, and of one that rests on statistics. */
async function resultOf(seed: string): Promise<string> {
  const implementation = 'defect:cumulative-failures';
  const clauses = ['schedule.wrr.share', 'health.consecutive'];
  await runConform(command({ implementation, clauses, seed }), terminal);
  return readFile(join(out, 'defect-cumulative-failures', 'result.json'), 'utf8');
}

it('writes the same bytes for the same seed, and others for another', async () => {
  const once = await resultOf('seven');
  expect(await resultOf('seven')).toBe(once);
  expect(await resultOf('eight')).not.toBe(once);
  expect(JSON.parse(once).gate).toMatchObject({ exitCode: 1, why: 'fails health.consecutive' });
});

it('hears an interruption in the middle of stepped time, which waits for nothing', async () => {
  const interruption = new AbortController();
  // the plan is told when all is loaded and nothing but cases is left
  const note = () => void setImmediate(() => interruption.abort());
  const { signal } = interruption;
  const { result } = await runConform(command({ signal }), { ...terminal, note });
  expect(result.complete).toBe(false);
  expect(result.gate.exitCode).toBe(130);
});
