/** The judge of changed weights on balancers that follow them and that do not. */
import { describe, expect, it } from 'vitest';
import {
  type Asked,
  bySource,
  FakeBalancer,
  type FakeInstance,
  freshSource,
  type Wrong,
} from './balancer.fixture.ts';
import { judgeHistory } from './judge-history.ts';
import { budgetOfTimeline } from './statistical-budget.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

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

  it('fails where the first weights are kept as somebody joins, unless something else explains what follows', () => {
    const joined = (wrong: Wrong) =>
      new FakeBalancer({ weights: { a: 5, b: 1, c: 1 } }, wrong)
        .rounds(4)
        .openFresh(6 * 7)
        .reweigh('a', 1)
        .reweigh('b', 5)
        .add('d')
        .rounds(6)
        .openFresh(20 * 8)
        .end();
    expect(failures(joined({ keepsFirstWeights: true }))).toEqual([clause]);
    expect(failures(joined({}))).toEqual([]);
    const pick: Wrong['pick'] = (eligible, { number }) =>
      eligible[number % (number < 42 ? 7 : eligible.length)]?.name ?? 'a';
    expect(failures(joined({ pick }))).not.toContain(clause);
  });

  it('fails where the weight before is kept through an outage, not where somebody comes back with another one', () => {
    const cameBack = (wrong: Wrong) =>
      new FakeBalancer({ weights: { a: 5, b: 1, c: 1 } }, wrong)
        .rounds(4)
        .openFresh(6 * 7)
        .behave('a', { reply: 503 })
        .rounds(6)
        .openFresh(8 * 2)
        .reweigh('a', 3)
        .behave('a', {})
        .rounds(6)
        .openFresh(40 * 7)
        .end();
    expect(failures(cameBack({ keepsFirstWeights: true }))).toEqual([clause]);
    expect(failures(cameBack({}))).toEqual([]);
    let isBack = false;
    const pick: Wrong['pick'] = (eligible, { number }) => {
      isBack ||= eligible.length === 2;
      return isBack
        ? (eligible[number % eligible.length]?.name ?? 'a')
        : (['a', 'a', 'a', 'a', 'a', 'b', 'c'][number % 7] ?? 'a');
    };
    expect(failures(cameBack({ pick }))).not.toContain(clause);
  });

  it('notices an outage of one of two, too, who comes back with another weight', () => {
    let isBack = false;
    const pick: Wrong['pick'] = (eligible, { number }) => {
      isBack ||= eligible.length === 1;
      const turns = eligible.length === 1 ? ['b'] : isBack ? ['a', ...'bbb'] : ['a', 'a', 'a', 'b'];
      return turns[number % turns.length] ?? 'b';
    };
    const cameBack = new FakeBalancer({ weights: { a: 12, b: 4 } }, { pick })
      .rounds(4)
      .openFresh(6 * 4)
      .behave('a', { reply: 503 })
      .rounds(6)
      .openFresh(8)
      .reweigh('a', 16)
      .reweigh('b', 12)
      .behave('a', {})
      .rounds(6)
      .openFresh(40 * 7)
      .end();
    expect(verdictOn(cameBack, clause).is).not.toBe('fail');
  });

  it('leaves an end at the very instant of a failed check to another clause', () => {
    const history = new FakeBalancer({ weights: { a: 1, b: 1, c: 1 } }, { cutsAtTurns: () => true })
      .rounds(4)
      .openFresh(6, { hold: true })
      .reweigh('a', 2)
      .behave('c', { reply: 503 })
      .rounds(6)
      .end();
    expect(verdictOn(history, clause).is).not.toBe('fail');
  });

  it('fails where somebody whose weight was 0 gets nothing, or too little, once it has one again', () => {
    const woken = (wrong: Wrong, after: number, weights = { a: 2, b: 1, c: 1 }) =>
      new FakeBalancer(
        { weights, profile: 'openapi', traits: { 'schedule.weightZero': 'quiesced' } },
        wrong,
      )
        .rounds(4)
        .openFresh(8, { hold: true })
        .reweigh('b', 0)
        .openFresh(24)
        .reweigh('b', 1)
        .openFresh(after)
        .carryAll()
        .end();
    const asleep: Wrong = { neverWakes: true };
    const equal = { a: 1, b: 1, c: 1 };
    for (const weights of [equal, { a: 2, b: 1, c: 1 }]) {
      expect(failures(woken(asleep, 100, weights))).toEqual([clause]);
      expect(failures(woken(asleep, 40, weights))).toEqual([]);
      expect(failures(woken({}, 100, weights))).toEqual([]);
    }
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

describe(`${clause} after a rest`, () => {
  const turns: Readonly<Record<number, string>> = { 2: 'bbc', 3: 'aaaabbc' };
  /** Whoever is the heaviest of three gets one more than its part. */
  const generous: Wrong = {
    pick: (eligible, { number }) => {
      const cycle = turns[eligible.length] ?? 'a';
      return cycle[number % cycle.length] ?? 'a';
    },
  };
  const rested = (isSeenBefore: boolean) => {
    const balancer = new FakeBalancer({ weights: { a: 3, b: 2, c: 1 } }, generous).rounds(4);
    if (isSeenBefore) balancer.openFresh(63);
    return balancer.reweigh('a', 0).openFresh(63).reweigh('a', 3).openFresh(189).end();
  };

  it('is not charged with weights that were not kept when they were the first', () => {
    expect(verdictOn(rested(false), clause).is).toBe('fail');
    expect(verdictOn(rested(true), clause).is).not.toBe('fail');
    expect(failures(rested(true))).toContain('schedule.wrr.cycle');
  });
});

describe(`${clause} under source IP`, () => {
  const hashed: Asked = { scheduling: 'source-ip', weights: { a: 5, b: 1, c: 1 } };
  const many = Array.from({ length: 600 }, (_, index) => freshSource(100_000 + index));
  const known = many.slice(0, 80);

  function rehashed(wrong: Wrong = {}, asked: Asked = hashed, back: readonly string[] = known) {
    const balancer = new FakeBalancer(asked, wrong).rounds(4);
    for (const client of many) balancer.open(client);
    balancer.reweigh('a', 1).reweigh('b', 5);
    for (const client of back) balancer.open(client);
    return balancer.openFresh(600).end();
  }

  /** Whoever came once stays where it went. */
  function remembering(): Wrong {
    const homes = new Map<string, string>();
    return {
      pick: (eligible, { source }) => {
        const home = homes.get(source) ?? bySource(eligible, source);
        homes.set(source, home);
        return home;
      },
    };
  }

  it('passes where new addresses divide by the new weights', () => {
    expect(passes(rehashed())).toEqual(expect.arrayContaining([clause, 'schedule.source.share']));
    expect(failures(rehashed())).toEqual([]);
  });

  it('fails where the weights never reach the hash, not where known addresses stay for good, and nothing else', () => {
    expect(failures(rehashed({ keepsFirstWeights: true }))).toEqual([clause]);
    expect(failures(rehashed({ keepsFirstWeights: true }, hashed, []))).toEqual([clause]);
    expect(failures(rehashed(remembering()))).toEqual([]);
  });

  it('says nothing of too few known addresses, of some that were chosen, nor where nothing was planned', () => {
    const few = rehashed(remembering(), hashed, known.slice(0, 50));
    expect(failures(few)).toEqual([]);
    const slots = Object.entries({ a: 5, b: 1, c: 1 }).map(([name, weight], index) => {
      return { name, weight, index } as FakeInstance;
    });
    const chosen = many.filter((client) => bySource(slots, client) === 'b');
    expect(chosen.length).toBeGreaterThan(60);
    expect(failures(rehashed({}, hashed, chosen))).toEqual([]);
    const unplanned = judgeHistory(
      rehashed({ keepsFirstWeights: true }),
      budgetOfTimeline({ clauses: [], schedulings: [] }, 0),
    );
    expect(unplanned.filter(({ verdict }) => verdict.is === 'fail')).toEqual([]);
  });

  it('leaves weights that were never followed to the shares themselves', () => {
    const blind: Wrong = {
      pick: (eligible, { source }) =>
        bySource(
          eligible.map((one) => ({ ...one, weight: 1 })),
          source,
        ),
    };
    expect(failures(rehashed(blind))).toEqual(['schedule.source.share']);
    const equal: Asked = { ...hashed, weights: { a: 1, b: 1, c: 1 } };
    expect(failures(rehashed({ keepsFirstWeights: true }, equal))).toEqual([
      'schedule.source.share',
    ]);
  });
});
