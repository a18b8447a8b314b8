/** What an adapter cannot put away is told: by the trial that ends, whoever ends it, and by the testbed at its end. */
import { describe, expect, it } from 'vitest';
import type { Adapter, WireDeployment } from '../adapters/contract.ts';
import { createReferenceAdapter } from '../adapters/in-process/reference.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { openTestbed } from './open-testbed.ts';
import { begun } from './trial.fixture.ts';

const stuck = new OperatorError('rule 7 stays', { code: 'STUCK', exitCode: exitCodes.unavailable });

/** Takes anything and balances nothing. */
function stubborn(): Adapter {
  const deployment: WireDeployment = {
    plane: 'wire',
    endpoint: { address: '127.0.0.1', port: 9 },
    reconfigure: () => ({ is: 'accepted' }),
    setInstances: () => ({ is: 'accepted' }),
    settle: () => {},
    dispose: () => Promise.reject(stuck),
  };
  const reference = createReferenceAdapter();
  return {
    describe: async (ask) => ({
      ...(await reference.describe(ask)),
      plane: 'wire',
      time: ['scaled'],
    }),
    deploy: ({ configuration }) => ({
      outcome: { is: 'accepted' },
      readBack: configuration,
      deployment,
    }),
    dispose: () => Promise.reject(stuck),
  };
}

describe('a deployment that cannot be put away', () => {
  it('makes the end of its trial fail, also after the budget ended it, and that of the testbed', async () => {
    const testbed = await openTestbed(stubborn());
    const trial = await begun(testbed, { budgetMs: 100 });
    await expect(trial.passUntil(60_000)).rejects.toMatchObject({ code: 'TRIAL_BUDGET' });
    await expect(trial.end('error')).rejects.toBe(stuck);
    const other = await begun(testbed);
    await expect(other.end('complete')).rejects.toBe(stuck);
    await expect(testbed.dispose()).rejects.toBe(stuck);
  });
});
