import { describe, expect, it } from 'vitest';
import type { Adapter, CallDeployment, DeployRequest, InstanceAt, Probe } from '../contract.ts';
import { createReferenceAdapter } from './reference.ts';

const document = {
  backendServices: [
    {
      name: 'web',
      protocol: 'tcp',
      port: 8080,
      scheduling: 'weighted-round-robin',
      connectionDraining: { durationSeconds: 10 },
      healthCheck: {
        method: 'http',
        path: '/up',
        timeoutSeconds: 3,
        intervalSeconds: 5,
        unhealthyThreshold: 2,
        healthyThreshold: 2,
        normalStatusCodes: ['2xx'],
      },
    },
  ],
};
const instance = (name: string, weight = 1, port: number | null = null): InstanceAt => ({
  name,
  weight,
  address: name,
  port,
});
const request = (over: Partial<DeployRequest> = {}): DeployRequest => ({
  deployment: 'd',
  configuration: document,
  profile: 'console',
  instances: [instance('a', 2, 9000), instance('b')],
  time: 'stepped',
  realMsPerSecond: { checks: 1000, persistence: 1000, draining: 1000 },
  ...over,
});
async function deployed(adapter: Adapter, over: Partial<DeployRequest> = {}) {
  const answer = await adapter.deploy(request(over));
  if (!('deployment' in answer)) throw new Error(JSON.stringify(answer));
  return answer.deployment as CallDeployment;
}
/** Lets time pass, every check answered at once by what `reply` says for its instance. */
async function pass(
  deployment: CallDeployment,
  toMs: number,
  reply: (probe: Probe) => number = () => 200,
) {
  const probes: Probe[] = [];
  const cut: { connection: number; atMs: number }[] = [];
  let answers: { probe: number; reply: number; afterMs: number }[] = [];
  for (;;) {
    const reached = await deployment.advance({ toMs, answers });
    cut.push(...reached.cut);
    probes.push(...reached.probes);
    if (reached.probes.length === 0) return { probes, cut, nowMs: reached.nowMs };
    answers = reached.probes.map((probe) => ({
      probe: probe.probe,
      reply: reply(probe),
      afterMs: 10,
    }));
  }
}

describe('the reference as an implementation', () => {
  it('places connections by weight, at the own port of an instance or else at that of the service', async () => {
    const deployment = await deployed(createReferenceAdapter());
    const placed = [];
    for (let connection = 0; connection < 3; connection++) {
      placed.push(await deployment.connect({ connection, source: '10.1.0.1', port: 5000 }));
    }
    expect(placed).toEqual([
      { placed: 'a', port: 9000 },
      { placed: 'b', port: 8080 },
      { placed: 'a', port: 9000 },
    ]);
  });

  it('reads back the document with defaults filled in, and rejects in its own name', async () => {
    const adapter = createReferenceAdapter();
    const service = { ...document.backendServices[0], connectionDraining: undefined };
    const { connectionDraining: _, ...omitted } = service;
    const accepted = await adapter.deploy(
      request({ configuration: { backendServices: [omitted] } }),
    );
    expect(accepted).toMatchObject({
      readBack: { backendServices: [{ connectionDraining: { durationSeconds: 300 } }] },
    });
    const wrong = { backendServices: [{ ...omitted, port: 70_000 }] };
    expect(await adapter.deploy(request({ deployment: 'e', configuration: wrong }))).toMatchObject({
      outcome: {
        is: 'rejected',
        violations: [
          { clause: 'config.port.range', path: 'backendServices[0].port', by: 'balancer' },
        ],
      },
    });
  });

  it('checks each instance at its port and path every interval, and takes one out after two failures', async () => {
    const deployment = await deployed(createReferenceAdapter());
    const { probes, nowMs } = await pass(deployment, 5000, ({ instance }) =>
      instance === 'a' ? 500 : 200,
    );
    expect(nowMs).toBe(5000);
    expect(
      probes.map(({ instance, port, path, method }) => ({ instance, port, path, method })),
    ).toEqual(
      ['a', 'b', 'a', 'b'].map((name) => ({
        instance: name,
        port: name === 'a' ? 9000 : 8080,
        path: '/up',
        method: 'http',
      })),
    );
    await pass(deployment, 6000, () => 500);
    expect(await deployment.status?.()).toEqual([
      { instance: 'a', isEligible: false },
      { instance: 'b', isEligible: true },
    ]);
  });

  it('drains a removed instance, cuts what is left at the deadline, and knows its name again', async () => {
    const deployment = await deployed(createReferenceAdapter());
    await deployment.connect({ connection: 1, source: '10.1.0.1', port: 1 });
    await deployment.setInstances({ instances: [instance('b')] });
    expect(await deployment.connect({ connection: 2, source: '10.1.0.1', port: 2 })).toMatchObject({
      placed: 'b',
    });
    await pass(deployment, 9999);
    expect(await deployment.carry({ connection: 1 })).toEqual({ carried: true });
    const { cut } = await pass(deployment, 10_000);
    expect(cut).toEqual([{ connection: 1, atMs: 10_000, how: 'reset' }]);
    expect(await deployment.carry({ connection: 1 })).toEqual({ carried: false });
    await deployment.setInstances({ instances: [instance('b'), instance('a', 2, 9000)] });
    expect(await deployment.connect({ connection: 3, source: '10.1.0.1', port: 3 })).toMatchObject({
      placed: 'a',
    });
  });

  it('keeps deployments apart and refuses a name that is taken, until it is free again', async () => {
    const adapter = createReferenceAdapter();
    const first = await deployed(adapter);
    const second = await deployed(adapter, { deployment: 'other' });
    await first.setInstances({ instances: [] });
    expect(await first.connect({ connection: 1, source: '10.1.0.1', port: 1 })).toEqual({
      refused: 'reset',
    });
    expect(await second.connect({ connection: 1, source: '10.1.0.1', port: 1 })).toMatchObject({
      placed: 'a',
    });
    expect(await adapter.deploy(request())).toMatchObject({ outcome: { is: 'unknown' } });
    await first.dispose();
    expect(await adapter.deploy(request())).toMatchObject({ outcome: { is: 'accepted' } });
  });

  it('rejects weights out of range, double names and any time but stepped', async () => {
    const adapter = createReferenceAdapter();
    expect(
      await adapter.deploy(request({ instances: [instance('a', 101), instance('a')] })),
    ).toMatchObject({
      outcome: {
        violations: [
          { path: 'instances[0].weight', observed: 101 },
          { path: 'instances[1].name', observed: 'a' },
        ],
      },
    });
    expect(await adapter.deploy(request({ time: 'real' }))).toMatchObject({
      outcome: { is: 'unsupported' },
    });
  });

  it('says that it has no room when too many removed instances still drain', async () => {
    const deployment = await deployed(createReferenceAdapter(), { instances: [] });
    const comeAndDrain = async (): Promise<void> => {
      for (let number = 0; number <= 200; number++) {
        await deployment.setInstances({ instances: [instance(`i${number}`)] });
        await deployment.connect({ connection: number, source: '10.1.0.1', port: 1 });
      }
    };
    await expect(comeAndDrain()).rejects.toMatchObject({
      code: 'INSTANCES_EXHAUSTED',
      hint: expect.stringContaining('fewer instances'),
    });
  });
});
