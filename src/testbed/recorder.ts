/**
 * Collects what one trial saw into a history, in the order in which it became known, and stops at the trial's limits.
 * Knows no plane: times come from the caller, in the clock of the history.
 */
import type { Description } from '../adapters/contract.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import {
  type History,
  type HistoryEvent,
  historyVersion,
  type TimeKind,
  type When,
} from '../history/vocabulary.ts';
import { checksInstances } from '../spec/behaviour.ts';
import type { TrialRequest } from './trial.ts';

/** Who recorded; histories of another testbed can say so here. */
const suite = 'counterpoise';

/** An event of which its recorder knows the time. */
export type Timeless<Event = HistoryEvent> = Event extends unknown
  ? Omit<Event, keyof When>
  : never;

export type Why = 'complete' | 'budget' | 'interrupted' | 'error';

export class Recorder {
  readonly #request: TrialRequest;
  readonly #description: Description;
  readonly #connectable: string;
  readonly #events: HistoryEvent[] = [];
  #history: History | null = null;

  constructor(request: TrialRequest, description: Description, connectable: string) {
    this.#request = request;
    this.#description = description;
    this.#connectable = connectable;
  }

  get isFull(): boolean {
    return this.#events.length >= this.#request.eventsMax;
  }

  /** Dropped once the history has ended or is full: what comes late was not witnessed. */
  record(event: HistoryEvent): void {
    if (this.#history === null && !this.isFull) this.#events.push(event);
  }

  /** Closes the history. A second call returns what the first one closed. */
  end(why: Why, atMs: number): History {
    if (this.#history !== null) return this.#history;
    // an event known late (the balancer took a reply) was pushed late, but two processes' news may have crossed
    const events = this.#events.toSorted((a, b) => a.toMs - b.toMs);
    const toMs = Math.max(atMs, events.at(-1)?.toMs ?? 0);
    events.push({
      event: 'history.ended',
      fromMs: toMs,
      toMs,
      events: events.length,
      why: this.isFull ? 'budget' : why,
    });
    const { name, version, traits } = this.#description;
    const { time, configuration, profile, instances, seed, timeline } = this.#request;
    const implementation = { connectable: this.#connectable, name, version };
    this.#history = {
      header: {
        event: 'history.began',
        history: historyVersion,
        suite,
        implementation,
        time,
        configuration,
        profile,
        traits,
        ...checksIn(this.#description, time),
        instances,
        seed,
        timeline,
      },
      events,
    };
    return this.#history;
  }
}

/** In stepped time every check is told of, and nobody need say so. */
function checksIn({ plane, capabilities }: Description, time: TimeKind) {
  if (!checksInstances(capabilities)) return { checks: 'none' } as const;
  return plane === 'call' && time !== 'stepped' ? ({ checks: 'told' } as const) : {};
}

/** Thrown by whatever is asked of a trial that has ended itself; `end` still returns its history. */
export function budgetSpent(request: TrialRequest): OperatorError {
  return new OperatorError(
    `trial ${request.name}: ended after its budget of ${request.budgetMs} ms or ${request.eventsMax} events`,
    { code: 'TRIAL_BUDGET', exitCode: exitCodes.unavailable },
  );
}
