/** Trials on a real HAProxy over real sockets, and what is left behind: nothing. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createHaproxyAdapter } from '../adapters/haproxy/haproxy-adapter.ts';
import type { HistoryEvent, Reply } from '../history/vocabulary.ts';
import { openTestbed } from './open-testbed.ts';
import {
  answering,
  begun,
  configurationWith,
  picks,
  requestWith,
  withTestbed,
} from './trial.fixture.ts';
import type { Trial } from './trial.ts';

const tcp = {
  method: 'tcp',
  timeoutSeconds: 2,
  intervalSeconds: 5,
  unhealthyThreshold: 2,
  healthyThreshold: 2,
};

/** Eligible or not after each of `count` more checks of `a`, as its traffic shows: weights 3 to 1, whole cycles. */
async function eligibleAfterEach(trial: Trial, instance: string, count: number): Promise<string> {
  let seen = '';
  const before = await trial.checksEnded(instance, 0, 0);
  for (let more = 1; more <= count; more++) {
    await trial.checksEnded(instance, before + more, trial.nowMs() + 1000);
    const placed = await picks(trial, 8, { first: 1000 * more });
    seen += placed.includes(instance) ? '+' : '-';
  }
  return seen;
}

function named<Name extends HistoryEvent['event']>(events: readonly HistoryEvent[], name: Name) {
  return events.filter(
    (event): event is Extract<HistoryEvent, { event: Name }> => event.event === name,
  );
}

