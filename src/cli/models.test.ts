import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runModels } from './models.ts';

describe('the verb models', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'models-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('prints every machine as Mermaid', async () => {
    const { stdout } = await runModels({ format: 'mermaid' });
    expect(stdout.match(/^stateDiagram-v2$/gm)).toHaveLength(4);
  });

  it('prints one machine as the table that runs', async () => {
    const { stdout } = await runModels({ name: 'health', format: 'table' });
    expect(stdout).toMatch(/up failures=2\s*│ up\s*│ down/);
  });

  it('writes one SVG a machine into a folder that it makes', async () => {
    const out = join(folder, 'new');
    const { stdout } = await runModels({ format: 'svg', out });
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(await readFile(join(out, 'session.svg'), 'utf8')).toContain('</svg>');
  });

  it('knows the nearest name of one that is wrong', async () => {
    await expect(runModels({ name: 'sesion', format: 'table' })).rejects.toMatchObject({
      message: 'sesion: there is no such model',
      hint: expect.stringContaining('Did you mean `session`?'),
    });
  });

  it('says so where it cannot write', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(runModels({ format: 'table', out: file })).rejects.toThrow(/cannot be written to/);
  });
});
