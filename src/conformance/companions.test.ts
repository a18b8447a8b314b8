/** Services beside the one under test: there until the end, where there is room and time is stepped. */
import { expect, it } from 'vitest';
import type { Testbed, Trial, TrialRequest } from '../testbed/trial.ts';
import { Companions } from './companions.ts';

function testbedOf(deploymentsMax: number, isAccepting = true) {
  const said: string[] = [];
  const trial = { end: async () => void said.push('ended') } as unknown as Trial;
  const testbed = {
    description: { limits: { deploymentsMax } },
    begin: async ({ name }: TrialRequest) => {
      said.push(name);
      return isAccepting ? { accepted: true, trial } : { accepted: false };
    },
  } as unknown as Testbed;
  return { said, companions: new Companions(testbed) };
}

const request = { name: 'case', time: 'stepped' } as TrialRequest;

it('are deployed under names of their own and end together', async () => {
  const { said, companions } = testbedOf(100);
  await companions.add(request);
  await companions.add(request);
  await companions.end();
  expect(said).toEqual(['case-beside-1', 'case-beside-2', 'ended', 'ended']);
});

it('are left out where there is no room, where time passes by itself, and where they are turned down', async () => {
  for (const [max, isAccepting, time] of [
    [10, true, 'stepped'],
    [100, true, 'scaled'],
    [100, false, 'stepped'],
  ] as const) {
    const { said, companions } = testbedOf(max, isAccepting);
    await companions.add({ ...request, time });
    await companions.end();
    expect(said).not.toContain('ended');
  }
});
