/**
 * Stands in for a data plane that nobody here can reach: a TCP endpoint that asks who is healthy for each connection
 * and passes it on to those in turn. Knows nothing of how health is found out.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Target {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export class StandIn {
  readonly #healthy: () => Promise<readonly Target[]>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  private constructor(healthy: () => Promise<readonly Target[]>) {
    this.#healthy = healthy;
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
      this.#keep(client);
      // whoever cannot be asked about health has nobody to offer
      this.#pass(client).catch(() => client.resetAndDestroy());
    });
  }

  static async start(healthy: () => Promise<readonly Target[]>): Promise<StandIn> {
    const standIn = new StandIn(healthy);
    await new Promise<void>((resolve, reject) => {
      standIn.#server.once('error', reject);
      standIn.#server.listen(0, '127.0.0.1', resolve);
    });
    return standIn;
  }

  get endpoint(): { readonly address: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { address, port };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(client: Socket): Promise<void> {
    const healthy = await this.#healthy();
    const target = healthy[this.#turn++ % Math.max(1, healthy.length)];
    if (client.destroyed) return;
    if (target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const instance = connect({ host: target.address, port: target.port, noDelay: true });
    this.#keep(instance);
    for (const [one, other] of [
      [client, instance],
      [instance, client],
    ] as const) {
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => other.destroySoon());
    }
    client.pipe(instance);
    instance.pipe(client);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
