/** Rules as nft gets them, written out in full. */
import { expect, test } from 'vitest';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import { type RenderRequest, renderRules, renderTable } from './rendering.ts';

const service: ServiceConfiguration = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  persistenceMs: 1_440_000,
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
const target = (mark: number, name: string, weight: number, port: number | null = null) => ({
  mark,
  instance: { name, weight, port, address: `127.16.0.${mark}` },
});
const request: RenderRequest = {
  table: 'service_0',
  service,
  endpoint: { address: '127.0.0.1', port: 20_000 },
  persistenceMs: 1440,
  targets: [target(1, 'a', 10, 9000), target(2, 'b', 4)],
};

test('a service with persistence renders in full, in the smallest whole cycle', () => {
  expect(renderTable(request)).toMatchInlineSnapshot(`
    "add table ip service_0
    add map ip service_0 clients { type ipv4_addr : mark; flags dynamic,timeout; size 65536; }
    add chain ip service_0 service
    add chain ip service_0 output { type nat hook output priority -100; policy accept; }
    add rule ip service_0 output ip daddr 127.0.0.1 tcp dport 20000 jump service
    flush chain ip service_0 service
    add chain ip service_0 instance_1
    flush chain ip service_0 instance_1
    add rule ip service_0 instance_1 meta mark set 1 update @clients { ip saddr timeout 1440ms : meta mark } meta l4proto tcp dnat to 127.16.0.1:9000
    add chain ip service_0 instance_2
    flush chain ip service_0 instance_2
    add rule ip service_0 instance_2 meta mark set 2 update @clients { ip saddr timeout 1440ms : meta mark } meta l4proto tcp dnat to 127.16.0.2:8080
    add rule ip service_0 service meta mark set ip saddr map @clients
    add rule ip service_0 service meta mark vmap { 1 : goto instance_1, 2 : goto instance_2 }
    add rule ip service_0 service numgen inc mod 7 vmap { 0-4 : goto instance_1, 5-6 : goto instance_2 }
    "
  `);
});

test('source IP without persistence hashes the address, always the same way', () => {
  const rules = renderRules({
    ...request,
    service: { ...service, scheduling: 'source-ip' },
    persistenceMs: 0,
  });
  expect(rules).toMatchInlineSnapshot(`
    "flush chain ip service_0 service
    add chain ip service_0 instance_1
    flush chain ip service_0 instance_1
    add rule ip service_0 instance_1 meta l4proto tcp dnat to 127.16.0.1:9000
    add chain ip service_0 instance_2
    flush chain ip service_0 instance_2
    add rule ip service_0 instance_2 meta l4proto tcp dnat to 127.16.0.2:8080
    add rule ip service_0 service jhash ip saddr mod 7 seed 0x5eed vmap { 0-4 : goto instance_1, 5-6 : goto instance_2 }
    "
  `);
});

test('with nobody to take connections no rule is left, so that the kernel refuses', () => {
  expect(renderRules({ ...request, targets: [] })).toBe('flush chain ip service_0 service\n');
});

test('the order of the list moves no source', () => {
  const sourceIp = { ...request, service: { ...service, scheduling: 'source-ip' as const } };
  const spread = (targets: RenderRequest['targets']) =>
    renderRules({ ...sourceIp, targets })
      .split('\n')
      .filter((rule) => rule.includes('jhash'));
  expect(spread(request.targets)).toHaveLength(1);
  expect(spread(request.targets.toReversed())).toEqual(spread(request.targets));
});
