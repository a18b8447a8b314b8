/**
 * Trials over real sockets on 127.0.0.0/8: every instance of every trial has an address of its own, so that trials run
 * side by side on the same ports. Knows no balancer.
 */
import type { Adapter, Description } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { monotonicMs } from './monotonic.ts';
import { Recorder } from './recorder.ts';
import type { Begun, Testbed, TrialRequest } from './trial.ts';
import { WireChannel } from './wire-channel.ts';
import { beginWireLoad, type LoadGround } from './wire-load.ts';
import { WireTrial } from './wire-trial.ts';

export async function openWireTestbed(
  adapter: Adapter,
  description: Description,
  connectable: string,
): Promise<Testbed> {
  const channel = await WireChannel.start(description.networkNamespace);
  return new WireTestbed(adapter, description, connectable, channel);
}

export class WireTestbed implements Testbed {
  readonly description: Description;
  readonly #adapter: Adapter;
  readonly #connectable: string;
  readonly #channel: WireChannel;
  readonly #addresses: Addresses;
  readonly #trials = new Set<WireTrial>();
  #begun = 0;
  #over: Promise<void> | null = null;

  constructor(
    adapter: Adapter,
    description: Description,
    connectable: string,
    channel: WireChannel,
  ) {
    this.#adapter = adapter;
    this.description = description;
    this.#connectable = connectable;
    this.#channel = channel;
    this.#addresses = new Addresses(channel.pid, description.instanceAddresses ?? null);
  }

  async begin(request: TrialRequest): Promise<Begun> {
    const token = `${this.#channel.pid}-${this.#begun++}`;
    const recorder = new Recorder(request, this.description, this.#connectable);
    const own = new Map<string, string>();
    const trial: WireTrial = new WireTrial({
      channel: this.#channel,
      trial: token,
      recorder,
      request,
      beganMs: monotonicMs(),
      addressOf: (instance) => {
        const address = own.get(instance) ?? this.#addresses.take();
        own.set(instance, address);
        return address;
      },
      released: () => {
        this.#trials.delete(trial);
        for (const address of own.values()) this.#addresses.give(address);
      },
    });
    this.#trials.add(trial);
    try {
      return await this.#deploy(request, trial, recorder, token);
    } catch (error) {
      await trial.end('error').catch(() => {});
      throw error;
    }
  }

  async #deploy(
    request: TrialRequest,
    trial: WireTrial,
    recorder: Recorder,
    token: string,
  ): Promise<Begun> {
    const { configuration, profile, time, realMsPerSecond, effective } = request;
    const instances = await trial.prepare();
    const fromMs = trial.nowMs();
    const ask = { deployment: token, configuration, profile, instances, time, realMsPerSecond };
    const deployed = await this.#adapter.deploy(ask);
    const readBack = 'readBack' in deployed ? deployed.readBack : null;
    const { outcome } = deployed;
    const configured: HistoryEvent = {
      event: 'service.configured',
      fromMs,
      toMs: trial.nowMs(),
      outcome,
      configuration,
      readBack,
      effective,
    };
    recorder.record(configured);
    if (!('deployment' in deployed)) {
      return { accepted: false, outcome, history: await trial.end('complete') };
    }
    invariant(deployed.deployment.plane === 'wire', 'a wire adapter deploys on the wire');
    await trial.deployed(deployed.deployment);
    return { accepted: true, readBack, trial };
  }

  /** For measuring load: instances that answer HTTP, behind a deployment of their own. */
  beginLoad(): Promise<LoadGround> {
    const trial = `${this.#channel.pid}-${this.#begun++}`;
    const take = (): string => this.#addresses.take();
    const give = (address: string): void => this.#addresses.give(address);
    return beginWireLoad(trial, this.#adapter, this.#channel, { take, give });
  }

  dispose(): Promise<void> {
    this.#over ??= this.#tearDown();
    return this.#over;
  }

  async #tearDown(): Promise<void> {
    // what the adapter cannot put away it tells at its own end, too
    await Promise.allSettled([...this.#trials].map((trial) => trial.end('interrupted')));
    try {
      await this.#adapter.dispose();
    } finally {
      await this.#channel.dispose();
    }
  }
}

/**
 * Addresses for instances: those that the implementation reaches, else ones below 127.128.0.0, where clients live. Of
 * these the second and third byte come from the id of the testbed's process of sockets, so that testbeds side by side
 * differ; 127.0 to 127.15 are left to the machine's own services.
 */
class Addresses {
  readonly #processId: number;
  readonly #free: string[];
  /** Whether there are only those. */
  readonly #isGiven: boolean;
  #next = 0;

  constructor(processId: number, given: readonly string[] | null) {
    this.#processId = processId;
    this.#free = [...(given ?? [])];
    this.#isGiven = given !== null;
  }

  take(): string {
    // oldest first: a stale connection meets its own trial's token long before its address is used again
    const isScarce = this.#isGiven || this.#next >= 4 * 254;
    if (isScarce || (this.#next >= 254 && this.#free.length > 0)) {
      const address = this.#free.shift();
      if (address === undefined) throw noAddress();
      return address;
    }
    const block = (this.#processId * 4 + Math.floor(this.#next / 254)) % (112 * 256);
    const address = `127.${16 + Math.floor(block / 256)}.${block % 256}.${1 + (this.#next % 254)}`;
    this.#next++;
    return address;
  }

  give(address: string): void {
    this.#free.push(address);
  }
}

function noAddress(): OperatorError {
  return new OperatorError('testbed: more instances at one time than there are addresses', {
    code: 'ADDRESSES_EXHAUSTED',
    exitCode: exitCodes.unavailable,
    hint: 'Use fewer lanes (--jobs), or name more addresses where the implementation lists them.',
  });
}
