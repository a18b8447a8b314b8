/** Judges of addresses that move when an instance goes and come back with it, on hashes that do and do not. */
import { describe, expect, it } from 'vitest';
import {
  type Asked,
  bySource,
  FakeBalancer,
  type FakeInstance,
  freshSource,
  type Wrong,
} from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const disruption = 'schedule.source.disruption';
const clauses = [disruption, 'schedule.source.return'];
const clients = 40;

type Pick = NonNullable<Wrong['pick']>;

/** Each instance draws a number for the source, the highest wins: who goes takes only its own along. */
const highest: Pick = (eligible, { source }) => {
  const draw = ({ name }: FakeInstance) => {
    const hundred = Array.from({ length: 100 }, (_, index) => ({ name: index, weight: 1 }));
    return Number(bySource(hundred as unknown as FakeInstance[], `${name}/${source}`));
  };
  return eligible.reduce((best, one) => (draw(one) > draw(best) ? one : best)).name;
};

function withMemory(): Pick {
  const last = new Map<string, string>();
  return (eligible, connection) => {
    const known = eligible.find(({ name }) => name === last.get(connection.source))?.name;
    const picked = known ?? highest(eligible, connection);
    last.set(connection.source, picked);
    return picked;
  };
}

function asked(reading: string | null): Asked {
  return {
    scheduling: 'source-ip',
    weights: { a: 1, b: 1, c: 1 },
    traits: reading === null ? {} : { 'source.disruption': reading },
  };
}

function failed(wrong: Wrong, reading: string | null = 'own-only') {
  const balancer = new FakeBalancer(asked(reading), wrong).rounds(4);
  const openAll = () => {
    for (let client = 0; client < clients; client++) balancer.open(freshSource(client));
  };
  openAll();
  balancer.behave('a', { reply: 503 }).rounds(6);
  openAll();
  balancer.behave('a', {}).rounds(6);
  openAll();
  return balancer.openFresh(clients).end();
}

describe('source IP around a failure', () => {
  it('passes where only its own addresses move and come back', () => {
    const history = failed({ pick: highest });
    for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('pass');
    expect(failures(history)).toEqual([]);
  });

  it('fails where all addresses are dealt out again, unless that is declared', () => {
    expect(failures(failed({}))).toEqual([disruption]);
    expect(failures(failed({}, 'on-down'))).toEqual([disruption]);
    expect(verdictOn(failed({}, 'any'), disruption).is).toBe('pass');
    expect(verdictOn(failed({}, null), disruption)).toMatchObject({
      is: 'inconclusive',
      why: expect.stringMatching(/^undeclared; observed: \d+ of \d+ sources of other instances/),
    });
  });

  it('fails where addresses stay where they went', () => {
    expect(failures(failed({ pick: withMemory() }))).toEqual(['schedule.source.return']);
  });

  it('fails round robin for the addresses that do not stick, not for these', () => {
    const inTurn: Pick = (eligible, { number }) =>
      (eligible[number % eligible.length] as FakeInstance).name;
    const history = failed({ pick: inTurn });
    expect(failures(history)).not.toContain('schedule.eligible');
    expect(verdictOn(history, disruption).is).toBe('fail');
  });

  it('leaves an instance that never comes back to its own clause', () => {
    const history = failed({ pick: highest, neverRecovers: true });
    expect(verdictOn(history, 'schedule.source.return').is).toBe('inconclusive');
    expect(failures(history)).toEqual([]);
  });

  it('asks for a removal what it asks for a failure, unless only failures are declared', () => {
    const removed = (reading: string) => {
      const balancer = new FakeBalancer(asked(reading)).rounds(4);
      for (let client = 0; client < clients; client++) balancer.open(freshSource(client));
      balancer.remove('b');
      for (let client = 0; client < clients; client++) balancer.open(freshSource(client));
      return balancer.end();
    };
    expect(failures(removed('own-only'))).toEqual([disruption]);
    expect(verdictOn(removed('on-down'), disruption).is).toBe('inconclusive');
  });

  it('lets other weights move anybody, also while somebody goes and comes back', () => {
    const balancer = new FakeBalancer(asked('own-only')).rounds(4);
    const openAll = () => {
      for (let client = 0; client < clients; client++) balancer.open(freshSource(client));
    };
    openAll();
    balancer.reweigh('a', 0);
    openAll();
    balancer.reweigh('a', 1);
    openAll();
    balancer.behave('a', { reply: 503 }).reweigh('b', 2).rounds(6);
    openAll();
    balancer.behave('a', {}).reweigh('b', 1).rounds(6);
    openAll();
    const history = balancer.end();
    for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
  });

  it('says nothing where nobody goes', () => {
    const history = new FakeBalancer(asked('own-only')).rounds(4).openFresh(clients).end();
    for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
