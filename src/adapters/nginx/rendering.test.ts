/** Configurations as nginx gets them, written out in full. */
import { expect, test } from 'vitest';
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import { type RenderRequest, renderNginxConfiguration } from './rendering.ts';

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
const request: RenderRequest = {
  service,
  instances: [
    { name: 'a', weight: 5, port: 9000, address: '127.16.0.1' },
    { name: 'b', weight: 0, port: null, address: '127.16.0.2' },
  ],
  endpoint: { address: '127.0.0.1', port: 40_000 },
  settings: { workers: 1, isZoned: true },
  pidFile: '/run/x.pid',
  streamModule: '/usr/lib/nginx/modules/ngx_stream_module.so',
};

test('weighted round robin renders in full, an instance without weight as down', () => {
  expect(renderNginxConfiguration(request)).toMatchInlineSnapshot(`
    "load_module /usr/lib/nginx/modules/ngx_stream_module.so;
    daemon off;
    pid /run/x.pid;
    error_log stderr error;
    worker_processes 1;
    events {
      worker_connections 8192;
    }
    stream {
      upstream service {
        zone service 256k;
        server 127.16.0.1:9000 weight=5 max_fails=0;
        server 127.16.0.2:8080 down;
      }
      server {
        listen 127.0.0.1:40000;
        proxy_pass service;
        proxy_timeout 24h;
      }
    }
    "
  `);
});

test('least connections and source IP each have their line, and several workers may go without a zone', () => {
  const rendered = (scheduling: ServiceConfiguration['scheduling']) =>
    renderNginxConfiguration({
      ...request,
      service: { ...service, scheduling },
      settings: { workers: 2, isZoned: false },
      streamModule: null,
    });
  const leastConnections = rendered('weighted-least-connections');
  expect(leastConnections).toContain('    least_conn;\n');
  expect(leastConnections).toContain('worker_processes 2;\n');
  expect(leastConnections).not.toMatch(/zone|load_module/);
  expect(rendered('source-ip')).toContain('    hash $remote_addr consistent;\n');
});

test('with no instance there is a server all the same, one that is down', () => {
  const text = renderNginxConfiguration({ ...request, instances: [] });
  expect(text.match(/^ {4}server .*$/gm)).toEqual(['    server 127.0.0.1:1 down;']);
});
