/** Ports of clients where connections are calls: each its own, and none of their bits by turns. */
import { expect, it } from 'vitest';
import { clientPort } from './call-places.ts';

it("gives each connection another port until all have been given, none of them the system's", () => {
  const ports = Array.from({ length: 65_536 - 1024 }, (_, connection) => clientPort(connection));
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.min(...ports)).toBe(1024);
  expect(Math.max(...ports)).toBe(65_535);
});

it('gives ports of which no bit goes round as turns do', () => {
  const cycles = 100;
  const ports = Array.from({ length: 2 * cycles }, (_, connection) => clientPort(connection));
  for (let bit = 0; bit < 16; bit++) {
    const of = (port = 0) => (port >>> bit) & 1;
    const whole = (shift: number) =>
      Array.from({ length: cycles - 1 }, (_, cycle) => 2 * cycle + shift).filter(
        (at) => of(ports[at]) !== of(ports[at + 1]),
      ).length;
    for (const shift of [0, 1]) expect(whole(shift)).toBeLessThan(0.75 * cycles);
  }
});
