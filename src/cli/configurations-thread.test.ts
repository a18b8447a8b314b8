/** The thread beside the lanes: it says what would be said here, and is gone with the run. */
import { expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { stretchesOn } from '../conformance/configurations/stretches.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { configurationsThread } from './configurations-thread.ts';

const connectable = 'defect:rejects-drain-zero';
const terms = { profile: 'console', seed: '1', configurations: 400, time: 'stepped' } as const;
const stretches = [
  { from: 0, to: 300 },
  { from: 1300, to: 1400 },
];

it('says of the same places what is said here, pairs that were seen for the first time as well', async () => {
  const never = new AbortController().signal;
  const testbed = await openTestbed(connect(connectable), connectable);
  const here = stretchesOn(testbed, terms);
  const thread = configurationsThread(connectable, never);
  const there = thread.stretches(terms);
  for (const stretch of stretches) expect(await there(stretch)).toEqual(await here(stretch));
  await thread.close();
  const [first] = stretches;
  const ended = await stretchesOn(testbed, terms)({ from: 0, to: first?.to ?? 0 });
  expect(ended.some(({ failed }) => failed !== null)).toBe(true);
  await testbed.dispose();
});

it('rejects what waits for it when the run is interrupted', async () => {
  const interruption = new AbortController();
  const put = configurationsThread(connectable, interruption.signal).stretches(terms);
  const waiting = put({ from: 0, to: 1400 });
  interruption.abort();
  await expect(waiting).rejects.toThrow();
});
