/**
 * The scripted life of one instance's checks: which reply comes next, how many have ended, and those that nobody sees.
 * A refused connection never reaches an application, so refused checks are extrapolated from the last seen one at the
 * configured interval; if the next seen check shows that the count is off, the trial is void. Knows no socket.
 */
import type { CheckReplyScript, HistoryEvent } from '../history/vocabulary.ts';
import { monotonicMs } from './monotonic.ts';
import type { Behaviour } from './trial.ts';

export type CheckSeen = Pick<
  Extract<HistoryEvent, { event: 'check.started' }>,
  'method' | 'port' | 'path'
>;

export interface CheckScriptOwner {
  readonly instance: string;
  nextCheck(): number;
  record(event: HistoryEvent): void;
  intervalMs(): number | null;
  /** The next reply may have become `refused`, or no longer be. */
  refusalChanged(): void;
}

export class CheckScript {
  readonly #owner: CheckScriptOwner;
  #replies: CheckReplyScript[] = [];
  #afterwards: CheckReplyScript = { reply: 'silence', afterMs: 0 };
  #port = 0;
  #isChecked = false;
  #inFlight = 0;
  /** When the last check ended, seen or extrapolated. */
  #endedMs: number | null = null;
  #hasUnseen = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(owner: CheckScriptOwner) {
    this.#owner = owner;
  }

  behave(behaviour: Behaviour): void {
    this.#replies = [...behaviour.checks];
    this.#afterwards = behaviour.afterwards;
    this.#turn();
  }

  /** The balancer checks this instance on `port` from now on. */
  begin(port: number): void {
    this.#port = port;
    if (this.#isChecked) return;
    this.#isChecked = true;
    const intervalMs = this.#owner.intervalMs();
    // the first check comes at any moment of the first interval: its middle
    this.#endedMs = intervalMs === null ? null : monotonicMs() - intervalMs / 2;
    this.#turn();
  }

  stop(): void {
    this.#isChecked = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  get isRefusing(): boolean {
    return this.#next().reply === 'refused';
  }

  /** A check was seen at `startedMs` (accepted); returns its number and what it gets. */
  started(
    seen: CheckSeen,
    startedMs: number,
    lagMs: number,
  ): { check: number; script: CheckReplyScript } {
    const { instance } = this.#owner;
    const check = this.#owner.nextCheck();
    this.#compare(startedMs);
    const when = { fromMs: startedMs - lagMs, toMs: startedMs };
    this.#owner.record({ ...when, event: 'check.started', check, instance, ...seen });
    this.#inFlight++;
    const script = this.#take();
    this.#turn();
    return { check, script };
  }

  ended(): void {
    this.#inFlight--;
    this.#endedMs = monotonicMs();
    this.#turn();
  }

  #next(): CheckReplyScript {
    return this.#replies[0] ?? this.#afterwards;
  }

  #take(): CheckReplyScript {
    return this.#replies.shift() ?? this.#afterwards;
  }

  /** Keeps the port and the clock of unseen checks in step with what comes next. */
  #turn(): void {
    this.#owner.refusalChanged();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const intervalMs = this.#owner.intervalMs();
    if (!this.isRefusing || !this.#isChecked || this.#inFlight > 0) return;
    if (intervalMs === null || this.#endedMs === null) return;
    // asked for in the middle of an interval long after the last check: the balancer has none due in the past
    const expectedMs = Math.max(this.#endedMs + intervalMs, monotonicMs() - intervalMs / 2);
    const settledMs = expectedMs + intervalMs / 2;
    this.#timer = setTimeout(
      () => this.#refused(expectedMs, intervalMs),
      settledMs - monotonicMs(),
    );
  }

  #refused(expectedMs: number, intervalMs: number): void {
    const { instance } = this.#owner;
    const check = this.#owner.nextCheck();
    const when = { fromMs: expectedMs - intervalMs / 2, toMs: expectedMs + intervalMs / 2 };
    const seen = { method: 'tcp', port: this.#port, path: null } as const;
    this.#owner.record({ ...when, event: 'check.started', check, instance, ...seen });
    this.#owner.record({ ...when, event: 'check.replied', check, reply: 'refused' });
    this.#take();
    this.#endedMs = expectedMs;
    this.#hasUnseen = true;
    this.#turn();
  }

  /** After unseen checks, the first seen one says whether they were counted right. */
  #compare(startedMs: number): void {
    const intervalMs = this.#owner.intervalMs();
    if (!this.#hasUnseen || intervalMs === null || this.#endedMs === null) return;
    this.#hasUnseen = false;
    const offMs = Math.abs(startedMs - this.#endedMs - intervalMs);
    if (offMs <= intervalMs / 2) return;
    this.#owner.record({
      fromMs: startedMs - offMs,
      toMs: startedMs,
      event: 'harness.lagged',
      lagMs: offMs,
      limitMs: intervalMs / 2,
    });
  }
}
