/** The judge of whose results count for whom, on balancers that keep them apart and that do not. */
import { describe, expect, it } from 'vitest';
import { FakeBalancer, type Wrong } from './balancer.fixture.ts';
import { failures, verdictOn } from './verdict.fixture.ts';

const clause = 'health.isolation';

function othersFail(wrong: Wrong = {}, isSeenBefore = true) {
  const balancer = new FakeBalancer({}, wrong).rounds(4);
  if (isSeenBefore) balancer.openFresh(9);
  return balancer
    .behave('a', { reply: 503 })
    .behave('b', { reply: 503 })
    .rounds(6)
    .openFresh(18)
    .end();
}

describe(clause, () => {
  it('passes where one instance stays while the others fail', () => {
    expect(verdictOn(othersFail(), clause)).toMatchObject({
      is: 'pass',
      sometimes: { 'instances without a failure while another was out of rotation': 1 },
    });
    expect(failures(othersFail())).toEqual([]);
  });

  it('fails where all share one count and everybody is turned away', () => {
    expect(failures(othersFail({ sharesHealth: true }))).toEqual([clause]);
  });

  it('fails where an instance goes out with its neighbour', () => {
    const along = new FakeBalancer(
      {},
      {
        pick: (eligible, { number }) => {
          const rest = eligible.filter(({ name }) => eligible.length === 3 || name !== 'b');
          return rest[number % rest.length]?.name as string;
        },
      },
    )
      .rounds(4)
      .openFresh(9)
      .behave('a', { reply: 503 })
      .rounds(6)
      .openFresh(18)
      .end();
    expect(verdictOn(along, clause).is).toBe('fail');
    expect(failures(along)).toContain(clause);
  });

  it('does not mind a balancer that never takes anybody out: that is for others to say', () => {
    const ignoring = othersFail({ ignoresHealth: true });
    expect(verdictOn(ignoring, clause).is).not.toBe('fail');
  });

  it('says nothing where nobody fails, or nobody was seen before', () => {
    const calm = new FakeBalancer().rounds(4).openFresh(30).end();
    expect(verdictOn(calm, clause).is).toBe('inconclusive');
    expect(verdictOn(othersFail({ sharesHealth: true }, false), clause).is).toBe('inconclusive');
  });
});
