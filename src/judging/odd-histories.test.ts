/** Odd histories: judges never throw and never decide; and what only changes the clock or its sharpness never makes a failure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import { FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
import { recounted as recountedEvents } from './fake-tape.fixture.ts';
import { judgeHistory } from './judge-history.ts';
import { readHistory } from './read-history.ts';
import { failures } from './verdict.fixture.ts';

/** A bit of everything: checks that fail and recover, held connections, a removal. */
function busy(wrong: Wrong = {}): History {
  const balancer = new FakeBalancer({ weights: { a: 2, b: 1, c: 1 }, drainSeconds: 60 }, wrong)
    .rounds(4)
    .openFresh(24, { hold: true })
    .carryAll()
    .behave('b', { reply: 503 })
    .rounds(2)
    .openFresh(8)
    .rounds(4)
    .openFresh(12)
    .behave('b', {})
    .rounds(6)
    .openFresh(12)
    .remove('c')
    .openFresh(12)
    .pass(6 * intervalMs)
    .carryAll();
  for (const connection of balancer.held().slice(0, 5)) balancer.close(connection);
  return balancer.end();
}

const right = busy();
const wrongs: readonly Wrong[] = [
  { weights: { a: 1, b: 2, c: 1 } },
  { keepsRemoved: true },
  { isNormal: () => true },
  { unhealthyThreshold: 3 },
  { drainMs: 10_000 },
];

function withEvents(history: History, events: readonly unknown[]): History {
  return { ...history, events: events as readonly HistoryEvent[] };
}

function recounted(events: readonly unknown[]): readonly HistoryEvent[] {
  return recountedEvents(events as readonly HistoryEvent[]);
}

function decisions(history: History): readonly string[] {
  return judgeHistory(history)
    .filter(({ verdict }) => verdict.is !== 'inconclusive')
    .map(({ clause }) => clause);
}

describe('an instance that is checked before its registration is answered', () => {
  const at = { fromMs: 1000, toMs: 1000 };
  const added = { event: 'instance.registered', instance: 'new', weight: 1, port: null } as const;
  const check = { event: 'check.started', check: 9999, instance: 'new', method: 'http' } as const;
  const withNew = (registeredMs: { fromMs: number; toMs: number }) =>
    readHistory(
      withEvents(right, [
        ...right.events.slice(0, 1),
        { ...at, ...check, port: 8080, path: '/' },
        { ...registeredMs, ...added, outcome: { is: 'accepted' } },
      ]),
    ).defects.filter((defect) => defect.includes('unknown'));

  it('is known from when it was asked for', () => {
    expect(withNew({ fromMs: 900, toMs: 1100 })).toEqual([]);
    expect(withNew({ fromMs: 1050, toMs: 1100 })).toEqual([
      "event 1: the instance 'new' is unknown",
    ]);
  });
});

