/**
 * One client connection with both its ends in this process: opening it, carrying bytes, ending it from one end, and
 * noticing when somebody else ended it. Knows no instance script and no clause.
 */
import { connect, type Socket } from 'node:net';
import type { HistoryEvent } from '../history/vocabulary.ts';
import type { Refusal } from '../spec/behaviour.ts';
import { monotonicMs } from './monotonic.ts';
import { carried, carriedBytes, End, type How } from './wire-end.ts';
import { bannerLine, helloLine, type OpenAnswer } from './wire-messages.ts';

/** Real ms. Long against a loopback round trip (under 1 ms), short against a trial. */
const openLimitMs = 2000;
const learnLimitMs = 1000;

export class WireConnection {
  readonly connection: number;
  readonly #record: (event: HistoryEvent) => void;
  readonly #client: Socket;
  /** When it was asked for. */
  readonly #fromMs: number;
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
    this.#fromMs = monotonicMs();
    this.#client = connect({
      host: ask.address,
      port: ask.port,
      localAddress: ask.source,
      noDelay: true,
    });
    const when = { fromMs: this.#fromMs, toMs: monotonicMs() };
    record({
      ...when,
      event: 'connection.opened',
      connection: ask.connection,
      source: ask.source,
      port: ask.recordedPort,
    });
    this.#ends = { client: new End(this.#client), instance: null };
    this.#client.write(helloLine(ask.trial, ask.connection));
  }

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
    const { connection } = this;
    const bytesSent = carriedBytes(connection);
    const fromMs = monotonicMs();
    const bytesUp = await carried(client, instance, bytesSent);
    const bytesDown = bytesUp === bytesSent ? await carried(instance, client, bytesSent) : 0;
    const when = { fromMs, toMs: monotonicMs() };
    this.#record({
      ...when,
      event: 'connection.carried',
      connection,
      bytesSent,
      bytesUp,
      bytesDown,
    });
    return bytesUp === bytesSent && bytesDown === bytesSent;
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
