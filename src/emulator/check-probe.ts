/** One health check over a real socket: connects, asks where it is HTTP, and tells what came. Knows no threshold. */
import { connect, type Socket } from 'node:net';
import type { CheckReply } from '../service/backend-service.ts';

/** Enough for a status line; nothing behind it is read. */
const statusLineMax = 1024;

export interface ProbeTarget {
  readonly method: 'tcp' | 'http';
  readonly address: string;
  readonly port: number;
  readonly path: string;
}

export class CheckProbe {
  readonly #socket: Socket;
  #isOver = false;

  /** `replied` is called once, unless the probe is ended before; only then should it be ended. */
  constructor({ method, address, port, path }: ProbeTarget, replied: (reply: CheckReply) => void) {
    const tell = (reply: CheckReply): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      replied(reply);
    };
    let isConnected = false;
    let text = '';
    this.#socket = connect({ host: address, port, noDelay: true });
    this.#socket.on('connect', () => {
      isConnected = true;
      if (method === 'tcp') tell('accepted');
      // the vendor's default, HTTP/1.0, and no Host: its httpDomain is empty
      else this.#socket.write(`GET ${onTheWire(path)} HTTP/1.0\r\n\r\n`);
    });
    this.#socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      const status = /^HTTP\/\d\.\d (\d{3})[ \r\n]/.exec(text)?.[1];
      if (status !== undefined) tell(Number(status));
      else if (text.length > statusLineMax) tell('accepted');
    });
    this.#socket.on('end', () => tell('accepted'));
    this.#socket.on('error', () => tell(isConnected ? 'accepted' : 'refused'));
  }

  end(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }
}

function onTheWire(path: string): string {
  return path.replace(/[^\u0021-\u007e]/gu, encodeURIComponent);
}
