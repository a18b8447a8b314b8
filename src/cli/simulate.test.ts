/**
 * Goal: what `simulate` writes besides its result changes nothing in it, can be read, and fails in a sentence. Method: the
 * verb itself on short scenarios, into a folder of its own.
 */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HistogramLogReader } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { decodeHistory } from '../history/codec.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import { runJudge } from './judge.ts';
import { runSimulate, runSimulateReplications, type SimulateCommand } from './simulate.ts';
import { keepingTerminal } from './terminal.fixture.ts';

let folder = '';
let scenario = '';
let plain = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulate-'));
  scenario = join(folder, 'short.yaml');
  const shipped = new URL('../../scenarios/failure-and-detection.yaml', import.meta.url);
  const written = parse(await readFile(shipped, 'utf8'));
  written.traffic.poisson.durationSeconds = 100;
  written.outages = [
    { instance: 'b', fromSeconds: 10, toSeconds: 40, manner: 'silent' },
    { instance: 'c', fromSeconds: 50, toSeconds: 80, manner: 'refuses' },
  ];
  await writeFile(scenario, JSON.stringify(written));
  plain = await resultWith({});
});
afterAll(() => rm(folder, { recursive: true }));

const { terminal: silent } = keepingTerminal();

function command(change: Partial<SimulateCommand>): SimulateCommand {
  const { signal } = new AbortController();
  return { file: scenario, out: join(folder, 'out'), json: false, signal, ...change };
}

async function resultWith(change: Partial<SimulateCommand>): Promise<string> {
  const { reportFile } = await runSimulate(command(change), silent);
  return readFile(join(reportFile, '../result.json'), 'utf8');
}

describe('simulate --history', () => {
  it('gives the same result, byte for byte, and a history that the judge can read', async () => {
    const file = join(folder, 'run.ndjson');
    expect(await resultWith({ history: file })).toBe(plain);
    const { header, events } = decodeHistory(await readFile(file, 'utf8'), file);
    expect(header.instances.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(events.at(-1)).toMatchObject({ why: 'complete', events: events.length - 1 });
    const clauses = ['health.interval'];
    expect(await runJudge({ file, clauses, json: true }, silent)).toBe(0);
  });

  it('packs what ends in .gz, for the judge too', async () => {
    const packed = join(folder, 'two.ndjson.gz');
    await resultWith({ history: packed });
    const text = gunzipSync(await readFile(packed)).toString();
    expect(decodeHistory(text, packed).events.at(-1)).toMatchObject({ why: 'complete' });
    expect(await runJudge({ file: packed, clauses: ['health.interval'], json: true }, silent)).toBe(
      0,
    );
  });

  it('says so when the disk is full, and where nothing can be written', async () => {
    const told = (history: string) => runSimulate(command({ history }), silent);
    await expect(told('/dev/full')).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      exitCode: 64,
      message: '/dev/full: cannot be written to (ENOSPC)',
    });
    await expect(told('/proc/nowhere/run.ndjson')).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
  });

  it('leaves a history that says so when it is interrupted', async () => {
    const file = join(folder, 'interrupted.ndjson');
    const yardstick = new URL('../../scenarios/yardstick.yaml', import.meta.url).pathname;
    const interrupting = new AbortController();
    const { signal } = interrupting;
    const run = runSimulate(command({ file: yardstick, history: file, signal }), silent);
    const isRejected = expect(run).rejects.toMatchObject({ exitCode: 130 });
    const isWriting = async () => expect((await stat(file)).size).toBeGreaterThan(0);
    await vi.waitFor(isWriting, { timeout: 30_000, interval: 20 });
    interrupting.abort();
    await isRejected;
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const last = JSON.parse(lines.at(-1) as string);
    expect(last).toMatchObject({ event: 'history.ended', why: 'interrupted' });
    expect(last.events).toBe(lines.length - 2);
  });

  it('is of one run, and so is the table of sources', async () => {
    for (const option of [{ history: 'x' }, { sources: 'x' }]) {
      const run = runSimulateReplications(command({ ...option, replications: 2 }), silent);
      await expect(run).rejects.toMatchObject({ code: 'OPTION_OF_ONE_RUN', exitCode: 64 });
    }
  });
});

describe('simulate --sources', () => {
  it('tells where every source went, and changes nothing in the result', async () => {
    const file = join(folder, 'sources.csv');
    const written = await resultWith({ sources: file });
    expect(written).toBe(plain);
    const { totals, instances, sources }: SimulationResult = JSON.parse(written);
    const [head, ...rows] = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(head).toEqual(['address', 'arrived', 'refused', 'failed', 'placed', 'a', 'b', 'c', 'd']);
    expect(rows.length).toBe(sources.count);
    const sum = (column: number) => rows.reduce((all, row) => all + Number(row[column]), 0);
    expect([1, 2, 3, 4].map(sum)).toEqual([
      totals.arrived,
      totals.refused,
      totals.failed,
      totals.placed,
    ]);
    expect([5, 6, 7, 8].map(sum)).toEqual(instances.map(({ placed }) => placed));
    for (const row of rows) {
      expect(row.slice(5).reduce((all, count) => all + Number(count), 0)).toBe(Number(row[4]));
    }
  });
});

describe('simulate --hdr', () => {
  it('writes histograms whose percentiles are those of the result', async () => {
    const file = join(folder, 'durations.hlog');
    const result: SimulationResult = JSON.parse(await resultWith({ hdr: file }));
    const reader = new HistogramLogReader(await readFile(file, 'utf8'));
    const tags: string[] = [];
    for (let read = reader.nextIntervalHistogram(); read != null; ) {
      const { tag } = read;
      tags.push(tag);
      const told = result.durations[tag as keyof SimulationResult['durations']];
      expect(read.totalCount).toBe(told?.count);
      const pairs = [
        [50, told?.p50Ms],
        [99, told?.p99Ms],
        [100, told?.maxMs],
      ] as const;
      for (const [percentile, ms = 0] of pairs) {
        const error = Math.abs(read.getValueAtPercentile(percentile) / 1000 - ms);
        expect(error, `${tag} ${percentile}`).toBeLessThanOrEqual(0.001 * ms + 0.001);
      }
      read = reader.nextIntervalHistogram();
    }
    expect(tags).toEqual(['completed', 'failed', 'lost', 'detection', 'comeback']);
  });
});
