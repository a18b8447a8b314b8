/** `adapter init`: what it prints can be typed as it stands, and what it names is there. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Language, runAdapterInit } from './adapter.ts';
import { keepingTerminal } from './terminal.fixture.ts';

let room = '';
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "counterpoise it's-"));
});
afterAll(() => rm(room, { recursive: true, force: true }));

const languages: readonly Language[] = ['python', 'shell', 'typescript'];

async function wordsOf(typed: string): Promise<readonly string[]> {
  const { stdout } = await execa('sh', ['-c', `printf '%s\\n' ${typed}`]);
  return stdout.split('\n');
}

describe.each(languages)('a start in %s', (language) => {
  it('prints commands that a shell takes as they were meant, and files that are there', async () => {
    const { terminal, printed } = keepingTerminal();
    await runAdapterInit(language, join(room, language), terminal);
    const text = printed.join('\n');
    const [line = ''] = /npx counterpoise adapter test .*/.exec(text) ?? [];
    // once as it is typed, and once more as the adapter's own line is read
    const [called = ''] = await wordsOf(line.split('adapter test')[1] ?? '');
    const [, kind, rest = ''] = /^(cmd|module):(.*)$/.exec(called) ?? [];
    const file = kind === 'cmd' ? (await wordsOf(rest)).at(-1) : rest;
    expect(existsSync(file ?? '')).toBe(true);
    const named = text.match(/^ {2}\/.*$/gm) ?? [];
    expect(named).toHaveLength(2);
    expect(named.filter((path) => !existsSync(path.trim()))).toEqual([]);
  });
});
