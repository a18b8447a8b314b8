/** `counterpoise matrix` on folders as runs leave them, and on what is none. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleConformance } from '../reporting/conformance.fixture.ts';
import { runMatrix } from './matrix.ts';
import { writeInFolder } from './output-folder.ts';
import { keepingTerminal } from './terminal.fixture.ts';

let folder = '';
const { printed, terminal } = keepingTerminal();
const matrix = (places: readonly string[], filter = '') =>
  runMatrix({ places, filter, out: join(folder, 'out'), json: true }, terminal);
const shown = () => JSON.parse(printed.at(-1) ?? '');

beforeEach(async () => {
  printed.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'counterpoise-matrix-'));
  const result = JSON.stringify(sampleConformance());
  await writeInFolder(join(folder, 'runs/one/result.json'), result);
  await writeInFolder(join(folder, 'runs/one/report.html'), '');
  await writeInFolder(join(folder, 'runs/two/result.json'), result);
  await writeInFolder(join(folder, 'runs/simulate-x/result.json'), '{"kind":"simulation"}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('counterpoise matrix', () => {
  it('finds every conformance run in a folder of runs and names two of one implementation apart', async () => {
    expect(await matrix([join(folder, 'runs')])).toBe(0);
    const names = shown().columns.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['haproxy', 'haproxy#2']);
  });

  it('links each column to the report beside its result', async () => {
    await matrix([join(folder, 'runs')]);
    const page = await readFile(join(folder, 'out/matrix.html'), 'utf8');
    expect(page).toContain('href="../runs/one/report.html"');
    expect(page).not.toContain('runs/two/report.html');
  });

  it('takes the same run once, however often it is named', async () => {
    await matrix([join(folder, 'runs/one'), join(folder, 'runs/one/result.json')]);
    expect(shown().columns).toHaveLength(1);
  });

  it('has nothing to show where no clause passes the filter, and says so', async () => {
    const nothing = matrix([join(folder, 'runs')], 'is:different');
    await expect(nothing).rejects.toMatchObject({ exitCode: 4 });
  });

  it.each([
    ['{', /result.json: not JSON/],
    ['{"result":1,"kind":"conformance"}', /not the result of a conformance run.*suite/],
  ])('tells the file that is no result: %s', async (text, message) => {
    const file = join(folder, 'odd/result.json');
    await writeInFolder(file, text);
    await expect(matrix([file])).rejects.toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(message),
    });
  });

  it('tells a folder without results', async () => {
    await expect(matrix([join(folder, 'none-such')])).rejects.toMatchObject({ exitCode: 65 });
    await writeInFolder(join(folder, 'empty/notes.txt'), '');
    await expect(matrix([join(folder, 'empty')])).rejects.toMatchObject({ code: 'MATRIX_EMPTY' });
  });
});
