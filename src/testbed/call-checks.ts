/**
 * Scripted answers to the probes of an adapter on the call plane, and when each of those checks ends. Keeps model
 * time only as far as it is told. Knows no adapter.
 */
import type { Answer, Probe } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import type { CheckReplyScript, HistoryEvent, Reply, When } from '../history/vocabulary.ts';
import type { Behaviour } from './trial.ts';

type EndingEvent = Extract<HistoryEvent, { event: 'check.replied' | 'check.abandoned' }>;
interface Ending {
  readonly instance: string;
  readonly event: EndingEvent;
  /** Whoever asked has the answer. */
  readonly isDelivered: boolean;
}

interface Script {
  replies: CheckReplyScript[];
  behaviour: Behaviour;
}

export class CallChecks {
  readonly #behaviours: Readonly<Record<string, Behaviour>>;
  readonly #record: (event: HistoryEvent) => void;
  readonly #scripts = new Map<string, Script>();
  readonly #ended = new Map<string, number>();
  /** Checks under way, soonest end first. */
  #endings: Ending[] = [];
  #checks = 0;
  /** How long a right balancer listens; infinite where nobody knows. */
  timeoutMs = Number.POSITIVE_INFINITY;

  /** `behaviours`: as the trial was asked for. */
  constructor(
    behaviours: Readonly<Record<string, Behaviour>>,
    record: (event: HistoryEvent) => void,
  ) {
    this.#behaviours = behaviours;
    this.#record = record;
  }

  behave(instance: string, behaviour: Behaviour, { fromMs, toMs }: When): void {
    this.#scripts.set(instance, { replies: [...behaviour.checks], behaviour });
    this.#record({ fromMs, toMs, event: 'instance.behaved', instance, ...behaviour });
  }

  /** One that is known goes on as it does. */
  behaveAsRequested(instance: string, at: When): void {
    if (this.#scripts.has(instance)) return;
    const behaviour = this.#behaviours[instance];
    invariant(behaviour !== undefined, `instance ${instance} has a behaviour`);
    this.behave(instance, behaviour, at);
  }

  isRefusingTraffic(instance: string): boolean {
    return this.#scripts.get(instance)?.behaviour.traffic === 'refused';
  }

  endedOf(instance: string): number {
    return this.#ended.get(instance) ?? 0;
  }

  /** When the next check under way ends; Infinity: none is. */
  get nextEndMs(): number {
    return this.#endings[0]?.event.toMs ?? Number.POSITIVE_INFINITY;
  }

  /** `started`: when the probe was sent; a point in stepped time. */
  answer(probe: Probe, started: When): Answer {
    const script = this.#scripts.get(probe.instance);
    invariant(script !== undefined, `instance ${probe.instance} has a behaviour`);
    const next = script.replies.shift() ?? script.behaviour.afterwards;
    const reply = replyTo(probe.method, next.reply);
    const check = this.#checks++;
    const { instance, method, port } = probe;
    const path = probe.path ?? null;
    this.#record({
      fromMs: started.fromMs,
      toMs: started.toMs,
      event: 'check.started',
      check,
      instance,
      method,
      port,
      path,
    });
    const event = this.#ending(check, started, reply, next.afterMs);
    this.#insert({ instance, event, isDelivered: false });
    return { probe: probe.probe, reply, afterMs: next.afterMs };
  }

  /** All answers were taken by then, and none counted before that. */
  delivered(atMs: number): void {
    const endings = this.#endings;
    this.#endings = [];
    for (const ending of endings) {
      const { event, isDelivered } = ending;
      const toMs = isDelivered ? event.toMs : Math.max(event.toMs, atMs);
      this.#insert({ ...ending, event: { ...event, toMs }, isDelivered: true });
    }
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

  #ending(check: number, started: When, reply: Reply, afterMs: number): EndingEvent {
    const isHeard = reply !== 'silence' && afterMs <= this.timeoutMs;
    const lastedMs = isHeard ? afterMs : this.timeoutMs;
    const fromMs = started.fromMs + lastedMs;
    const toMs = started.toMs + lastedMs;
    if (isHeard) return { fromMs, toMs, event: 'check.replied', check, reply };
    // nobody saw the balancer give up: where time passes by itself it may have done so at once
    const isPoint = started.fromMs === started.toMs;
    return { fromMs: isPoint ? fromMs : started.fromMs, toMs, event: 'check.abandoned', check };
  }

  /** Behind those that end at the same time. */
  #insert(ending: Ending): void {
    let at = this.#endings.length;
    while (at > 0 && (this.#endings[at - 1]?.event.toMs ?? 0) > ending.event.toMs) at--;
    this.#endings.splice(at, 0, ending);
  }
}

/** As on the wire: a taken TCP connection carries no status, and one that answers HTTP with nothing is silent. */
function replyTo(method: Probe['method'], reply: Reply): Reply {
  if (method === 'tcp' && typeof reply === 'number') return 'accepted';
  if (method === 'http' && reply === 'accepted') return 'silence';
  return reply;
}
