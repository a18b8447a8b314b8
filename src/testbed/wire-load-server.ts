/**
 * An instance under load: answers every request at once with the same few bytes over kept-alive connections, and
 * counts the connections that reached it. Knows no script and no history.
 */
import { createServer, type Server } from 'node:http';

const body = 'counterpoise\n';

export class WireLoadServer {
  readonly #server: Server;
  #connections = 0;

  constructor() {
    this.#server = createServer((_, response) => {
      response.setHeader('Content-Length', body.length);
      response.end(body);
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  listen(address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        // one a connection that spoke: a check of the balancer's connects and leaves
        this.#server.on('connection', (socket) => {
          socket.once('data', () => this.#connections++);
        });
        resolve();
      });
    });
  }

  /** Since the last asking. */
  takeCount(): number {
    const count = this.#connections;
    this.#connections = 0;
    return count;
  }

  dispose(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
