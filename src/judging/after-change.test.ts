/** What follows another configuration, as a history of its own: nothing that began before it, and all that it needs to be read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import { afterChange, type LaterHistory } from './after-change.ts';
import { type Asked, FakeBalancer, intervalMs } from './balancer.fixture.ts';
import { EventIntake } from './event-intake.ts';
import { readHistory } from './read-history.ts';

const other: Asked = { unhealthyThreshold: 4 };

function intakeOf({ header, events }: History): EventIntake {
  const intake = new EventIntake(header.instances, events);
  for (const [line, event] of events.entries()) intake.take(event, line);
  return intake;
}

/** The line of the first configuration after the one that was deployed. */
function changeLineOf({ events }: History): number {
  return events.findIndex(({ event }, line) => line > 0 && event === 'service.configured');
}

function laterOf(history: History, line = changeLineOf(history)): LaterHistory {
  const later = afterChange(history, intakeOf(history), line);
  if (later === null) throw new Error('nothing follows');
  return later;
}

/** By words, so that lines that went through a copy are told apart by what they say. */
function namesOf({ history }: LaterHistory): readonly string[] {
  return history.events.map(({ event }) => event);
}

function propagating(history: History, reading: number): History {
  const traits = { 'change.propagationMs': { reading, providedBy: 'balancer' as const } };
  return { ...history, header: { ...history.header, traits } };
}

const step = fc.oneof(
  fc.integer({ min: 1, max: 3 * intervalMs }).map((ms) => (one: FakeBalancer) => one.pass(ms)),
  fc.integer({ min: 1, max: 5 }).map((count) => (one: FakeBalancer) => {
    return one.openFresh(count, { hold: true }).carryAll();
  }),
  fc.constant((one: FakeBalancer) => one.closeSome('a', 2)),
  fc
    .constantFrom('a', 'b')
    .map((name) => (one: FakeBalancer) => one.behave(name, { afterMs: 1500 })),
  fc.constantFrom('a', 'd').map((name) => (one: FakeBalancer) => one.add(name)),
  fc.constant((one: FakeBalancer) => one.reweigh('b', 3)),
  fc.constant((one: FakeBalancer) => one.remove('c')),
);
const steps = fc.array(step, { minLength: 2, maxLength: 12 });

/** A history with a change in the middle, and how much later something may be in effect. */
const changed = fc.tuple(steps, steps, fc.constantFrom(0, 700, intervalMs)).map((drawn) => {
  const [before, after, propagationMs] = drawn;
  const balancer = new FakeBalancer({ traits: { 'change.propagationMs': propagationMs } });
  for (const one of before) one(balancer);
  balancer.reconfigure(other);
  for (const one of after) one(balancer);
  return { history: balancer.end(), propagationMs };
});

