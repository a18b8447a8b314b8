/** Trials on a real pen over real sockets. */
import { describe, expect, test } from 'vitest';
import { createPenAdapter } from '../adapters/pen/pen-adapter.ts';
import { begun, configurationWith, picks, requestWith, withTestbed } from './trial.fixture.ts';

describe('a trial on pen', () => {
  test('overlooks weights in its rotation, and gives a removed instance nothing until it returns', async () => {
    await withTestbed(createPenAdapter(), async (testbed) => {
      const trial = await begun(testbed);
      expect((await picks(trial, 8, { first: 1 })).toSorted().join('')).toBe('aaaabbbb');
      const a = { name: 'a', weight: 3, port: 9000 };
      await trial.setInstances([a]);
      expect(await picks(trial, 3, { first: 11 })).toEqual(['a', 'a', 'a']);
      const c = { name: 'c', weight: 1, port: 7000 };
      await trial.setInstances([a, { name: 'b', weight: 1, port: null }, c]);
      expect((await picks(trial, 6, { first: 21 })).toSorted().join('')).toBe('aabbcc');
      await trial.setInstances([]);
      // pen closes; the kernel resets where the client's line has come by then and nobody read it
      const closed = expect.stringMatching(/^!(closed|reset)$/);
      expect(await picks(trial, 2, { first: 31 })).toEqual([closed, closed]);
      await trial.end('complete');
    });
  });

  test('holds connections by weight under least connections, and sees changed weights', async () => {
    await withTestbed(createPenAdapter(), async (testbed) => {
      const scheduling = 'weighted-least-connections';
      const trial = await begun(testbed, { configuration: configurationWith({ scheduling }) });
      const held = await picks(trial, 8, { first: 1, hold: true });
      expect(held.toSorted().join('')).toBe('aaaaaabb');
      await trial.setInstances([
        { name: 'a', weight: 1, port: 9000 },
        { name: 'b', weight: 1, port: null },
      ]);
      expect((await picks(trial, 4, { first: 11, hold: true })).join('')).toBe('bbbb');
      await trial.end('complete');
    });
  });

  test('that does not take a command is told as such, with the command', async () => {
    const editCommand = (command: string) => command.replace('server', 'servant');
    await withTestbed(createPenAdapter({ editCommand }), async (testbed) => {
      const trial = await begun(testbed);
      await expect(trial.setInstances([])).rejects.toMatchObject({
        code: 'PEN_COMMAND',
        message: expect.stringContaining('servant 0 blacklist'),
      });
      await trial.end('error');
    });
  });

  test('is rejected in its own words when it does not take its command line', async () => {
    const edit = (words: readonly string[]) => words.map((word) => word.replace(/:\d+$/, ':1:x'));
    await withTestbed(createPenAdapter({ edit }), async (testbed) => {
      const answer = await testbed.begin(requestWith());
      expect(answer).toMatchObject({ accepted: false, outcome: { is: 'rejected' } });
      expect(JSON.stringify(answer)).toContain('Port 0 out of range');
      expect(JSON.stringify(answer)).toContain('"by":"balancer"');
    });
  });

  test('says what to install when there is no such program', async () => {
    const adapter = createPenAdapter({ command: '/nowhere/pen' });
    await expect(adapter.describe({ protocol: 1 })).rejects.toMatchObject({
      exitCode: 69,
      hint: expect.stringContaining('install --no-install-recommends pen'),
    });
  });
});
