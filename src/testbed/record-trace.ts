/**
 * `npm run record:trace`: drives a real HAProxy with clients from many addresses, a few of them busy and most of them
 * rare, and writes what they did as a Zeek connection log, for the simulator to replay.
 */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { connect } from '../adapters/connect.ts';
import type { DeployRequest } from '../adapters/contract.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { monotonicMs } from './monotonic.ts';
import { WireChannel } from './wire-channel.ts';
import { carriedBytes } from './wire-end.ts';
import { bannerLine, helloLine } from './wire-messages.ts';
import { type ConnectionLogged, renderZeekConnLog } from './zeek-log.ts';

const target = fileURLToPath(
  new URL('../../scenarios/traces/haproxy-run.conn.log.gz', import.meta.url),
);
const recordingMs = 45_000;
const arrivalsPerSecond = 75;
const sources = 300;
/** The busiest client opens about a quarter of all connections. */
const zipfExponent = 1.2;
const meanHoldMs = 1500;
/** A trial of the recording must end. */
const holdMsMax = 15_000;
const resetShare = 0.03;
const exchangesMax = 4;

const trial = 'recording';
const port = 8080;
const instances = [5, 3, 2].map((weight, index) => ({
  name: `instance-${index + 1}`,
  weight,
  port: null,
  address: `127.17.0.${index + 1}`,
}));
const request: DeployRequest = {
  deployment: trial,
  profile: 'console',
  instances,
  time: 'real',
  realMsPerSecond: { checks: 1000, persistence: 1000, draining: 1000 },
  configuration: {
    backendServices: [
      {
        name: 'recorded',
        protocol: 'tcp',
        port,
        scheduling: 'weighted-least-connections',
        sessionPersistence: { enabled: false },
        healthCheck: {
          method: 'http',
          timeoutSeconds: 2,
          intervalSeconds: 5,
          unhealthyThreshold: 3,
          healthyThreshold: 2,
          normalStatusCodes: ['2xx'],
        },
      },
    ],
  },
};

interface Visit {
  readonly connection: number;
  readonly atMs: number;
  readonly source: string;
  readonly holdMs: number;
  readonly exchanges: number;
  readonly isReset: boolean;
}

/** Poisson arrivals of clients after Zipf's law; chance is wanted here, a recording happens once. */
function plan(): readonly Visit[] {
  const shares = Array.from({ length: sources }, (_, rank) => (rank + 1) ** -zipfExponent);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const visits: Visit[] = [];
  for (let atMs = exponential(1000 / arrivalsPerSecond); atMs < recordingMs; ) {
    let left = Math.random() * total;
    const rank = shares.findIndex((share) => {
      left -= share;
      return left < 0;
    });
    visits.push({
      connection: visits.length,
      atMs,
      source: `127.130.${rank >> 7}.${1 + (rank & 127)}`,
      holdMs: Math.min(exponential(meanHoldMs), holdMsMax),
      exchanges: Math.floor(Math.random() * (exchangesMax + 1)),
      isReset: Math.random() < resetShare,
    });
    atMs += exponential(1000 / arrivalsPerSecond);
  }
  return visits;
}

function exponential(mean: number): number {
  return -Math.log(1 - Math.random()) * mean;
}

/** One connection from beginning to end; null where it was refused. */
async function visit(
  one: Visit,
  channel: WireChannel,
  endpoint: { readonly address: string; readonly port: number },
  epochMs: number,
): Promise<ConnectionLogged | null> {
  const { connection, source, exchanges } = one;
  const startMs = monotonicMs();
  const ask = { trial, connection, source, ...endpoint, recordedPort: port };
  const answer = await channel.ask('open', ask);
  if ('refused' in answer) return null;
  for (let exchange = 0; exchange < exchanges; exchange++) {
    await pass(one.holdMs / (exchanges + 1));
    await channel.ask('carry', { trial, connection });
  }
  await pass(one.holdMs / (exchanges + 1));
  const how = one.isReset ? 'reset' : 'closed';
  await channel.ask('close', { trial, connection, by: 'client', how });
  return {
    startMs: epochMs + startMs,
    durationMs: monotonicMs() - startMs,
    client: { address: source, port: answer.sourcePort },
    server: endpoint,
    bytesUp: helloLine(trial, connection).length + exchanges * carriedBytes(connection),
    bytesDown: bannerLine(answer.placed, port).length + exchanges * carriedBytes(connection),
    state: one.isReset ? 'RSTO' : 'SF',
  };
}

async function record(): Promise<readonly ConnectionLogged[]> {
  const channel = await WireChannel.start();
  const adapter = connect('haproxy');
  try {
    await channel.ask('begin', {
      trial,
      name: trial,
      limits: { checkMs: 2000, intervalMs: null, lagMs: null },
    });
    for (const { name, address } of instances) {
      const ports = { trafficPort: port, checkPort: port, decoyPorts: [] };
      const passing = { reply: 200, afterMs: 0 };
      const behaviour = { traffic: 'accepted', checks: [], afterwards: passing } as const;
      await channel.ask('listen', { trial, instance: name, address, ...ports });
      await channel.ask('behave', { trial, instance: name, behaviour });
    }
    const deployed = await adapter.deploy(request);
    if (!('deployment' in deployed) || deployed.deployment.plane !== 'wire') return [];
    const { endpoint } = deployed.deployment;
    const epochMs = Date.now() - monotonicMs();
    const visiting = plan().map(async (one) => {
      await pass(one.atMs);
      return visit(one, channel, endpoint, epochMs);
    });
    return (await Promise.all(visiting)).filter((logged) => logged !== null);
  } finally {
    await adapter.dispose();
    await channel.dispose();
  }
}

try {
  const connections = await record();
  await writeFile(target, gzipSync(renderZeekConnLog(connections), { level: 9 }));
  process.stdout.write(`${connections.length} connections recorded in ${target}\n`);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`);
  process.exitCode = error.exitCode;
}
