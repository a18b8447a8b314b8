/** Adapters that do wrong on purpose: each ends in bounded time, is told with its evidence, and leaves no process. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { adapterMissing } from '../adapter-fault.ts';
import type { Adapter, CallDeployment, DeployRequest } from '../contract.ts';
import { startChild } from './child-link.ts';
import { createRemoteAdapter } from './remote-adapter.ts';

const fixture = fileURLToPath(new URL('hostile-adapter.fixture.mjs', import.meta.url));
/** Deadlines of 5 s become 0.5 s. */
const patience = 0.1;

const request: DeployRequest = {
  deployment: 'd',
  configuration: {},
  profile: 'console',
  instances: [
    { name: 'a', weight: 1, port: null, address: '10.0.0.1' },
    { name: 'b', weight: 1, port: null, address: '10.0.0.2' },
  ],
  time: 'stepped',
  realMsPerSecond: { checks: 1000, persistence: 1000, draining: 1000 },
};

function hostile(how: string, where: string): { adapter: Adapter; token: string } {
  const token = `hostile-${randomUUID()}`;
  const connectable = `cmd:hostile ${how} ${where}`;
  const open = () => startChild(`${process.execPath} ${fixture} ${how} ${where} ${token}`);
  const sessionsMax = Number.POSITIVE_INFINITY;
  return { adapter: createRemoteAdapter({ connectable, open, sessionsMax, patience }), token };
}

/** One case, as a testbed drives it: every method once. */
async function driveCase(adapter: Adapter): Promise<void> {
  await adapter.describe({ protocol: 1 });
  const deployed = await adapter.deploy(request);
  if (!('deployment' in deployed)) throw new Error('not deployed');
  const deployment = deployed.deployment as CallDeployment;
  await deployment.connect({ connection: 0, source: '127.128.0.1', port: 50_000 });
  await deployment.carry({ connection: 0 });
  await deployment.setInstances({ instances: request.instances });
  await deployment.reconfigure({ configuration: {} });
  await deployment.settle();
  await deployment.advance({ toMs: 100, answers: [] });
  await deployment.advance({ toMs: 200, answers: [] });
  await deployment.close({ connection: 0 });
  await deployment.dispose();
}

async function outcomeOf(how: string, where: string): Promise<string> {
  const { adapter, token } = hostile(how, where);
  const told = await driveCase(adapter).then(
    () => 'nothing wrong',
    (error: Error) => error.message,
  );
  await adapter.dispose();
  await adapter.dispose();
  expect(await processesWith(token)).toEqual([]);
  return told;
}

async function processesWith(token: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(token)) found.push(line.replaceAll('\0', ' '));
  }
  return found;
}

const methods = [
  ...['describe', 'deploy', 'connect', 'carry', 'setInstances', 'reconfigure', 'settle'],
  ...['advance', 'close', 'dispose'],
];

