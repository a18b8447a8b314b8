/**
 * For tests: a small balancer in stepped time, right unless told otherwise, and the history that its clients and
 * instances would record. Written apart from the reference service, so that judges are not tested on themselves.
 */
import type { CheckReplyScript, History, HistoryEvent } from '../history/vocabulary.ts';
import {
  type Asked,
  documentOf,
  drainMsOf,
  intervalMs,
  timeoutMs,
} from './asked-service.fixture.ts';
import { FakeClock } from './fake-clock.fixture.ts';
import { FakeHealth } from './fake-health.fixture.ts';
import { type FakeInstance, quick } from './fake-instance.fixture.ts';
import { freshSource, picked } from './fake-picks.fixture.ts';
import { FakeSessions } from './fake-sessions.fixture.ts';
import { FakeTape, headerOf } from './fake-tape.fixture.ts';
import type { Wrong } from './wrong.fixture.ts';

export { type Asked, intervalMs, timeoutMs } from './asked-service.fixture.ts';
export type { FakeInstance } from './fake-instance.fixture.ts';
export { bySource, freshSource, leastConnections } from './fake-picks.fixture.ts';
export type { Wrong } from './wrong.fixture.ts';

interface Held {
  readonly connection: number;
  readonly instance: string;
}

export class FakeBalancer {
  readonly instances: FakeInstance[];
  readonly #first: Asked;
  #asked: Asked;
  readonly #listed: readonly string[];
  readonly #wrong: Wrong;
  readonly #clock = new FakeClock();
  readonly #tape = new FakeTape(this.#clock);
  readonly #sessions: FakeSessions;
  readonly #health: FakeHealth;
  readonly #held: Held[] = [];
  readonly #carriedMs = new Map<number, number>();
  #connections = 0;
  #configurations = 0;

