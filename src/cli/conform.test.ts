/** The verb `conform` end to end in stepped time: the same seed writes the same bytes, and whoever interrupts it is heard. */
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConformanceResult } from '../results/conformance-result.ts';
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

it('writes the same bytes wherever it writes them, and tells commands that find the files from here', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  const told: string[] = [];
  const print = (text: string) => void told.push(text);
  const implementation = 'defect:cumulative-failures';
  const clauses = ['schedule.wrr.share', 'health.consecutive'];
  const ask = { implementation, clauses, seed: 'seven' };
  const again = command({ ...ask, json: false, out: elsewhere });
  await runConform(again, { ...terminal, print });
  const folder = join(elsewhere, 'defect-cumulative-failures');
  const written = await readFile(join(folder, 'result.json'), 'utf8');
  expect(written).toBe(await resultOf('seven'));
  const file = 'failures/health.consecutive.timeline.json';
  const found = (JSON.parse(written) as ConformanceResult).clauses.flatMap((one) => one.failures);
  expect(found.map((one) => [one.file, one.replay])).toEqual([
    [file, `npx counterpoise replay ${file} ${implementation}`],
  ]);
  const fromHere = relative(process.cwd(), join(folder, file));
  await expect(access(fromHere)).resolves.toBeUndefined();
  expect(told.join('\n')).toContain(`npx counterpoise replay ${fromHere} ${implementation}`);
  for (const page of ['report.html', 'junit.xml']) {
    expect(await readFile(join(folder, page), 'utf8')).toContain(`replay ${fromHere} `);
  }
  await rm(elsewhere, { recursive: true });
});

it('writes the same bytes on however many lanes, with configurations beside them', async () => {
  const implementation = 'defect:rejects-drain-zero';
  const clauses = ['schedule.source.share', 'config.draining'];
  const onLanes = async (jobs: number) => {
    await runConform(command({ implementation, clauses, jobs }), terminal);
    return readFile(join(out, 'defect-rejects-drain-zero', 'result.json'), 'utf8');
  };
  expect(await onLanes(4)).toBe(await onLanes(1));
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