describe('an adapter that does wrong', () => {
  it('is an exception: an obedient one gets through a case', async () => {
    expect(await outcomeOf('obedient', 'every')).toBe('nothing wrong');
  });

  it.each(methods)('is told when it hangs at %s', async (method) => {
    expect(await outcomeOf('hang', method)).toContain(`did not answer \`${method}\` within`);
  });

  it.each(methods)('is told when it crashes at %s', async (method) => {
    const told = await outcomeOf('crash', method);
    expect(told).toContain('exit code 3');
    expect(told).toContain(`\`${method}\``);
  });

  it.each([
    ['spin', 'connect', 'did not answer `connect` within'],
    ['end-quietly', 'connect', 'ended by itself with exit code 0'],
    ['throw', 'connect', 'the balancer fell over'],
    ['twice', 'connect', 'answered already'],
    ['twice', 'every', 'answered already'],
    ['unknown-id', 'connect', 'that nobody sent (id 999999)'],
    ['garbage', 'connect', 'not JSON: "Listening on port 80"'],
    ['not-utf8', 'connect', 'not UTF-8'],
    ['long-line', 'connect', 'a line of over 4194304 bytes'],
    ['late', 'connect', 'did not answer `connect` within'],
    ['half-a-line', 'connect', 'a line without an end'],
    ['wrong-shape', 'connect', 'its reply to `connect` is wrong'],
    ['no-response', 'connect', 'no JSON-RPC 2.0 response'],
    ['batch', 'connect', 'no JSON-RPC 2.0 response'],
    ['own-question', 'connect', 'it sent a question (or ours back)'],
    ['error-reply', 'connect', 'answered `connect` with error 5: "no route"'],
    ['orphan-and-exit', 'connect', 'ended by itself with exit code 0'],
    ['daemon-and-exit', 'connect', 'ended by itself with exit code 0'],
    ['other-version', 'describe', 'version 7 of the adapter protocol'],
    ['backwards', 'advance', 'without a probe that wants an answer'],
    ['stuck', 'advance', 'stopped at nowMs 1 before toMs 100'],
    ['strange-probe', 'advance', 'probes "nobody", which was never listed'],
    ['strange-place', 'connect', 'placed at "nobody", which was never listed'],
  ])('is told with the evidence: %s at %s', async (how, where, evidence) => {
    expect(await outcomeOf(how, where)).toContain(evidence);
  });

  it('may say what it likes on standard error', async () => {
    expect(await outcomeOf('stderr-flood', 'connect')).toBe('nothing wrong');
  });

  it('has what it says there told once, with the error that it belongs to', async () => {
    const { adapter } = hostile('complaining', 'connect');
    await adapter.describe({ protocol: 1 });
    const { deployment } = (await adapter.deploy(request)) as { deployment: CallDeployment };
    for (const connection of [0, 1]) {
      const ask = { connection, source: '127.128.0.1', port: 50_000 };
      const asked = Promise.resolve(deployment.connect(ask));
      const { message } = await asked.then(
        () => new Error('nothing wrong'),
        (error: Error) => error,
      );
      expect(message).toContain(`complaint ${connection}`);
      expect(message.match(/complaint/g)).toHaveLength(1);
    }
    await adapter.dispose();
  });

  it.each([
    ['tcp:127.0.0.1:9', /Start your adapter first/],
    ['cmd:./no', /the same line in a shell/],
  ])('is told what to do where it is not there: %s', (connectable, hint) => {
    expect(adapterMissing(connectable, 'nobody').hint).toMatch(hint);
  });

  it('is ended when it ends neither with its input nor on SIGTERM', async () => {
    expect(await outcomeOf('unending', 'describe')).toBe('nothing wrong');
  });

  it('is started anew for the next case, and told once', async () => {
    const { adapter, token } = hostile('crash', 'advance');
    for (let times = 0; times < 2; times++) {
      await expect(driveCase(adapter)).rejects.toThrow('exit code 3');
    }
    await adapter.dispose();
    expect(await processesWith(token)).toEqual([]);
  });

  it('is not started for ever', async () => {
    const { adapter } = hostile('crash', 'connect');
    for (let times = 0; times < 10; times++) await driveCase(adapter).catch(() => {});
    await expect(driveCase(adapter)).rejects.toThrow('failed 10 times and is not started again');
    await adapter.dispose();
  });

  it('is not started again once it was put away, and whoever asks hears so at once', async () => {
    const { adapter, token } = hostile('obedient', 'every');
    await adapter.describe({ protocol: 1 });
    const deployed = await adapter.deploy(request);
    await adapter.dispose();
    await expect(adapter.deploy(request)).rejects.toThrow('was put away');
    const { deployment } = deployed as { deployment: CallDeployment };
    await expect(deployment.carry({ connection: 0 })).rejects.toThrow('ended before');
    expect(await processesWith(token)).toEqual([]);
  });

  it('is told when it ends between two cases', async () => {
    const { adapter } = hostile('obedient', 'every');
    await driveCase(adapter);
    await adapter.dispose();
    const twice = hostile('twice', 'dispose').adapter;
    await driveCase(twice);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(driveCase(twice)).rejects.toThrow('answered already');
    await twice.dispose();
  });

  it('is not there when its command is not', async () => {
    const open = () => startChild('./no-such-adapter');
    const adapter = createRemoteAdapter({ connectable: 'cmd:./no', open, sessionsMax: 1 });
    await expect(adapter.describe({ protocol: 1 })).rejects.toMatchObject({
      code: 'ADAPTER_MISSING',
      exitCode: 69,
    });
    await adapter.dispose();
  });
});
