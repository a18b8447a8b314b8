/** Judges of many connections at once, on balancers that keep their shares and lose nobody, and on others. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const clauses = ['load.no-loss', 'load.share'];

function loaded(wrong: Wrong = {}, asked: Asked = {}) {
  return new FakeBalancer({ weights: { a: 3, b: 1 }, ...asked }, wrong)
    .rounds(4)
    .openFresh(20, { hold: true })
    .openAtOnce(480)
    .remove('b')
    .pass(1000)
    .openAtOnce(120)
    .carryAll()
    .end();
}

describe('many connections at once', () => {
  it('pass where the shares hold and nobody is lost, whichever the algorithm', () => {
    for (const scheduling of ['weighted-round-robin', 'source-ip'] as const) {
      expect(passes(loaded({}, { scheduling }))).toEqual(expect.arrayContaining(clauses));
      expect(failures(loaded({}, { scheduling }))).toEqual([]);
    }
  });

  it('pass whatever the order within a cycle', () => {
    const burst = ({ number }: { number: number }) => (number % 4 === 3 ? 'b' : 'a');
    const history = loaded({ pick: (eligible, one) => (eligible.length > 1 ? burst(one) : 'a') });
    expect(verdictOn(history, 'load.share').is).toBe('pass');
  });

  it('pass a cycle of the declared wash-out that is all of one instance, and fail several', () => {
    const weights = { a: 6, b: 3, c: 1 };
    const washingOut = (ofC: number) => {
      const inTurn = ({ number }: { number: number }) =>
        number < ofC || number % 10 === 9 ? 'c' : number % 10 < 6 ? 'a' : 'b';
      const asked = { weights, traits: { 'wrr.washoutCycles': 1 } };
      const balancer = new FakeBalancer(asked, { pick: (_, one) => inTurn(one) });
      return verdictOn(balancer.rounds(4).openAtOnce(200).end(), 'load.share').is;
    };
    expect(washingOut(10)).toBe('pass');
    expect(washingOut(40)).toBe('fail');
  });

  it('fail a refusal and a lost connection', () => {
    expect(failures(loaded({ refuses: (connection) => connection === 300 }))).toEqual([
      'load.no-loss',
    ]);
    expect(verdictOn(loaded({ cutsOthers: true }), 'load.no-loss').is).toBe('fail');
    expect(verdictOn(loaded({ drainMs: 0 }), 'load.no-loss').is).toBe('fail');
    expect(failures(loaded({ drainMs: 0 }))).toEqual(['draining.established']);
  });

  it('fail shares that hold for one at a time only', () => {
    const wrong: Wrong = {
      pick: (eligible, { number }) => eligible[number % eligible.length]?.name ?? 'a',
    };
    expect(verdictOn(loaded(wrong), 'load.share').is).toBe('fail');
    expect(verdictOn(loaded(wrong, { scheduling: 'source-ip' }), 'load.share').is).toBe('fail');
  });

  it('do not mind that clients are refused while whoever is left is new and out', () => {
    const history = new FakeBalancer({ weights: { a: 1 } }, { startsOut: true })
      .rounds(4)
      .add('b')
      .remove('a')
      .openFresh(5)
      .end();
    expect(verdictOn(history, 'load.no-loss').is).toBe('inconclusive');
  });

  it('say nothing where everybody waits for the one before', () => {
    const history = new FakeBalancer().rounds(4).openFresh(200).end();
    for (const clause of clauses) expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
