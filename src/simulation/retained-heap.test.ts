/** Goal: what a run keeps does not grow with its length. Method: the heap after collection, in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const file = fileURLToPath(new URL('./retained-heap.fixture.ts', import.meta.url));
const grownBytesMax = 1_000_000;

it('ten million events leave less than a megabyte on the heap', async () => {
  const words = ['--expose-gc', '--import', 'tsx', file];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { grownBytes, events } = JSON.parse(stdout);
  expect(events).toBeGreaterThan(9_000_000);
  expect(grownBytes).toBeLessThan(grownBytesMax);
}, 240_000);
