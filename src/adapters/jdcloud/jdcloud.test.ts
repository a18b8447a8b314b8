/** The adapter against an API that misbehaves: throttled, broken, silent, denying; and what it needs before it begins. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Adapter, DeployRequest } from '../contract.ts';
import { createJdcloudAdapter } from './jdcloud-adapter.ts';
import { settingsFrom } from './settings.ts';

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
type Respond = (route: string, nth: number) => Reply | null;

const keys = { JDCLOUD_ACCESS_KEY: 'ACCESS-KEY-1', JDCLOUD_SECRET_KEY: 'SECRET-KEY-1' };
const load = { JDCLOUD_LOAD_BALANCER_IDS: 'netlb-1', JDCLOUD_REGION: 'r' };
const asked: string[] = [];
let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
  asked.length = 0;
});

/** Answers in order of asking; null: the connection is cut. */
async function api(respond: Respond): Promise<Adapter> {
  const counts = new Map<string, number>();
  const listening = createServer(async (request: IncomingMessage, response) => {
    for await (const _ of request);
    const route = `${request.method} ${(request.url ?? '').replace('/v1/regions/r/', '').replace('%3A', ':')}`;
    asked.push(route);
    const nth = (counts.get(route) ?? 0) + 1;
    counts.set(route, nth);
    const reply = respond(route, nth) ?? usual(route);
    if (reply === null) response.destroy();
    else {
      response.writeHead(reply.status, reply.headers);
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
    }
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return createJdcloudAdapter(`http://127.0.0.1:${port}`, { ...keys, ...load });
}

function usual(route: string): Reply | null {
  const results: Readonly<Record<string, unknown>> = {
    'GET loadBalancers/netlb-1': { loadBalancer: {} },
    'POST backends/': { backendId: 'backend-1' },
    'GET backends/backend-1': { backend: { backendName: 'web' } },
    'DELETE backends/backend-1': {},
  };
  const result = results[route];
  return result === undefined ? null : { status: 200, body: { requestId: 'q', result } };
}

const request: DeployRequest = {
  deployment: 'd',
  profile: 'openapi',
  time: 'real',
  instances: [],
  realMsPerSecond: { checks: 1000, persistence: 1000, draining: 1000 },
  configuration: {
    backendServices: [{ name: 'web', protocol: 'tcp', port: 80, healthCheck: { method: 'tcp' } }],
  },
};
const throttled = { status: 429, body: { requestId: 'q', error: { code: 429, message: 'slow' } } };

async function errorOf(work: Promise<unknown> | unknown): Promise<Error & { hint?: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

describe('the cloud adapter', () => {
  it('waits where it is throttled, for creating, too', async () => {
    const adapter = await api((route, nth) =>
      route === 'POST backends/' && nth < 3 ? throttled : null,
    );
    expect(await adapter.deploy(request)).toMatchObject({ outcome: { is: 'accepted' } });
    expect(asked.filter((route) => route === 'POST backends/')).toHaveLength(3);
    await adapter.dispose();
    expect(asked.at(-1)).toBe('DELETE backends/backend-1');
  });

  it('does not create twice what may have been created once, and finds it by its description', async () => {
    let description = '';
    const adapter = await api((route) => {
      if (route === 'POST backends/') return { status: 502, body: 'bad gateway' };
      if (!route.startsWith('GET backends/?')) return null;
      const backends = [
        { backendId: 'backend-1', description },
        { backendId: 'other', description: 'mine' },
      ];
      return { status: 200, body: { requestId: 'q', result: { backends } } };
    });
    server?.prependListener('request', (message: IncomingMessage) => {
      if (message.method === 'POST') {
        message.on('data', (bytes: Buffer) => {
          ({ description } = JSON.parse(bytes.toString()));
        });
      }
    });
    expect((await errorOf(adapter.deploy(request))).message).toContain('HTTP 502');
    expect(asked.filter((route) => route === 'POST backends/')).toHaveLength(1);
    expect(asked.filter((route) => route.startsWith('DELETE'))).toEqual([
      'DELETE backends/backend-1',
    ]);
    await adapter.dispose();
  });

  it('gives up on an API that is never well, and says which request it was', async () => {
    const adapter = await api(() => ({
      status: 503,
      body: { requestId: 'q-7', error: { code: 503, message: 'down' } },
      headers: { 'retry-after': '0' },
    }));
    const { message } = await errorOf(adapter.describe({ protocol: 1 }));
    expect(message).toContain('HTTP 503, request q-7: down');
    expect(asked).toHaveLength(5);
  });

  it('lists what could not be deleted, and tries again at the end', async () => {
    const busy = { status: 400, body: { requestId: 'q-9', error: { code: 400, message: 'busy' } } };
    const adapter = await api((route) => (route.startsWith('DELETE') ? busy : null));
    const deployed = await adapter.deploy(request);
    if (!('deployment' in deployed)) throw new Error('not deployed');
    await errorOf(deployed.deployment.dispose());
    const error = await errorOf(adapter.dispose());
    expect(error.message).toContain('backends backend-1: busy (request q-9)');
    expect(error.hint).toMatch(/description is "counterpoise \w+ d"/);
    expect(asked.filter((route) => route.startsWith('DELETE'))).toHaveLength(2);
  });

  it('registers anew an instance that moves to another port, for a target cannot', async () => {
    const result = {
      'POST targetGroups/': { targetGroupId: 'tg-1' },
      'DELETE targetGroups/tg-1': {},
      'POST targetGroups/tg-1:registerTargets': {},
      'POST targetGroups/tg-1:deregisterTargets': {},
    };
    const targets = [80, 81].map((port) => ({
      targetId: `t-${port}`,
      ipAddress: '127.0.0.1',
      port,
    }));
    const adapter = await api((route) => {
      const known = route.includes('describeTargets')
        ? { targets }
        : result[route as keyof typeof result];
      return known === undefined ? null : { status: 200, body: { requestId: 'q', result: known } };
    });
    const instanceAt = (port: number) => ({ name: 'a', address: '127.0.0.1', port, weight: 1 });
    const deployed = await adapter.deploy({ ...request, instances: [instanceAt(80)] });
    if (!('deployment' in deployed)) throw new Error('not deployed');
    asked.length = 0;
    await deployed.deployment.setInstances({ instances: [instanceAt(81)] });
    expect(asked.filter((route) => route.startsWith('POST'))).toEqual([
      'POST targetGroups/tg-1:deregisterTargets',
      'POST targetGroups/tg-1:registerTargets',
    ]);
    await adapter.dispose();
  });

  it('tells both what went wrong with a deployment and what it left over', async () => {
    const adapter = await api((route) => {
      if (route === 'POST backends/') return { status: 502, body: 'bad gateway' };
      const body = { requestId: 'q-9', error: { code: 400, message: 'busy' } };
      return route.startsWith('GET backends/?') ? { status: 400, body } : null;
    });
    const error = await errorOf(adapter.deploy(request));
    expect(error.message).toMatch(/HTTP 502.*could not be deleted: backends: busy/);
    expect(error.hint).toMatch(/description is "counterpoise \w+ d"/);
    await errorOf(adapter.dispose());
  });

  it('tells a configuration that is refused from an account that is full', async () => {
    const refused = (message: string) => () => ({
      status: 400,
      body: { requestId: 'q', error: { code: 400, status: 'INVALID', message } },
    });
    const outcome = async (message: string) => {
      const adapter = await api(refused(message));
      return (await adapter.deploy(request)).outcome;
    };
    expect(await outcome("Request field port is '0', expected one of [1-65535].")).toEqual({
      is: 'rejected',
      violations: [
        {
          clause: null,
          path: 'backendServices[0].port',
          expected: 'one of [1-65535] (request q)',
          observed: undefined,
          by: 'balancer',
        },
      ],
    });
    expect(await outcome('no')).toMatchObject({
      violations: [{ path: '', expected: 'no (request q)' }],
    });
    expect(await outcome('quota of backends exceeded')).toMatchObject({ is: 'unknown' });
  });

  it('says that keys are refused without repeating them, and answers with garbage are errors', async () => {
    const denied = await api(() => ({
      status: 401,
      body: { requestId: 'q', error: { code: 401, message: 'no such key' } },
    }));
    const error = await errorOf(denied.describe({ protocol: 1 }));
    expect(error.hint).toContain('JDCLOUD_SECRET_KEY');
    expect(JSON.stringify([error.message, error.hint, error.stack])).not.toMatch(/KEY-1/);
    const garbled = await api(() => ({ status: 200, body: '<html>' }));
    asked.length = 0;
    expect((await errorOf(garbled.describe({ protocol: 1 }))).message).toContain('in JSON');
    expect(asked).toHaveLength(1);
  });
});

describe('its settings', () => {
  const complete = { ...keys, ...load, JDCLOUD_ENDPOINT: 'http://127.0.0.1:1' };
  const fault = (environment: Record<string, string>) => {
    try {
      settingsFrom(environment, null);
    } catch (error) {
      return error as Error & { hint: string };
    }
    throw new Error('taken');
  };

  it('come from the environment, each named where it is missing', () => {
    expect(settingsFrom(complete, null)).toMatchObject({
      region: 'r',
      loadBalancerIds: ['netlb-1'],
    });
    for (const name of [...Object.keys(keys), 'JDCLOUD_LOAD_BALANCER_IDS']) {
      expect(fault({ ...complete, [name]: '' }).message).toContain(name);
    }
  });

  it('must agree that a real cloud is used, and never without encryption', () => {
    const real = { ...complete, JDCLOUD_ENDPOINT: 'https://lb.jdcloud-api.com' };
    expect(fault(real).hint).toContain('JDCLOUD_CONFIRM');
    expect(
      settingsFrom({ ...real, JDCLOUD_CONFIRM: 'create-and-delete' }, null).endpoint.host,
    ).toBe('lb.jdcloud-api.com');
    expect(fault({ ...complete, JDCLOUD_ENDPOINT: 'http://10.0.0.1' }).message).toContain('https');
    expect(
      fault({ ...complete, JDCLOUD_ENDPOINT: 'http://u:SECRET-KEY-1@127.0.0.1' }).message,
    ).not.toContain('SECRET');
  });
});
