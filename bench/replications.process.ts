/** A process that runs replications one after the other: what two cores can give at most, for `replications.ts`. */
import { runPlan } from '../src/simulation/run.ts';
import { plans, type Size } from './replications.plans.ts';

process.on('message', ({ size, replications }: { size: Size; replications: readonly number[] }) => {
  for (const replication of replications) runPlan({ ...plans[size], replication });
  process.send?.('done');
});
process.send?.('ready');
