/** Command lines and commands as pen gets them. */
import { expect, test } from 'vitest';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import { type RenderRequest, renderPenWords, restCommand, serverCommand } from './rendering.ts';

const service: ServiceConfiguration = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  persistenceMs: 0,
  drainMs: 300_000,
  check: {
    method: 'tcp',
    port: null,
    path: '/',
    timeoutMs: 2000,
    intervalMs: 5000,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    normalCodes: [],
  },
};
const b = { name: 'b', weight: 1, port: null, address: '127.16.0.2' };
const request: RenderRequest = {
  service,
  instances: [{ name: 'a', weight: 5, port: 9000, address: '127.16.0.1' }, b],
  persistenceMs: 0,
  endpoint: { address: '127.0.0.1', port: 40_000 },
  socketPath: '/run/x.sock',
  isRoot: true,
};
const words = (changes: Partial<RenderRequest>): string =>
  renderPenWords({ ...request, ...changes }).join(' ');
const scheduled = (scheduling: ServiceConfiguration['scheduling']) => ({
  service: { ...service, scheduling },
});

test('weighted round robin renders in full', () => {
  expect(words({})).toBe(
    '-f -x 4000 -c 65536 -C /run/x.sock -u root -r 127.0.0.1:40000 127.16.0.1:9000:0:0:5 127.16.0.2:8080:0:0:1',
  );
});

test('clients are looked up only where they are to be remembered, in whole seconds', () => {
  expect(words({ persistenceMs: 2000, isRoot: false })).toContain('.sock -T 2 127.0.0.1');
  expect(words({ persistenceMs: 300 })).toContain('-T 1 ');
  expect(words(scheduled('weighted-least-connections'))).toContain('-W -r ');
  expect(words({ ...scheduled('weighted-least-connections'), persistenceMs: 2000 })).toContain(
    '-W -T 2 ',
  );
  expect(words(scheduled('source-ip'))).toContain('root -h 127.0.0.1');
});

test('servers are told of by number', () => {
  expect(serverCommand(1, b, 8080)).toBe('server 1 address 127.16.0.2 port 8080 weight 1');
  expect(restCommand(1, true)).toBe('server 1 blacklist 1000000');
  expect(restCommand(1, false)).toBe('server 1 blacklist 0');
});
