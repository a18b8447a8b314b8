/** Trials in stepped time on the reference: points in time, scripted checks, nothing left to chance. */
import { expect, test } from 'vitest';
import { connect } from '../adapters/connect.ts';
import type { Adapter, InstanceAt } from '../adapters/contract.ts';
import type { HistoryEvent, Reply } from '../history/vocabulary.ts';
import { answering, begun, picks, requestWith, withTestbed } from './trial.fixture.ts';
import type { TrialRequest } from './trial.ts';

const stepped: Partial<TrialRequest> = { ...requestWith({ time: 'stepped' }), time: 'stepped' };
const late = (reply: Reply, afterMs: number) =>
  ({ traffic: 'accepted', checks: [], afterwards: { reply, afterMs } }) as const;

async function eventsOf(
  changes: Partial<TrialRequest>,
  untilMs: number,
): Promise<readonly HistoryEvent[]> {
  let events: readonly HistoryEvent[] = [];
  await withTestbed(connect('reference'), async (testbed) => {
    const trial = await begun(testbed, { ...stepped, ...changes });
    await trial.passUntil(untilMs);
    events = (await trial.end('complete')).events;
  });
  return events;
}

test('a check is answered when its reply is due, and abandoned where that is after the timeout', async () => {
  const instances = [{ name: 'a', weight: 1, port: null }];
  const replied = await eventsOf({ instances, behaviours: { a: late(200, 1999) } }, 4000);
  expect(replied.filter(({ event }) => event.startsWith('check'))).toEqual([
    {
      fromMs: 0,
      toMs: 0,
      event: 'check.started',
      check: 0,
      instance: 'a',
      method: 'http',
      port: 9100,
      path: '/healthz',
    },
    { fromMs: 1999, toMs: 1999, event: 'check.replied', check: 0, reply: 200 },
  ]);
  const abandoned = { fromMs: 2000, toMs: 2000, event: 'check.abandoned', check: 0 };
  expect(await eventsOf({ instances, behaviours: { a: late(200, 2001) } }, 4000)).toContainEqual(
    abandoned,
  );
  expect(await eventsOf({ instances, behaviours: { a: late('silence', 0) } }, 4000)).toContainEqual(
    abandoned,
  );
});

test('replies are taken one a check, and the last one for all later checks', async () => {
  await withTestbed(connect('reference'), async (testbed) => {
    const behaviours = { a: answering(500, 500, 200, 500, 500, 500, 200, 200), b: answering(200) };
    const trial = await begun(testbed, { ...stepped, behaviours });
    let seen = '';
    for (let count = 1; count <= 8; count++) {
      expect(await trial.checksEnded('a', count, trial.nowMs() + 60_000)).toBe(count);
      seen += (await picks(trial, 4, { first: 10 * count })).includes('a') ? '+' : '-';
    }
    expect(seen).toBe('+++++--+');
    expect((await trial.end('complete')).events.at(-1)).toMatchObject({ why: 'complete' });
  });
});

test('checks that do not come are waited for no longer than asked', async () => {
  await withTestbed(connect('reference'), async (testbed) => {
    const trial = await begun(testbed, stepped);
    expect(await trial.checksEnded('a', 5, 7000)).toBe(2);
    expect(trial.nowMs()).toBe(7000);
    await trial.end('complete');
  });
});

test('an instance that refuses traffic refuses what the balancer sends to it, while its checks pass', async () => {
  await withTestbed(connect('reference'), async (testbed) => {
    const behaviours = { a: { ...answering(200), traffic: 'refused' } as const, b: answering(200) };
    const trial = await begun(testbed, { ...stepped, behaviours });
    expect((await picks(trial, 4, { first: 0 })).toSorted()).toEqual([
      '!refused',
      '!refused',
      '!refused',
      'b',
    ]);
    await trial.end('complete');
  });
});

test('a removed instance drains to the millisecond, and its connections end by the balancer', async () => {
  await withTestbed(connect('reference'), async (testbed) => {
    const trial = await begun(testbed, stepped);
    await picks(trial, 4, { first: 0, hold: true });
    await trial.setInstances([{ name: 'b', weight: 1, port: null }]);
    expect(await trial.carry(0)).toBe(true);
    await trial.passUntil(299_999);
    expect(trial.held()).toHaveLength(4);
    await trial.passUntil(300_000);
    expect(trial.held().map(({ instance }) => instance)).toEqual(['b']);
    const { events } = await trial.end('complete');
    const cut = events.filter((event) => event.event === 'connection.closed');
    expect(cut.map(({ by, toMs }) => [by, toMs])).toEqual(Array(3).fill(['balancer', 300_000]));
  });
});

test('the same request gives the same history', async () => {
  const once = await eventsOf({}, 60_000);
  expect(once.length).toBeGreaterThan(40);
  expect(await eventsOf({}, 60_000)).toEqual(once);
});

test('a trial ends itself at its number of events', async () => {
  await withTestbed(connect('reference'), async (testbed) => {
    const trial = await begun(testbed, { ...stepped, eventsMax: 50 });
    await expect(trial.passUntil(1e9)).rejects.toMatchObject({ code: 'TRIAL_BUDGET' });
    const { events } = await trial.end('error');
    expect(events).toHaveLength(51);
    expect(events.at(-1)).toMatchObject({ event: 'history.ended', why: 'budget' });
  });
});

test('an instance keeps its address when another before it is removed', async () => {
  const reference = connect('reference');
  const told: (readonly InstanceAt[])[] = [];
  const deploy: Adapter['deploy'] = async (request) => {
    told.push(request.instances);
    const deployed = await reference.deploy(request);
    if (!('deployment' in deployed)) return deployed;
    const { deployment } = deployed;
    const list = deployment.setInstances.bind(deployment);
    const setInstances: typeof list = (change) => {
      told.push(change.instances);
      return list(change);
    };
    return { ...deployed, deployment: Object.assign(deployment, { setInstances }) };
  };
  await withTestbed({ ...reference, deploy }, async (testbed) => {
    const trial = await begun(testbed, stepped);
    await trial.setInstances([{ name: 'b', weight: 1, port: null }]);
    await trial.end('complete');
  });
  const addresses = told.map((list) => list.find(({ name }) => name === 'b')?.address);
  expect(addresses).toEqual(['10.0.0.2', '10.0.0.2']);
});
