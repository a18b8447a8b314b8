/** Events whose times touch: lines order them in stepped time, and nothing does in real time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, HistoryEvent, TimeKind } from '../history/vocabulary.ts';
import { FakeBalancer, intervalMs } from './balancer.fixture.ts';
import { judgeHistory } from './judge-history.ts';
import { isBefore } from './order.ts';

const drainMs = 60_000;

function inTime(history: History, time: TimeKind): History {
  return { ...history, header: { ...history.header, time } };
}

/** Whose order is no matter of lines: one connection, one check; and what one driver asked for. */
function chainOf(event: HistoryEvent): string {
  if ('connection' in event) return `connection ${event.connection}`;
  return 'check' in event ? `check ${event.check}` : 'asked';
}

/** The same events, those of one moment in another order. */
function shuffled({ header, events }: History, draw: () => number): History {
  const [ended, body] = [events.slice(-1), events.slice(0, -1)];
  const mixed: HistoryEvent[] = [];
  for (let from = 0, until = 0; from < body.length; from = until) {
    while (body[until]?.toMs === body[from]?.toMs) until++;
    const moment = body.slice(from, until);
    const left = [...new Set(moment.map(chainOf))].map((chain) =>
      moment.filter((event) => chainOf(event) === chain),
    );
    while (left.length > 0) {
      const index = Math.floor(draw() * left.length);
      const next = left[index]?.shift();
      if (next !== undefined) mixed.push(next);
      if (left[index]?.length === 0) left.splice(index, 1);
    }
  }
  return { header, events: [...mixed, ...ended] };
}

/** Each event somewhere within an interval around its moment, and lines by when it was known. */
function blurred({ header, events }: History, mostMs: number, draw: () => number): History {
  const knownMs = new Map<string, number>();
  const [ended, body] = [events.slice(-1), events.slice(0, -1)];
  const wide = body.map((event): HistoryEvent => {
    const chain = chainOf(event);
    const fromMs = Math.max(0, event.fromMs - Math.round(draw() * mostMs));
    const lateMs = event.event === 'connection.opened' ? 0 : Math.round(draw() * mostMs);
    const toMs = Math.max(event.toMs + lateMs, knownMs.get(chain) ?? 0);
    knownMs.set(chain, toMs);
    return { ...event, fromMs, toMs };
  });
  const lines = wide.toSorted((a, b) => a.toMs - b.toMs);
  const endMs = lines.at(-1)?.toMs ?? 0;
  return {
    header,
    events: [...lines, ...ended.map((event) => ({ ...event, toMs: Math.max(event.toMs, endMs) }))],
  };
}

/** Later by so much with every line, as on a machine that does one thing after the other. */
function spread({ header, events }: History, stepMs: number): History {
  return {
    header,
    events: events.map((event, line) => {
      const byMs = line * stepMs;
      return { ...event, fromMs: event.fromMs + byMs, toMs: event.toMs + byMs };
    }),
  };
}

/** Numbers below 1 that look drawn. */
function drawerOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function failing(history: History): readonly string[] {
  return judgeHistory(history).flatMap(({ clause, verdict }) =>
    verdict.is === 'fail' ? [`${clause}: ${verdict.why}`] : [],
  );
}

function deciding(history: History): readonly string[] {
  return judgeHistory(history).flatMap(({ clause, verdict }) =>
    verdict.is === 'inconclusive' ? [] : [`${clause} ${verdict.is}`],
  );
}

const traits = { 'draining.deadline': 'close', 'draining.zero': 'cut', 'wlc.tie': 'any' };

function edited(asked: ConstructorParameters<typeof FakeBalancer>[0]): History {
  const balancer = new FakeBalancer({ traits, drainSeconds: 60, ...asked })
    .rounds(4)
    .openFresh(12, { hold: true })
    .remove('b')
    .openFresh(12, { hold: true })
    .carryAll()
    .pass(2 * drainMs)
    .openFresh(9)
    .add('b')
    .rounds(4)
    .closeSome('a', 3)
    .openFresh(12)
    .reweigh('c', 2)
    .openFresh(12);
  return balancer.reconfigure({ unhealthyThreshold: 3 }).openFresh(12).rounds(2).end();
}

