/** Judges of source IP scheduling on right and wrong hashes. */
import { describe, expect, it } from 'vitest';
import {
  bySource,
  FakeBalancer,
  type FakeInstance,
  freshSource,
  type Wrong,
} from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const asked = { scheduling: 'source-ip', weights: { a: 3, b: 2, c: 1 } } as const;

function rounds(wrong: Wrong = {}, clients = 20) {
  const balancer = new FakeBalancer(asked, wrong).rounds(4);
  for (let round = 0; round < 3; round++) {
    for (let client = 0; client < clients; client++) balancer.open(freshSource(client));
    balancer.rounds(1);
  }
  return balancer.end();
}

describe('schedule.source.sticky', () => {
  it('passes a hash of the address', () => {
    expect(verdictOn(rounds(), 'schedule.source.sticky')).toMatchObject({
      is: 'pass',
      sometimes: { 'addresses that came back': 40 },
    });
  });

  it('fails a hash of address and port, and round robin', () => {
    const withPort: Wrong = {
      pick: (eligible, { source, port }) => bySource(eligible, `${source}:${port}`),
    };
    const inTurn: Wrong = { pick: (_, { number }) => ['a', 'b', 'c', 'a'][number % 4] as string };
    for (const wrong of [withPort, inTurn]) {
      expect(failures(rounds(wrong, 21))).toEqual(['schedule.source.sticky']);
    }
  });

  it('says nothing of one instance, nor of addresses that never come back', () => {
    const fresh = new FakeBalancer(asked).rounds(4).openFresh(30).end();
    expect(verdictOn(fresh, 'schedule.source.sticky').is).toBe('inconclusive');
    expect(verdictOn(rounds({ pick: () => 'a' }), 'schedule.source.sticky').is).toBe(
      'inconclusive',
    );
  });

  it('lets addresses move when the set changes', () => {
    const balancer = new FakeBalancer(asked).rounds(4);
    for (let client = 0; client < 20; client++) balancer.open(freshSource(client));
    balancer.remove('c');
    for (let client = 0; client < 20; client++) balancer.open(freshSource(client));
    for (let client = 0; client < 20; client++) balancer.open(freshSource(client));
    expect(verdictOn(balancer.end(), 'schedule.source.sticky').is).toBe('pass');
  });
});

describe('schedule.source.sticky where the list comes in another order', () => {
  const relisted = (disruption?: string) => {
    let isTurned = false;
    const byPlace: Wrong = {
      pick: (eligible, { source }) => bySource(isTurned ? eligible.toReversed() : eligible, source),
    };
    const traits = disruption === undefined ? {} : { 'source.disruption': disruption };
    const balancer = new FakeBalancer({ ...asked, traits }, byPlace).rounds(4);
    const all = () => {
      for (let client = 0; client < 20; client++) balancer.open(freshSource(client));
    };
    all();
    balancer.relist();
    isTurned = true;
    all();
    all();
    return verdictOn(balancer.end(), 'schedule.source.sticky').is;
  };

  it('fails whoever hashes by places in it, unless others are declared to move at a loss', () => {
    expect([undefined, 'own-only'].map(relisted)).toEqual(['fail', 'fail']);
    expect(['on-down', 'any'].map(relisted)).toEqual(['pass', 'pass']);
  });
});

describe('schedule.source.share', () => {
  const many = (wrong: Wrong = {}, count = 900) =>
    new FakeBalancer(asked, wrong).rounds(4).openFresh(count).end();

  it('passes shares within the band', () => {
    expect(verdictOn(many(), 'schedule.source.share').is).toBe('pass');
    expect(verdictOn(many({}, 300), 'schedule.source.share').is).toBe('inconclusive');
  });

  it('fails weights that are ignored, and one instance for everybody', () => {
    const equal: Wrong = {
      pick: (eligible, { source }) =>
        bySource(
          eligible.map((one) => ({ ...one, weight: 1 })),
          source,
        ),
    };
    expect(failures(many(equal))).toEqual(['schedule.source.share']);
    expect(failures(many({ pick: () => 'a' }))).toEqual(['schedule.source.share']);
  });

  it('looks at the shares of those who are left while somebody is out', () => {
    const outage = (wrong: Wrong = {}) =>
      new FakeBalancer({ ...asked, weights: { a: 1, b: 2, c: 3 } }, wrong)
        .rounds(4)
        .openFresh(100)
        .behave('c', { reply: 503 })
        .rounds(6)
        .openFresh(900)
        .end();
    const all = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 2 },
      { name: 'c', weight: 3 },
    ].map((one) => one as FakeInstance);
    /** Addresses of whoever is out all go to this one. */
    const allTo =
      (heir: string): NonNullable<Wrong['pick']> =>
      (eligible, { source }) => {
        const home = bySource(all, source);
        return eligible.some(({ name }) => name === home) ? home : heir;
      };
    expect(failures(outage())).toEqual([]);
    expect(verdictOn(outage(), 'schedule.source.share').is).toBe('pass');
    expect(failures(outage({ pick: allTo('a') }))).toEqual(['schedule.source.share']);
    expect(failures(outage({ pick: allTo('b') }))).toEqual(['schedule.source.share']);
  });
});
