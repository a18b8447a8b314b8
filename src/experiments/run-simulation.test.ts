/** Goal: a simulation in its own thread gives what it gives in ours, and can be stopped. */
import { describe, expect, it } from 'vitest';
import { planWith, poisson } from '../simulation/plan.fixture.ts';
import { runPlan } from '../simulation/run.ts';
import { runSimulation } from './run-simulation.ts';
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

  it('ends when it is interrupted, with exit code 130', async () => {
    const long = planWith({
      traffic: { ...poisson, ratePerMs: 10, spanMs: 1e9 },
      eventsMax: 1e9,
    });
    const run = runSimulation(long, identity, { signal: AbortSignal.timeout(200) });
    await expect(run).rejects.toMatchObject({ exitCode: 130 });
  });
});