describe('histories that do not add up', () => {
  const { events } = right;
  const cases: Readonly<Record<string, readonly unknown[]>> = {
    'is empty': [],
    'was cut off': events.slice(0, -10),
    'was interrupted': [...events.slice(0, -1), { ...events.at(-1), why: 'interrupted' }],
    'runs backwards': [
      ...events.slice(0, 40),
      { ...events[40], fromMs: 0, toMs: 0 },
      ...events.slice(41),
    ],
    'knows no time': [
      ...events.slice(0, 40),
      { ...events[40], fromMs: Number.NaN },
      ...events.slice(41),
    ],
    'ends before it begins': events.map((one) => ({ ...one, fromMs: one.toMs + 1 })),
    'opens a connection twice': [
      ...events.slice(0, 70),
      ...events
        .filter(({ event }) => event === 'connection.opened')
        .slice(0, 1)
        .map((one) => ({ ...one, fromMs: events[69]?.toMs, toMs: events[69]?.toMs })),
      ...events.slice(70),
    ],
    'names an unknown instance': events.map((one) =>
      'instance' in one && one.event === 'connection.placed' ? { ...one, instance: 'ghost' } : one,
    ),
    'has an unknown event': [{ fromMs: 0, toMs: 0, event: 'cosmic.ray' }, ...events],
    'was never configured': events.slice(1),
    'goes on after its end': [...events, events[0]],
    'met a stray': [
      events[0],
      { fromMs: 0, toMs: 0, event: 'connection.strayed', connection: 0, from: 'other' },
      ...events.slice(1),
    ],
    'was rejected': [
      { ...events[0], outcome: { is: 'rejected', violations: [] } },
      ...events.slice(1),
    ],
    'has an impossible configuration': [
      {
        ...events[0],
        configuration: { backendServices: [{ healthCheck: { unhealthyThreshold: 1e9 } }] },
      },
      ...events.slice(1),
    ],
  };

  it('decides something on the history that they were made of', () => {
    expect(readHistory(right).defects).toEqual([]);
    expect(decisions(right).length).toBeGreaterThan(8);
    expect(failures(right)).toEqual([]);
  });

  for (const [name, odd] of Object.entries(cases)) {
    it(`decides nothing where the history ${name}`, () => {
      expect(decisions(withEvents(right, recounted(odd)))).toEqual([]);
    });
  }

  it('never throws, whatever lines are missing, doubled or exchanged', () => {
    const index = fc.nat({ max: events.length - 1 });
    const edit = fc.record({
      at: index,
      from: index,
      how: fc.constantFrom('drop', 'double', 'swap'),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const lines: (HistoryEvent | undefined)[] = [...events];
        for (const { at, from, how } of edits) {
          if (how === 'drop') lines.splice(at, 1);
          else if (how === 'double') lines.splice(at, 0, lines[from]);
          else [lines[at], lines[from]] = [lines[from], lines[at]];
        }
        const present = recounted(lines.filter((one) => one !== undefined));
        expect(judgeHistory(withEvents(right, present)).length).toBeGreaterThan(20);
      }),
      { seed: 7, numRuns: 150 },
    );
  });
});