  constructor(asked: Asked = {}, wrong: Wrong = {}) {
    this.#first = asked;
    this.#asked = asked;
    this.#wrong = wrong;
    this.#sessions = new FakeSessions(wrong);
    const weights = asked.weights ?? { a: 1, b: 1, c: 1 };
    this.instances = Object.entries(weights).map(([name, weight], index) =>
      this.#instance(name, weight, index),
    );
    const gone = (name: string) => this.#gone(name);
    const turned = (name: string) => this.#turned(name);
    const around = { clock: this.#clock, tape: this.#tape, gone, turned };
    this.#health = new FakeHealth(this.instances, asked, wrong, around);
    this.#listed = Object.keys(weights);
    this.#configured(asked);
  }

  get events(): readonly HistoryEvent[] {
    return this.#tape.events;
  }

  #configured(asked: Asked): void {
    const configuration = documentOf(asked);
    this.#tape.say({
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
    const { configurationsMax = Number.POSITIVE_INFINITY } = this.#wrong;
    if (!this.#wrong.keepsFirstConfiguration && this.#configurations++ < configurationsMax) {
      this.#asked = { ...this.#asked, ...asked };
      this.#health.asked = this.#asked;
    }
    if (this.#wrong.forgetsOnReconfigure) this.#sessions.forgetAll();
    if (this.#wrong.healsOnReconfigure) for (const one of this.instances) one.isUp = true;
    if (this.#wrong.downsOnReconfigure) for (const one of this.instances) one.isUp = false;
    const isCut = ({ instance }: Held) =>
      this.#wrong.cutsOnReconfigure ||
      (this.#wrong.cutsOutOnReconfigure && !this.of(instance).isUp);
    for (const one of this.#held.filter(isCut)) this.close(one.connection, 'balancer');
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
      nextCheckMs: this.#clock.nowMs + 100 + 10 * index,
      script: [],
      afterwards: this.#asked.method === 'tcp' ? { reply: 'accepted', afterMs: 1 } : quick,
    };
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
    this.#tape.say({
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
    this.#clock.pass(ms, () => this.#health.due());
    return this;
  }

  /** `count` rounds of checks of everybody, and a little more. */
  rounds(count: number): this {
    return this.pass(count * intervalMs);
  }

  #gone(name: string): void {
    const isLast = this.instances.every(({ isUp }) => !isUp);
    if (!this.#wrong.cutsUnhealthy && !(isLast && this.#wrong.cutsLastOut)) return;
    for (const connection of this.held(name)) this.close(connection, 'balancer');
  }

  #turned(name: string): void {
    for (const { connection, instance } of [...this.#held]) {
      const isCut = instance !== name && this.#wrong.cutsAtTurns?.(connection);
      if (isCut) this.close(connection, 'balancer');
    }
  }

  open(source: string, options: { hold?: boolean; port?: number } = {}): string | null {
    const connection = this.#connections++;
    const port = options.port ?? 20_000 + connection;
    this.#tape.say({ event: 'connection.opened', connection, source, port });
    return this.#decide(connection, source, port, options.hold ?? false);
  }

  /** `count` connections from fresh sources, eight of them opened before any is decided. */
  openAtOnce(count: number): this {
    for (let left = count; left > 0; left -= 8) {
      const batch = Array.from({ length: Math.min(8, left) }, () => this.#connections++);
      const source = (connection: number) => freshSource(connection);
      for (const connection of batch) {
        this.#tape.say({
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
      this.#tape.say({ event: 'connection.refused', connection, how: 'closed' });
      return null;
    }
    const instance = this.of(name);
    instance.active++;
    instance.total++;
    const right = instance.port ?? 8080;
    const reached = this.#wrong.port?.(right, name) ?? right;
    this.#tape.say({ event: 'connection.placed', connection, instance: name, port: reached });
    this.#held.push({ connection, instance: name });
    if (!hold) this.close(connection);
    const { endsAfterMs } = this.#wrong;
    if (hold && endsAfterMs !== undefined)
      this.#clock.after(endsAfterMs, () => {
        if (this.held().includes(connection)) this.close(connection, 'balancer');
      });
    return name;
  }

  /** `count` connections, each from a source of its own. */
  openFresh(count: number, options: { hold?: boolean } = {}): this {
    for (let index = 0; index < count; index++) this.open(freshSource(this.#connections), options);
    return this;
  }

  #choose(source: string, port: number, number: number): string | null {
    const { nowMs } = this.#clock;
    const lastsMs = this.#wrong.persistenceMs ?? (this.#asked.persistence ? 1_440_000 : 0);
    const bound = this.#sessions.boundTo(source, port, nowMs);
    const isOut = bound !== null && !this.of(bound).isUp;
    if (isOut && this.#wrong.refusesKnown) return null;
    const name =
      bound !== null && this.#maySession(bound) ? bound : this.#schedule(source, port, number);
    if (name !== null) this.#sessions.bind(source, port, name, { nowMs, lastsMs });
    return name;
  }

  #maySession(name: string): boolean {
    const { isUp, isMember, weight } = this.of(name);
    return (
      (weight > 0 || this.#wrong.sticksToResting === true) &&
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
    return picked(this.#asked.scheduling ?? 'weighted-round-robin', eligible, source);
  }

  held(name?: string): readonly number[] {
    return this.#held
      .filter((one) => name === undefined || one.instance === name)
      .map(({ connection }) => connection);
  }

  carry(connection: number): this {
    const { pauseMaxMs = Number.POSITIVE_INFINITY } = this.#wrong;
    const isDead = this.#clock.nowMs - (this.#carriedMs.get(connection) ?? 0) > pauseMaxMs;
    this.#carriedMs.set(connection, this.#clock.nowMs);
    const arrived = isDead ? 0 : this.#wrong.losesBytes ? 10 : 64;
    this.#tape.say({
      event: 'connection.carried',
      connection,
      bytesSent: 64,
      bytesUp: arrived,
      bytesDown: arrived,
    });
    return isDead ? this.close(connection, 'balancer') : this;
  }

  carryAll(): this {
    for (const { connection } of [...this.#held]) this.carry(connection);
    return this;
  }

  close(connection: number, by: 'client' | 'instance' | 'balancer' = 'client'): this {
    const index = this.#held.findIndex((one) => one.connection === connection);
    const [held] = this.#held.splice(index, 1);
    if (held === undefined) throw new Error(`connection ${connection} is not held`);
    this.of(held.instance).active--;
    this.#tape.say({
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
    this.#tape.say({ event: 'instance.removed', instance: name, outcome: { is: 'accepted' } });
    this.of(name).isMember = false;
    if (this.#wrong.cutsOthers) {
      for (const { connection, instance } of [...this.#held]) {
        if (instance !== name) this.close(connection, 'balancer');
      }
    }
    const isEmpty = this.instances.every(({ isMember }) => !isMember);
    if (isEmpty && this.#wrong.cutsAllWhenEmpty) {
      for (const connection of this.held()) this.close(connection, 'balancer');
    }
    const drainMs = this.#wrong.drainMs ?? drainMsOf(this.#asked);
    this.#clock.after(drainMs, () => this.#expire(name), name);
    if (this.#wrong.checksNobodyDraining) this.of(name).isChecked = false;
    this.#finish(name);
    return this;
  }

  /** A drain without connections is over. */
  #finish(name: string): void {
    if (this.#wrong.finishesAtDeadline || this.held(name).length > 0) return;
    this.of(name).isChecked = false;
  }

  /** Registers a new instance, or again one that was removed; `port` null: the service's. */
  add(name: string, afterwards: Partial<CheckReplyScript> = {}, port: number | null = null): this {
    const known = this.instances.find((one) => one.name === name);
    const instance = known ?? this.#instance(name, 1, this.instances.length);
    instance.afterwards = { ...quick, ...afterwards };
    const nextCheckMs = Math.max(instance.nextCheckMs, this.#clock.nowMs);
    const isMember = !this.#wrong.ignoresAdded;
    Object.assign(instance, { isMember, isChecked: true, nextCheckMs, port });
    if (known === undefined) this.instances.push(instance);
    if (!this.#wrong.keepsDeadlineOfReturned) this.#clock.forgetDrainOf(name);
    this.#tape.say({
      event: 'instance.registered',
      instance: name,
      weight: 1,
      port,
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
    const isAsleep = instance.weight === 0 && this.#wrong.neverWakes === true;
    const isIgnored = isRejected || isAsleep || (weight === 0 && this.#wrong.ignoresWeightZero);
    if (!this.#wrong.keepsFirstWeights && !isIgnored) instance.weight = weight;
    for (const one of this.instances) one.current = 0;
    this.#tape.say({
      event: 'instance.reweighed',
      instance: name,
      weight,
      port: instance.port,
      outcome: isRejected ? { is: 'rejected', violations: [] } : { is: 'accepted' },
    });
    if (this.#wrong.forgetsOnReweigh) this.#sessions.forget(name);
    if (this.#wrong.cutsOnReweigh) {
      for (const connection of this.held()) this.close(connection, 'balancer');
    }
    return this;
  }

  /** The same list once more. */
  relist(): this {
    const instances = this.instances.filter(({ isMember }) => isMember).map(({ name }) => name);
    this.#tape.say({ event: 'instances.listed', instances, outcome: { is: 'accepted' } });
    const [oldest] = this.held();
    if (this.#wrong.cutsOnRelist && oldest !== undefined) this.close(oldest, 'balancer');
    return this;
  }

  end(): History {
    return this.#tape.end(headerOf(this.#first, this.#asked, this.#listed));
  }
}
