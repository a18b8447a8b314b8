/**
 * Takes the events of a history one by one into drafts: connections, checks, behaviours, changes. Notes what does not
 * add up and goes on; refuses to know results and members.
 */
import type { HistoryEvent, InstanceListed, When } from '../history/vocabulary.ts';
import type { CheckSeen } from './check-results.ts';
import type {
  BehaviourReading,
  Carried,
  ConnectionReading,
  MembershipChange,
  Reading,
  Touch,
} from './reading.ts';

/** Long enough to tell what is wrong with a history; a broken one would fill memory with complaints. */
const defectsMax = 20;

type Draft<T> = { -readonly [K in keyof T]: T[K] };
type ConnectionDraft = Draft<Omit<ConnectionReading, 'carried'>> & { carried: Carried[] };
type Configured = Extract<HistoryEvent, { event: 'service.configured' }>;

export class EventIntake {
  readonly defects: string[] = [];
  readonly connections = new Map<number, ConnectionDraft>();
  readonly checks = new Map<number, Draft<CheckSeen>>();
  readonly behaviours = new Map<string, BehaviourReading[]>();
  readonly changes: MembershipChange[] = [];
  readonly relistings: Touch[] = [];
  readonly names: Set<string>;
  configured: { readonly event: Configured; readonly line: number } | null = null;
  readonly reconfigured: { readonly event: Configured; readonly line: number }[] = [];
  endedWhy: Reading['endedWhy'] = null;
  endMs = 0;

  /** Since when each instance may be known: its registration is recorded at the reply, and checks may come before that. */
  readonly #askedMs = new Map<string, number>();

  /** Ends that became known before a place did: a client may give up while its place is on its way. */
  readonly #earlyEnds = new Map<number, NonNullable<ConnectionReading['closed']>>();

  /** `known`: who was heard of before the history began, members or not. */
  constructor(
    listed: readonly InstanceListed[],
    events: readonly HistoryEvent[],
    known: Iterable<string> = [],
  ) {
    this.names = new Set(known);
    const there = new Set<string>();
    for (const { name } of listed) {
      if (there.has(name)) this.#note(`header: the instance '${name}' is listed twice`);
      there.add(name);
      this.names.add(name);
    }
    for (const event of events) {
      if (event.event !== 'instance.registered' || this.#askedMs.has(event.instance)) continue;
      this.#askedMs.set(event.instance, event.fromMs);
    }
  }

  take(event: HistoryEvent, line: number): void {
    if (this.endedWhy !== null) this.#defect(line, 'something happened after the end');
    if (!this.#keepsTime(event, line)) return;
    if (event.event.startsWith('reported.')) return;
    switch (event.event) {
      case 'service.configured':
        this.#configured(event, line);
        return;
      case 'instance.registered':
      case 'instance.reweighed':
      case 'instance.removed':
        this.#changed(event, line);
        return;
      case 'instances.listed':
        if (event.outcome.is !== 'rejected')
          this.relistings.push({ fromMs: event.fromMs, toMs: event.toMs, line });
        return;
      case 'instance.behaved':
        this.#behaved(event, line);
        return;
      case 'connection.opened':
        this.#opened(event, line);
        return;
      case 'connection.placed':
      case 'connection.refused':
      case 'connection.carried':
      case 'connection.closed':
        this.#happened(event, line);
        return;
      case 'connection.strayed':
        this.#defect(
          line,
          `connection ${event.connection} of another deployment strayed in, from ${event.from}`,
        );
        return;
      case 'check.started':
      case 'check.replied':
      case 'check.abandoned':
        this.#checked(event, line);
        return;
      case 'history.ended':
        this.endedWhy = event.why;
        if (event.events !== line) {
          this.#defect(line, `the end counts ${event.events} events, ${line} stand before it`);
        }
        return;
      case 'step.skipped':
      // what the machine itself delayed shows in the intervals of what it witnessed
      case 'harness.lagged':
        return;
      default:
        this.#defect(line, `'${event.event}' is no event`);
    }
  }

  #defect(line: number, what: string): void {
    this.#note(`event ${line}: ${what}`);
  }