describe('a trial on HAProxy', () => {
  it("places connections by weight, at each instance's own port or the service's, and carries bytes", async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const trial = await begun(testbed);
      const placed = await picks(trial, 8, { first: 0, hold: true });
      expect(placed.toSorted().join('')).toBe('aaaaaabb');
      for (const { connection } of trial.held()) expect(await trial.carry(connection)).toBe(true);
      await trial.close(0, 'client', 'reset');
      await trial.close(1, 'instance', 'closed');
      const { events, header } = await trial.end('complete');
      const ports = named(events, 'connection.placed').map(
        ({ instance, port }) => `${instance}:${port}`,
      );
      expect([...new Set(ports)].toSorted()).toEqual(['a:9000', 'b:8080']);
      expect(
        named(events, 'connection.closed').map(({ by, how, learned }) => [by, how, learned]),
      ).toEqual([
        ['client', 'reset', true],
        ['instance', 'closed', true],
      ]);
      expect(header.implementation.name).toBe('HAProxy');
      expect(events.at(-1)).toMatchObject({
        event: 'history.ended',
        why: 'complete',
        events: events.length - 1,
      });
      expect(events.map(({ toMs }) => toMs)).toEqual(
        events.map(({ toMs }) => toMs).toSorted((x, y) => x - y),
      );
    });
  });

  it('takes an instance out at exactly the third failure in a row and back at the second pass in a row', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const replies: readonly Reply[] = [500, 500, 200, 500, 500, 'silence', 200, 500, 200, 200];
      const trial = await begun(testbed, {
        behaviours: { a: answering(...replies), b: answering(200) },
      });
      expect(await eligibleAfterEach(trial, 'a', 10)).toBe('+++++----+');
      const { events } = await trial.end('complete');
      expect(
        new Set(
          named(events, 'check.started').map(
            ({ path, port, method }) => `${method} ${port} ${path}`,
          ),
        ),
      ).toEqual(new Set(['http 9100 /healthz']));
      expect(named(events, 'check.abandoned')).toHaveLength(1);
    });
  });

  // again where the machine stood still for half an interval: the testbed says so, and that is no miscount
  it('counts refused TCP checks that nobody sees', { retry: 2 }, async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const configuration = configurationWith({ healthCheck: { ...tcp, port: 9100 } });
      const replies: readonly Reply[] = [
        'accepted',
        'refused',
        'accepted',
        'refused',
        'refused',
        'accepted',
        'accepted',
      ];
      const behaviours = { a: answering(...replies), b: answering('accepted') };
      const trial = await begun(testbed, { configuration, behaviours });
      expect(await eligibleAfterEach(trial, 'a', 7)).toBe('++++--+');
      const { events } = await trial.end('complete');
      const ofA = new Set(
        named(events, 'check.started')
          .filter(({ instance }) => instance === 'a')
          .map(({ check }) => check),
      );
      const seen = named(events, 'check.replied')
        .filter(({ check }) => ofA.has(check))
        .map(({ reply }) => reply);
      expect(seen.slice(0, 7)).toEqual(replies);
      const miscounted = named(events, 'harness.lagged').filter(({ limitMs }) => limitMs === 50);
      expect(miscounted).toEqual([]);
    });
  });

  it('drains a removed instance: no new connections, known clients included, held ones until the deadline', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const configuration = configurationWith({ sessionPersistence: { enabled: true } });
      const trial = await begun(testbed, { configuration });
      const source = (): string => '127.210.0.1';
      const [home] = await picks(trial, 1, { first: 0, hold: true, source });
      expect(await picks(trial, 3, { first: 1, source })).toEqual([home, home, home]);
      const rest = [{ name: home === 'a' ? 'b' : 'a', weight: 1, port: 9000 }];
      expect(await trial.setInstances(rest)).toEqual({ is: 'accepted' });
      expect(await picks(trial, 2, { first: 10, source })).not.toContain(home);
      expect(await trial.carry(0)).toBe(true);
      await trial.passUntil(trial.nowMs() + 600);
      expect(trial.held()).toEqual([]);
      const { events } = await trial.end('complete');
      const [removed] = named(events, 'instance.removed');
      const cut = named(events, 'connection.closed').find(({ by }) => by === 'balancer');
      expect(cut).toMatchObject({ connection: 0, learned: true });
      expect((cut?.fromMs ?? 0) - (removed?.fromMs ?? 0)).toBeGreaterThanOrEqual(299);
    });
  });

  it('takes new instances, changed weights and an instance that comes back, and loses no connection by it', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const trial = await begun(testbed, {
        configuration: configurationWith({ connectionDraining: { durationSeconds: 0 } }),
      });
      await picks(trial, 4, { first: 0, hold: true });
      const b = { name: 'b', weight: 1, port: null };
      await trial.setInstances([b, { name: 'c', weight: 2, port: 7000 }]);
      // no drain: the ones on `a` are cut at once, which a busy machine may hear of later
      await vi.waitFor(() => expect(trial.held()).toHaveLength(1), { timeout: 5000 });
      await picks(trial, 6, { first: 10 });
      const changed = [
        { ...b, weight: 5 },
        { name: 'a', weight: 1, port: 9000 },
      ];
      await trial.setInstances(changed);
      await picks(trial, 12, { first: 20 });
      const placed = await picks(trial, 12, { first: 40 });
      expect(placed.toSorted().join('')).toBe('aabbbbbbbbbb');
      const { events } = await trial.end('complete');
      expect(named(events, 'connection.closed').filter(({ by }) => by === 'balancer')).toHaveLength(
        3,
      );
    });
  });

  it.each(['weighted-least-connections', 'source-ip'])(
    'adds an instance at run time under %s',
    async (scheduling) => {
      await withTestbed(createHaproxyAdapter(), async (testbed) => {
        const trial = await begun(testbed, { configuration: configurationWith({ scheduling }) });
        await trial.setInstances([
          { name: 'b', weight: 1, port: null },
          { name: 'c', weight: 1, port: 7000 },
        ]);
        const placed = await picks(trial, 24, {
          first: 0,
          hold: true,
          source: (index) => `127.${130 + index}.7.9`,
        });
        expect([...new Set(placed)].toSorted()).toEqual(['b', 'c']);
        await trial.end('complete');
      });
    },
  );

  it('runs trials side by side on the same ports without one seeing the other', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const trials = await Promise.all([begun(testbed), begun(testbed), begun(testbed)]);
      const placed = await Promise.all(trials.map((trial) => picks(trial, 40, { first: 0 })));
      for (const one of placed) expect(one.filter((name) => name === 'a')).toHaveLength(30);
      for (const trial of trials) {
        const { events } = await trial.end('complete');
        expect(named(events, 'connection.strayed')).toEqual([]);
        expect(named(events, 'connection.placed')).toHaveLength(40);
      }
    });
  });

  it('refuses clients while no instance is eligible, and says how', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const trial = await begun(testbed, { instances: [] });
      expect(await picks(trial, 3, { first: 0 })).toEqual(['!closed', '!closed', '!closed']);
      await trial.end('complete');
    });
  });

  it('rejects through the adapter what the page rejects', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const configuration = configurationWith({ port: 0 });
      const answer = await testbed.begin(requestWith({ configuration, effective: null }));
      expect(answer).toMatchObject({
        accepted: false,
        outcome: {
          is: 'rejected',
          violations: [{ path: 'backendServices[0].port', by: 'adapter' }],
        },
      });
    });
  });

  it('ends itself when its budget is spent, and still gives its history', async () => {
    await withTestbed(createHaproxyAdapter(), async (testbed) => {
      const trial = await begun(testbed, { budgetMs: 300 });
      await expect(trial.passUntil(60_000)).rejects.toMatchObject({ code: 'TRIAL_BUDGET' });
      const { events } = await trial.end('error');
      expect(events.at(-1)).toMatchObject({ event: 'history.ended', why: 'budget' });
    });
  });
});

