/** Counting what is held, where closes of the balancer's own overlap with a placement. */
import { describe, expect, it } from 'vitest';
import type { Subject } from './assessment.ts';
import { heldSteps } from './held-connections.ts';
import type { ConnectionReading } from './reading.ts';

function connection(
  number: number,
  openedMs: readonly [number, number],
  closedMs: readonly [number, number] | null,
  lines: readonly [opened: number, placed: number, closed: number],
): ConnectionReading {
  const [fromMs, toMs] = openedMs;
  return {
    connection: number,
    source: '127.128.0.1',
    port: 0,
    opened: { fromMs, toMs: fromMs },
    openedLine: lines[0],
    placed: { fromMs, toMs, line: lines[1], instance: 'a', port: 8080 },
    refused: null,
    carried: [],
    closed:
      closedMs === null
        ? null
        : {
            fromMs: closedMs[0],
            toMs: closedMs[1],
            line: lines[2],
            by: 'balancer',
            how: 'closed',
            learned: true,
          },
  };
}

describe('steps of what is held', () => {
  it('counts a placement that overlaps with a close, and lets it decide nothing', () => {
    const connections = [
      connection(0, [0, 1], [10, 11], [0, 1, 3]),
      connection(1, [9, 12], null, [2, 4, -1]),
      connection(2, [20, 21], null, [5, 6, -1]),
    ];
    const steps = heldSteps({ connections } as unknown as Subject);
    expect(
      steps.map((step) => (step.kind === 'blurred' ? null : [step.kind, step.isClear])),
    ).toEqual([
      ['placed', true],
      ['closed', true],
      ['placed', false],
      ['placed', true],
    ]);
  });
});
