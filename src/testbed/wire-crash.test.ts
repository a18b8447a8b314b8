/** However a run ends, no process of it goes on. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = `
import { connect } from ${JSON.stringify(new URL('../adapters/connect.ts', import.meta.url).href)};
import { begun } from ${JSON.stringify(new URL('./trial.fixture.ts', import.meta.url).href)};
import { openTestbed } from ${JSON.stringify(new URL('./open-testbed.ts', import.meta.url).href)};
await begun(await openTestbed(connect('haproxy')));
process.stdout.write('under way\\n');
`;

async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]);
  return stdout.trim().split('\n').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.concurrent.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'leaves no process when its parent is ended by %s',
  async (signal) => {
    const directory = await mkdtemp(join(tmpdir(), 'counterpoise-test-'));
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const parent = spawn(
      process.execPath,
      ['--import', tsx, '--input-type=module', '-e', program],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: directory },
      },
    );
    await once(parent.stdout, 'data');
    const children = await childrenOf(parent.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(2); // HAProxy and the process of sockets
    parent.kill(signal);
    await once(parent, 'exit');
    for (let waited = 0; waited < 50 && children.some(isAlive); waited++) await pass(50);
    expect(children.filter(isAlive)).toEqual([]);
    await rm(directory, { recursive: true });
  },
);
