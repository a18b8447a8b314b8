/**
 * The emulator's checks while its own process stands still, as on a busy machine: what it could not do or see meanwhile
 * is no failed check of an instance that answers at once.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../adapters/in-process/settings.ts';
import { monotonicMs } from '../testbed/monotonic.ts';
import { CheckedBackend } from './checked-backend.ts';

const timeoutMs = 400;
const intervalMs = 1000;

let server: Server;
let backend: CheckedBackend;
/** When each check was seen. */
let seenMs: number[] = [];

afterEach(() => {
  backend.stop();
  server.close();
  seenMs = [];
});

/** One target that is healthy at first, and out at its first failed check. */
async function checking(answer: () => Promise<void> | void): Promise<void> {
  server = createServer((socket) => {
    seenMs.push(monotonicMs());
    socket.on('error', () => {});
    socket.once('data', async () => {
      await answer();
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const check = { method: 'http', timeoutSeconds: 2, intervalSeconds: 5 };
  const thresholds = { unhealthyThreshold: 1, healthyThreshold: 5, normalStatusCodes: ['2xx'] };
  const service = { name: 'web', protocol: 'tcp', port, scheduling: 'weighted-round-robin' };
  const settings = settingsOf(
    { backendServices: [{ ...service, healthCheck: { ...check, ...thresholds } }] },
    'console',
    { checks: timeoutMs / 2, persistence: 1000, draining: 1000 },
    null,
  );
  if (!('parts' in settings)) throw new Error(JSON.stringify(settings.violations));
  backend = new CheckedBackend(settings.parts);
  backend.setTargets([{ id: 'a', address: '127.0.0.1', port: null, weight: 1 }]);
}

function standStill(durationMs: number): void {
  for (const untilMs = monotonicMs() + durationMs; monotonicMs() < untilMs; );
}

const failure = () => backend.health()[0]?.failure;

/** With the ones before concluded. */
async function checksSeen(count: number): Promise<void> {
  for (const untilMs = monotonicMs() + 5000; seenMs.length < count; await pass(2)) {
    if (monotonicMs() > untilMs) throw new Error(`only ${seenMs.length} checks came`);
  }
}

describe('a check of the emulator', () => {
  it('that began late has its whole timeout', async () => {
    await checking(() => {});
    await checksSeen(1);
    await pass(intervalMs - 50);
    // the next one is due meanwhile, and its timeout would be over as well
    standStill(50 + 2 * timeoutMs);
    await checksSeen(2);
    await pass(timeoutMs);
    expect(backend.health()).toMatchObject([{ isHealthy: true, failure: null }]);
  });

  it('whose answer came while nobody looked is answered', async () => {
    // the answer is on its way when all stands still
    await checking(() => void setImmediate(() => standStill(1.1 * timeoutMs)));
    await checksSeen(2);
    expect(backend.health()).toMatchObject([{ isHealthy: true, failure: null }]);
  });

  it('that nobody answers fails, and the next comes an interval later', async () => {
    await checking(() => new Promise(() => {}));
    await checksSeen(3);
    expect(failure()).toBe('RECEIVE_RESPONSE_TIMEOUT');
    expect(backend.health()).toMatchObject([{ isHealthy: false }]);
    const [firstMs = 0] = seenMs;
    expect((seenMs[2] ?? 0) - firstMs).toBeGreaterThan(1.8 * intervalMs);
  });
});
