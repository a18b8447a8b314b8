/**
 * One instance: a server on every port that the balancer could be told to use, tells clients from checks by what they
 * say first, and answers both as scripted. Speaks only when spoken to. Knows no other instance and no clause.
 *
 * A refused check is a closed port. Where the check port is the traffic port, a refused check therefore refuses
 * traffic too; refused traffic with passing checks on that one port is a reset after the client's first line.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { monotonicMs } from './monotonic.ts';
import type { Behaviour } from './trial.ts';
import { CheckScript } from './wire-check-script.ts';
import { parseHello, type TrialLimits } from './wire-messages.ts';

/** Enough for the longest path and some headers; more is no check of ours. */
const firstBytesMax = 8192;

export interface InstanceOwner {
  limits(): TrialLimits;
  nextCheck(): number;
  record(event: HistoryEvent): void;
  /** How long the loop was lately busy: an accept may be that much older than it looks. */
  lagMs(): number;
  /** A client said hello; false: the connection is none of this trial's. */
  arrived(
    hello: { trial: string; connection: number },
    instance: WireInstance,
    port: number,
    socket: Socket,
  ): void;
}

export class WireInstance {
  readonly name: string;
  readonly address: string;
  readonly #owner: InstanceOwner;
  readonly #script: CheckScript;
  readonly #ports = new Set<number>();
  readonly #servers = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  #trafficPort = 0;
  #checkPort = 0;
  #isRefusingTraffic = false;
  #opening: Promise<unknown> = Promise.resolve();

