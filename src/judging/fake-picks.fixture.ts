/** For tests: who gets a connection, by turns, by what is held and by source, each in its plainest form. */
import type { Scheduling } from '../spec/configuration.ts';
import type { FakeInstance } from './fake-instance.fixture.ts';

export function picked(
  scheduling: Scheduling,
  eligible: readonly FakeInstance[],
  source: string,
): string {
  if (scheduling === 'weighted-round-robin') return roundRobin(eligible);
  if (scheduling === 'weighted-least-connections') return leastConnections(eligible);
  return bySource(eligible, source);
}

/** Smooth: everybody gains its weight, the richest pays for all. */
function roundRobin(eligible: readonly FakeInstance[]): string {
  let total = 0;
  let best = eligible[0] as FakeInstance;
  for (const one of eligible) {
    one.current += one.weight;
    total += one.weight;
    if (one.current > best.current) best = one;
  }
  best.current -= total;
  return best.name;
}

export function leastConnections(eligible: readonly FakeInstance[]): string {
  const cost = ({ active, weight }: FakeInstance) => active / weight;
  return eligible.reduce((best, one) => (cost(one) < cost(best) ? one : best)).name;
}

export function bySource(eligible: readonly FakeInstance[], source: string): string {
  let hash = 2166136261;
  for (const character of source) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = (hash ^ (hash >>> 13)) >>> 0;
  const slots = eligible.flatMap((one) => new Array<string>(one.weight).fill(one.name));
  return slots[hash % slots.length] as string;
}

export function freshSource(number: number): string {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return `127.${128 + (mixed >>> 25)}.${(mixed >>> 16) & 255}.${(mixed >>> 8) & 255}`;
}
