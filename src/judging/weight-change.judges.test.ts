/** The judge of changed weights on balancers that follow them and that do not. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const clause = 'schedule.weight-change';
/** A round of 16 cycles of 7 that the old weights may last, and three to judge. */
const enough = 19 * 7 + 6;

function reweighed(wrong: Wrong = {}, asked: Asked = {}, after = enough) {
  return new FakeBalancer({ weights: { a: 5, b: 1, c: 1 }, ...asked }, wrong)
    .rounds(4)
    .openFresh(7, { hold: true })
    .openFresh(6 * 7)
    .reweigh('a', 1)
    .reweigh('b', 5)
    .openFresh(after)
    .carryAll()
    .end();
}

describe(clause, () => {
  it('passes where the new weights are followed and nobody is cut', () => {
    expect(verdictOn(reweighed(), clause)).toMatchObject({
      is: 'pass',
      sometimes: { 'connections held through a change of weights': 14 },
    });
    expect(failures(reweighed())).toEqual([]);
  });

  it('passes where a round by the old weights ends first, which other clauses of round robin let be', () => {
    const old = [...'aaaaabc'];
    const changed = [...'bbbbbac'];
    const round = 49 + 16 * 7;
    const late: Wrong = {
      pick: (_, { number }) => (number < round ? old : changed)[number % 7] as string,
    };
    expect(verdictOn(reweighed(late), clause).is).toBe('pass');
    expect(failures(reweighed(late))).toEqual([]);
  });

  it('fails where the first weights are kept, and where connections are cut, and nothing else', () => {
    expect(failures(reweighed({ keepsFirstWeights: true }))).toEqual([clause]);
    expect(failures(reweighed({ cutsOnReweigh: true }))).toEqual([clause]);
  });

  it('leaves weights that were never followed to round robin itself', () => {
    const blind: Wrong = { pick: (_, { number }) => 'abc'[number % 3] as string };
    expect(failures(reweighed(blind))).toEqual(['schedule.wrr.cycle']);
  });

  it('says nothing without a change, before the old round may be over, of equal weights or other algorithms', () => {
    const unchanged = new FakeBalancer().rounds(4).openFresh(30, { hold: true }).carryAll().end();
    const equal: Asked = { weights: { a: 1, b: 1, c: 1 } };
    for (const history of [
      unchanged,
      reweighed({ keepsFirstWeights: true }, {}, enough - 7),
      reweighed({}, equal),
      reweighed({}, { scheduling: 'weighted-least-connections' }),
    ]) {
      expect(verdictOn(history, clause).is).toBe('inconclusive');
    }
  });
});
