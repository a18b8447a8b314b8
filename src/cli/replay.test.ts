/** The verb `replay`: gated on what a timeline was made for, and no file starts a program of its own choice. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { runReplay } from './replay.ts';
import { keepingTerminal } from './terminal.fixture.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterpoise-replay-'));
});
afterAll(() => rm(folder, { recursive: true }));

const open = { do: 'open', count: 9, sources: 'fresh' };
const timeline = {
  timeline: 1,
  family: 'by hand',
  clauses: ['draining.established', 'draining.no-new'],
  profile: 'console',
  configuration: {
    backendServices: [
      {
        name: 'subject',
        protocol: 'tcp',
        port: 8080,
        scheduling: 'weighted-round-robin',
        connectionDraining: { durationSeconds: 300 },
        healthCheck: {
          ...{ method: 'http', path: '/healthz', timeoutSeconds: 2, intervalSeconds: 5 },
          ...{ unhealthyThreshold: 1, healthyThreshold: 2, normalStatusCodes: ['2xx'] },
        },
      },
    ],
  },
  instances: ['a', 'b', 'c'].map((name) => ({ name, weight: 1, port: null })),
  behaviours: {},
  steps: [
    { after: { checks: { a: 3, b: 3, c: 3 } }, ...open, hold: true },
    { do: 'remove', instance: 'b' },
    open,
  ],
};

const broken = 'defect:drain-accepts-new';
const found = { clause: 'draining.no-new', implementation: broken, seed: '1' };

async function replayed(document: unknown, implementation: string | null = null) {
  const file = join(folder, 'case.json');
  await writeFile(file, JSON.stringify(document, null, 1));
  const { terminal, printed, noted } = keepingTerminal();
  const { signal } = new AbortController();
  const exitCode = await runReplay({ file, implementation, json: true, signal }, terminal);
  const { gate } = JSON.parse(printed.join('')) as { gate: { exitCode: number; why: string } };
  expect(gate.exitCode).toBe(exitCode);
  return { exitCode, why: gate.why, noted };
}

async function complaintOn(document: unknown): Promise<OperatorError> {
  try {
    await replayed(document);
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('no complaint');
}

describe('counterpoise replay', () => {
  it('answers 1 where any clause fails, 0 where what it was made for is kept', async () => {
    expect(await replayed({ ...timeline, found })).toMatchObject({
      exitCode: 1,
      why: 'fails draining.no-new',
    });
    const other = { ...timeline, clauses: ['forward.data'] };
    expect((await replayed(other, broken)).exitCode).toBe(1);
    const right = await replayed({ ...timeline, found }, 'reference');
    expect(right).toMatchObject({ exitCode: 0, why: expect.stringContaining('draining.no-new') });
  });

  it('answers 2 where none of the clauses that it was made for is decided, whatever else passes', async () => {
    const steps = [open];
    const made = await replayed({ ...timeline, steps });
    expect(made).toMatchObject({
      exitCode: 2,
      why: expect.stringMatching(/^undecided on draining.established, draining.no-new/),
    });
    const clauses = ['forward.port'];
    const saved = await replayed({ ...timeline, clauses, steps, found }, 'reference');
    expect(saved).toMatchObject({
      exitCode: 2,
      why: 'undecided on draining.no-new, which this timeline was found to fail',
    });
    const misspelt = { ...timeline, clauses: ['draning.no-new'] };
    expect((await replayed(misspelt)).why).toContain('draning.no-new (no such clause)');
  });

  it('is never green without steps', async () => {
    const nothing = { ...timeline, clauses: [], steps: [] };
    expect(await replayed(nothing)).toMatchObject({ exitCode: 2 });
  });

  it('refuses a step about an instance that is nowhere, and tells one about who is no member then', async () => {
    const steps = [open, { do: 'remove', instance: 'zz' }];
    const { exitCode, message } = await complaintOn({ ...timeline, steps });
    expect(exitCode).toBe(65);
    expect(message).toMatch(
      /case\.json:\d+:\d+ {2}steps\[1\]\.instance {2}an instance .*"zz" is none$/,
    );
    const again = { do: 'remove', instance: 'b' };
    const { noted } = await replayed({ ...timeline, steps: [...timeline.steps, again] });
    expect(noted.join()).toContain('steps[3] (remove) does nothing: b is no member then');
  });

  it.each(['cmd:touch', 'module:', 'tcp:', 'jdcloud:'])(
    'starts no %s that only the file names, and quotes the command that would',
    async (scheme) => {
      const made = join(folder, 'made');
      const implementation = `${scheme} ${made}`;
      const error = await complaintOn({ ...timeline, found: { ...found, implementation } });
      expect(error).toMatchObject({ exitCode: 64, code: 'IMPLEMENTATION_NOT_NAMED' });
      expect(error.hint).toContain(`replay ${join(folder, 'case.json')} '${implementation}'`);
      await expect(stat(made)).rejects.toThrow('ENOENT');
    },
  );

  it('says in words what is wrong with a configuration case', async () => {
    const { message } = await complaintOn({ case: 1, profile: 'both', clause: 'forward.port' });
    expect(message).toMatch(/:\d+:\d+ {2}profile {2}console or openapi$/m);
    expect(message).toMatch(/clause {2}a clause of configurations/);
    expect(message).toMatch(/expected {2}accepted: true with readBack/);
    expect(message).not.toMatch(/[Ii]nvalid/);
  });
});
