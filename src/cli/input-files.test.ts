/** Files that cannot be read and packed ones that are damaged: told in a sentence, with what to do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { selectClauses } from './conform.ts';
import { readInputFile, unpacked } from './input-files.ts';

const limits = { bytesMax: 1 << 20 };
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterpoise-input-'));
});
afterAll(() => rm(folder, { recursive: true }));

function complaintOn(run: () => unknown): OperatorError {
  try {
    run();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('no complaint');
}

it('says of a file that breaks while it is read what the system says', async () => {
  await expect(readInputFile('/proc/self/mem', limits)).rejects.toMatchObject({
    exitCode: 65,
    message: '/proc/self/mem: cannot be read (EIO)',
    hint: 'Copy it to a file elsewhere.',
  });
});

it('says of a packed file that it is damaged, or holds nothing, and takes one that was cut off', async () => {
  const text = 'a line of a history\n'.repeat(500);
  const packed = gzipSync(text);
  expect(unpacked(packed, 'f', limits).toString()).toBe(text);
  expect(unpacked(packed.subarray(0, -12), 'f', limits).toString()).not.toBe('');
  const flipped = Buffer.from(packed);
  flipped[flipped.length - 6] = (flipped.at(-6) ?? 0) ^ 1;
  const { message } = complaintOn(() => unpacked(flipped, 'f', limits));
  expect(message).toBe('f: it begins like a gzip file and is a damaged one (incorrect data check)');
  const file = join(folder, 'garbage.gz');
  await writeFile(file, Buffer.concat([packed.subarray(0, 10), Buffer.from('garbage\n')]));
  const garbage = await readInputFile(file, limits);
  expect(complaintOn(() => unpacked(garbage, 'f', limits)).message).toContain('gzip');
  expect(complaintOn(() => unpacked(packed.subarray(0, 2), 'f', limits)).message).toBe(
    'f: it begins like a gzip file and holds nothing',
  );
});

it('takes an empty word for no clause, and knows the nearest name of a group', () => {
  expect(complaintOn(() => selectClauses(['schedule', '']))).toMatchObject({ exitCode: 64 });
  expect(complaintOn(() => selectClauses(['helth'])).hint).toBe('did you mean health?');
  expect(selectClauses(['schedule.wrr.cycle'])).toEqual(['schedule.wrr.cycle']);
});
