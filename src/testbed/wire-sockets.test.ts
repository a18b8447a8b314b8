/** The testbed's own sockets, against a balancer of a few lines that misbehaves as told. */
import { get } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { monotonicMs } from './monotonic.ts';
import { answering } from './trial.fixture.ts';
import { WireSockets } from './wire-sockets.ts';

const address = '127.18.0.1';
const source = '127.131.0.1';
const limits = { checkMs: 200, intervalMs: null, lagMs: null };
const trials = new Map<string, WireSockets>();
const servers: Server[] = [];

afterEach(() => {
  for (const sockets of trials.values()) sockets.release();
  trials.clear();
  for (const server of servers.splice(0)) server.close();
});

interface Bench {
  readonly sockets: WireSockets;
  readonly events: HistoryEvent[];
  readonly port: number;
}

/** A trial of one instance that listens on a port of its own. */
async function bench(trial: string, behaviour = answering(200)): Promise<Bench> {
  const events: HistoryEvent[] = [];
  const tell = (event: HistoryEvent): void => void events.push(event);
  const find = (name: string): WireSockets | undefined => trials.get(name);
  const sockets = new WireSockets({ trial, name: trial, limits }, tell, find, monotonicMs);
  trials.set(trial, sockets);
  const port = await balancer((socket) => socket.destroy()); // a port that is free once it is closed
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const ports = { trafficPort: port, checkPort: port, decoyPorts: [] };
  await sockets.listen({ trial, instance: 'a', address, ...ports });
  await sockets.behave({ trial, instance: 'a', behaviour });
  return { sockets, events, port };
}

async function balancer(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer(accept);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
}

/** Passes bytes on, as they are or changed. */
function passing(
  port: number,
  change = (bytes: Buffer): Buffer => bytes,
): (socket: Socket) => void {
  return (socket) => {
    const onward = connect(port, address);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      from.on('data', (bytes) => to.write(change(bytes)));
      from.on('end', () => to.end());
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  };
}

function ask(trial: string, connection: number, port: number) {
  return { trial, connection, source, address, port, recordedPort: port };
}

describe('a connection', () => {
  it('is placed where the instance says, carries bytes both ways and is closed from either end', async () => {
    const { sockets, events, port } = await bench('t');
    const through = await balancer(passing(port));
    expect(await sockets.open(ask('t', 0, through))).toMatchObject({ placed: 'a' });
    expect(await sockets.carry({ trial: 't', connection: 0 })).toBe(true);
    await sockets.close({ trial: 't', connection: 0, by: 'instance', how: 'closed' });
    const seen = events
      .filter(({ event }) => event.startsWith('connection'))
      .map(({ event }) => event);
    expect(seen.map((event) => event.slice('connection.'.length))).toEqual([
      'opened',
      'placed',
      'carried',
      'closed',
    ]);
    expect(events.at(-1)).toMatchObject({ by: 'instance', how: 'closed', learned: true });
  });

  it('carries more than a buffer holds now and then', async () => {
    const { sockets, events, port } = await bench('t');
    const through = await balancer(passing(port));
    const sent = [0, 1, 2, 3, 4].map(async (connection) => {
      await sockets.open(ask('t', connection, through));
      await sockets.carry({ trial: 't', connection });
    });
    await Promise.all(sent);
    const carried = events.filter((one) => one.event === 'connection.carried');
    const bytes = carried.toSorted((a, b) => a.connection - b.connection);
    expect(bytes.map(({ bytesDown }) => bytesDown)).toEqual([81_920, 1024, 1024, 1024, 81_920]);
  });

  it('that alters bytes on their way is told by how many arrived unchanged', async () => {
    const { sockets, events, port } = await bench('t');
    const altering = (bytes: Buffer): Buffer =>
      bytes.length < 1024
        ? bytes
        : (bytes.map((byte, index) => (index === 10 ? byte ^ 1 : byte)) as Buffer);
    await sockets.open(ask('t', 1, await balancer(passing(port, altering))));
    expect(await sockets.carry({ trial: 't', connection: 1 })).toBe(false);
    expect(events.at(-1)).toMatchObject({ bytesSent: 1024, bytesUp: 10, bytesDown: 0 });
  });

  it('that nobody of ours ended was ended by the balancer', async () => {
    const { sockets, events, port } = await bench('t');
    const held: Socket[] = [];
    const through = await balancer((socket) => {
      held.push(socket);
      passing(port)(socket);
    });
    await sockets.open(ask('t', 0, through));
    held[0]?.resetAndDestroy();
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({
        event: 'connection.closed',
        by: 'balancer',
        how: 'reset',
      });
    expect(await sockets.carry({ trial: 't', connection: 0 })).toBe(false);
  });

  it.each([
    ['closed', (socket: Socket): void => void socket.resume().end()],
    ['reset', (socket: Socket): void => void socket.resetAndDestroy()],
  ] as const)(
    'that is %s before the instance speaks is refused in that way',
    async (how, accept) => {
      const { sockets } = await bench('t');
      expect(await sockets.open(ask('t', 0, await balancer(accept)))).toEqual({ refused: how });
    },
  );

  it('to a port where nobody listens is refused', async () => {
    const { sockets, port } = await bench('t', { ...answering('refused') });
    expect(await sockets.open(ask('t', 0, port))).toEqual({ refused: 'refused' });
  });

  it('of another trial is contamination, and both trials say so', async () => {
    const mine = await bench('mine');
    const other = await bench('other');
    const through = await balancer(passing(other.port));
    expect(await mine.sockets.open(ask('mine', 7, through))).toHaveProperty('refused');
    const strayed = { event: 'connection.strayed', connection: 7, from: 'mine' };
    expect(other.events).toContainEqual(expect.objectContaining(strayed));
    expect(mine.events).toContainEqual(expect.objectContaining(strayed));
  });
});

describe('a check', () => {
  it('over HTTP is answered as scripted, with method, port and path on record', async () => {
    const { events, port } = await bench('t', answering(404, 200));
    const statuses: (number | undefined)[] = [];
    for (let count = 0; count < 3; count++) {
      await new Promise<void>((resolve) => {
        get({ host: address, port, path: '/a?b', agent: false }, (response) => {
          statuses.push(response.statusCode);
          response.resume().on('close', resolve);
        });
      });
    }
    expect(statuses).toEqual([404, 200, 200]);
    const started = { event: 'check.started', instance: 'a', method: 'http', port, path: '/a?b' };
    expect(events.filter(({ event }) => event === 'check.started')[0]).toMatchObject(started);
  });

  it('that is left before its reply is abandoned', async () => {
    const late = { reply: 200, afterMs: 5000 };
    const { events, port } = await bench('t', {
      traffic: 'accepted',
      checks: [],
      afterwards: late,
    });
    const socket = connect(port, address).on('error', () => {});
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await expect.poll(() => events.at(-1)?.event).toBe('check.started');
    socket.destroy();
    await expect.poll(() => events.at(-1)).toMatchObject({ event: 'check.abandoned', check: 0 });
  });

  it('over TCP is a connection that says nothing', async () => {
    const { events, port } = await bench('t', answering('accepted'));
    connect(port, address).end();
    await expect
      .poll(() => events.slice(-2))
      .toMatchObject([
        { event: 'check.started', method: 'tcp', path: null },
        { event: 'check.replied', reply: 'accepted' },
      ]);
  });
});
