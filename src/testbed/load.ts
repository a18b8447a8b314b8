/**
 * How fast a balancer passes traffic on: kept-alive HTTP to one instance directly, then as much through the balancer,
 * in one run on one machine. What it says of balancing is only where connections went. Knows no clause.
 */
import type { Testbed } from './trial.ts';
import { WireTestbed } from './wire-testbed.ts';

/** Long enough for stable percentiles, short enough not to be waited for. */
const seconds = 3;
/** A few: what is measured is the balancer, not how many sockets a machine has. */
const connections = 9;
/** autocannon waits this long for an answer. */
const timeoutSeconds = 5;

export interface LoadMeasured {
  readonly seconds: number;
  readonly connections: number;
  readonly direct: LoadSide;
  readonly through: LoadSide;
}
interface LoadSide {
  readonly requestsPerSecond: number;
  /** autocannon's, in whole ms. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number };
  readonly errors: number;
  /** Connections, counted where they arrived. */
  readonly placed: Readonly<Record<string, number>>;
}

/** null: nothing to measure on the call plane, which has no sockets, nor in another network, where we have none. */
export async function measureLoad(testbed: Testbed): Promise<LoadMeasured | null> {
  if (!(testbed instanceof WireTestbed)) return null;
  if (testbed.description.networkNamespace !== undefined) return null;
  const ground = await testbed.beginLoad();
  try {
    const direct = await fire(ground.direct, ground.placed);
    const through = await fire(ground.through, ground.placed);
    return { seconds, connections, direct, through };
  } finally {
    await ground.end();
  }
}

interface LoadTarget {
  readonly address: string;
  readonly port: number;
}

async function fire(
  { address, port }: LoadTarget,
  placed: () => Promise<Readonly<Record<string, number>>>,
): Promise<LoadSide> {
  const { default: autocannon } = await import('autocannon'); // 125 ms, and most runs need none of it
  await placed();
  const run = await autocannon({
    url: `http://${address}:${port}/`,
    connections,
    duration: seconds,
    timeout: timeoutSeconds,
  });
  return {
    requestsPerSecond: run.requests.average,
    latencyMs: { p50: run.latency.p50, p90: run.latency.p90, p99: run.latency.p99 },
    errors: run.errors + run.timeouts + run.non2xx,
    placed: await placed(),
  };
}
