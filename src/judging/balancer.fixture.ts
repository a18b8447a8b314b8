/**
 * For tests: a small balancer in stepped time, right unless told otherwise, and the history that its clients and
 * instances would record. Written apart from the reference service, so that judges are not tested on themselves.
 */
import type {
  CheckReplyScript,
  History,
  HistoryEvent,
  InstanceListed,
  Reply,
} from '../history/vocabulary.ts';
import type { Trait } from '../spec/behaviour.ts';
import type { ConfigurationDocument, Profile, Scheduling } from '../spec/configuration.ts';

export const intervalMs = 5000;
export const timeoutMs = 2000;

/** What the configuration asks for. */
export interface Asked {
  readonly scheduling?: Scheduling;
  readonly weights?: Readonly<Record<string, number>>;
  readonly ports?: Readonly<Record<string, number>>;
  readonly persistence?: boolean;
  /** `unsaid`: left to the default. */
  readonly drainSeconds?: number | 'unsaid';
  readonly method?: 'http' | 'tcp';
  readonly unhealthyThreshold?: number;
  readonly healthyThreshold?: number;
  readonly traits?: Readonly<Record<string, string | number>>;
  readonly profile?: Profile;
}

/** What the balancer does instead of what is right. */
export interface Wrong {
  readonly unhealthyThreshold?: number;
  readonly healthyThreshold?: number;
  /** Opposite results do not start the count again. */
  readonly isCumulative?: boolean;
  readonly isNormal?: (reply: Reply) => boolean;
  readonly timeoutMs?: number;
  readonly persistenceMs?: number;
  readonly sessionKey?: (source: string, port: number) => string;
  /** Known clients go to a removed, an unhealthy instance. */
  readonly sticksToRemoved?: boolean;
  readonly sticksToUnhealthy?: boolean;
  readonly keepsRemoved?: boolean;
  readonly ignoresHealth?: boolean;
  readonly neverRecovers?: boolean;
  readonly pick?: (
    eligible: readonly FakeInstance[],
    connection: { source: string; port: number; number: number },
  ) => string;
  readonly weights?: Readonly<Record<string, number>>;
  readonly port?: (right: number, instance: string) => number;
  readonly losesBytes?: boolean;
  readonly hidesCloses?: boolean;
  readonly drainMs?: number;
  readonly deadline?: 'close' | 'leave';
  readonly cutsOthers?: boolean;
  /** A changed weight has no effect, ends every connection. */
  readonly keepsFirstWeights?: boolean;
  readonly cutsOnReweigh?: boolean;
  /** All instances share the state that their results in turn lead to. */
  readonly sharesHealth?: boolean;
  readonly checkPort?: number;
  readonly checkPath?: string;
  readonly intervalMs?: number;
  /** With nobody eligible, everybody is used. */
  readonly usesAllWhenNone?: boolean;
  /** Whoever goes out loses its connections. */
  readonly cutsUnhealthy?: boolean;
  /** A new instance is out until it has passed enough checks; its first result decides alone. */
  readonly startsOut?: boolean;
  readonly firstDecides?: boolean;
  /** Out of and into rotation only so much later. */
  readonly lateMs?: number;
  readonly sessionClock?: 'creation';
  readonly neverForgets?: boolean;
  /** A drain without connections goes on to its deadline; nobody is checked while it drains. */
  readonly finishesAtDeadline?: boolean;
  readonly checksNobodyDraining?: boolean;
  /** The old deadline holds for whoever comes back before it. */
  readonly keepsDeadlineOfReturned?: boolean;
  readonly ignoresWeightZero?: boolean;
  readonly rejectsWeightZero?: boolean;
  /** Another configuration has no effect, ends every connection; a new instance gets nothing. */
  readonly keepsFirstConfiguration?: boolean;
  readonly cutsOnReconfigure?: boolean;
  readonly ignoresAdded?: boolean;
  readonly refuses?: (connection: number) => boolean;
}

export interface FakeInstance {
  readonly name: string;
  readonly index: number;
  weight: number;
  readonly port: number | null;
  isUp: boolean;
  failures: number;
  passes: number;
  isMember: boolean;
  isChecked: boolean;
  isFirst: boolean;
  current: number;
  active: number;
  total: number;
  nextCheckMs: number;
  script: CheckReplyScript[];
  afterwards: CheckReplyScript;
}

interface Held {
  readonly connection: number;
  readonly instance: string;
}

