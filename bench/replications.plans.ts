/** What the benchmark of replications runs: least connections on few or on very many open connections. */
import { planWith, poisson, service } from '../src/simulation/plan.fixture.ts';
import type { Plan } from '../src/simulation/plan.ts';
import { numberOption } from './measuring.ts';

/** Open at a time: what a core's own cache holds, or several times as much as that. */
export type Size = '1,000 open' | '60,000 open';

export const plans: Readonly<Record<Size, Plan>> = {
  '1,000 open': planOf({ holdMs: 500, sourceCount: 1_000 }),
  '60,000 open': planOf({ holdMs: 30_000, sourceCount: 50_000 }),
};

function planOf({ holdMs, sourceCount }: { holdMs: number; sourceCount: number }): Plan {
  return planWith({
    service: { ...service, scheduling: 'weighted-least-connections' },
    traffic: {
      ...poisson,
      ratePerMs: 2,
      spanMs: numberOption('connections', 4_000_000) / 2,
      sourceCount,
      holdMs: { kind: 'exponential', mean: holdMs },
    },
    eventsMax: 1e9,
  });
}
