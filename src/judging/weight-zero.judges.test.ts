/** Judge of weight 0 on balancers that rest an instance, that do not, and that turn 0 away. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

const clause = 'schedule.weight-zero';

function rested(wrong: Wrong = {}, reading: string | null = 'quiesced', asked: Asked = {}) {
  const traits = reading === null ? {} : { 'schedule.weightZero': reading };
  return new FakeBalancer({ profile: 'openapi', traits, ...asked }, wrong)
    .rounds(4)
    .openFresh(9, { hold: true })
    .reweigh('b', 0)
    .openFresh(12)
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

  it('says nothing where no weight was 0', () => {
    const history = new FakeBalancer().rounds(4).openFresh(9).end();
    expect(verdictOn(history, clause).is).toBe('inconclusive');
  });
});
