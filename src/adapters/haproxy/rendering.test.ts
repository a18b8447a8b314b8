/** Configurations as HAProxy gets them, written out in full. */
import { expect, test } from 'vitest';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import { type RenderRequest, renderHaproxyConfiguration } from './rendering.ts';

const service: ServiceConfiguration = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  persistenceMs: 1_440_000,
  drainMs: 300_000,
  check: {
    method: 'http',
    port: 9100,
    path: "/it's/#1",
    timeoutMs: 2000,
    intervalMs: 5000,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    normalCodes: [
      { from: 200, to: 399 },
      { from: 404, to: 404 },
    ],
  },
};
const request: RenderRequest = {
  service,
  realMsPerSecond: { checks: 20, persistence: 1, draining: 1 },
  servers: [
    { id: 1, instance: { name: 'a', weight: 5, port: 9000, address: '127.16.0.1' } },
    { id: 2, instance: { name: 'b', weight: 1, port: null, address: '127.16.0.2' } },
  ],
  endpoint: { address: '127.0.0.1', port: 40_000 },
  socketPath: '/run/x.sock',
  threads: 1,
};

test('a service with HTTP checks and persistence renders in full, every duration shortened by its own scale', () => {
  expect(renderHaproxyConfiguration(request)).toMatchInlineSnapshot(`
    "global
      nbthread 1
      stats socket /run/x.sock mode 600 level admin
    defaults
      mode tcp
      timeout connect 40ms
      timeout client 2h
      timeout server 2h
      option redispatch 1
    frontend fe
      bind 127.0.0.1:40000
      default_backend be
    backend be
      balance roundrobin
      stick-table type ip size 100k expire 1440ms
      stick on src
      option httpchk
      http-check send meth GET uri '/it'\\''s/#1' ver HTTP/1.1 hdr Host counterpoise
      http-check expect status 200-399,404
      timeout check 40ms
      server a 127.16.0.1:9000 id 1 weight 5 check port 9100 inter 100ms rise 2 fall 3 disabled
      server b 127.16.0.2:8080 id 2 weight 1 check port 9100 inter 100ms rise 2 fall 3 disabled
    "
  `);
});

test('TCP checks linger, so that the instance sees them, and go to the traffic port where no other is named', () => {
  const check = { ...service.check, method: 'tcp', port: null } as const;
  const text = renderHaproxyConfiguration({ ...request, service: { ...service, check } });
  expect(text).toContain('  option tcp-check\n  tcp-check connect linger\n');
  expect(text).not.toContain('httpchk');
  expect(text).toContain('server b 127.16.0.2:8080 id 2 weight 1 check inter 100ms');
});

test('without persistence there is no stick table', () => {
  const text = renderHaproxyConfiguration({
    ...request,
    service: { ...service, persistenceMs: 0 },
  });
  expect(text).not.toContain('stick');
});

test('source hashing is consistent without a named function, and its weights use the whole ring', () => {
  const text = renderHaproxyConfiguration({
    ...request,
    service: { ...service, scheduling: 'source-ip' },
  });
  expect(text).toContain('  balance source\n  hash-type consistent\n');
  expect(text).toContain('id 1 weight 255 ');
  expect(text).toContain('id 2 weight 51 ');
});

test('weighted least connections is leastconn', () => {
  const scheduling = 'weighted-least-connections';
  const text = renderHaproxyConfiguration({ ...request, service: { ...service, scheduling } });
  expect(text).toContain('  balance leastconn\n');
});

test('connecting never takes longer than the check may, else HAProxy would not keep the timeout', () => {
  const check = { ...service.check, timeoutMs: 60_000 };
  const text = renderHaproxyConfiguration({ ...request, service: { ...service, check } });
  const timeouts = [...text.matchAll(/timeout (connect|check) (\d+)ms/g)].map((match) => match[2]);
  expect(timeouts).toEqual(['1200', '1200']);
});