describe('what follows another configuration', () => {
  it('keeps a connection or a check whole where it began once the change was in effect, and leaves it out else', () => {
    fc.assert(
      fc.property(changed, ({ history, propagationMs }) => {
        const { events } = history;
        const changeLine = changeLineOf(history);
        const sureMs = (events[changeLine] as HistoryEvent).toMs + propagationMs;
        const isLater = (line: number) =>
          line > changeLine && (propagationMs === 0 || (events[line]?.fromMs ?? 0) > sureMs);
        const beginning = (event: HistoryEvent) =>
          events.findIndex((one) => {
            if ('connection' in event)
              return one.event === 'connection.opened' && one.connection === event.connection;
            const isStart = one.event === 'check.started';
            return 'check' in event && isStart && one.check === event.check;
          });
        const due = events.flatMap((event, line) => {
          const isPart = 'connection' in event || 'check' in event;
          return line > changeLine && (!isPart || isLater(beginning(event))) ? [line] : [];
        });
        expect(laterOf(history).lines.filter((line) => line > changeLine)).toEqual(due);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('adds up by itself, whoever drains on, and says of each line which one it was', () => {
    fc.assert(
      fc.property(changed, ({ history }) => {
        const { history: later, lines } = laterOf(history);
        expect(readHistory(history).later?.reading.defects).toEqual([]);
        expect(lines.length).toBe(later.events.length);
        later.events.forEach((event, index) => {
          const { fromMs: _, toMs: __, ...rest } = event;
          const counted =
            event.event === 'history.ended' ? { ...rest, events: lines[index] } : rest;
          expect(history.events[lines[index] as number]).toMatchObject(counted);
        });
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('begins with the change, then says how each instance behaved just before it', () => {
    const history = new FakeBalancer()
      .behave('a', { reply: 503 })
      .behave('b', { reply: 404 })
      .behave('a', { reply: 500 })
      .pass(1000)
      .reconfigure(other)
      .behave('c', { reply: 501 })
      .end();
    const { history: later, lines } = laterOf(history);
    expect(later.events.slice(0, 3)).toMatchObject([
      { event: 'service.configured', fromMs: 1000 },
      { instance: 'a', afterwards: { reply: 500 }, fromMs: 1000, toMs: 1000 },
      { instance: 'b', afterwards: { reply: 404 }, fromMs: 1000, toMs: 1000 },
    ]);
    expect(lines.slice(0, 3)).toEqual([changeLineOf(history), 3, 2]);
    expect(later.events.filter(({ event }) => event === 'instance.behaved').length).toBe(3);
  });

  it('has the members that were there at the change, by their weights then, and no rejected ones', () => {
    const history = new FakeBalancer()
      .remove('a')
      .add('d')
      .reweigh('b', 7)
      .reconfigure(other)
      .remove('c')
      .add('e')
      .end();
    const members = (of: History) => {
      const { instances } = laterOf(of).history.header;
      return instances.map(({ name, weight }) => `${name} ${weight}`).toSorted();
    };
    expect(members(history)).toEqual(['b 7', 'c 1', 'd 1']);
    const outcome = { is: 'rejected' as const, violations: [] };
    const events = history.events.map((one) =>
      'instance' in one && 'outcome' in one ? { ...one, outcome } : one,
    );
    expect(members({ ...history, events })).toEqual(['a 1', 'b 1', 'c 1']);
  });

  it('has the configuration that was asked for', () => {
    const history = new FakeBalancer().reconfigure({ ...other, persistence: true }).end();
    const { header, events } = laterOf(history).history;
    expect(header.configuration).toMatchObject({
      backendServices: [{ sessionPersistence: { enabled: true } }],
    });
    expect(events[0]).toMatchObject({ configuration: header.configuration });
  });

  it('goes as far as the next configuration that was not rejected, and to the end of the history', () => {
    const history = new FakeBalancer()
      .reconfigure(other)
      .openFresh(2)
      .reconfigure({})
      .openFresh(3)
      .end();
    const opened = (of: History) =>
      namesOf(laterOf(of)).filter((name) => name === 'connection.opened').length;
    expect(opened(history)).toBe(2);
    expect(namesOf(laterOf(history)).at(-1)).toBe('history.ended');
    const last = history.events.findLastIndex(({ event }) => event === 'service.configured');
    const events = history.events.map((one, line) =>
      line === last ? { ...one, outcome: { is: 'rejected' as const, violations: [] } } : one,
    );
    expect(opened({ ...history, events })).toBe(5);
    expect(opened(propagating({ ...history, events }, Number.NaN))).toBe(5);
  });

  it('ends when the next configuration was asked for: what happens under that one is no silence', () => {
    const history = new FakeBalancer()
      .reconfigure(other)
      .pass(700)
      .reconfigure({})
      .pass(60_000)
      .end();
    expect(laterOf(history).history.events.at(-1)).toMatchObject({ fromMs: 700, toMs: 700 });
  });

  it('is nothing where who holds connections matters and some came before the change was in effect', () => {
    const history = new FakeBalancer()
      .reconfigure(other)
      .pass(700)
      .openFresh(1, { hold: true })
      .end();
    const line = changeLineOf(history);
    const later = (propagationMs: number) => {
      const late = propagating(history, propagationMs);
      return afterChange(late, intakeOf(late), line, { isHeldKnown: true });
    };
    expect(later(700)).toBeNull();
    expect(later(600)?.history.events.length).toBeGreaterThan(2);
  });

  it('is nothing where no configuration stands', () => {
    const history = new FakeBalancer().openFresh(1).reconfigure(other).end();
    expect(afterChange(history, intakeOf(history), 1)).toBeNull();
    expect(afterChange(history, intakeOf(history), 9999)).toBeNull();
  });
});
