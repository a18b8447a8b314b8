/** Scaled time is trusted only of whoever follows the scale. */
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../adapters/contract.ts';
import { createHaproxyAdapter } from '../adapters/haproxy/haproxy-adapter.ts';
import { createNginxAdapter } from '../adapters/nginx/nginx-adapter.ts';
import type { TimeScale } from '../results/run-facts.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { measureLinearity } from './linearity.ts';

async function measured(adapter: Adapter): Promise<TimeScale | null> {
  const testbed = await openTestbed(adapter);
  try {
    const { signal } = new AbortController();
    return await measureLinearity(testbed, { profile: 'console', signal });
  } finally {
    await testbed.dispose();
  }
}

describe('the scale of time', () => {
  it('is followed by HAProxy', async () => {
    expect(await measured(createHaproxyAdapter())).toMatchObject({
      isLinear: true,
      measured: { realMsPerSecond: [20, 40] },
    });
  });

  it('is not followed by what checks at an interval of its own', async () => {
    const edit = (text: string): string => text.replace(/inter \d+ms/g, 'inter 120ms');
    expect(await measured(createHaproxyAdapter({ edit }))).toMatchObject({
      isLinear: false,
      why: expect.stringContaining('does not follow the scale'),
    });
  });

  it('is followed by an interval that is twice too long at both factors: that is for a judge', async () => {
    const edit = (text: string): string =>
      text.replace(/inter (\d+)ms/g, (_, ms) => `inter ${2 * Number(ms)}ms`);
    expect(await measured(createHaproxyAdapter({ edit }))).toMatchObject({ isLinear: true });
  });

  it('is not measured where nobody is checked', async () => {
    expect(await measured(createNginxAdapter())).toMatchObject({ isLinear: null, measured: null });
  });
});
