/** Trials of an adapter on the call plane, one deployment each, in whichever time it keeps. Knows no implementation. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Adapter, Description } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import { CallTrial } from './call-trial.ts';
import { Recorder } from './recorder.ts';
import { TimedCallTrial } from './timed-call-trial.ts';
import type { Begun, Testbed, TrialRequest } from './trial.ts';

/** In stepped time nothing waits: unless the process gets its turn now and then, nobody's Ctrl-C is heard before the end. */
const turnEveryMs = 20;

export function openCallTestbed(
  adapter: Adapter,
  description: Description,
  connectable: string,
): Testbed {
  let begun = 0;
  let turnedMs = performance.now();
  return {
    description,
    begin: async (request) => {
      if (performance.now() - turnedMs > turnEveryMs) {
        await turn();
        turnedMs = performance.now();
      }
      const recorder = new Recorder(request, description, connectable);
      return begin(adapter, request, recorder, `trial-${begun++}`);
    },
    dispose: async () => {
      await adapter.dispose();
    },
  };
}

async function begin(
  adapter: Adapter,
  request: TrialRequest,
  recorder: Recorder,
  name: string,
): Promise<Begun> {
  const { configuration, profile, time, realMsPerSecond, effective } = request;
  const trial =
    time === 'stepped' ? new CallTrial(request, recorder) : new TimedCallTrial(request, recorder);
  const instances = trial.prepare();
  const ask = { deployment: name, configuration, profile, instances, time, realMsPerSecond };
  const deployed = await adapter.deploy(ask);
  const { outcome } = deployed;
  const readBack = 'readBack' in deployed ? deployed.readBack : null;
  const when = { fromMs: 0, toMs: trial.nowMs() };
  recorder.record({
    ...when,
    event: 'service.configured',
    outcome,
    configuration,
    readBack,
    effective,
  });
  if (!('deployment' in deployed)) {
    return { accepted: false, outcome, history: await trial.end('complete') };
  }
  invariant(deployed.deployment.plane === 'call', 'a call adapter deploys on the call plane');
  await trial.deployed(deployed.deployment);
  return { accepted: true, readBack, trial };
}
