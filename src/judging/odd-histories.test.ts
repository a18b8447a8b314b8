/** Odd histories: judges never throw and never decide; and what only changes the clock or its sharpness never makes a failure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import { FakeBalancer, intervalMs, type Wrong } from './balancer.fixture.ts';
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
      expect(decisions(withEvents(right, odd))).toEqual([]);
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
        const present = lines.filter((one) => one !== undefined);
        expect(judgeHistory(withEvents(right, present)).length).toBeGreaterThan(20);
      }),
      { seed: 7, numRuns: 150 },
    );
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
