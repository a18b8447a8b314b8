/** A small plan for tests, with whatever a test wants different. */
import type { Plan, PlannedInstance } from './plan.ts';

export const instancesWeighing = (...weights: number[]): PlannedInstance[] =>
  weights.map((weight, index) => ({ name: `i${index}`, weight, isPresent: true }));

export const service: Plan['service'] = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  persistenceMs: 0,
  drainMs: 60_000,
  check: {
    method: 'tcp',
    port: null,
    path: '/',
    timeoutMs: 2000,
    intervalMs: 5000,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    normalCodes: [{ from: 200, to: 399 }],
  },
};

export const poisson = {
  kind: 'poisson',
  ratePerMs: 0.02,
  spanMs: 600_000,
  sourceCount: 50,
  zipfExponent: 0,
  holdMs: { kind: 'exponential', mean: 10_000 },
} as const;

export function planWith(change: Partial<Plan> = {}): Plan {
  return {
    seed: '1',
    replication: 0,
    service,
    instances: instancesWeighing(1, 1, 1),
    traffic: poisson,
    serving: null,
    connectTimeoutMs: 5000,
    outages: [],
    failures: null,
    changes: [],
    bucketsMax: 120,
    eventsMax: 5_000_000,
    ...change,
  };
}
