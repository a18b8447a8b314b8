/** Instances and clients on the wire plane, as an adapter that is tried out meets them. Judges nothing. */
import { type AddressInfo, connect as connectSocket, createServer, type Server } from 'node:net';

export interface Backends {
  /** Of all instances. */
  readonly port: number;
  /** Instances that somebody connected to, and what the first words were; empty: none yet. */
  readonly heard: ReadonlyMap<string, string>;
  stop(): void;
}

const answerLimitMs = 2000;
const wordsMax = 1000;

/** One at each address, on one port: each answers whatever it hears with its address. */
export async function startBackends(addresses: readonly string[]): Promise<Backends> {
  const servers: Server[] = [];
  const heard = new Map<string, string>();
  let port = 0;
  for (const address of addresses) {
    const server = createServer((socket) => {
      if (!heard.has(address)) heard.set(address, '');
      socket.on('error', () => {}); // a check that hangs up
      socket.once('data', (bytes: Buffer) => {
        if (heard.get(address) === '') heard.set(address, bytes.toString().slice(0, wordsMax));
        socket.write(address);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
    servers.push(server);
    ({ port } = server.address() as AddressInfo);
  }
  return { port, heard, stop: () => servers.forEach((server) => void server.close()) };
}

/** The address of the instance that answers a client; null: none does. */
export function answering(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port });
    const say = (is: string | null) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(answerLimitMs, () => say(null));
    socket.once('connect', () => socket.write('hello'));
    socket.once('data', (bytes: Buffer) => say(bytes.toString()));
    socket.once('error', () => say(null));
    socket.once('close', () => say(null));
  });
}
