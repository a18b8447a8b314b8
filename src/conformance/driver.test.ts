/** How long a walk through a timeline waits for what it changed, by what the implementation declares. */
import { describe, expect, it } from 'vitest';
import type { TimeKind } from '../history/vocabulary.ts';
import type { Begun, Testbed } from '../testbed/trial.ts';
import { drive } from './driver.ts';
import { type Bounds, documentOf, head, instancesOf } from './families/family.ts';
import type { Timeline } from './timeline.ts';

const settlesAfterMs = 40;

/** Whose list of instances is accepted at 1000 ms, and who says 40 ms later that it is in effect. */
function testbedOf(propagationMs: number) {
  let nowMs = 1000;
  const waits: number[] = [];
  const trial = {
    nowMs: () => nowMs,
    setInstances: async () => ({ is: 'accepted' }),
    settle: async () => {
      nowMs += settlesAfterMs;
    },
    passUntil: async (toMs: number) => {
      waits.push(toMs);
      nowMs = toMs;
    },
    end: async () => [],
  };
  const testbed = {
    description: {
      plane: 'wire',
      capabilities: { 'check.tcp': { supported: false }, 'check.http': { supported: false } },
      traits: { 'change.propagationMs': { reading: propagationMs, providedBy: 'balancer' } },
    },
    begin: async () => ({ accepted: true, trial }) as unknown as Begun,
  } as unknown as Testbed;
  return { testbed, waits };
}

async function waitsOf(
  propagationMs: number,
  time: TimeKind,
  clause = 'schedule.weight-change',
): Promise<readonly number[]> {
  const { testbed, waits } = testbedOf(propagationMs);
  const timeline: Timeline = {
    ...head('here', [clause], { profile: 'console' } as Bounds),
    configuration: documentOf('console', {}),
    instances: instancesOf([2, 1]),
    steps: [{ do: 'reweigh', instance: 'a', weight: 1 }],
  };
  await drive(timeline, testbed, {
    name: 'here',
    time,
    realMsPerSecond: { checks: 1000, persistence: 1000, draining: 1000 },
    seed: '1',
    budgetMs: 1000,
    eventsMax: 1000,
  });
  return waits;
}

describe('a walk through a timeline', () => {
  it('goes on once what it changed is in effect as declared, also where that is seen to be so earlier', async () => {
    expect(await waitsOf(60, 'scaled')).toEqual([1061]);
    expect(await waitsOf(60, 'stepped')).toEqual([1061]);
  });

  it('waits for nothing where no time is declared, or where it is judged how soon a change is in effect', async () => {
    expect(await waitsOf(0, 'scaled')).toEqual([]);
    expect(await waitsOf(60, 'scaled', 'change.effective')).toEqual([]);
  });
});
