/**
 * Goal: recorded traffic runs under every algorithm, and a source that dominates it shows. The traces are not ours to
 * ship: `npm run check:traces -- DIR` runs this on the folder that holds them, and nothing else does.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SimulationResult } from '../results/simulation-result.ts';
import { instancesWeighing, planWith, service } from '../simulation/plan.fixture.ts';
import { readZeekTrace } from '../traffic/zeek-trace.ts';
import { runSimulation } from './run-simulation.ts';

const folder = process.env['COUNTERPOISE_TRACES'] ?? '';
const algorithms = ['weighted-round-robin', 'weighted-least-connections', 'source-ip'] as const;

async function replayed(
  file: string,
  scheduling: (typeof algorithms)[number],
): Promise<SimulationResult> {
  const trace = await readZeekTrace(createReadStream(join(folder, file)), file);
  const plan = planWith({
    service: { ...service, scheduling },
    instances: instancesWeighing(1, 1, 1, 1),
    traffic: { kind: 'replay', trace, speed: 1, holdMs: { kind: 'exponential', mean: 30_000 } },
  });
  const scenario = { name: 'trace', description: '', file };
  const identity = { suite: '0.0.0', scenario, configuration: {}, notes: trace.notes };
  return (await runSimulation(plan, identity)).result;
}

describe('recorded traffic', () => {
  it.each(algorithms)('49,474 TLS connections run under %s', async (scheduling) => {
    const { totals, sources, instances } = await replayed(
      'tls-connections.zeek.log.gz',
      scheduling,
    );
    expect(totals.arrived).toBe(49_474);
    expect(totals.completed).toBe(49_474);
    expect(sources.count).toBe(115);
    const [busiest] = sources.busiest;
    expect(busiest?.share).toBeCloseTo(0.523, 3);
    const most = Math.max(...instances.map(({ share }) => share));
    if (scheduling === 'source-ip') {
      expect(Object.keys(busiest?.instances ?? {}).length).toBe(1);
      expect(most).toBeGreaterThan(0.52);
    } else {
      expect(most).toBeLessThan(0.26);
    }
  });

  it.each(algorithms)('115 connections of one host run under %s', async (scheduling) => {
    const { totals, sources, notes } = await replayed('conn.zeek.log', scheduling);
    expect([totals.arrived, totals.completed, sources.count]).toEqual([115, 115, 1]);
    expect(notes.join(' ')).toContain('another protocol than TCP: 245');
  });
});
