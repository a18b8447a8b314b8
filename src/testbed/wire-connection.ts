/**
 * One client connection with both its ends in this process: opening it, carrying bytes, ending it from one end, and
 * noticing when somebody else ended it. Knows no instance script and no clause.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { HistoryEvent } from '../history/vocabulary.ts';
import type { Refusal } from '../spec/behaviour.ts';
import { monotonicMs } from './monotonic.ts';
import { bannerLine, helloLine, type OpenAnswer } from './wire-messages.ts';

/** Real ms. Long against a loopback round trip (under 1 ms), short against a trial. */
const openLimitMs = 2000;
const learnLimitMs = 1000;
const carryLimitMs = 1000;
/** More than one segment of loopback's MTU would prove no more. */
export const carriedBytes = 1024;

type How = 'closed' | 'reset';

export class WireConnection {
  readonly connection: number;
  readonly #record: (event: HistoryEvent) => void;
  readonly #client: Socket;
  readonly #ends: { client: End; instance: End | null };
  #placedAt: { instance: string; port: number } | null = null;
  #isEnding = false;

  constructor(
    ask: {
      trial: string;
      connection: number;
      source: string;
      address: string;
      port: number;
      recordedPort: number;
    },
    record: (event: HistoryEvent) => void,
  ) {
    this.connection = ask.connection;
    this.#record = record;
    const fromMs = monotonicMs();
    this.#client = connect({
      host: ask.address,
      port: ask.port,
      localAddress: ask.source,
      noDelay: true,
    });
    const when = { fromMs, toMs: monotonicMs() };
    record({
      ...when,
      event: 'connection.opened',
      connection: ask.connection,
      source: ask.source,
      port: ask.recordedPort,
    });
    this.#ends = { client: new End(this.#client), instance: null };
    this.#client.write(helloLine(ask.trial, ask.connection));
    this.#fromMs = fromMs;
  }
  readonly #fromMs: number;

  /** The instance's end has read the hello: it is spoken to, so it names itself. */
  arrived(instance: string, port: number, socket: Socket): void {
    this.#ends.instance = new End(socket);
    this.#placedAt = { instance, port };
    socket.write(bannerLine(instance, port));
  }

  /** Waits for the banner, or for the way in which it does not come. */
  async opened(): Promise<OpenAnswer> {
    const how = await this.#bannerOrRefusal();
    const { connection } = this;
    const when = { fromMs: this.#fromMs, toMs: monotonicMs() };
    if (how === 'placed' && this.#placedAt !== null) {
      this.#record({ ...when, event: 'connection.placed', connection, ...this.#placedAt });
      this.#watch();
      return { placed: this.#placedAt.instance, sourcePort: this.#client.localPort ?? 0 };
    }
    this.#isEnding = true;
    this.destroy();
    const refused = how === 'placed' ? 'closed' : how;
    this.#record({ ...when, event: 'connection.refused', connection, how: refused });
    return { refused };
  }

  #bannerOrRefusal(): Promise<'placed' | Refusal> {
    const { client } = this.#ends;
    return new Promise((resolve) => {
      const limit = setTimeout(() => settle('silent'), openLimitMs);
      let text = '';
      const settle = (how: 'placed' | Refusal): void => {
        clearTimeout(limit);
        this.#client.off('data', read);
        resolve(how);
      };
      const read = (bytes: Buffer): void => {
        text += bytes.toString('utf8');
        if (text.endsWith('\n')) settle('placed');
      };
      this.#client.on('data', read);
      client.whenOver(() => settle(client.error === 'ECONNREFUSED' ? 'refused' : client.how));
    });
  }

  /** Whoever ends the connection without being asked by us is the balancer. */
  #watch(): void {
    const { client, instance } = this.#ends;
    for (const end of [client, instance]) end?.whenOver(() => void this.#endedByBalancer(end));
  }

  async #endedByBalancer(first: End): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const { client, instance } = this.#ends;
    const fromMs = first.overMs ?? monotonicMs();
    const other = first === client ? instance : client;
    const learned = other === null ? false : await other.overWithin(learnLimitMs);
    const toMs = Math.max(fromMs, learned ? (other?.overMs ?? fromMs) : monotonicMs());
    this.destroy();
    const { connection } = this;
    this.#record({
      fromMs,
      toMs,
      event: 'connection.closed',
      connection,
      by: 'balancer',
      how: first.how,
      learned,
    });
  }

  get isOver(): boolean {
    return this.#isEnding;
  }

  /** Random bytes up, then down. */
  async carry(): Promise<boolean> {
    const { client, instance } = this.#ends;
    if (this.#isEnding || instance === null) return false;
    const fromMs = monotonicMs();
    const bytesUp = await carried(client, instance);
    const bytesDown = bytesUp === carriedBytes ? await carried(instance, client) : 0;
    const when = { fromMs, toMs: monotonicMs() };
    const { connection } = this;
    this.#record({
      ...when,
      event: 'connection.carried',
      connection,
      bytesSent: carriedBytes,
      bytesUp,
      bytesDown,
    });
    return bytesUp === carriedBytes && bytesDown === carriedBytes;
  }

  /** Ends one end and waits until both are over, so that the balancer has let go of it too. */
  async close(by: 'client' | 'instance', how: How): Promise<void> {
    const { client, instance } = this.#ends;
    if (this.#isEnding || instance === null) return;
    this.#isEnding = true;
    const [own, other] = by === 'client' ? [client, instance] : [instance, client];
    const fromMs = monotonicMs();
    own.end(how);
    const learned = await other.overWithin(learnLimitMs);
    if (learned)
      await Promise.all([own.closedWithin(learnLimitMs), other.closedWithin(learnLimitMs)]);
    const when = { fromMs, toMs: monotonicMs() };
    this.destroy();
    this.#record({
      ...when,
      event: 'connection.closed',
      connection: this.connection,
      by,
      how,
      learned,
    });
  }

  destroy(): void {
    this.#isEnding = true;
    this.#client.destroy();
    this.#ends.instance?.socket.destroy();
  }
}

