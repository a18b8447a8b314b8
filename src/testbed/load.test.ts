/** Load on a real HAProxy, counted where it arrives. */
import { expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { measureLoad } from './load.ts';
import { withTestbed } from './trial.fixture.ts';

it('measures directly and through the balancer, and sees every connection placed', async () => {
  await withTestbed(connect('haproxy'), async (testbed) => {
    const load = await measureLoad(testbed);
    expect(load).toMatchObject({
      connections: 9,
      direct: { errors: 0, placed: { a: 9, b: 0, c: 0 } },
      through: { errors: 0, placed: { a: 3, b: 3, c: 3 } },
    });
    expect(load?.through.requestsPerSecond).toBeGreaterThan(0);
  });
});

it('measures nothing where there are no sockets', async () => {
  await withTestbed(connect('reference'), async (testbed) => {
    expect(await measureLoad(testbed)).toBeNull();
  });
});
