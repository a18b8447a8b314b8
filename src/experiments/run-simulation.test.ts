/** Goal: a simulation in its own thread gives what it gives in ours, and can be stopped. */
import { describe, expect, it } from 'vitest';
import { planWith, poisson, service } from '../simulation/plan.fixture.ts';
import { runPlan } from '../simulation/run.ts';
import { runReplications, runSimulation } from './run-simulation.ts';
import { type SimulationIdentity, simulationDocument } from './simulation-document.ts';

const identity: SimulationIdentity = {
  suite: '0.0.0',
  scenario: { name: 'test', description: '', file: 'test.yaml' },
  configuration: {},
  notes: ['a note of the reader'],
};

describe('a simulation in a thread', () => {
  it('gives the same bytes as in the thread of the caller', async () => {
    const plan = planWith();
    const here = simulationDocument(identity, plan, runPlan(plan));
    const { result } = await runSimulation(plan, identity);
    expect(JSON.stringify(result)).toBe(JSON.stringify(here));
  });

  it('passes on what is meant for the operator, with its code and exit code', async () => {
    await expect(runSimulation(planWith({ eventsMax: 100 }), identity)).rejects.toMatchObject({
      name: 'OperatorError',
      code: 'SIMULATION_TOO_LONG',
      exitCode: 65,
    });
  });

  it('gives the same bytes on live actors', async () => {
    const plan = planWith({ service: { ...service, persistenceMs: 60_000 } });
    const [onTables, onActors] = await Promise.all([
      runSimulation(plan, identity),
      runSimulation(plan, identity, { engine: 'xstate' }),
    ]);
    expect(JSON.stringify(onActors.result)).toBe(JSON.stringify(onTables.result));
  });

  it('ends when it is interrupted, with exit code 130', async () => {
    const long = planWith({
      traffic: { ...poisson, ratePerMs: 10, spanMs: 1e9 },
      eventsMax: 1e9,
    });
    const run = runSimulation(long, identity, { signal: AbortSignal.timeout(200) });
    await expect(run).rejects.toMatchObject({ exitCode: 130 });
  });
});

describe('replications', () => {
  it('are merged to the same bytes by one worker and by four', async () => {
    const plan = planWith();
    const [alone, together] = await Promise.all(
      [1, 4].map((workers) => runReplications(plan, identity, 5, workers)),
    );
    expect(JSON.stringify(together?.result)).toBe(JSON.stringify(alone?.result));
    const arrived = alone?.result.totals.map((totals) => totals.arrived) ?? [];
    expect(new Set(arrived).size).toBeGreaterThan(1);
    const placed = alone?.result.instances.reduce((sum, instance) => sum + instance.placed, 0);
    expect(placed).toBe(alone?.result.totals.reduce((sum, totals) => sum + totals.placed, 0));
    const mean = arrived.reduce((sum, count) => sum + count, 0) / 5;
    expect(alone?.result.spread.arrived.mean).toBeCloseTo(mean, 9);
  });
});
