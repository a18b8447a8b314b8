/** Lives of instances where reasons to be down overlap. */
import { expect, it } from 'vitest';
import { instancesWeighing, planWith } from './plan.fixture.ts';
import { World } from './world.ts';

it('is silent as long as one reason makes it so, and no longer', () => {
  const outages = [{ instance: 0, fromMs: 0, toMs: 100, manner: 'refuses' }] as const;
  const failures = {
    betweenMs: { kind: 'constant', value: 40 },
    repairMs: { kind: 'constant', value: 20 },
    manner: 'silent',
  } as const;
  const nobody = { failed: () => {}, recovered: () => {}, changed: () => {} };
  const world = new World(planWith({ instances: instancesWeighing(1), outages, failures }), nobody);
  const seen: string[] = [];
  while ((world.queue.headMs[0] as number) <= 110) {
    const atMs = world.queue.headMs[0] as number;
    world.runNext(atMs);
    const { downReasons, silentReasons } = world;
    seen.push(`${atMs} ${downReasons[0]} ${silentReasons[0]}`);
  }
  expect(seen).toEqual(['0 1 0', '40 2 1', '60 1 0', '100 0 0', '100 1 1']);
});