const quick: CheckReplyScript = { reply: 200, afterMs: 1 };

export class FakeBalancer {
  readonly events: HistoryEvent[] = [];
  readonly instances: FakeInstance[];
  document: ConfigurationDocument;
  #asked: Asked;
  readonly #listed: readonly string[];
  readonly #wrong: Wrong;
  readonly #sessions = new Map<string, { instance: string; untilMs: number }>();
  readonly #held: Held[] = [];
  readonly #timers: {
    readonly atMs: number;
    readonly run: () => void;
    readonly drains?: string;
  }[] = [];
  #nowMs = 0;
  #connections = 0;
  #checks = 0;

  constructor(asked: Asked = {}, wrong: Wrong = {}) {
    this.#asked = asked;
    this.#wrong = wrong;
    const weights = asked.weights ?? { a: 1, b: 1, c: 1 };
    this.instances = Object.entries(weights).map(([name, weight], index) =>
      this.#instance(name, weight, index),
    );
    this.#listed = Object.keys(weights);
    this.document = documentOf(asked);
    this.#configured(asked);
  }

  #configured(asked: Asked): void {
    const configuration = documentOf(asked);
    this.#say({
      event: 'service.configured',
      outcome: { is: 'accepted' },
      configuration,
      readBack: configuration,
      effective: {
        intervalMs,
        timeoutMs,
        persistenceMs: asked.persistence ? 1_440_000 : 0,
        drainMs: drainMsOf(asked),
      },
    });
  }

  reconfigure(asked: Asked): this {
    this.#configured(asked);
    if (!this.#wrong.keepsFirstConfiguration) this.#asked = { ...this.#asked, ...asked };
    if (this.#wrong.cutsOnReconfigure) {
      for (const connection of this.held()) this.close(connection, 'balancer');
    }
    return this;
  }

  #instance(name: string, weight: number, index: number): FakeInstance {
    return {
      name,
      index,
      weight: this.#wrong.weights?.[name] ?? weight,
      port: this.#asked.ports?.[name] ?? null,
      isUp: !this.#wrong.startsOut,
      failures: 0,
      passes: 0,
      isMember: true,
      isChecked: true,
      isFirst: true,
      current: 0,
      active: 0,
      total: 0,
      nextCheckMs: this.#nowMs + 100 + 10 * index,
      script: [],
      afterwards: this.#asked.method === 'tcp' ? { reply: 'accepted', afterMs: 1 } : quick,
    };
  }

  #say(event: object, fromMs = this.#nowMs, toMs = this.#nowMs): void {
    this.events.push({ fromMs, toMs, ...event } as HistoryEvent);
  }

  of(name: string): FakeInstance {
    const found = this.instances.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no instance ${name}`);
    return found;
  }

  behave(
    name: string,
    afterwards: Partial<CheckReplyScript>,
    script: readonly Partial<CheckReplyScript>[] = [],
  ): this {
    const instance = this.of(name);
    instance.script = script.map((one) => ({ ...quick, ...one }));
    instance.afterwards = { ...quick, ...afterwards };
    this.#say({
      event: 'instance.behaved',
      instance: name,
      traffic: 'accepted',
      checks: [...instance.script],
      afterwards: instance.afterwards,
    });
    return this;
  }

  /** Lets time pass: checks start, end, and drains expire. */
  pass(ms: number): this {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.instances
        .filter(({ isChecked }) => isChecked)
        .map((one) => ({ atMs: one.nextCheckMs, run: () => this.#check(one) }))
        .concat(this.#timers)
        .toSorted((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#nowMs = next.atMs;
      const timer = this.#timers.indexOf(next);
      if (timer >= 0) this.#timers.splice(timer, 1);
      next.run();
    }
    this.#nowMs = untilMs;
    return this;
  }

  /** `count` rounds of checks of everybody, and a little more. */
  rounds(count: number): this {
    return this.pass(count * intervalMs);
  }

  #check(instance: FakeInstance): void {
    const check = this.#checks++;
    const method = this.#asked.method ?? 'http';
    const script = instance.script.shift() ?? instance.afterwards;
    this.#say({
      event: 'check.started',
      check,
      instance: instance.name,
      method,
      port: this.#wrong.checkPort ?? instance.port ?? 8080,
      path: method === 'http' ? (this.#wrong.checkPath ?? '/healthz') : null,
    });
    const limitMs = this.#wrong.timeoutMs ?? timeoutMs;
    const isAnswered = script.reply !== 'silence' && script.afterMs < limitMs;
    this.#timers.push({
      atMs: this.#nowMs + (isAnswered ? script.afterMs : limitMs),
      run: () => {
        if (isAnswered) this.#say({ event: 'check.replied', check, reply: script.reply });
        else this.#say({ event: 'check.abandoned', check });
        this.#conclude(instance, isAnswered && this.#passes(script.reply));
      },
    });
    instance.nextCheckMs = this.#nowMs + (this.#wrong.intervalMs ?? intervalMs);
  }

  #passes(reply: Reply): boolean {
    if (this.#wrong.isNormal !== undefined) return this.#wrong.isNormal(reply);
    return reply === 'accepted' || (typeof reply === 'number' && reply >= 200 && reply < 400);
  }

  #conclude(checked: FakeInstance, passed: boolean): void {
    const instance = this.#wrong.sharesHealth ? (this.instances[0] as FakeInstance) : checked;
    this.#count(instance, passed);
    if (this.#wrong.sharesHealth) for (const one of this.instances) one.isUp = instance.isUp;
  }

  #count(instance: FakeInstance, passed: boolean): void {
    const { isCumulative = false, neverRecovers = false } = this.#wrong;
    const isDecisive = this.#wrong.firstDecides === true && instance.isFirst;
    instance.isFirst = false;
    const fall = isDecisive
      ? 1
      : (this.#wrong.unhealthyThreshold ?? this.#asked.unhealthyThreshold ?? 2);
    const rise = isDecisive
      ? 1
      : (this.#wrong.healthyThreshold ?? this.#asked.healthyThreshold ?? 2);
    if (passed) {
      instance.passes++;
      if (!isCumulative) instance.failures = 0;
    } else {
      instance.failures++;
      if (!isCumulative) instance.passes = 0;
    }
    if (instance.isUp && !passed && instance.failures >= fall) {
      this.#turn(instance, false);
    } else if (!instance.isUp && passed && instance.passes >= rise && !neverRecovers) {
      this.#turn(instance, true);
    }
  }

  #turn(instance: FakeInstance, isUp: boolean): void {
    Object.assign(instance, { failures: 0, passes: 0 });
    const run = () => {
      Object.assign(instance, isUp ? { isUp, current: 0 } : { isUp });
      if (isUp || !this.#wrong.cutsUnhealthy) return;
      for (const connection of this.held(instance.name)) this.close(connection, 'balancer');
    };
    if (this.#wrong.lateMs === undefined) run();
    else this.#timers.push({ atMs: this.#nowMs + this.#wrong.lateMs, run });
  }

  open(source: string, options: { hold?: boolean; port?: number } = {}): string | null {
    const connection = this.#connections++;
    const port = options.port ?? 20_000 + connection;
    this.#say({ event: 'connection.opened', connection, source, port });
    return this.#decide(connection, source, port, options.hold ?? false);
  }

  /** `count` connections from fresh sources, eight of them opened before any is decided. */
  openAtOnce(count: number): this {
    for (let left = count; left > 0; left -= 8) {
      const batch = Array.from({ length: Math.min(8, left) }, () => this.#connections++);
      const source = (connection: number) => freshSource(connection);
      for (const connection of batch) {
        this.#say({
          event: 'connection.opened',
          connection,
          source: source(connection),
          port: 20_000,
        });
      }
      for (const connection of batch) this.#decide(connection, source(connection), 20_000, false);
    }
    return this;
  }

  #decide(connection: number, source: string, port: number, hold: boolean): string | null {
    const isRefused = this.#wrong.refuses?.(connection) ?? false;
    const name = isRefused ? null : this.#choose(source, port, connection);
    if (name === null) {
      this.#say({ event: 'connection.refused', connection, how: 'closed' });
      return null;
    }
    const instance = this.of(name);
    instance.active++;
    instance.total++;
    const right = instance.port ?? 8080;
    const reached = this.#wrong.port?.(right, name) ?? right;
    this.#say({ event: 'connection.placed', connection, instance: name, port: reached });
    this.#held.push({ connection, instance: name });
    if (!hold) this.close(connection);
    return name;
  }

  /** `count` connections, each from a source of its own. */
  openFresh(count: number, options: { hold?: boolean } = {}): this {
    for (let index = 0; index < count; index++) this.open(freshSource(this.#connections), options);
    return this;
  }

  #choose(source: string, port: number, number: number): string | null {
    const key = this.#wrong.sessionKey?.(source, port) ?? source;
    const lastsMs = this.#wrong.persistenceMs ?? (this.#asked.persistence ? 1_440_000 : 0);
    const session = this.#sessions.get(key);
    let name: string | null = null;
    if (
      session !== undefined &&
      (this.#nowMs < session.untilMs || this.#wrong.neverForgets === true) &&
      this.#maySession(session.instance)
    ) {
      name = session.instance;
    }
    name ??= this.#schedule(source, port, number);
    const isKept = name === session?.instance && this.#nowMs < (session?.untilMs ?? 0);
    if (name !== null && lastsMs > 0 && !(isKept && this.#wrong.sessionClock === 'creation')) {
      this.#sessions.set(key, { instance: name, untilMs: this.#nowMs + lastsMs });
    }
    return name;
  }

  #maySession(name: string): boolean {
    const { isUp, isMember } = this.of(name);
    return (
      (isUp || this.#wrong.sticksToUnhealthy === true) &&
      (isMember || this.#wrong.sticksToRemoved === true)
    );
  }

  #schedule(source: string, port: number, number: number): string | null {
    const eligible = this.instances.filter(
      ({ isUp, isMember, weight }) =>
        (isUp || this.#wrong.ignoresHealth) && (isMember || this.#wrong.keepsRemoved) && weight > 0,
    );
    if (eligible.length === 0 && this.#wrong.usesAllWhenNone) eligible.push(...this.instances);
    if (eligible.length === 0) return null;
    if (this.#wrong.pick !== undefined) return this.#wrong.pick(eligible, { source, port, number });
    const { scheduling = 'weighted-round-robin' } = this.#asked;
    if (scheduling === 'weighted-round-robin') return roundRobin(eligible);
    if (scheduling === 'weighted-least-connections') return leastConnections(eligible);
    return bySource(eligible, source);
  }

  held(name?: string): readonly number[] {
    return this.#held
      .filter((one) => name === undefined || one.instance === name)
      .map(({ connection }) => connection);
  }

  carry(connection: number): this {
    const arrived = this.#wrong.losesBytes ? 10 : 64;
    this.#say({
      event: 'connection.carried',
      connection,
      bytesSent: 64,
      bytesUp: arrived,
      bytesDown: arrived,
    });
    return this;
  }

  carryAll(): this {
    for (const { connection } of this.#held) this.carry(connection);
    return this;
  }

  close(connection: number, by: 'client' | 'instance' | 'balancer' = 'client'): this {
    const index = this.#held.findIndex((one) => one.connection === connection);
    const [held] = this.#held.splice(index, 1);
    if (held === undefined) throw new Error(`connection ${connection} is not held`);
    this.of(held.instance).active--;
    this.#say({
      event: 'connection.closed',
      connection,
      by,
      how: 'closed',
      learned: !this.#wrong.hidesCloses,
    });
    if (!this.of(held.instance).isMember) this.#finish(held.instance);
    return this;
  }

  closeSome(name: string, count: number): this {
    for (const connection of this.held(name).slice(0, count)) this.close(connection);
    return this;
  }

  remove(name: string): this {
    this.#say({ event: 'instance.removed', instance: name, outcome: { is: 'accepted' } });
    this.of(name).isMember = false;
    if (this.#wrong.cutsOthers) {
      for (const { connection, instance } of [...this.#held]) {
        if (instance !== name) this.close(connection, 'balancer');
      }
    }
    const drainMs = this.#wrong.drainMs ?? drainMsOf(this.#asked);
    const run = () => this.#expire(name);
    this.#timers.push({ atMs: this.#nowMs + drainMs, run, drains: name });
    if (this.#wrong.checksNobodyDraining) this.of(name).isChecked = false;
    this.#finish(name);
    return this;
  }

  /** A drain without connections is over. */
  #finish(name: string): void {
    if (this.#wrong.finishesAtDeadline || this.held(name).length > 0) return;
    this.of(name).isChecked = false;
  }

  /** Registers a new instance, or again one that was removed. */
  add(name: string, afterwards: Partial<CheckReplyScript> = {}): this {
    const known = this.instances.find((one) => one.name === name);
    const instance = known ?? this.#instance(name, 1, this.instances.length);
    instance.afterwards = { ...quick, ...afterwards };
    Object.assign(instance, { isMember: !this.#wrong.ignoresAdded, isChecked: true });
    if (known === undefined) this.instances.push(instance);
    const timer = this.#timers.findIndex(({ drains }) => drains === name);
    if (timer >= 0 && !this.#wrong.keepsDeadlineOfReturned) this.#timers.splice(timer, 1);
    this.#say({
      event: 'instance.registered',
      instance: name,
      weight: 1,
      port: null,
      outcome: { is: 'accepted' },
    });
    return this;
  }

  #expire(name: string): void {
    if (this.#wrong.deadline === 'leave') return;
    for (const connection of this.held(name)) this.close(connection, 'balancer');
    if (!this.of(name).isMember) this.of(name).isChecked = false;
  }

  reweigh(name: string, weight: number): this {
    const instance = this.of(name);
    const isRejected = weight === 0 && this.#wrong.rejectsWeightZero;
    const isIgnored = isRejected || (weight === 0 && this.#wrong.ignoresWeightZero);
    if (!this.#wrong.keepsFirstWeights && !isIgnored) instance.weight = weight;
    for (const one of this.instances) one.current = 0;
    this.#say({
      event: 'instance.reweighed',
      instance: name,
      weight,
      port: instance.port,
      outcome: isRejected ? { is: 'rejected', violations: [] } : { is: 'accepted' },
    });
    if (this.#wrong.cutsOnReweigh) {
      for (const connection of this.held()) this.close(connection, 'balancer');
    }
    return this;
  }

  end(): History {
    this.#say({ event: 'history.ended', events: this.events.length, why: 'complete' });
    const { traits = {}, weights = { a: 1, b: 1, c: 1 }, ports = {}, profile } = this.#asked;
    return {
      header: {
        event: 'history.began',
        history: 1,
        suite: 'test',
        implementation: { connectable: 'fake', name: 'fake', version: '1' },
        time: 'stepped',
        configuration: this.document,
        profile: profile ?? 'console',
        traits: Object.fromEntries(
          Object.entries(traits).map(([name, reading]): [string, Trait] => [
            name,
            { reading, providedBy: 'balancer' },
          ]),
        ),
        instances: this.#listed.map(
          (name): InstanceListed => ({
            name,
            weight: weights[name] ?? 1,
            port: ports[name] ?? null,
          }),
        ),
        seed: 'test',
        timeline: null,
      },
      events: this.events,
    };
  }
}

export function freshSource(number: number): string {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return `127.${128 + (mixed >>> 25)}.${(mixed >>> 16) & 255}.${(mixed >>> 8) & 255}`;
}

function drainMsOf({ drainSeconds = 300 }: Asked): number {
  return (drainSeconds === 'unsaid' ? 300 : drainSeconds) * 1000;
}

function documentOf(asked: Asked): ConfigurationDocument {
  const method = asked.method ?? 'http';
  return {
    backendServices: [
      {
        name: 'subject',
        protocol: 'tcp',
        port: 8080,
        scheduling: asked.scheduling ?? 'weighted-round-robin',
        sessionPersistence: { enabled: asked.persistence ?? false },
        ...(asked.drainSeconds === 'unsaid'
          ? {}
          : { connectionDraining: { durationSeconds: asked.drainSeconds ?? 300 } }),
        healthCheck: {
          method,
          timeoutSeconds: timeoutMs / 1000,
          intervalSeconds: intervalMs / 1000,
          unhealthyThreshold: asked.unhealthyThreshold ?? 2,
          healthyThreshold: asked.healthyThreshold ?? 2,
          ...(method === 'http' ? { path: '/healthz', normalStatusCodes: ['2xx', '3xx'] } : {}),
        },
      },
    ],
  };
}

/** Smooth: everybody gains its weight, the richest pays for all. */
function roundRobin(eligible: readonly FakeInstance[]): string {
  let total = 0;
  let best = eligible[0] as FakeInstance;
  for (const one of eligible) {
    one.current += one.weight;
    total += one.weight;
    if (one.current > best.current) best = one;
  }
  best.current -= total;
  return best.name;
}

export function leastConnections(eligible: readonly FakeInstance[]): string {
  const cost = ({ active, weight }: FakeInstance) => active / weight;
  return eligible.reduce((best, one) => (cost(one) < cost(best) ? one : best)).name;
}

export function bySource(eligible: readonly FakeInstance[], source: string): string {
  let hash = 2166136261;
  for (const character of source) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = (hash ^ (hash >>> 13)) >>> 0;
  const slots = eligible.flatMap((one) => new Array<string>(one.weight).fill(one.name));
  return slots[hash % slots.length] as string;
}
