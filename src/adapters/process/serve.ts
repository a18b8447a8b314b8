/**
 * The other end of the process protocol: serves an adapter written against the contract over a pair of streams. Knows
 * no implementation.
 */

import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { JSONRPCErrorCode, JSONRPCErrorException, JSONRPCServer } from 'json-rpc-2.0';
import type { Adapter, Deployed, Deployment } from '../contract.ts';
import { faultIn, type Method, messages } from '../messages.ts';

export interface Streams {
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Answers until the input ends or the process is asked to end, then disposes of the adapter. What the adapter prints
 * with `console.log` goes to standard error: standard output is the protocol's.
 */
export async function serve(
  adapter: Adapter,
  streams: Streams = { input: process.stdin, output: process.stdout },
): Promise<void> {
  console.log = console.info = console.debug = console.error;
  const server = serverOf(adapter);
  const lines = createInterface({ input: streams.input, crlfDelay: Number.POSITIVE_INFINITY });
  const end = () => lines.close();
  process.once('SIGTERM', end);
  lines.on('line', (line) => {
    void server.receiveJSON(line).then((response) => {
      if (response !== null) streams.output.write(`${JSON.stringify(response)}\n`);
    });
  });
  await new Promise<void>((resolve) => lines.once('close', resolve));
  process.removeListener('SIGTERM', end);
  await adapter.dispose();
}

type Params = Readonly<Record<string, unknown>>;
type Answer = (deployment: Deployment, params: Params) => unknown;

/** By method; those of a plane that a deployment is not on are unknown to it. */
const ofDeployment: Partial<Record<Method, Answer>> = {
  reconfigure: (deployment, { configuration }) => deployment.reconfigure({ configuration }),
  setInstances: (deployment, params) =>
    deployment.setInstances(params as unknown as Parameters<Deployment['setInstances']>[0]),
  settle: (deployment) => deployment.settle(),
  status: (deployment) => {
    if (deployment.status === undefined) throw unknownMethod('status');
    return deployment.status();
  },
  ...Object.fromEntries(
    (['connect', 'carry', 'close', 'advance'] as const).map((method) => [
      method,
      (deployment: Deployment, params: Params) => {
        if (deployment.plane !== 'call') throw unknownMethod(method);
        return deployment[method](params as never);
      },
    ]),
  ),
};

function serverOf(adapter: Adapter): JSONRPCServer {
  const live = new Map<string, Deployment>();
  // an error is the answer to whoever asked; nobody else need hear of it
  const server = new JSONRPCServer({ errorListener: () => {} });
  const answer = (method: Method, work: (params: Params) => unknown): void => {
    server.addMethod(method, async (params: unknown) => {
      const fault = faultIn(messages[method].params, params);
      if (fault !== null) throw new JSONRPCErrorException(fault, JSONRPCErrorCode.InvalidParams);
      return (await work(params as Params)) ?? null;
    });
  };
  const deploymentOf = ({ deployment }: Params): Deployment => {
    const found = live.get(String(deployment));
    if (found !== undefined) return found;
    throw new JSONRPCErrorException(
      `no deployment ${JSON.stringify(deployment)}`,
      JSONRPCErrorCode.InvalidParams,
    );
  };
  answer('describe', (params) => adapter.describe(params as never));
  answer('deploy', async (params) => toldOf(await adapter.deploy(params as never), params, live));
  for (const [method, work] of Object.entries(ofDeployment)) {
    answer(method as Method, (params) => work(deploymentOf(params), params));
  }
  answer('dispose', async (params) => {
    const { deployment } = params;
    if (deployment === undefined) {
      live.clear();
      return adapter.dispose();
    }
    const found = live.get(String(deployment));
    live.delete(String(deployment));
    return found?.dispose();
  });
  return server;
}

function toldOf(deployed: Deployed, params: Params, live: Map<string, Deployment>): unknown {
  if (!('deployment' in deployed)) return deployed;
  const { outcome, readBack, deployment } = deployed;
  live.set(String(params['deployment']), deployment);
  return {
    outcome,
    readBack,
    ...(deployment.plane === 'wire' ? { endpoint: deployment.endpoint } : {}),
  };
}

function unknownMethod(method: string): JSONRPCErrorException {
  return new JSONRPCErrorException(`no method ${method} here`, JSONRPCErrorCode.MethodNotFound);
}
