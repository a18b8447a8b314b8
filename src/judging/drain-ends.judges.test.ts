/** Judges of how drains end, on balancers that keep the default, finish early or late, and take instances back. */
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/vocabulary.ts';
import { type Asked, FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
import { recounted } from './fake-tape.fixture.ts';
import { failures, passes, verdictOn } from './verdict.fixture.ts';

type Traits = Readonly<Record<string, string>>;
const drainMs = 300_000;
const closing = { 'draining.deadline': 'close' };

function byDefault(wrong: Wrong = {}, traits: Traits = closing) {
  return new FakeBalancer({ drainSeconds: 'unsaid', traits }, wrong)
    .rounds(4)
    .openFresh(6, { hold: true })
    .remove('b')
    .pass(0.97 * drainMs)
    .carryAll()
    .pass(0.06 * drainMs)
    .carryAll()
    .end();
}

describe('draining.default', () => {
  const clause = 'draining.default';
  it('passes where the default is kept, closing or leaving', () => {
    expect(passes(byDefault())).toContain(clause);
    expect(failures(byDefault())).toEqual([]);
    expect(passes(byDefault({ deadline: 'leave' }, { 'draining.deadline': 'leave' }))).toContain(
      clause,
    );
  });

  it('fails a shorter default, and a longer one, and charges nobody else', () => {
    expect(failures(byDefault({ drainMs: 0 }))).toEqual([clause]);
    expect(failures(byDefault({ drainMs: 60_000 }))).toEqual([clause]);
    expect(failures(byDefault({ drainMs: 600_000 }))).toEqual([clause]);
  });

  it('takes an end that rounding sets beside the deadline for one at the deadline', () => {
    for (const roundedMs of [1e-7, -1e-7]) {
      expect(failures(byDefault({ drainMs: drainMs + roundedMs }))).toEqual([]);
    }
  });

  it('fails an end that came for one of many', () => {
    const { header, events } = byDefault();
    const isEnd = (one: HistoryEvent) => one.event === 'connection.closed' && one.by === 'balancer';
    const first = events.findIndex(isEnd);
    const some = events.filter((one, line) => line <= first || !isEnd(one));
    expect(failures({ header, events: recounted(some) })).toEqual([clause]);
  });

  it('says nothing where a duration is given', () => {
    const given = new FakeBalancer({ drainSeconds: 300 }).rounds(4).openFresh(6).remove('b').end();
    expect(verdictOn(given, clause).is).toBe('inconclusive');
  });
});

function early(wrong: Wrong = {}, reading: string | null = 'at-once') {
  const traits: Traits = reading === null ? {} : { 'draining.earlyFinish': reading };
  const balancer = new FakeBalancer({ drainSeconds: 3600, traits }, wrong)
    .rounds(4)
    .openFresh(6, { hold: true })
    .remove('b')
    .pass(2.5 * intervalMs);
  for (const connection of balancer.held('b')) balancer.close(connection);
  return balancer.pass(4.5 * intervalMs).end();
}

describe('draining.early-finish', () => {
  const clause = 'draining.early-finish';
  it('passes either reading where it is declared', () => {
    expect(passes(early())).toContain(clause);
    expect(passes(early({ finishesAtDeadline: true }, 'at-deadline'))).toContain(clause);
    expect(failures(early())).toEqual([]);
  });

  it('fails either where the other is declared', () => {
    expect(failures(early({ finishesAtDeadline: true }))).toEqual([clause]);
    expect(failures(early({}, 'at-deadline'))).toEqual([clause]);
  });

  /** Removed with nothing held, or with a connection whose end the balancer may not have heard of. */
  function idle(wrong: Wrong = {}, reading = 'at-once', held = 0, intervals = 6) {
    const balancer = new FakeBalancer(
      { drainSeconds: 3600, traits: { 'draining.earlyFinish': reading } },
      wrong,
    )
      .rounds(4)
      .openFresh(6)
      .openFresh(held, { hold: true })
      .remove('b');
    return balancer.pass(intervals * intervalMs).end();
  }

  it('fails a drain that goes on although nothing was held, and says nothing of one that has to', () => {
    expect(failures(idle({ finishesAtDeadline: true }))).toEqual([clause]);
    expect(failures(idle())).toEqual([]);
    expect(verdictOn(idle(), clause).is).toBe('inconclusive');
    expect(failures(idle({}, 'at-deadline'))).toEqual([]);
    expect(failures(idle({ finishesAtDeadline: true }, 'at-deadline'))).toEqual([]);
  });

  it('says nothing of a drain without connections as long as checks may be late or ends unheard of', () => {
    const going: Wrong = { finishesAtDeadline: true };
    for (const history of [
      idle(going, 'at-once', 3),
      idle(going, 'at-once', 0, 1.5),
      idle({ ...going, hidesCloses: true }),
    ]) {
      expect(verdictOn(history, clause).is).toBe('inconclusive');
    }
  });

  it('takes checks that had ended before the last connection did for no sign of either reading', () => {
    const history = early({ finishesAtDeadline: true }, 'at-deadline');
    const removed = history.events.findIndex(({ event }) => event === 'instance.removed');
    const own = history.events.flatMap((event, line) =>
      event.event === 'check.started' && event.instance === 'b' && line > removed
        ? [event.check]
        : [],
    );
    const later = new Set(own.slice(1));
    const events = history.events.filter((event) => !('check' in event && later.has(event.check)));
    expect(own.length).toBeGreaterThan(4);
    expect(verdictOn({ ...history, events: recounted(events) }, clause).isObservation).toBe(true);
  });

  it('says nothing where connections came after the removal, as long as that may be on its way', () => {
    const traits = { 'draining.earlyFinish': 'at-once', 'change.propagationMs': 5000 };
    const balancer = new FakeBalancer({ drainSeconds: 300, traits }, { keepsRemoved: true })
      .rounds(4)
      .openFresh(3, { hold: true });
    const before = balancer.held('b');
    balancer.remove('b').openFresh(3, { hold: true }).rounds(2);
    for (const connection of before) balancer.close(connection);
    expect(verdictOn(balancer.rounds(8).end(), clause).is).toBe('inconclusive');
  });

  it('only says what it saw where nothing is declared or nothing shows', () => {
    expect(verdictOn(early({}, null), clause)).toMatchObject({
      isObservation: true,
      why: 'undeclared; observed: checks went on after the last connection in 0 of 1 drain',
    });
    const unseen = verdictOn(early({ checksNobodyDraining: true }), clause);
    expect(unseen).toMatchObject({ isObservation: true, why: expect.stringMatching(/^no check/) });
  });
});

function returned(wrong: Wrong = {}, reading: string | null = 'resumes', traits: Traits = closing) {
  const own: Traits = reading === null ? {} : { 'draining.return': reading };
  return new FakeBalancer({ traits: { ...traits, ...own } }, wrong)
    .rounds(4)
    .openFresh(6, { hold: true })
    .remove('b')
    .pass(0.3 * drainMs)
    .carryAll()
    .add('b')
    .openFresh(12)
    .pass(0.75 * drainMs)
    .carryAll()
    .end();
}

describe('draining.return', () => {
  const clause = 'draining.return';
  it('passes either reading where it is declared, and no other clause takes it for a drain', () => {
    expect(passes(returned())).toContain(clause);
    expect(failures(returned())).toEqual([]);
    const anew = returned({ keepsDeadlineOfReturned: true }, 'new');
    expect(passes(anew)).toContain(clause);
  });

  it('fails either where the other is declared', () => {
    expect(verdictOn(returned({ keepsDeadlineOfReturned: true }), clause).is).toBe('fail');
    expect(failures(returned({}, 'new'))).toEqual([clause]);
  });

  it('leaves an end at the very instant of another edit, or of a failed check, to other clauses', () => {
    const back = (wrong: Wrong) =>
      new FakeBalancer({ traits: { ...closing, 'draining.return': 'resumes' } }, wrong)
        .rounds(4)
        .openFresh(6, { hold: true })
        .remove('b')
        .pass(0.3 * drainMs)
        .add('b');
    const removing = back({ cutsOthers: true }).remove('c').end();
    expect(failures(removing)).toEqual(['draining.others']);
    const failing = back({ cutsAtTurns: () => true })
      .behave('a', { reply: 503 })
      .rounds(6)
      .end();
    expect(verdictOn(failing, clause).is).not.toBe('fail');
  });

  it('only says what it saw where nothing is declared, and nothing where nobody returns', () => {
    expect(verdictOn(returned({}, null), clause)).toMatchObject({
      isObservation: true,
      why: expect.stringContaining('2 outlived the drain, 0 were ended'),
    });
    const gone = new FakeBalancer().rounds(4).openFresh(6, { hold: true }).remove('b').end();
    expect(verdictOn(gone, clause).is).toBe('inconclusive');
  });
});

describe('an instance that is not checked while it drains', () => {
  const unchecked: Wrong = { checksNobodyDraining: true };
  const traits = { ...closing, 'draining.return': 'resumes' };

  it('fails nothing once it is back, though it was long not asked', () => {
    expect(failures(returned(unchecked))).toEqual([]);
    expect(verdictOn(returned(unchecked), 'health.interval').is).toBe('pass');
  });

  it('is held to its interval before it left and after it is back', () => {
    expect(failures(returned({ ...unchecked, intervalMs: 6000 }))).toEqual(['health.interval']);
  });

  it('is not late where it fails as it comes back', () => {
    const balancer = new FakeBalancer({ weights: { a: 1, b: 1 }, traits }, unchecked)
      .rounds(4)
      .openFresh(4, { hold: true })
      .remove('b')
      .pass(0.3 * drainMs)
      .add('b')
      .behave('b', { reply: 503 });
    balancer.of('b').nextCheckMs += 0.9 * intervalMs;
    const history = balancer
      .pass(1.7 * intervalMs)
      .openFresh(8)
      .end();
    expect(failures(history)).toEqual([]);
  });

  it('is not kept in rotation by refusals that nobody could see', () => {
    const tcp = { weights: { a: 1, b: 1 }, method: 'tcp', traits } as const;
    const balancer = new FakeBalancer(tcp, unchecked)
      .rounds(4)
      .openFresh(4, { hold: true })
      .remove('b')
      .behave('b', { reply: 'refused' })
      .pass(0.3 * drainMs)
      .add('b', { reply: 'refused' })
      .openFresh(8);
    expect(failures(balancer.end())).toEqual([]);
  });
});

describe('a drain that begins when its removal is in effect', () => {
  const propagationMs = 3000;
  const slow: Asked['traits'] = { ...closing, 'change.propagationMs': propagationMs };
  const slower: Wrong = { drainMs: drainMs + 0.9 * propagationMs };
  const longest: Wrong = { drainMs: drainMs + 2 * propagationMs };

  /** Looked at so long after the last end that is allowed. */
  function drained(wrong: Wrong, asked: Asked, sinceMs: number, doReturn = false) {
    const balancer = new FakeBalancer(asked, wrong)
      .rounds(4)
      .openFresh(6, { hold: true })
      .pass(propagationMs)
      .remove('b')
      .pass(0.97 * (asked.drainSeconds === 0 ? 0 : drainMs))
      .carryAll();
    if (doReturn) balancer.add('b');
    return balancer
      .pass(0.03 * (asked.drainSeconds === 0 ? 0 : drainMs) + propagationMs + sinceMs)
      .carryAll()
      .end();
  }

  const cases: readonly (readonly [string, Asked, boolean])[] = [
    ['draining.deadline', { drainSeconds: 300, traits: slow }, false],
    ['draining.default', { drainSeconds: 'unsaid', traits: slow }, false],
    ['draining.return', { traits: { ...slow, 'draining.return': 'new' } }, true],
  ];

  it.each(cases)('may end so much later by %s, and no later', (clause, asked, doReturn) => {
    const wrong = { keepsDeadlineOfReturned: doReturn };
    expect(failures(drained({ ...slower, ...wrong }, asked, -600, doReturn))).toEqual([]);
    expect(passes(drained({ ...slower, ...wrong }, asked, 1, doReturn))).toContain(clause);
    expect(failures(drained({ ...longest, ...wrong }, asked, 1, doReturn))).toEqual([clause]);
  });

  it('may cut so much later where there is none', () => {
    const zero: Asked = { drainSeconds: 0, traits: { ...slow, 'draining.zero': 'cut' } };
    expect(failures(drained({ drainMs: 0.9 * propagationMs }, zero, -600))).toEqual([]);
    expect(failures(drained({ drainMs: 2 * propagationMs }, zero, 1))).toEqual(['draining.zero']);
  });

  it('says nothing of a return that may have come too late', () => {
    const asked = { traits: { ...slow, 'draining.return': 'resumes' } };
    const returnedLate = (untilEndMs: number) =>
      new FakeBalancer(asked, { keepsDeadlineOfReturned: true })
        .rounds(4)
        .openFresh(6, { hold: true })
        .pass(propagationMs)
        .remove('b')
        .pass(drainMs - untilEndMs)
        .add('b')
        .openFresh(12)
        .pass(2 * propagationMs)
        .end();
    expect(failures(returnedLate(0.5 * propagationMs))).toEqual([]);
    expect(failures(returnedLate(2 * propagationMs))).toEqual(['draining.return']);
  });
});
