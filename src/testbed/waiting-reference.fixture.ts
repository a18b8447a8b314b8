/**
 * The reference as an implementation on the call plane that waits instead of jumping: its clock is real, shortened or
 * not. What an adapter in scaled or real time looks like from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, Answer, CallDeployment, Reached } from '../adapters/contract.ts';
import { createReferenceAdapter } from '../adapters/in-process/reference.ts';
import { monotonicMs } from './monotonic.ts';

const pollMs = 2;

export function createWaitingReference({
  reference = createReferenceAdapter(),
  checkTimeoutMs = 40,
  deployMs = 0,
}: {
  /** In stepped time: it is its clock that goes. */
  readonly reference?: Adapter;
  /** How long the shortest timeout lasts. */
  readonly checkTimeoutMs?: number;
  /** How long it takes to accept a deployment, and how long to say so. */
  readonly deployMs?: number;
} = {}): Adapter {
  return {
    describe: async (ask) => {
      const { traits, ...description } = await reference.describe(ask);
      return {
        ...description,
        name: 'waiting reference',
        time: ['scaled'],
        traits: { ...traits, 'health.timerSlackMs': { reading: 10, providedBy: 'balancer' } },
        floorsMs: { checkTimeout: checkTimeoutMs, persistence: 1000, drain: 300 },
      };
    },
    deploy: async (request) => {
      await sleep(deployMs);
      const deployed = await reference.deploy({ ...request, time: 'stepped' });
      if (!('deployment' in deployed)) return deployed;
      const waiting = waitingOn(deployed.deployment as CallDeployment);
      await sleep(deployMs);
      return { ...deployed, deployment: waiting };
    },
    dispose: () => reference.dispose(),
  };
}

function waitingOn(stepped: CallDeployment): CallDeployment {
  const beganMs = monotonicMs();
  const clock = (): number => monotonicMs() - beganMs;
  /** What came to pass while something else was asked, told with the next `advance`. */
  let untold: Reached | null = null;
  let cut: Reached['cut'] = [];
  const goOn = async (answers: readonly Answer[]): Promise<Reached> => {
    const reached = await stepped.advance({ toMs: clock(), answers });
    cut = [...cut, ...reached.cut];
    return reached;
  };
  /** The inner clock stands still between questions. */
  const upToDate = async <T>(ask: () => Awaitable<T>): Promise<T> => {
    if (untold === null) {
      const reached = await goOn([]);
      if (reached.probes.length > 0) untold = reached;
    }
    return ask();
  };
  return {
    plane: 'call',
    connect: (ask) => upToDate(() => stepped.connect(ask)),
    carry: (ask) => upToDate(() => stepped.carry(ask)),
    close: (ask) => upToDate(() => stepped.close(ask)),
    reconfigure: (change) => upToDate(() => stepped.reconfigure(change)),
    setInstances: (change) => upToDate(() => stepped.setInstances(change)),
    settle: () => stepped.settle(),
    dispose: () => stepped.dispose(),
    async advance({ toMs, answers }) {
      let given = answers;
      for (;;) {
        const reached = untold ?? (await goOn(given));
        untold = null;
        given = [];
        if (reached.probes.length === 0 && reached.nowMs < toMs) {
          await sleep(pollMs);
          continue;
        }
        const told = { ...reached, cut };
        cut = [];
        return told;
      }
    },
  };
}

type Awaitable<T> = T | Promise<T>;