describe('lines that contradict each other', () => {
  const at = (fromMs: number, toMs = fromMs) => ({ fromMs, toMs });
  const connection = 7;
  const opened = { event: 'connection.opened', connection, source: '192.0.2.1', port: 0 };
  const placed = { event: 'connection.placed', connection, instance: 'a', port: 8080 };
  const refused = { event: 'connection.refused', connection, how: 'reset' };
  const closed = { event: 'connection.closed', connection, by: 'client', how: 'closed' };
  const carried = { event: 'connection.carried', connection, bytesSent: 1, bytesUp: 1 };
  const started = { event: 'check.started', check: 3, instance: 'a', method: 'tcp', port: 1 };
  const replied = { event: 'check.replied', check: 3, reply: 'accepted' };
  const abandoned = { event: 'check.abandoned', check: 3 };
  const strayed = { event: 'connection.strayed', connection, from: 'elsewhere' };
  const told = (...lines: readonly object[]) => {
    const ended = { ...at(1000), event: 'history.ended', why: 'complete' };
    return readHistory(withEvents(right, recounted([right.events[0], ...lines, ended])));
  };

  it.each([
    ['is placed twice', [opened, placed, placed]],
    ['is placed after it was refused', [opened, refused, placed]],
    ['is refused after it was placed', [opened, placed, refused]],
    ['is refused twice', [opened, refused, refused]],
    ['is closed twice', [opened, placed, closed, closed]],
    ['is closed twice', [opened, closed, closed]],
    ['is placed after it was closed', [opened, closed, placed]],
    ['carries after it was closed', [opened, placed, closed, carried]],
    ['is replied to twice', [started, replied, replied]],
    ['is abandoned twice', [started, abandoned, abandoned]],
    ['of another deployment strayed in, from elsewhere', [strayed]],
  ])('are a defect with its place where something %s', (what, lines) => {
    const timed = lines.map((line, index) => ({ ...line, ...at(10 * (index + 1)) }));
    const subject = 'check' in (lines[0] as object) ? 'check 3' : 'connection 7';
    expect(told(...timed).defects).toEqual([`event ${lines.length}: ${subject} ${what}`]);
  });

  it('are none where they may have come in another order than they became known in', () => {
    const early = [
      { ...opened, ...at(10) },
      { ...closed, ...at(11, 20) },
      { ...placed, ...at(10, 21) },
      { ...carried, ...at(15, 22) },
    ];
    const { defects, connections } = told(...early);
    expect(defects).toEqual([]);
    expect(connections[0]).toMatchObject({ placed: { instance: 'a' }, closed: { line: 2 } });
    const replying = [started, abandoned, replied].map((line, index) => ({
      ...line,
      ...at(index),
    }));
    expect(told(...replying).defects).toEqual([]);
  });

  it('are a defect where an instance is listed twice, or the end counts other lines than there are', () => {
    const [first] = right.header.instances;
    const instances = [...right.header.instances, first] as typeof right.header.instances;
    const doubled = { ...right, header: { ...right.header, instances } };
    expect(readHistory(doubled).defects).toEqual(["header: the instance 'a' is listed twice"]);
    const { length } = right.events;
    const missing = readHistory(withEvents(right, right.events.toSpliced(50, 1))).defects;
    expect(missing).toContain(
      `event ${length - 2}: the end counts ${length - 1} events, ${length - 2} stand before it`,
    );
  });

  it('spoil what comes before and after another configuration alike', () => {
    const again = { ...right.events[0], ...at(500) } as Extract<
      HistoryEvent,
      { event: 'service.configured' }
    >;
    const configuration = JSON.parse(JSON.stringify(again.configuration).replace('8080', '8081'));
    const reading = told({ ...again, configuration }, { ...strayed, ...at(600) });
    expect(reading.later).not.toBeNull();
    expect(reading.defects).toHaveLength(1);
  });
});

describe('the clock', () => {
  const verdicts = (history: History) =>
    judgeHistory(history).map(({ clause, verdict, attributedTo }) => [
      clause,
      verdict.is,
      attributedTo,
    ]);

  it('may begin anywhere', () => {
    for (const wrong of [{}, ...wrongs]) {
      const history = busy(wrong);
      const shifted = history.events.map((one) => ({
        ...one,
        fromMs: one.fromMs + 12_345,
        toMs: one.toMs + 12_345,
      }));
      expect(verdicts(withEvents(history, shifted))).toEqual(verdicts(history));
    }
  });

  it('may run at any speed, with the durations', () => {
    for (const wrong of [{}, ...wrongs]) {
      const history = busy(wrong);
      for (const factor of [0.25, 8]) {
        const scaled = history.events.map((one) => ({
          ...one,
          fromMs: one.fromMs * factor,
          toMs: one.toMs * factor,
          ...(one.event === 'service.configured' && one.effective !== null
            ? {
                effective: Object.fromEntries(
                  Object.entries(one.effective).map(([name, ms]) => [name, ms * factor]),
                ),
              }
            : {}),
        }));
        expect(verdicts(withEvents(history, scaled))).toEqual(verdicts(history));
      }
    }
  });

  it('never makes a failure by being less sharp', () => {
    const ms = fc.double({ min: 0, max: 3000, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(busy(), ...wrongs.map(busy)),
        ms,
        ms,
        (history, earlierMs, laterMs) => {
          const blurred = history.events.map((one) => ({
            ...one,
            fromMs: Math.max(0, one.fromMs - earlierMs),
            toMs: one.toMs + laterMs,
          }));
          const before = new Set(
            judgeHistory(history)
              .filter(({ verdict }) => verdict.is === 'fail')
              .map(({ clause }) => clause),
          );
          for (const { clause, verdict } of judgeHistory(withEvents(history, blurred))) {
            if (verdict.is === 'fail') expect(before).toContain(clause);
          }
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });
});
