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
await begun(await openTestbed(connect(process.argv.at(-1))));
process.stdout.write('under way\\n');
`;

/** Children, theirs, and so on: nginx has workers. */
async function descendantsOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) {
    found.push(...pairs.flatMap(([child = 0, of]) => (of === parent ? [child] : [])));
  }
  return found.slice(1);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** `count`: processes beside that of sockets. */
const endings = [
  { balancer: 'haproxy', count: 1, signal: 'SIGINT' },
  { balancer: 'haproxy', count: 1, signal: 'SIGTERM' },
  { balancer: 'haproxy', count: 1, signal: 'SIGKILL' },
  { balancer: 'nginx', count: 3, signal: 'SIGTERM' },
  { balancer: 'nginx', count: 3, signal: 'SIGKILL' },
  { balancer: 'pen', count: 1, signal: 'SIGKILL' },
] as const;

it.concurrent.each(endings)(
  'leaves no process of $balancer when its parent is ended by $signal',
  async ({ balancer, count, signal }) => {
    const directory = await mkdtemp(join(tmpdir(), 'counterpoise-test-'));
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const parent = spawn(
      process.execPath,
      ['--import', tsx, '--input-type=module', '-e', program, balancer],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: directory },
      },
    );
    await once(parent.stdout, 'data');
    const children = await descendantsOf(parent.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(count + 1);
    parent.kill(signal);
    await once(parent, 'exit');
    for (let waited = 0; waited < 50 && children.some(isAlive); waited++) await pass(50);
    expect(children.filter(isAlive)).toEqual([]);
    await rm(directory, { recursive: true });
  },
);
