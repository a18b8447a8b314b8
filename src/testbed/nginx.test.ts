/** Trials on a real nginx over real sockets, and what is left behind: nothing. */
import { describe, expect, test } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { createNginxAdapter } from '../adapters/nginx/nginx-adapter.ts';
import { begun, configurationWith, picks, requestWith, withTestbed } from './trial.fixture.ts';

describe('a trial on nginx', () => {
  test('spreads connections by weight in whole cycles, also after a reload, and keeps what was open', async () => {
    await withTestbed(createNginxAdapter(), async (testbed) => {
      const trial = await begun(testbed);
      const placed = await picks(trial, 8, { first: 1, hold: true });
      expect(placed.toSorted().join('')).toBe('aaaaaabb');
      await trial.setInstances([
        { name: 'a', weight: 1, port: 9000 },
        { name: 'c', weight: 1, port: 7000 },
      ]);
      expect((await picks(trial, 20, { first: 100 })).toSorted().join('')).toBe(
        `${'a'.repeat(10)}${'c'.repeat(10)}`,
      );
      for (const { connection } of trial.held()) expect(await trial.carry(connection)).toBe(true);
      expect(trial.held()).toHaveLength(8);
      await trial.end('complete');
    });
  });

  test('takes another configuration of a running service', async () => {
    await withTestbed(createNginxAdapter(), async (testbed) => {
      const trial = await begun(testbed);
      const configuration = configurationWith({ scheduling: 'source-ip' });
      expect(await trial.reconfigure(configuration, null)).toEqual({ is: 'accepted' });
      const placed = await picks(trial, 8, { first: 1, source: () => '127.200.9.9' });
      expect(new Set(placed).size).toBe(1);
      await trial.end('complete');
    });
  });

  test('refuses what it cannot place', async () => {
    await withTestbed(createNginxAdapter(), async (testbed) => {
      const trial = await begun(testbed);
      await trial.setInstances([]);
      // closed with a client's bytes unread is a reset on the wire, so it depends on who was first
      for (const pick of await picks(trial, 2, { first: 1 }))
        expect(pick).toMatch(/^!(closed|reset)$/);
      await trial.end('complete');
    });
  });

  test.each([
    ['nginx:workers=2', 1],
    ['nginx:workers=2,zone=off', 2],
  ])(
    '%s stays within the cycles of as many schedulers as it declares',
    async (connectable, schedulers) => {
      const adapter = connect(connectable);
      const { traits } = await adapter.describe({ protocol: 1 });
      expect(traits['wrr.schedulers']?.reading).toBe(schedulers);
      await withTestbed(adapter, async (testbed) => {
        const trial = await begun(testbed);
        const placed = await picks(trial, 80, { first: 1 });
        const ofA = placed.filter((name) => name === 'a').length;
        // each scheduler may be within a cycle of its own
        expect(Math.abs(ofA - 60)).toBeLessThanOrEqual(schedulers === 1 ? 0 : 3 * schedulers);
        await trial.end('complete');
      });
    },
  );

  test('is told in nginx’s own words when it does not take a configuration', async () => {
    const edit = (text: string): string => `${text}\nnonsense;\n`;
    await withTestbed(createNginxAdapter({ edit }), async (testbed) => {
      const answer = await testbed.begin(requestWith());
      expect(answer).toMatchObject({ accepted: false, outcome: { is: 'rejected' } });
      expect(JSON.stringify(answer)).toContain('nonsense');
    });
  });

  test('is told when it does not take a change', async () => {
    let count = 0;
    const edit = (text: string): string => (count++ === 0 ? text : `${text}\nnonsense;\n`);
    await withTestbed(createNginxAdapter({ edit }), async (testbed) => {
      const trial = await begun(testbed);
      await expect(trial.setInstances([])).rejects.toMatchObject({
        code: 'NGINX_RELOAD',
        message: expect.stringContaining('nonsense'),
      });
      await trial.end('error');
    });
  });

  test('says what to install when there is no such program', async () => {
    const adapter = createNginxAdapter({ command: '/nowhere/nginx' });
    await expect(adapter.describe({ protocol: 1 })).rejects.toMatchObject({
      exitCode: 69,
      hint: expect.stringContaining('libnginx-mod-stream'),
    });
  });
});
