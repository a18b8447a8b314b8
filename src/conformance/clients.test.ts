/** Addresses of clients: each its own, and named ones so close together that any part of one is somebody else's, too. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClients } from './clients.ts';

const parts: Readonly<Record<string, (octets: readonly string[]) => string>> = {
  'the first three octets': (octets) => octets.slice(0, 3).join('.'),
  'the first two octets': (octets) => octets.slice(0, 2).join('.'),
  'the last octet': (octets) => octets.slice(3).join('.'),
};

const networks = {
  wire: /^127\.(12[89]|1[3-9]\d|2\d\d)\.\d+\.\d+$/,
  call: /^(?!0\.|127\.|22[4-9]\.|2[3-5]\d\.)\d+\.\d+\.\d+\.\d+$/,
} as const;
const planes = ['wire', 'call'] as const;

it.each(planes)(
  'gives every client an address of its own, and a named one the same again: %s',
  (plane) => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), (salt, count) => {
        const clients = createClients(salt, plane);
        const names = Array.from({ length: count }, (_, index) => `client-${index}`);
        const given = names.flatMap((name) => [clients.named(name), clients.fresh()]);
        expect(new Set(given).size).toBe(given.length);
        expect(names.map((name) => clients.named(name))).toEqual(
          given.filter((_, index) => index % 2 === 0),
        );
        for (const address of given) expect(address).toMatch(networks[plane]);
      }),
    );
  },
);

it.each(planes)(
  'gives twenty named clients neighbours whichever part of an address somebody looks at: %s',
  (plane) => {
    fc.assert(
      fc.property(fc.string(), (salt) => {
        const clients = createClients(salt, plane);
        const addresses = Array.from({ length: 20 }, (_, index) =>
          clients.named(`client-${index}`),
        );
        for (const part of Object.values(parts)) {
          const seen = new Set(addresses.map((address) => part(address.split('.'))));
          expect(addresses.length - seen.size).toBeGreaterThanOrEqual(4);
        }
      }),
    );
  },
);

it('gives hundreds of named clients neighbours that are apart by any one bit', () => {
  const clients = createClients('1', 'call');
  const numbers = Array.from({ length: 380 }, (_, index) =>
    clients
      .named(`client-${index}`)
      .split('.')
      .reduce((sum, octet) => sum * 256 + Number(octet), 0),
  );
  for (let bit = 0; bit < 24; bit++) {
    const seen = new Set(numbers.map((number) => (number & ~(1 << bit)) >>> 0));
    expect(numbers.length - seen.size, `bit ${bit}`).toBeGreaterThanOrEqual(8);
  }
});

it('gives hundreds of named clients neighbours that are written with the same digits', () => {
  const clients = createClients('1', 'call');
  const digits = Array.from({ length: 380 }, (_, index) =>
    clients.named(`client-${index}`).replaceAll('.', ''),
  );
  expect(digits.length - new Set(digits).size).toBeGreaterThanOrEqual(8);
});

it('draws clients of calls from both halves of all addresses', () => {
  const clients = createClients('1', 'call');
  const firsts = Array.from({ length: 200 }, () => Number(clients.fresh().split('.')[0]));
  expect(firsts.filter((octet) => octet >= 128).length).toBeGreaterThan(50);
  expect(firsts.filter((octet) => octet < 128).length).toBeGreaterThan(50);
});

it('has half of the fresh clients from private networks in every other timeline, none of them where instances are', () => {
  const privately = [/^10\.(?!0\.)/, /^172\.(1[6-9]|2\d|3[01])\./, /^192\.168\./];
  const parts = Array.from({ length: 200 }, (_, salt) => {
    const clients = createClients(String(salt), 'call');
    const fresh = Array.from({ length: 60 }, () => clients.fresh());
    return privately.map((network) => fresh.filter((address) => network.test(address)).length);
  });
  const atHome = parts.filter((counts) => counts.every((count) => count >= 10));
  expect(atHome.length).toBeGreaterThan(60);
  expect(atHome.length).toBeLessThan(140);
});
