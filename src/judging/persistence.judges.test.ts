/** Judges of session persistence on balancers that remember right and wrong. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const durationMs = 1_440_000;
const clients = ['127.200.0.1', '127.200.0.2', '127.200.0.3', '127.200.0.4', '127.200.0.5'];
const kept: Asked = { persistence: true, traits: { 'persistence.clock': 'last-connection' } };

function returning(wrong: Wrong = {}, asked: Asked = kept, share = 0.92) {
  const balancer = new FakeBalancer(asked, wrong).rounds(4);
  for (const client of clients) balancer.open(client);
  for (const client of clients.toReversed()) balancer.open(client);
  balancer.pass(share * durationMs);
  for (const client of [...clients.slice(1), ...clients.slice(0, 1)]) balancer.open(client);
  return balancer.end();
}

describe('persistence.sticks and persistence.source-address', () => {
  it('pass where clients come back to their instance, whatever the clock', () => {
    for (const asked of [kept, { persistence: true }]) {
      expect(passes(returning({}, asked))).toEqual(
        expect.arrayContaining(['persistence.sticks', 'persistence.source-address']),
      );
      expect(failures(returning({}, asked))).toEqual([]);
    }
  });

  it('fail a duration of a third and one of two thirds, charged to the duration alone', () => {
    for (const share of [1 / 3, 2 / 3]) {
      expect(failures(returning({ persistenceMs: share * durationMs }))).toEqual([
        'persistence.sticks',
      ]);
    }
  });

  it('leave to a clock that passes by itself the tick that it is in', () => {
    const balancer = new FakeBalancer(kept, { persistenceMs: durationMs - 8 }).rounds(4);
    for (const client of clients) balancer.open(client);
    balancer.pass(1);
    for (const client of clients.toReversed()) balancer.open(client);
    balancer.pass(durationMs - 5);
    for (const client of [...clients.slice(1), ...clients.slice(0, 1)]) balancer.open(client);
    const last = balancer.end();
    const inTime = (time: 'stepped' | 'scaled' | 'real') => ({
      ...last,
      header: { ...last.header, time },
    });
    expect(failures(inTime('stepped'))).toEqual(['persistence.sticks']);
    expect(failures(inTime('scaled'))).toEqual([]);
    expect(failures(inTime('real'))).toEqual([]);
  });

  it('fail a key with the port in it, and no memory at all, charged to the key alone', () => {
    expect(failures(returning({ sessionKey: (source, port) => `${source}:${port}` }))).toEqual([
      'persistence.source-address',
    ]);
    expect(failures(returning({ persistenceMs: 0 }))).toEqual(['persistence.source-address']);
  });

  it('fail no memory at all under least connections, where nothing tells of keys, charged to the duration', () => {
    const asked: Asked = { ...kept, scheduling: 'weighted-least-connections' };
    const held = new FakeBalancer(asked, { persistenceMs: 0 }).rounds(4);
    for (const client of clients) held.open(client, { hold: true });
    for (const client of clients) held.open(client);
    expect(failures(held.end())).toEqual(['persistence.sticks']);
  });

  it('fail a key that is a part of the address, as newcomers follow their neighbours', () => {
    const network = (source: string) => source.split('.').slice(0, 3).join('.');
    const without = (index: number) => (source: string) =>
      source.split('.').toSpliced(index, 1).join('.');
    const meet = (
      sessionKey?: (source: string) => string,
      address: (index: number) => string = beside,
    ) => {
      const balancer = new FakeBalancer(
        kept,
        sessionKey === undefined ? {} : { sessionKey },
      ).rounds(4);
      for (let index = 0; index < 24; index++) {
        balancer.open(address(index));
      }
      return balancer.end();
    };
    const beside = (index: number) => `127.200.${Math.floor(index / 2)}.${1 + (index % 2)}`;
    const across = (octet: number) => (index: number) => {
      const octets = [127, 1 + Math.floor(index / 2), 1 + Math.floor(index / 2), 7];
      octets[octet] = (octets[octet] ?? 0) + 100 * (index % 2);
      return octets.join('.');
    };
    expect(failures(meet(network))).toEqual(['persistence.source-address']);
    expect(failures(meet(() => 'everybody'))).toEqual(['persistence.source-address']);
    expect(failures(meet())).toEqual([]);
    for (const octet of [1, 2]) {
      expect(failures(meet(without(octet), across(octet)))).toEqual(['persistence.source-address']);
      expect(failures(meet(undefined, across(octet)))).toEqual([]);
    }
    const digits = (source: string) => source.replaceAll('.', '');
    const shifted = (index: number) =>
      index % 2 === 0 ? `127.1.1${index}.7` : `127.11.${index - 1}.7`;
    expect(failures(meet(digits, shifted))).toEqual(['persistence.source-address']);
    expect(failures(meet(undefined, shifted))).toEqual([]);
  });

  it('count no cycles over known clients who may have had a turn of the scheduler', () => {
    const balancer = new FakeBalancer({ ...kept, drainSeconds: 0 }).rounds(4);
    const known = Array.from({ length: 6 }, (_, index) => `127.200.0.${1 + index}`);
    const homes = known.map((client) => balancer.open(client));
    balancer.remove('b').pass(1);
    const stranded = known.filter((_, index) => homes[index] === 'b');
    // of two networks, as the turns go
    for (const segment of [0, 1, 2]) {
      for (let turn = 0; turn < 11; turn++)
        balancer.open(`127.21${turn % 2}.${segment}.${1 + turn}`);
      const back = stranded[segment];
      if (back !== undefined) balancer.open(back);
    }
    expect(failures(balancer.end())).toEqual([]);
  });

  it('fail a key that lacks one bit of the address, and no key at all for one that is whole', () => {
    // each leader with its neighbours by a bit, in no order that a cycle has
    const bitsOf = (leader: number) =>
      Array.from({ length: 8 }, (_, turn) => ((2 * leader + 1) * turn + leader) % 8);
    const addresses = Array.from({ length: 10 }, (_, leader) => [
      `127.200.${23 * leader}.85`,
      ...bitsOf(leader).map((bit) => `127.200.${23 * leader}.${85 ^ (1 << bit)}`),
      `127.201.${23 * leader}.${leader}`,
    ]).flat();
    const meet = (wrong: Wrong) => {
      const balancer = new FakeBalancer(kept, wrong).rounds(4);
      for (const address of addresses) balancer.open(address);
      return balancer.end();
    };
    const lacking = (source: string) => {
      const [first, second, third, last] = source.split('.');
      return [first, second, third, Number(last) & 0x7f].join('.');
    };
    expect(failures(meet({ sessionKey: lacking }))).toEqual(['persistence.source-address']);
    expect(failures(meet({}))).toEqual([]);
  });

  it('fail clients that are forgotten for another configuration, if they were known before it', () => {
    const asked = { ...kept, unhealthyThreshold: 4 };
    const reconfigured = (wrong: Wrong, after: Asked = asked, order = clients) => {
      const balancer = new FakeBalancer(kept, wrong).rounds(4);
      for (const client of clients) balancer.open(client);
      for (const client of clients.toReversed()) balancer.open(client);
      balancer.reconfigure(after);
      for (const client of order) balancer.open(client);
      return balancer.end();
    };
    const forgetting = { forgetsOnReconfigure: true };
    expect(failures(reconfigured(forgetting))).toEqual(['persistence.sticks']);
    expect(failures(reconfigured({}))).toEqual([]);
    // by its hash a client may rightly be somewhere else
    const hashed: Asked = { ...asked, scheduling: 'source-ip' };
    expect(verdictOn(reconfigured(forgetting, hashed), 'persistence.sticks').is).not.toBe('fail');
    const nobodyKnown: Wrong = { ...forgetting, persistenceMs: 0 };
    expect(failures(reconfigured(nobodyKnown))).not.toContain('persistence.sticks');
  });

  it('fail clients that are forgotten for checks that failed, unless those may have been too many', () => {
    const failing = (failures: number, share: number, threshold = 4) => {
      const asked = { ...kept, unhealthyThreshold: threshold };
      // who forgets by the time forgets just then, whatever is why
      const balancer = new FakeBalancer(asked, { persistenceMs: share * durationMs }).rounds(4);
      for (const client of clients) balancer.open(client);
      for (const client of clients.toReversed()) balancer.open(client);
      for (const { name } of balancer.instances)
        balancer.behave(name, {}, Array(failures).fill({ reply: 503 }));
      balancer.rounds(8);
      for (const client of clients) balancer.open(client);
      return balancer.end();
    };
    const soon = (8 * intervalMs) / durationMs / 2;
    expect(failures(failing(1, soon))).toEqual(['persistence.sticks']);
    expect(failures(failing(1, 1))).toEqual([]);
    expect(failures(failing(2, soon))).toEqual([]);
    expect(failures(failing(1, soon, 3))).toEqual([]);
  });

  it('take nobody for a newcomer who came first when nobody was sure who was in rotation', () => {
    const balancer = new FakeBalancer(
      { ...kept, weights: { a: 1 }, traits: { 'health.initial': 'down' } },
      { startsOut: true },
    );
    const many = Array.from({ length: 16 }, (_, index) => `127.128.0.${index + 1}`);
    balancer.rounds(4).add('b');
    for (const client of many) balancer.open(client);
    balancer.rounds(6);
    for (const client of many) balancer.open(client);
    expect(failures(balancer.end())).toEqual([]);
  });

  it('let clients move when the time is over, when their instance leaves, and when a fixed clock ran out', () => {
    expect(verdictOn(returning({}, kept, 1.1), 'persistence.sticks').is).toBe('inconclusive');
    const creation: Asked = { persistence: true, traits: { 'persistence.clock': 'creation' } };
    const balancer = new FakeBalancer(creation).rounds(4);
    for (const client of clients) balancer.open(client);
    balancer.pass(0.6 * durationMs);
    for (const client of clients.toReversed()) balancer.open(client);
    balancer.pass(0.6 * durationMs);
    for (const client of clients) balancer.open(client, { port: 1 });
    expect(failures(balancer.end())).toEqual([]);
  });

  it('fail clients that move once the weight of their instance is changed, charged to the duration', () => {
    const reweighing = (wrong: Wrong = {}) => {
      const balancer = new FakeBalancer(kept, wrong).rounds(4);
      for (const client of clients) balancer.open(client);
      balancer.reweigh('a', 2);
      for (const client of clients) balancer.open(client, { port: 1 });
      return balancer.end();
    };
    expect(failures(reweighing({ forgetsOnReweigh: true }))).toEqual(['persistence.sticks']);
    expect(failures(reweighing())).toEqual([]);
  });

  it('let clients move once the weight of their instance is 0', () => {
    const balancer = new FakeBalancer(
      {
        ...kept,
        profile: 'openapi',
        traits: { ...kept.traits, 'schedule.weightZero': 'quiesced' },
      },
      { forgetsOnReweigh: true },
    ).rounds(4);
    for (const client of clients) balancer.open(client);
    balancer.reweigh('a', 0);
    for (const client of clients) balancer.open(client, { port: 1 });
    expect(failures(balancer.end())).toEqual([]);
  });

  it('say nothing of short gaps alone, nor of clients that round robin would have kept', () => {
    expect(verdictOn(returning({}, kept, 0.5), 'persistence.sticks').is).toBe('inconclusive');
    const balancer = new FakeBalancer(kept).rounds(4);
    for (let round = 0; round < 2; round++)
      for (const client of clients.slice(0, 3)) balancer.open(client);
    expect(verdictOn(balancer.end(), 'persistence.source-address').is).toBe('inconclusive');
  });
});

describe('persistence.off', () => {
  function repeated(wrong: Wrong = {}) {
    const balancer = new FakeBalancer({ weights: { a: 2, b: 1 } }, wrong).rounds(4);
    for (let index = 0; index < 15; index++) balancer.open(clients[0] as string);
    return balancer.end();
  }

  it('passes where a client reaches several instances', () => {
    expect(verdictOn(repeated(), 'persistence.off').is).toBe('pass');
  });

  it('fails where clients are kept although nobody asked for it, and a hash in place of round robin', () => {
    expect(failures(repeated({ persistenceMs: 1000 }))).toEqual(['persistence.off']);
    expect(
      failures(repeated({ pick: (_, { source }) => (source === clients[0] ? 'b' : 'a') })),
    ).toEqual(['persistence.off']);
  });

  it('says nothing of clients that come once', () => {
    expect(verdictOn(new FakeBalancer().rounds(4).openFresh(15).end(), 'persistence.off').is).toBe(
      'inconclusive',
    );
  });
});

describe('persistence.unhealthy and persistence.draining', () => {
  function leaving(how: 'unhealthy' | 'draining', wrong: Wrong = {}) {
    const balancer = new FakeBalancer(kept, wrong).rounds(4);
    for (const client of clients) balancer.open(client);
    if (how === 'draining') balancer.remove('a');
    else balancer.behave('a', { reply: 503 }).rounds(6);
    for (const client of clients) balancer.open(client);
    return balancer.end();
  }

  it('pass where known clients go elsewhere', () => {
    expect(verdictOn(leaving('unhealthy'), 'persistence.unhealthy').is).toBe('pass');
    expect(verdictOn(leaving('draining'), 'persistence.draining').is).toBe('pass');
  });

  it('fail where they are let through, each alone', () => {
    expect(failures(leaving('unhealthy', { sticksToUnhealthy: true }))).toEqual([
      'persistence.unhealthy',
    ]);
    expect(failures(leaving('draining', { sticksToRemoved: true }))).toEqual([
      'persistence.draining',
    ]);
  });

  it('fails where they are let through to who has just gone out, as newcomers show', () => {
    const justOut = (wrong: Wrong, newcomers: number) => {
      const balancer = new FakeBalancer(kept, wrong).rounds(4);
      for (const client of clients) balancer.open(client);
      balancer.behave('a', { reply: 503 }).rounds(2).openFresh(newcomers);
      for (const client of clients) balancer.open(client);
      return balancer.end();
    };
    expect(failures(justOut({ sticksToUnhealthy: true }, 6))).toEqual(['persistence.unhealthy']);
    expect(failures(justOut({}, 6))).toEqual([]);
    expect(failures(justOut({ sticksToUnhealthy: true }, 2))).toEqual([]);
    expect(failures(justOut({ unhealthyThreshold: 3 }, 6))).not.toContain('persistence.unhealthy');
  });

  const strange = Array.from({ length: 4 }, (_, index) => `127.201.0.${index + 1}`);

  function turnedAway(wrong: Wrong, around: readonly string[] = strange, others = clients) {
    const balancer = new FakeBalancer(kept, wrong).rounds(4);
    for (const client of others) balancer.open(client);
    balancer.behave('a', { reply: 503 }).rounds(6);
    for (const client of around.slice(0, 2)) balancer.open(client);
    for (const client of others) balancer.open(client);
    for (const client of around.slice(2)) balancer.open(client);
    return balancer.end();
  }

  it('fails where known clients of an unhealthy instance are turned away while others are taken', () => {
    expect(failures(turnedAway({ refusesKnown: true }))).toEqual(['persistence.unhealthy']);
    expect(failures(turnedAway({}))).toEqual([]);
  });

  it('does not charge a balancer that turns others away, too, nor one client alone', () => {
    const everybody: Wrong = { refuses: (connection) => connection >= 5 };
    expect(verdictOn(turnedAway(everybody), 'persistence.unhealthy').is).toBe('inconclusive');
    const others: Wrong = { refusesKnown: true, refuses: (connection) => connection === 6 };
    expect(verdictOn(turnedAway(others), 'persistence.unhealthy').is).not.toBe('fail');
    const one = turnedAway({ refusesKnown: true }, strange, clients.slice(0, 3));
    expect(verdictOn(one, 'persistence.unhealthy').is).not.toBe('fail');
  });

  it('say nothing where nobody leaves', () => {
    for (const clause of ['persistence.unhealthy', 'persistence.draining']) {
      expect(verdictOn(returning(), clause).is).toBe('inconclusive');
    }
  });
});
