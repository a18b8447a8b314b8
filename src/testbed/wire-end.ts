/**
 * One end of a connection: how and when it learned that it is over, and whether bytes get from one end to another.
 * Knows no instance and no client.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { monotonicMs } from './monotonic.ts';

export type How = 'closed' | 'reset';

/** Real ms; long against a loopback round trip. */
const carryLimitMs = 1000;
const fewBytes = 1024;
/** More than any buffer of a proxy that is full after 16 or 64 KiB holds. */
const manyBytes = 80 * 1024;
/** Every so many connections carry many. */
const manyEvery = 4;

/** What one `carry` sends each way. */
export function carriedBytes(connection: number): number {
  return connection % manyEvery === 0 ? manyBytes : fewBytes;
}

/** One end of a connection, and how it learned that it is over. */
export class End {
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

/** How many of so many bytes arrived unchanged at the other end. */
export async function carried(from: End, to: End, count: number): Promise<number> {
  const sent = randomBytes(count);
  const received: Buffer[] = [];
  let length = 0;
  let read: (bytes: Buffer) => void = () => {};
  await within(carryLimitMs, (done) => {
    read = (bytes) => {
      received.push(bytes);
      length += bytes.length;
      if (length >= count) done();
    };
    to.socket.on('data', read);
    to.whenOver(done);
    from.socket.write(sent);
  });
  to.socket.off('data', read);
  const differs = Buffer.concat(received).findIndex((byte, index) => byte !== sent[index]);
  return differs < 0 ? Math.min(length, count) : differs;
}
