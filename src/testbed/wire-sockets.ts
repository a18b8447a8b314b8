/**
 * All sockets of one trial: its instances and its connections, and the events they give rise to. Lives in the process
 * of sockets. Knows no configuration and no clause.
 */
import type { Socket } from 'node:net';
import { invariant } from '../errors/invariant.ts';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { monotonicMs } from './monotonic.ts';
import { WireConnection } from './wire-connection.ts';
import { WireInstance } from './wire-instance.ts';
import { WireLoadServer } from './wire-load-server.ts';
import type { TrialLimits, WireCalls } from './wire-messages.ts';

type Ask<Name extends keyof WireCalls> = Parameters<WireCalls[Name]>[0];

export class WireSockets {
  readonly name: string;
  readonly #tell: (event: HistoryEvent) => void;
  readonly #find: (trial: string) => WireSockets | undefined;
  readonly #earliestMs: () => number;
  readonly #instances = new Map<string, WireInstance>();
  readonly #connections = new Map<number, WireConnection>();
  readonly #loadServers = new Map<string, WireLoadServer>();
  #limits: TrialLimits;
  #checks = 0;
  #isFrozen = false;

  constructor(
    ask: Ask<'begin'>,
    tell: (event: HistoryEvent) => void,
    find: (trial: string) => WireSockets | undefined,
    earliestMs: () => number,
  ) {
    this.name = ask.name;
    this.#limits = ask.limits;
    this.#tell = tell;
    this.#find = find;
    this.#earliestMs = earliestMs;
  }

  limit(ask: Ask<'limit'>): void {
    this.#limits = ask.limits;
  }

  async listen(ask: Ask<'listen'>): Promise<void> {
    const instance = this.#instances.get(ask.instance) ?? this.#newInstance(ask);
    await instance.listen(ask);
  }

  async behave(ask: Ask<'behave'>): Promise<void> {
    const fromMs = monotonicMs();
    await this.#instance(ask.instance).behave(ask.behaviour);
    const when = { fromMs, toMs: monotonicMs() };
    this.#record({ ...when, event: 'instance.behaved', instance: ask.instance, ...ask.behaviour });
  }

  registered(ask: Ask<'registered'>): void {
    for (const [name, instance] of this.#instances)
      instance.registered(ask.instances.includes(name));
  }

  async open(ask: Ask<'open'>): Promise<ReturnType<WireCalls['open']>> {
    invariant(!this.#connections.has(ask.connection), `connection ${ask.connection} is new`);
    const connection = new WireConnection(ask, (event) => this.#record(event));
    this.#connections.set(ask.connection, connection);
    return connection.opened();
  }

  async carry(ask: Ask<'carry'>): Promise<boolean> {
    return (await this.#connections.get(ask.connection)?.carry()) ?? false;
  }

  async close(ask: Ask<'close'>): Promise<void> {
    await this.#connections.get(ask.connection)?.close(ask.by, ask.how);
  }

  async serve(ask: Ask<'serve'>): Promise<void> {
    const server = new WireLoadServer();
    this.#loadServers.set(ask.instance, server);
    await server.listen(ask.address, ask.port);
  }

  served(): Readonly<Record<string, number>> {
    const counts = [...this.#loadServers].map(([name, server]) => [name, server.takeCount()]);
    return Object.fromEntries(counts);
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  release(): void {
    this.#isFrozen = true;
    for (const connection of this.#connections.values()) connection.destroy();
    for (const instance of this.#instances.values()) instance.dispose();
    for (const server of this.#loadServers.values()) server.dispose();
  }

  /** The process was busy and may have seen and answered late. */
  lagged(lag: { fromMs: number; toMs: number; lagMs: number }): void {
    const limitMs = this.#limits.lagMs;
    if (limitMs === null || lag.lagMs <= limitMs) return;
    this.#record({ ...lag, event: 'harness.lagged', limitMs });
  }

  #newInstance(ask: Ask<'listen'>): WireInstance {
    const instance = new WireInstance(ask.instance, ask.address, {
      limits: () => this.#limits,
      nextCheck: () => this.#checks++,
      record: (event) => this.#record(event),
      lagMs: () => monotonicMs() - this.#earliestMs(),
      arrived: (hello, at, port, socket) => this.#arrived(hello, at, port, socket),
    });
    this.#instances.set(ask.instance, instance);
    return instance;
  }

  #instance(name: string): WireInstance {
    const instance = this.#instances.get(name);
    invariant(instance !== undefined, `instance ${name} of trial ${this.name} listens`);
    return instance;
  }

  #arrived(
    hello: { trial: string; connection: number },
    instance: WireInstance,
    port: number,
    socket: Socket,
  ): void {
    const sender = this.#find(hello.trial);
    const connection = sender === this ? this.#connections.get(hello.connection) : undefined;
    if (connection !== undefined && !connection.isOver) {
      connection.arrived(instance.name, port, socket);
      return;
    }
    socket.destroy();
    if (sender === this) return; // a client of ours that gave up meanwhile
    this.#strayed(hello.connection, sender?.name ?? hello.trial);
    if (sender !== undefined) sender.#strayed(hello.connection, sender.name);
  }

  #strayed(connection: number, from: string): void {
    const atMs = monotonicMs();
    this.#record({ fromMs: atMs, toMs: atMs, event: 'connection.strayed', connection, from });
  }

  #record(event: HistoryEvent): void {
    if (!this.#isFrozen) this.#tell(event);
  }
}