  #note(defect: string): void {
    if (this.defects.length < defectsMax) this.defects.push(defect);
  }

  #keepsTime({ fromMs, toMs }: When, line: number): boolean {
    if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) {
      this.#defect(line, 'it has no time');
      return false;
    }
    if (fromMs > toMs) this.#defect(line, 'it began after it ended');
    if (toMs < this.endMs) this.#defect(line, 'time runs backwards');
    this.endMs = Math.max(this.endMs, toMs);
    return true;
  }

  #known(instance: string, line: number): boolean {
    const askedMs = this.#askedMs.get(instance) ?? Number.POSITIVE_INFINITY;
    if (askedMs <= this.endMs) this.names.add(instance);
    if (this.names.has(instance)) return true;
    this.#defect(line, `the instance '${instance}' is unknown`);
    return false;
  }

  #configured(event: Configured, line: number): void {
    if (this.configured === null) this.configured = { event, line };
    else this.reconfigured.push({ event, line });
  }

  #changed(
    event: Extract<
      HistoryEvent,
      { event: 'instance.registered' | 'instance.reweighed' | 'instance.removed' }
    >,
    line: number,
  ): void {
    if (event.event === 'instance.registered') this.names.add(event.instance);
    if (!this.#known(event.instance, line)) return;
    const { fromMs, toMs, instance, outcome } = event;
    const listed = event.event === 'instance.removed' ? { weight: 0, port: null } : { ...event };
    this.changes.push({
      fromMs,
      toMs,
      line,
      kind: event.event.slice('instance.'.length) as MembershipChange['kind'],
      instance,
      weight: listed.weight,
      port: listed.port,
      outcome: outcome.is,
    });
  }

  #behaved(event: Extract<HistoryEvent, { event: 'instance.behaved' }>, line: number): void {
    // scripts may be in force before an instance is registered, so the name may come later
    const own = this.behaviours.get(event.instance) ?? [];
    this.behaviours.set(event.instance, own);
    own.push({ ...event, line });
  }

  #opened(event: Extract<HistoryEvent, { event: 'connection.opened' }>, line: number): void {
    if (this.connections.has(event.connection)) {
      this.#defect(line, `connection ${event.connection} is opened twice`);
      return;
    }
    this.connections.set(event.connection, {
      connection: event.connection,
      source: event.source,
      port: event.port,
      opened: { fromMs: event.fromMs, toMs: event.toMs },
      openedLine: line,
      placed: null,
      refused: null,
      carried: [],
      closed: null,
    });
  }

  #happened(
    event: Extract<
      HistoryEvent,
      {
        event:
          | 'connection.placed'
          | 'connection.refused'
          | 'connection.carried'
          | 'connection.closed';
      }
    >,
    line: number,
  ): void {
    const connection = this.connections.get(event.connection);
    if (connection === undefined) {
      this.#defect(line, `connection ${event.connection} was never opened`);
      return;
    }
    const { fromMs, toMs } = event;
    const isAgainst = this.#contradiction(event, connection);
    if (isAgainst !== null) {
      this.#defect(line, `connection ${event.connection} ${isAgainst}`);
    } else if (event.event === 'connection.placed') {
      const { instance, port } = event;
      if (!this.#known(instance, line)) return;
      connection.placed = { fromMs, toMs, line, instance, port };
      connection.closed = this.#earlyEnds.get(event.connection) ?? null;
    } else if (event.event === 'connection.refused') {
      connection.refused = { fromMs, toMs, line, how: event.how };
    } else if (event.event === 'connection.carried') {
      const { bytesSent, bytesUp, bytesDown } = event;
      connection.carried.push({ fromMs, toMs, line, bytesSent, bytesUp, bytesDown });
    } else {
      const { by, how, learned } = event;
      const closed = { fromMs, toMs, line, by, how, learned };
      // one that reached nobody was not held by anybody
      if (connection.placed === null) this.#earlyEnds.set(event.connection, closed);
      else connection.closed = closed;
    }
  }

  /** What cannot be, given what was told of it before. At times that overlap lines may come in either order. */
  #contradiction({ event, fromMs }: HistoryEvent, connection: ConnectionDraft): string | null {
    const { placed, refused } = connection;
    const closed = connection.closed ?? this.#earlyEnds.get(connection.connection) ?? null;
    const isAfterClose = closed !== null && fromMs > closed.toMs;
    switch (event) {
      case 'connection.placed':
        if (placed !== null) return 'is placed twice';
        if (refused !== null) return 'is placed after it was refused';
        return isAfterClose ? 'is placed after it was closed' : null;
      case 'connection.refused':
        if (placed !== null) return 'is refused after it was placed';
        return refused === null ? null : 'is refused twice';
      case 'connection.carried':
        if (placed === null) return 'carries without a place';
        return isAfterClose ? 'carries after it was closed' : null;
      default:
        return closed === null ? null : 'is closed twice';
    }
  }

  #checked(
    event: Extract<HistoryEvent, { event: 'check.started' | 'check.replied' | 'check.abandoned' }>,
    line: number,
  ): void {
    const when = { fromMs: event.fromMs, toMs: event.toMs, line };
    const check = this.checks.get(event.check);
    if (event.event === 'check.started') {
      if (check !== undefined) this.#defect(line, `check ${event.check} starts twice`);
      else if (this.#known(event.instance, line)) this.#started(event, line);
    } else if (check === undefined) {
      this.#defect(line, `check ${event.check} never started`);
    } else if (event.event === 'check.replied') {
      if (check.replied !== null) this.#defect(line, `check ${event.check} is replied to twice`);
      check.reply ??= event.reply;
      check.replied ??= when;
    } else {
      // one that was abandoned may have been replied to: both were under way
      if (check.abandoned !== null) this.#defect(line, `check ${event.check} is abandoned twice`);
      check.abandoned ??= when;
    }
  }

  #started(event: Extract<HistoryEvent, { event: 'check.started' }>, line: number): void {
    const { check, instance, method, port, path, fromMs, toMs } = event;
    this.checks.set(check, {
      check,
      instance,
      method,
      port,
      path,
      started: { fromMs, toMs },
      startedLine: line,
      reply: null,
      replied: null,
      abandoned: null,
    });
  }
}
