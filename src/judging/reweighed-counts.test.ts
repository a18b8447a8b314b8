/** Changed weights where several schedulers go round: none that follow are failed, and whoever does not follow is. */
import { describe, expect, it } from 'vitest';
import { type Asked, FakeBalancer, type FakeInstance, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const clause = 'schedule.weight-change';

/** Like dice, but the same each time. */
function drawn(number: number, salt: number): number {
  const mixed = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 8) / 2 ** 24;
}

type Pick = NonNullable<Wrong['pick']>;

interface Workers {
  readonly count: number;
  readonly salt?: number;
  /** Cycles that each goes on by the weights that it knew. */
  readonly cyclesLate?: number;
  /** How many of them never hear of a change. */
  readonly deaf?: number;
}

/** Any of them takes the next connection, and each hands out whole cycles, in bursts, of the weights that it knows. */
function workers({ count, salt = 0, cyclesLate = 0, deaf = 0 }: Workers): Pick {
  const all = Array.from({ length: count }, () => ({ turns: [] as string[], late: 0, known: '' }));
  const cycleOf = (eligible: readonly FakeInstance[]) =>
    eligible.map(({ name, weight }) => name.repeat(weight)).join('');
  return (eligible, { number }) => {
    const index = Math.floor(drawn(number, salt) * count);
    const worker = all[index] as (typeof all)[number];
    if (worker.turns.length === 0) {
      const cycle = cycleOf(eligible);
      worker.known ||= cycle;
      if (worker.known !== cycle && index >= deaf && worker.late++ >= cyclesLate) {
        worker.known = cycle;
        worker.late = 0;
      }
      // whoever comes first in a cycle differs from worker to worker
      const ordered = drawn(index, salt) < 0.5 ? [...worker.known] : [...worker.known].toReversed();
      worker.turns.push(...ordered);
    }
    return worker.turns.shift() as string;
  };
}

interface Amounts {
  readonly before?: number;
  readonly after?: number;
}

function reweighed(
  pick: Pick,
  schedulers: number | string,
  { before = 6, after = 30 }: Amounts = {},
) {
  const asked: Asked = {
    weights: { a: 5, b: 1, c: 1 },
    traits: { 'wrr.schedulers': schedulers, 'wrr.washoutCycles': 0 },
  };
  const times = Number(schedulers) || 2;
  return new FakeBalancer(asked, { pick })
    .rounds(4)
    .openFresh(7, { hold: true })
    .openFresh(before * 7 * times)
    .reweigh('a', 1)
    .reweigh('b', 5)
    .openFresh(after * 7 * times)
    .carryAll()
    .end();
}

describe(`${clause} of several schedulers`, () => {
  it.each([2, 3, 4])('passes where %s of them follow, each at once or a round later', (count) => {
    for (const salt of [1, 2, 3, 4, 5, 6]) {
      for (const cyclesLate of [0, 1, 15]) {
        const history = reweighed(workers({ count, salt, cyclesLate }), count);
        expect(verdictOn(history, clause).is).toBe('pass');
        expect(failures(history)).toEqual([]);
      }
    }
  });

  it.each([1, 2, 4])('fails where all of %s keep the first weights', (count) => {
    const deaf = workers({ count, deaf: count });
    expect(failures(reweighed(deaf, count + 1))).toEqual([clause]);
    expect(verdictOn(reweighed(deaf, count + 1), clause)).toMatchObject({
      why: expect.stringMatching(/^after the weights were changed from a 5, b 1, c 1 to a 1, b 5/),
    });
  });

  it.each([2, 3])('fails where one of %s keeps them, given enough connections', (count) => {
    const oneDeaf = workers({ count, deaf: 1 });
    expect(failures(reweighed(oneDeaf, count, { after: 25 * count }))).toEqual([clause]);
  });

  it('says nothing where too few connections tell, or nobody knows how many schedulers there are', () => {
    for (const how of [{}, { deaf: 2 }]) {
      const pick = workers({ count: 2, ...how });
      expect(verdictOn(reweighed(pick, 2, { after: 16 }), clause).is).toBe('inconclusive');
      expect(verdictOn(reweighed(pick, 2, { before: 0 }), clause).is).toBe('inconclusive');
      expect(verdictOn(reweighed(pick, 'n'), clause).is).toBe('inconclusive');
    }
  });

  it('leaves weights that were never followed to the shares', () => {
    const blind: Pick = (_, { number }) => 'abc'[number % 3] as string;
    expect(failures(reweighed(blind, 2))).not.toContain(clause);
  });
});