function turning(): History {
  return new FakeBalancer({ traits, unhealthyThreshold: 3 })
    .rounds(4)
    .openFresh(12)
    .behave('b', { reply: 503 }, [{ reply: 200 }, { reply: 503 }, { reply: 503 }])
    .pass(intervalMs)
    .openFresh(9)
    .rounds(1)
    .openFresh(9)
    .rounds(1)
    .openFresh(9)
    .rounds(6)
    .openFresh(12)
    .behave('b', {})
    .rounds(1)
    .openFresh(9)
    .rounds(6)
    .openAtOnce(240)
    .end();
}

function returning(): History {
  const balancer = new FakeBalancer({ traits, persistence: true }).rounds(4);
  for (let client = 1; client < 9; client++) balancer.open(`192.0.2.${client}`);
  balancer.remove('c');
  for (let client = 1; client < 9; client++) balancer.open(`192.0.2.${client}`);
  return balancer.pass(intervalMs).end();
}

const right: readonly History[] = [
  edited({}),
  edited({ scheduling: 'weighted-least-connections' }),
  edited({ scheduling: 'source-ip' }),
  turning(),
  returning(),
];

describe('two events', () => {
  const end = { toMs: 10, line: 3 };

  it('are in the order of their times wherever those differ', () => {
    for (const time of ['stepped', 'scaled', 'real'] as const) {
      expect(isBefore(end, { fromMs: 10.001, line: 4 }, time)).toBe(true);
      expect(isBefore(end, { fromMs: 9.999, line: 4 }, time)).toBe(false);
    }
  });

  it('are in the order of their lines at one moment of stepped time, and else in none', () => {
    expect(isBefore(end, { fromMs: 10, line: 4 }, 'stepped')).toBe(true);
    expect(isBefore(end, { fromMs: 10, line: 2 }, 'stepped')).toBe(false);
    expect(isBefore({ toMs: 10, line: null }, { fromMs: 10, line: 4 }, 'stepped')).toBe(false);
    expect(isBefore(end, { fromMs: 10, line: 4 }, 'scaled')).toBe(false);
    expect(isBefore(end, { fromMs: 10, line: 4 }, 'real')).toBe(false);
  });
});

describe('a connection opened at the moment at which a removal was answered', () => {
  const wrong = new FakeBalancer({}, { keepsRemoved: true })
    .rounds(4)
    .remove('b')
    .openFresh(12)
    .pass(intervalMs)
    .end();
  const clauses = ['change.effective', 'draining.no-new', 'schedule.eligible'];
  const failed = (history: History) =>
    judgeHistory(history).flatMap(({ clause, verdict }) => (verdict.is === 'fail' ? clause : []));

  it('was opened after it in stepped time', () => {
    expect(failed(wrong)).toEqual(expect.arrayContaining(clauses));
  });

  it('may have been opened before it in real time', () => {
    expect(failed(inTime(wrong, 'real'))).toEqual([]);
    expect(failed(inTime(wrong, 'scaled'))).toEqual([]);
  });

  it('was opened after it in real time as soon as its time says so', () => {
    expect(failed(spread(inTime(wrong, 'real'), 0.0001))).toEqual(expect.arrayContaining(clauses));
  });
});

describe('a right history in real time', () => {
  const drawn = fc.tuple(
    fc.nat(right.length - 1),
    fc.constantFrom(0, 0.4, 1),
    fc.integer({ min: 1, max: 0x7fffffff }),
  );
  const timed = (index: number, stepMs: number) =>
    spread(inTime(right[index] as History, 'real'), stepMs);

  it('fails nothing however the lines of one moment are ordered', () => {
    const property = fc.property(drawn, ([index, stepMs, seed]) => {
      expect(failing(shuffled(timed(index, stepMs), drawerOf(seed)))).toEqual([]);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('fails nothing where what happened at once is known only to within intervals', () => {
    const widthsMs = fc.constantFrom(1, 3, 20, 200);
    const property = fc.property(drawn, widthsMs, ([index, stepMs, seed], mostMs) => {
      const draw = drawerOf(seed);
      const history = blurred(timed(index, stepMs), mostMs, draw);
      expect(failing(shuffled(history, draw))).toEqual([]);
    });
    fc.assert(property, { numRuns: 120 });
  });

  it('decides as much as ever where its events follow one another', () => {
    const counts = right.map((history) => deciding(spread(inTime(history, 'real'), 0.0001)).length);
    expect(counts).toEqual(
      right.map((history) => deciding(spread(inTime(history, 'real'), 0.01)).length),
    );
    expect(Math.min(...counts)).toBeGreaterThan(4);
  });
});