/** One end of a connection, and how it learned that it is over. */
class End {
  readonly socket: Socket;
  how: How = 'closed';
  error: string | null = null;
  overMs: number | null = null;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
      // a write into a connection that is gone, or bytes dropped unread: TCP says reset for both
      this.how = 'reset';
      this.#over();
    });
    socket.on('end', () => this.#over());
    socket.on('close', () => this.#over());
    socket.resume();
  }

  whenOver(then: () => void): void {
    if (this.overMs === null) this.#waiting.push(then);
    else then();
  }

  overWithin(limitMs: number): Promise<boolean> {
    return within(limitMs, (done) => this.whenOver(done));
  }

  closedWithin(limitMs: number): Promise<boolean> {
    if (this.socket.closed) return Promise.resolve(true);
    return within(limitMs, (done) => this.socket.once('close', done));
  }

  end(how: How): void {
    if (how === 'reset') this.socket.resetAndDestroy();
    else this.socket.end();
  }

  #over(): void {
    if (this.overMs !== null) return;
    this.overMs = monotonicMs();
    for (const waiting of this.#waiting) waiting();
    this.#waiting = [];
  }
}

function within(limitMs: number, wait: (done: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(false), limitMs);
    wait(() => {
      clearTimeout(limit);
      resolve(true);
    });
  });
}

/** How many bytes arrived unchanged at the other end. */
async function carried(from: End, to: End): Promise<number> {
  const sent = randomBytes(carriedBytes);
  const received: Buffer[] = [];
  let length = 0;
  let read: (bytes: Buffer) => void = () => {};
  await within(carryLimitMs, (done) => {
    read = (bytes) => {
      received.push(bytes);
      length += bytes.length;
      if (length >= carriedBytes) done();
    };
    to.socket.on('data', read);
    to.whenOver(done);
    from.socket.write(sent);
  });
  to.socket.off('data', read);
  const differs = Buffer.concat(received).findIndex((byte, index) => byte !== sent[index]);
  return differs < 0 ? Math.min(length, carriedBytes) : differs;
}