it('tells a HAProxy that died in the middle of a trial from one that refuses', async () => {
  await withTestbed(createHaproxyAdapter(), async (testbed) => {
    const trial = await begun(testbed);
    const { stdout } = await promisify(execFile)('pgrep', [
      '-P',
      `${process.pid}`,
      '-x',
      'haproxy',
    ]);
    process.kill(Number(stdout), 'SIGKILL');
    expect(await picks(trial, 1, { first: 0 })).toEqual([expect.stringMatching(/^!/)]);
    await expect(trial.end('complete')).rejects.toMatchObject({ code: 'HAPROXY_GONE' });
  });
});

it('ends a deployment that is still under way when its testbed is disposed of', async () => {
  const adapter = createHaproxyAdapter();
  const testbed = await openTestbed(adapter);
  const beginning = testbed.begin(requestWith());
  const outcome = expect(beginning).rejects.toThrow();
  await testbed.dispose();
  await outcome;
});

describe('a HAProxy misconfigured on purpose', () => {
  it('does what the edited configuration says', async () => {
    const edit = (text: string): string => text.replace('weight 3', 'weight 1');
    await withTestbed(createHaproxyAdapter({ edit }), async (testbed) => {
      const trial = await begun(testbed);
      expect((await picks(trial, 8, { first: 0 })).toSorted().join('')).toBe('aaaabbbb');
      await trial.end('complete');
    });
  });

  it('lets known clients through a drain when the command that forgets them is dropped', async () => {
    const editCommand = (command: string): string | null =>
      command.startsWith('clear table') ? null : command;
    await withTestbed(createHaproxyAdapter({ editCommand }), async (testbed) => {
      const configuration = configurationWith({ sessionPersistence: { enabled: true } });
      const trial = await begun(testbed, { configuration });
      const source = (): string => '127.210.0.2';
      const [home] = await picks(trial, 1, { first: 0, source });
      await trial.setInstances([{ name: home === 'a' ? 'b' : 'a', weight: 1, port: 9000 }]);
      expect(await picks(trial, 2, { first: 10, source })).toEqual([home, home]);
      await trial.end('complete');
    });
  });

  it('that refuses a command is told as such, with the command', async () => {
    const editCommand = (command: string) => command.replace('state drain', 'state asleep');
    await withTestbed(createHaproxyAdapter({ editCommand }), async (testbed) => {
      const trial = await begun(testbed);
      const left = [{ name: 'a', weight: 3, port: 9000 }];
      await expect(trial.setInstances(left)).rejects.toMatchObject({
        code: 'HAPROXY_COMMAND',
        message: expect.stringContaining('set server be/b state asleep'),
      });
      await trial.end('error');
    });
  });

  it("is rejected in HAProxy's own words when it cannot be read", async () => {
    const edit = (text: string): string => `${text}\nnonsense\n`;
    await withTestbed(createHaproxyAdapter({ edit }), async (testbed) => {
      const answer = await testbed.begin(requestWith());
      expect(answer).toMatchObject({ accepted: false, outcome: { is: 'rejected' } });
      expect(JSON.stringify(answer)).toContain('nonsense');
      expect(JSON.stringify(answer)).toContain('"by":"balancer"');
    });
  });

  it('says what to install when there is no such program', async () => {
    const adapter = createHaproxyAdapter({ command: '/nowhere/haproxy' });
    await expect(adapter.describe({ protocol: 1 })).rejects.toMatchObject({
      exitCode: 69,
      hint: expect.stringContaining('apt-get install'),
    });
  });
});

it('leaves no process and no directory behind', async () => {
  // a directory of this test's own: other runs on this machine have theirs
  const directory = await mkdtemp(join(tmpdir(), 'counterpoise-test-'));
  vi.stubEnv('TMPDIR', directory);
  const left = async (): Promise<readonly string[]> => {
    const parent = ['-o', 'args=', '--ppid', String(process.pid)];
    const { stdout } = await promisify(execFile)('ps', parent);
    const children = stdout.split('\n').filter((line) => /haproxy|wire-process/.test(line));
    const inside = await readdir(directory); // tsx keeps a cache there too
    return [...children, ...inside.filter((name) => name.startsWith('counterpoise'))];
  };
  await withTestbed(createHaproxyAdapter(), async (testbed) => {
    await begun(testbed);
    expect(await left()).toHaveLength(3); // HAProxy, the process of sockets, the run directory
  });
  expect(await left()).toEqual([]);
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});
