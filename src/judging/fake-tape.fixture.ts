/** For tests: the history that the clients and instances of a fake balancer record. */
import type {
  History,
  HistoryEvent,
  HistoryHeader,
  InstanceListed,
} from '../history/vocabulary.ts';
import type { Trait } from '../spec/behaviour.ts';
import { type Asked, documentOf } from './asked-service.fixture.ts';
import type { FakeClock } from './fake-clock.fixture.ts';

export class FakeTape {
  readonly events: HistoryEvent[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  say(event: object): void {
    const { nowMs } = this.#clock;
    this.events.push({ fromMs: nowMs, toMs: nowMs, ...event } as HistoryEvent);
  }

  end(header: HistoryHeader): History {
    this.say({ event: 'history.ended', events: this.events.length, why: 'complete' });
    return { header, events: this.events };
  }
}

/** After lines were taken out or put in: the end counts whatever stands before it. */
export function recounted(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  return events.map((one, index) =>
    one.event === 'history.ended' ? { ...one, events: index } : one,
  );
}

/** `first`: what was asked for before anything changed; `last`: what holds at the end. */
export function headerOf(first: Asked, last: Asked, listed: readonly string[]): HistoryHeader {
  const { traits = {}, weights = { a: 1, b: 1, c: 1 }, ports = {}, profile } = last;
  return {
    event: 'history.began',
    history: 1,
    suite: 'test',
    implementation: { connectable: 'fake', name: 'fake', version: '1' },
    time: 'stepped',
    configuration: documentOf(first),
    profile: profile ?? 'console',
    traits: Object.fromEntries(
      Object.entries(traits).map(([name, reading]): [string, Trait] => [
        name,
        { reading, providedBy: 'balancer' },
      ]),
    ),
    instances: listed.map(
      (name): InstanceListed => ({
        name,
        weight: weights[name] ?? 1,
        port: ports[name] ?? null,
      }),
    ),
    seed: 'test',
    timeline: null,
  };
}
