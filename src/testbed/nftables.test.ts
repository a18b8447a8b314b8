/** The kernel's packet filter as a balancer, for real, in a network namespace of its own; and nothing left of it. */
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { createNftablesAdapter } from '../adapters/nftables/nftables-adapter.ts';
import { begun, picks, withTestbed } from './trial.fixture.ts';

describe('nftables', () => {
  test('spreads connections by weight in whole cycles, and gives a removed instance none', async () => {
    await withTestbed(createNftablesAdapter(), async (testbed) => {
      const trial = await begun(testbed);
      expect((await picks(trial, 8, { first: 1 })).toSorted().join('')).toBe('aaaaaabb');
      await trial.setInstances([{ name: 'a', weight: 3, port: 9000 }]);
      expect(await picks(trial, 4, { first: 11 })).toEqual(['a', 'a', 'a', 'a']);
      await trial.setInstances([]);
      expect(await trial.open({ connection: 100, source: '127.200.0.1' })).toEqual({
        refused: 'refused',
      });
      await trial.end('complete');
    });
  });

  test('does not touch the machine’s own rules and leaves no process behind', async () => {
    const adapter = createNftablesAdapter();
    const { networkNamespace = '' } = await adapter.describe({ protocol: 1 });
    const holder = Number(/^\/proc\/(\d+)\/ns\/net$/.exec(networkNamespace)?.[1]);
    expect(() => process.kill(holder, 0)).not.toThrow();
    const { stdout } = await execa('nft', ['list', 'tables'], { reject: false });
    expect(stdout).not.toContain('service_');
    await adapter.dispose();
    await adapter.dispose();
    expect(() => process.kill(holder, 0)).toThrow();
  });

  test('says which rules the kernel does not take', async () => {
    const edit = (rules: string) => `${rules}\nnonsense\n`;
    await withTestbed(createNftablesAdapter({ edit }), async (testbed) => {
      await expect(begun(testbed)).rejects.toMatchObject({
        code: 'NFTABLES_RULES',
        message: expect.stringContaining('nonsense'),
      });
    });
  });
});
