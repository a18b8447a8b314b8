/**
 * What load is measured on: a few instances that answer HTTP as fast as they can, and a balancer before them. Knows
 * no way of measuring.
 */
import type { Adapter } from '../adapters/contract.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import type { WireChannel } from './wire-channel.ts';

export interface LoadGround {
  /** One instance, without the balancer. */
  readonly direct: { readonly address: string; readonly port: number };
  readonly through: { readonly address: string; readonly port: number };
  /** Connections that arrived at each instance since the last asking. */
  placed(): Promise<Readonly<Record<string, number>>>;
  end(): Promise<void>;
}

const port = 8080;
const listed = [
  { name: 'a', weight: 1, port: null },
  { name: 'b', weight: 1, port: null },
  { name: 'c', weight: 1, port: null },
];
/** Checks that say nothing, so that they are not counted, and rarely. */
const configuration: ConfigurationDocument = {
  backendServices: [
    {
      name: 'load',
      protocol: 'tcp',
      port,
      scheduling: 'weighted-round-robin',
      sessionPersistence: { enabled: false },
      connectionDraining: { durationSeconds: 0 },
      healthCheck: {
        method: 'tcp',
        timeoutSeconds: 5,
        intervalSeconds: 60,
        unhealthyThreshold: 3,
        healthyThreshold: 1,
      },
    },
  ],
};
const realMsPerSecond = { checks: 1000, persistence: 1000, draining: 1000 };

export async function beginWireLoad(
  trial: string,
  adapter: Adapter,
  channel: WireChannel,
  addresses: { take(): string; give(address: string): void },
): Promise<LoadGround> {
  const limits = { checkMs: 1000, intervalMs: null, lagMs: null };
  await channel.ask('begin', { trial, name: trial, limits });
  const instances = listed.map((instance) => ({ ...instance, address: addresses.take() }));
  const release = async (): Promise<void> => {
    await channel.ask('release', { trial });
    for (const { address } of instances) addresses.give(address);
  };
  try {
    for (const { name, address } of instances) {
      await channel.ask('serve', { trial, instance: name, address, port });
    }
    const ask = { deployment: trial, configuration, profile: 'console', instances } as const;
    const deployed = await adapter.deploy({ ...ask, time: 'real', realMsPerSecond });
    if (!('deployment' in deployed) || deployed.deployment.plane !== 'wire') {
      throw notDeployed(JSON.stringify(deployed.outcome));
    }
    const { deployment } = deployed;
    return {
      direct: { address: instances[0]?.address ?? '', port },
      through: deployment.endpoint,
      placed: () => channel.ask('served', { trial }),
      end: async () => {
        await deployment.dispose();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function notDeployed(outcome: string): OperatorError {
  return new OperatorError(`load: the implementation did not take a plain service: ${outcome}`, {
    code: 'LOAD_NOT_DEPLOYED',
    exitCode: exitCodes.unavailable,
  });
}
