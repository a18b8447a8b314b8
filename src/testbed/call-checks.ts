/**
 * Scripted answers to the probes of an adapter on the call plane, and when each of those checks ends. Keeps model
 * time only as far as it is told. Knows no adapter.
 */
import type { Answer, Probe } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import type { CheckReplyScript, HistoryEvent, Reply } from '../history/vocabulary.ts';
import type { Behaviour } from './trial.ts';

interface Ending {
  readonly atMs: number;
  readonly instance: string;
  readonly event: Extract<HistoryEvent, { event: 'check.replied' | 'check.abandoned' }>;
}

interface Script {
  replies: CheckReplyScript[];
  behaviour: Behaviour;
}

export class CallChecks {
  readonly #record: (event: HistoryEvent) => void;
  readonly #scripts = new Map<string, Script>();
  readonly #ended = new Map<string, number>();
  /** Checks under way, soonest end first. */
  readonly #endings: Ending[] = [];
  #checks = 0;
  /** How long a right balancer listens; infinite where nobody knows. */
  timeoutMs = Number.POSITIVE_INFINITY;

  constructor(record: (event: HistoryEvent) => void) {
    this.#record = record;
  }

  behave(instance: string, behaviour: Behaviour): void {
    this.#scripts.set(instance, { replies: [...behaviour.checks], behaviour });
  }

  isKnown(instance: string): boolean {
    return this.#scripts.has(instance);
  }

  isRefusingTraffic(instance: string): boolean {
    return this.#scripts.get(instance)?.behaviour.traffic === 'refused';
  }

  endedOf(instance: string): number {
    return this.#ended.get(instance) ?? 0;
  }

  /** When the next check under way ends; Infinity: none is. */
  get nextEndMs(): number {
    return this.#endings[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  answer(probe: Probe, atMs: number): Answer {
    const script = this.#scripts.get(probe.instance);
    invariant(script !== undefined, `instance ${probe.instance} has a behaviour`);
    const next = script.replies.shift() ?? script.behaviour.afterwards;
    const reply = replyTo(probe.method, next.reply);
    const check = this.#checks++;
    const { instance, method, port } = probe;
    const path = probe.path ?? null;
    this.#record({
      fromMs: atMs,
      toMs: atMs,
      event: 'check.started',
      check,
      instance,
      method,
      port,
      path,
    });
    this.#insert(this.#ending(check, instance, atMs, reply, next.afterMs));
    return { probe: probe.probe, reply, afterMs: next.afterMs };
  }

  /** Records the checks that end by then. */
  passTo(nowMs: number): void {
    while (this.nextEndMs <= nowMs) {
      const ending = this.#endings.shift();
      invariant(ending !== undefined, 'a check under way has an end');
      this.#record(ending.event);
      this.#ended.set(ending.instance, this.endedOf(ending.instance) + 1);
    }
  }

  #ending(check: number, instance: string, startMs: number, reply: Reply, afterMs: number): Ending {
    const isHeard = reply !== 'silence' && afterMs <= this.timeoutMs;
    const atMs = startMs + (isHeard ? afterMs : this.timeoutMs);
    const event = isHeard
      ? ({ fromMs: atMs, toMs: atMs, event: 'check.replied', check, reply } as const)
      : ({ fromMs: atMs, toMs: atMs, event: 'check.abandoned', check } as const);
    return { atMs, instance, event };
  }

  /** Behind those that end at the same time. */
  #insert(ending: Ending): void {
    let at = this.#endings.length;
    while (at > 0 && (this.#endings[at - 1]?.atMs ?? 0) > ending.atMs) at--;
    this.#endings.splice(at, 0, ending);
  }
}

/** As on the wire: a taken TCP connection carries no status, and one that answers HTTP with nothing is silent. */
function replyTo(method: Probe['method'], reply: Reply): Reply {
  if (method === 'tcp' && typeof reply === 'number') return 'accepted';
  if (method === 'http' && reply === 'accepted') return 'silence';
  return reply;
}
