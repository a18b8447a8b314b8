/** Judge of the session's clock on balancers that count from creation, from the last connection, or never forget. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const clause = 'persistence.expiry';
const durationMs = 1_440_000;
const clients = Array.from({ length: 24 }, (_, index) => `127.128.0.${index + 1}`);
/** Those of one instance in a row. */
const swapped = clients.map((_, index) => clients[(4 * index + Math.floor(index / 6)) % 24] ?? '');

function returning(wrong: Wrong, clock: string | null, hold = false, asked: Asked = {}) {
  const traits = clock === null ? {} : { 'persistence.clock': clock };
  const weights = { a: 1, b: 1, c: 1, d: 1 };
  const balancer = new FakeBalancer({ weights, persistence: true, traits, ...asked }, wrong).rounds(
    4,
  );
  const open = (order: readonly string[]) => {
    for (const client of order) balancer.open(client, { hold });
  };
  open(clients);
  for (const order of [clients.toReversed(), swapped]) {
    balancer.pass(0.6 * durationMs);
    open(order);
  }
  balancer.pass(1.25 * durationMs);
  open(swapped);
  return balancer.end();
}

describe('persistence.expiry', () => {
  it('passes each clock where it is declared', () => {
    expect(passes(returning({}, 'last-connection'))).toContain(clause);
    expect(passes(returning({ sessionClock: 'creation' }, 'creation'))).toContain(clause);
  });

  it('fails whoever counts otherwise than declared', () => {
    expect(verdictOn(returning({ sessionClock: 'creation' }, 'last-connection'), clause).is).toBe(
      'fail',
    );
    expect(failures(returning({}, 'creation'))).toEqual([clause]);
    expect(failures(returning({}, 'while-connected', true))).toEqual([clause]);
  });

  it('fails under least connections, too, whoever moves a client before its declared clock ran out', () => {
    const held = (wrong: Wrong, clock: string | null) =>
      returning(wrong, clock, true, {
        scheduling: 'weighted-least-connections',
      });
    expect(failures(held({ sessionClock: 'creation' }, 'last-connection'))).toEqual([clause]);
    for (const clock of ['last-connection', 'longer', null])
      expect(verdictOn(held({}, clock), clause).is, String(clock)).toBe('inconclusive');
    expect(failures(held({ sessionClock: 'creation' }, 'creation'))).toEqual([]);
    expect(failures(held({ neverForgets: true }, 'last-connection'))).toEqual([]);
  });

  it('calls a session over at its very end, where times are whole seconds', () => {
    const atEnd = (wrong: Wrong, laterMs = 0) => {
      const traits = { 'persistence.clock': 'last-connection' };
      const weights = { a: 1, b: 1, c: 1, d: 1 };
      const balancer = new FakeBalancer({ weights, persistence: true, traits }, wrong).rounds(4);
      balancer.pass(laterMs);
      for (const client of clients) balancer.open(client);
      balancer.pass(durationMs);
      for (const client of swapped) balancer.open(client);
      return balancer.end();
    };
    expect(failures(atEnd({ knowsAtEnd: true }))).toEqual([clause]);
    expect(failures(atEnd({}))).toEqual([]);
    expect(verdictOn(atEnd({ knowsAtEnd: true }, 0.25), clause).is).toBe('inconclusive');
  });

  it('fails a session that never ends, unless longer is what is declared', () => {
    expect(failures(returning({ neverForgets: true }, 'last-connection'))).toEqual([clause]);
    expect(verdictOn(returning({ neverForgets: true }, 'longer'), clause)).toMatchObject({
      isObservation: true,
      why: expect.stringContaining('24 of 24 clients stayed'),
    });
  });

  it('names the clock that it saw where none is declared', () => {
    expect(verdictOn(returning({}, null), clause).why).toBe(
      'undeclared; observed: the clock runs from the last new connection or once no connection is open',
    );
    expect(verdictOn(returning({ sessionClock: 'creation' }, null), clause).why).toMatch(
      /observed: the clock runs from the first connection/,
    );
    expect(verdictOn(returning({ neverForgets: true }, null), clause).why).toMatch(/last longer/);
  });

  it('calls no coincidence a failure: few that go where they had gone, or all when nobody else is left', () => {
    const few = clients.slice(0, 4);
    const leaving = (whoever: readonly string[], isAlone: boolean) => {
      const traits = { 'persistence.clock': 'last-connection' };
      const balancer = new FakeBalancer(
        { weights: { a: 1, b: 1 }, persistence: true, traits },
        { neverForgets: true },
      ).rounds(4);
      if (isAlone) balancer.behave('b', { reply: 503 }).rounds(6);
      for (const client of whoever) balancer.open(client);
      balancer.pass(1.25 * durationMs);
      for (const client of whoever) balancer.open(client);
      return verdictOn(balancer.end(), clause).is;
    };
    expect(leaving(few, false)).toBe('inconclusive');
    expect(leaving(clients, true)).toBe('inconclusive');
  });

  it('says nothing where nobody comes back', () => {
    const history = new FakeBalancer({ persistence: true }).rounds(4).openFresh(12).end();
    expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