  constructor(name: string, address: string, owner: InstanceOwner) {
    this.name = name;
    this.address = address;
    this.#owner = owner;
    this.#script = new CheckScript({
      instance: name,
      nextCheck: () => owner.nextCheck(),
      record: (event) => owner.record(event),
      intervalMs: () => owner.limits().intervalMs,
      refusalChanged: () => this.#turnPorts(),
    });
  }

  async listen(ports: {
    trafficPort: number;
    checkPort: number;
    decoyPorts: readonly number[];
  }): Promise<void> {
    this.#trafficPort = ports.trafficPort;
    this.#checkPort = ports.checkPort;
    for (const port of [ports.trafficPort, ports.checkPort, ...ports.decoyPorts])
      this.#ports.add(port);
    this.#turnPorts();
    await this.#opening;
  }

  /** Resolves when ports that must be open are. */
  async behave(behaviour: Behaviour): Promise<void> {
    this.#isRefusingTraffic = behaviour.traffic === 'refused';
    this.#script.behave(behaviour);
    await this.#opening;
  }

  registered(isRegistered: boolean): void {
    if (isRegistered) this.#script.begin(this.#checkPort);
    else this.#script.stop();
  }

  dispose(): void {
    this.#script.stop();
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
    this.#ports.clear();
    for (const socket of this.#sockets) socket.destroy();
  }

  #shouldBeOpen(port: number): boolean {
    if (port === this.#checkPort && this.#script.isRefusing) return false;
    return !(port === this.#trafficPort && port !== this.#checkPort && this.#isRefusingTraffic);
  }

  #turnPorts(): void {
    for (const port of this.#ports) {
      const server = this.#servers.get(port);
      if (this.#shouldBeOpen(port)) {
        if (server === undefined) this.#opening = Promise.all([this.#opening, this.#open(port)]);
      } else if (server !== undefined) {
        this.#servers.delete(port);
        server.close();
      }
    }
  }

  #open(port: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#accepted(socket, port));
    this.#servers.set(port, server);
    return new Promise((resolve, reject) => {
      server.once('error', (error) =>
        reject(new Error(`${this.address}:${port}: ${error.message}`)),
      );
      server.listen({ host: this.address, port, backlog: 1024 }, resolve);
    });
  }

  #accepted(socket: Socket, port: number): void {
    const acceptedMs = monotonicMs();
    const lagMs = this.#owner.lagMs();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    const decide = (isOver: boolean): void => {
      const line = text.indexOf('\n');
      const isHttp = /^[A-Z]{1,7} /.test(text);
      const isWhole = isHttp ? text.includes('\r\n\r\n') : line >= 0;
      if (!isOver && !isWhole && text.length < firstBytesMax) return;
      clearTimeout(limit);
      socket.off('data', read).off('end', over).off('close', over);
      const hello = line < 0 ? null : parseHello(text.slice(0, line));
      if (hello !== null) this.#spoken(hello, port, socket);
      else this.#checked(socket, { port, text, isHttp, acceptedMs, lagMs });
    };
    const read = (bytes: Buffer): void => {
      text += bytes.toString('utf8');
      decide(false);
    };
    const over = (): void => decide(true);
    const limit = setTimeout(over, Math.max(1000, this.#owner.limits().checkMs));
    socket.on('data', read).on('end', over).on('close', over);
  }

  #spoken(hello: { trial: string; connection: number }, port: number, socket: Socket): void {
    if (this.#isRefusingTraffic && port === this.#trafficPort) socket.resetAndDestroy();
    else this.#owner.arrived(hello, this, port, socket);
  }

  #checked(
    socket: Socket,
    seen: { port: number; text: string; isHttp: boolean; acceptedMs: number; lagMs: number },
  ): void {
    const { port, isHttp, acceptedMs, lagMs } = seen;
    const path = isHttp ? (seen.text.split(' ')[1] ?? null) : null;
    const method = isHttp ? 'http' : 'tcp';
    const { check, script } = this.#script.started({ method, port, path }, acceptedMs, lagMs);
    const exchange = { socket, check, fromMs: acceptedMs };
    if (!isHttp) this.#ended(exchange, 'accepted');
    else this.#answer(exchange, script.reply, script.afterMs);
  }

  #answer(exchange: Exchange, reply: HistoryReply, afterMs: number): void {
    const { socket } = exchange;
    const { checkMs } = this.#owner.limits();
    let sent: HistoryReply | null = null;
    const send = (): void => {
      exchange.fromMs = monotonicMs();
      sent = reply;
      if (reply === 'refused') socket.resetAndDestroy();
      else
        socket.write(
          `HTTP/1.1 ${reply} Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        );
    };
    const willSpeak = reply === 'refused' || typeof reply === 'number';
    const dueMs = exchange.fromMs + afterMs - monotonicMs();
    const timer = willSpeak && dueMs > 0 ? setTimeout(send, dueMs) : null;
    const over = (): void => {
      clearTimeout(limit);
      if (timer !== null) clearTimeout(timer);
      socket.off('end', over).off('close', over);
      this.#ended(exchange, sent);
    };
    // a balancer that never ends its check must not hold the trial: the limit is a timeout after the reply was due
    const limit = setTimeout(over, Math.max(0, willSpeak ? dueMs : 0) + 2 * checkMs + 50);
    socket.on('end', over).on('close', over).resume();
    if (socket.destroyed || socket.readableEnded) over();
    else if (willSpeak && timer === null) send();
  }

  #ended({ socket, check, fromMs }: Exchange, reply: HistoryReply | null): void {
    const when = { fromMs, toMs: monotonicMs() };
    if (reply === null) {
      const lagMs = this.#owner.lagMs();
      this.#owner.record({
        fromMs: when.toMs - lagMs,
        toMs: when.toMs,
        event: 'check.abandoned',
        check,
      });
    } else {
      this.#owner.record({ ...when, event: 'check.replied', check, reply });
    }
    socket.destroySoon();
    this.#script.ended();
  }
}

type HistoryReply = Extract<HistoryEvent, { event: 'check.replied' }>['reply'];
interface Exchange {
  readonly socket: Socket;
  readonly check: number;
  /** When the reply was sent; before that, when the check was accepted. */
  fromMs: number;
}
