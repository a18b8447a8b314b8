/** Judge of weight 0 on balancers that rest an instance, that do not, and that turn 0 away. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, freshSource, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const clause = 'schedule.weight-zero';

function rested(
  wrong: Wrong = {},
  reading: string | null = 'quiesced',
  asked: Asked = {},
  hold = false,
) {
  const traits = reading === null ? {} : { 'schedule.weightZero': reading };
  return new FakeBalancer({ profile: 'openapi', traits, ...asked }, wrong)
    .rounds(4)
    .openFresh(9, { hold: true })
    .reweigh('b', 0)
    .openFresh(12, { hold })
    .carryAll()
    .end();
}

describe('schedule.weight-zero', () => {
  it('passes where nothing new goes there and the held connections go on', () => {
    expect(passes(rested())).toContain(clause);
    expect(failures(rested())).toEqual([]);
  });

  it('fails where new connections still go there, and where the held ones are cut', () => {
    expect(verdictOn(rested({ ignoresWeightZero: true }), clause).is).toBe('fail');
    expect(verdictOn(rested({ cutsOnReweigh: true }), clause).is).toBe('fail');
  });

  it('fails an answer other than declared, though no profile without a weight of 0 has to take it', () => {
    expect(failures(rested({ rejectsWeightZero: true }))).toEqual([clause]);
    expect(failures(rested({}, 'unsupported'))).toEqual([clause]);
    expect(passes(rested({ rejectsWeightZero: true }, 'unsupported'))).toContain(clause);
    const console = rested({ rejectsWeightZero: true }, 'quiesced', { profile: 'console' });
    expect(verdictOn(console, clause)).toMatchObject({
      is: 'pass',
      why: expect.stringContaining('begin at 1'),
    });
  });

  it('only says what it saw where nothing is declared', () => {
    const verdict = verdictOn(rested({}, null), clause);
    expect(verdict).toMatchObject({ is: 'inconclusive', isObservation: true });
    expect(verdict.why).toMatch(/^undeclared; observed: weight 0 takes no new connection/);
    expect(verdictOn(rested({ rejectsWeightZero: true }, null), clause).why).toMatch(/turned away/);
  });

  it('holds under every algorithm, and for known clients, too', () => {
    const quiesced = { 'schedule.weightZero': 'quiesced' };
    for (const scheduling of ['source-ip', 'weighted-least-connections'] as const) {
      expect(verdictOn(rested({}, 'quiesced', { scheduling }, true), clause).is).toBe('pass');
      const ignoring = rested({ ignoresWeightZero: true }, 'quiesced', { scheduling }, true);
      expect(verdictOn(ignoring, clause).is).toBe('fail');
    }
    const known = (wrong: Wrong = {}) => {
      const balancer = new FakeBalancer(
        { profile: 'openapi', traits: quiesced, persistence: true },
        wrong,
      ).rounds(4);
      for (let client = 0; client < 6; client++) balancer.open(freshSource(client));
      balancer.reweigh('b', 0);
      for (let client = 0; client < 6; client++) balancer.open(freshSource(client));
      return balancer.end();
    };
    expect(failures(known())).toEqual([]);
    expect(failures(known({ sticksToResting: true }))).toEqual([clause]);
  });

  /** Everybody rests, one after the other. */
  function allRested(wrong: Wrong = {}, noneEligible: string | null = 'refuse') {
    const traits = {
      'schedule.weightZero': 'quiesced',
      ...(noneEligible === null ? {} : { 'schedule.noneEligible': noneEligible }),
    };
    const balancer = new FakeBalancer({ profile: 'openapi', traits }, wrong)
      .rounds(4)
      .openFresh(9, { hold: true });
    for (const name of ['b', 'a', 'c']) balancer.reweigh(name, 0).openFresh(name === 'c' ? 6 : 12);
    return balancer.carryAll().end();
  }

  it('lets nobody be given anything where all rest, unless all are used with nobody eligible', () => {
    expect(verdictOn(allRested(), clause).is).toBe('pass');
    expect(failures(allRested())).toEqual([]);
    expect(failures(allRested({ usesAllWhenNone: true }))).toEqual([clause]);
    for (const reading of ['all', null]) {
      expect(failures(allRested({ usesAllWhenNone: true }, reading))).toEqual([]);
    }
  });

  it('looks at each that rests, not only at the first', () => {
    const later: Wrong = {
      pick: (_, { number }) => (number < 9 ? 'abc'[number % 3] : 'a') as string,
    };
    const history = new FakeBalancer(
      { profile: 'openapi', traits: { 'schedule.weightZero': 'quiesced' } },
      later,
    )
      .rounds(4)
      .openFresh(9, { hold: true })
      .reweigh('b', 0)
      .openFresh(12)
      .reweigh('a', 0)
      .openFresh(12)
      .carryAll()
      .end();
    expect(verdictOn(history, clause).is).toBe('fail');
  });

  it('charges nobody for connections that end as their instance fails or is removed later', () => {
    const asked: Asked = { traits: { 'schedule.weightZero': 'quiesced' }, profile: 'openapi' };
    const resting = (wrong: Wrong) =>
      new FakeBalancer(asked, wrong).rounds(4).openFresh(9, { hold: true }).reweigh('b', 0);
    const failed = resting({ cutsUnhealthy: true }).openFresh(12).behave('b', { reply: 503 });
    expect(verdictOn(failed.rounds(5).carryAll().end(), clause).is).not.toBe('fail');
    const removed = resting({}).openFresh(12).remove('b').pass(400_000);
    expect(verdictOn(removed.carryAll().end(), clause).is).not.toBe('fail');
  });

  it('says nothing where no weight was 0', () => {
    const history = new FakeBalancer().rounds(4).openFresh(9).end();
    expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
