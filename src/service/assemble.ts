/**
 * The reference backend service, assembled from parts: it carries events between tables, scheduler, sessions and
 * timers, and decides nothing that one of them could. It owns no clock, no socket and no switch for any defect.
 */
import { actionListShift, eventIndex, type Stepper, tagBit } from '../../models/table.ts';
import { invariant } from '../errors/invariant.ts';
import {
  type Instance,
  type InstanceColumns,
  NONE,
  type Scheduler,
  type Source,
  type SourceColumns,
} from '../scheduling/scheduler.ts';
import type {
  BackendService,
  Check,
  CheckReply,
  Connection,
  ServiceListener,
  ServiceParts,
} from './backend-service.ts';
import { CheckRounds } from './check-rounds.ts';
import { Connections } from './connections.ts';
import { InstanceTimers } from './instance-timers.ts';
import { carryOver } from './recount.ts';
import { Sessions } from './sessions.ts';

/** How much a service has room for: columns over instances are made at once, those over connections grow. */
export interface Capacity {
  readonly instancesMax: number;
  readonly connectionsMax: number;
}
/** Twice the vendor's limit of 100 instances a group, for those that still drain; a million connections at once. */
export const usualCapacity: Capacity = { instancesMax: 200, connectionsMax: 2 ** 20 };

export function assemble(
  parts: ServiceParts,
  sources: SourceColumns,
  now: Float64Array,
  listener: ServiceListener,
  capacity: Capacity = usualCapacity,
): BackendService {
  return new AssembledService(parts, sources, now, listener, capacity);
}

class AssembledService implements BackendService {
  readonly now: Float64Array;
  readonly due: Float64Array;
  readonly instances: InstanceColumns;
  #parts: ServiceParts;
  #scheduler: Scheduler;
  #health: Stepper;
  readonly #membership: Stepper;
  /** Null while persistence is off: columns over sources are the largest that a service has. */
  #sessions: Sessions | null = null;
  readonly #connections: Connections;
  readonly #checks: CheckRounds;
  readonly #timers: InstanceTimers;
  readonly #sources: SourceColumns;
  readonly #listener: ServiceListener;
  readonly #instancesMax: number;
  readonly #acceptsNew: Uint8Array;
  /** Serves established connections and takes no new ones. */
  readonly #isLeaving: Uint8Array;
  readonly #tenure: Int32Array;
  readonly #welcomes: Int32Array;
  /** The weight last asked for; in force once it has propagated. */
  readonly #wantedWeight: Int32Array;

  constructor(
    parts: ServiceParts,
    sources: SourceColumns,
    now: Float64Array,
    listener: ServiceListener,
    { instancesMax, connectionsMax }: Capacity,
  ) {
    this.now = now;
    this.#parts = parts;
    this.#sources = sources;
    this.#listener = listener;
    this.#instancesMax = instancesMax;
    this.instances = {
      instancesMax,
      weight: new Int32Array(instancesMax),
      active: new Int32Array(instancesMax),
      isEligible: new Uint8Array(instancesMax),
    };
    this.#acceptsNew = new Uint8Array(instancesMax);
    this.#isLeaving = new Uint8Array(instancesMax);
    this.#tenure = new Int32Array(instancesMax);
    this.#wantedWeight = new Int32Array(instancesMax);
    this.#welcomes = new Int32Array(instancesMax).fill(NONE);
    this.#timers = new InstanceTimers(instancesMax);
    this.due = this.#timers.due;
    this.#connections = new Connections(connectionsMax);
    this.#checks = new CheckRounds(instancesMax);
    this.#health = parts.engine(parts.health, instancesMax);
    this.#membership = parts.engine(parts.membership, instancesMax);
    this.#persist(parts);
    this.#scheduler = parts.scheduler(this.instances, sources);
  }

  open(source: Source): Connection {
    const instance = this.route(source);
    return instance === NONE ? NONE : this.hold(instance);
  }

  route(source: Source): Instance {
    const sessions = this.#sessions;
    if (sessions === null) return this.#scheduler.pick(source);
    let instance = sessions.instanceFor(source);
    if (instance === NONE) instance = this.#scheduler.pick(source);
    if (instance !== NONE) sessions.established(source, instance);
    return instance;
  }

  hold(instance: Instance): Connection {
    const connection = this.#connections.open(instance);
    const { active } = this.instances;
    active[instance] = (active[instance] as number) + 1;
    this.#scheduler.loadChanged(instance);
    return connection;
  }

  foreseeOpening(sources: Int32Array, count: number): void {
    this.#sessions?.bringNear(sources, count);
  }

  foreseeClosing(connections: Int32Array, count: number): void {
    this.#connections.bringNear(connections, count);
  }

  close(connection: Connection): Instance {
    const instance = this.#connections.close(connection);
    if (instance === NONE) return NONE;
    const { active } = this.instances;
    const left = (active[instance] as number) - 1;
    active[instance] = left;
    this.#scheduler.loadChanged(instance);
    if (left === 0 && this.#isLeaving[instance] === 1) this.#happen(instance, 'connections.ended');
    return instance;
  }

  instanceOf(connection: Connection): Instance {
    return this.#connections.instanceOf(connection);
  }

  advance(): Check {
    this.#checks.expectAnswered();
    const atMs = this.due[0] as number;
    invariant(atMs >= (this.now[0] as number), 'a timer of the service was passed over');
    const { kind, instance } = this.#timers.take();
    this.now[0] = atMs;
    if (kind === 'checkStart') return this.#checks.begin(instance, atMs);
    if (kind === 'checkEnd') this.#concludeCheck(instance);
    else if (kind === 'drain') this.#happen(instance, 'drain.expired');
    else this.#putInForce(instance);
    return NONE;
  }

  checkOf(check: Check): { readonly instance: Instance } {
    return { instance: this.#checks.instanceOf(check) };
  }

  answer(check: Check, afterMs: number, reply: CheckReply): void {
    const concludesMs = this.#checks.answer(check, afterMs, reply, this.#parts);
    if (concludesMs === NONE) return;
    const instance = this.#checks.instanceOf(check);
    this.#timers.set('checkEnd', instance, Math.max(concludesMs, this.#nowMs()));
  }

  register(instance: Instance, weight: number): void {
    this.#expectInstance(instance);
    this.#wantedWeight[instance] = weight;
    this.#happen(instance, 'instance.registered');
  }

  reweigh(instance: Instance, weight: number): void {
    this.#expectInstance(instance);
    this.#wantedWeight[instance] = weight;
    this.#refresh(instance);
  }

  remove(instance: Instance): void {
    this.#expectInstance(instance);
    this.#happen(instance, 'instance.removed');
    if (this.#isLeaving[instance] === 0) return;
    if (this.instances.active[instance] === 0) this.#happen(instance, 'connections.ended');
    else if (this.#parts.configuration.drainMs === 0) this.#happen(instance, 'drain.expired');
  }

  reset(instance: Instance): readonly Connection[] {
    this.#expectInstance(instance);
    const dropped = this.#endConnections(instance);
    if (dropped.length > 0 && this.#isLeaving[instance] === 1)
      this.#happen(instance, 'connections.ended');
    return dropped;
  }

  /** Membership and sessions go on as they were: no number of a configuration is in their machines. */
  reconfigure(parts: ServiceParts): void {
    const before = this.#parts.configuration;
    const after = parts.configuration;
    this.#parts = parts;
    if (
      before.check.unhealthyThreshold !== after.check.unhealthyThreshold ||
      before.check.healthyThreshold !== after.check.healthyThreshold
    ) {
      const health = parts.engine(parts.health, this.#instancesMax);
      carryOver(this.#health, health, this.#instancesMax);
      this.#health = health;
    }
    if (before.scheduling !== after.scheduling) {
      this.#scheduler = parts.scheduler(this.instances, this.#sources);
    }
    this.#persist(parts);
    this.#hastenChecks(after.check.intervalMs);
  }

  /** Where persistence is switched off, everybody is forgotten. */
  #persist({ configuration, engine, session }: ServiceParts): void {
    const { persistenceMs } = configuration;
    if (persistenceMs === 0) {
      this.#sessions = null;
      return;
    }
    const { sourcesMax } = this.#sources;
    const membership = {
      instances: this.instances,
      acceptsNew: this.#acceptsNew,
      tenure: this.#tenure,
      welcomes: this.#welcomes,
    };
    this.#sessions ??= new Sessions(engine(session, sourcesMax), membership, this.now, sourcesMax);
    this.#sessions.lastFor(persistenceMs);
  }

  /** A shorter interval holds for the checks that are waiting, too. */
  #hastenChecks(intervalMs: number): void {
    const soonestMs = this.#nowMs() + intervalMs;
    for (let instance = 0; instance < this.#instancesMax; instance++) {
      const atMs = this.#timers.atMs('checkStart', instance);
      if (atMs > soonestMs && atMs < Number.POSITIVE_INFINITY) {
        this.#timers.set('checkStart', instance, soonestMs);
      }
    }
  }

  #concludeCheck(instance: Instance): void {
    const { check, failure } = this.#checks.conclude(instance);
    const nextMs = this.#checks.nextStartMs(instance, this.#nowMs(), this.#parts);
    this.#timers.set('checkStart', instance, nextMs);
    const result = failure === null ? 'check.passed' : 'check.failed';
    this.#health.step(instance, eventIndex(this.#health.table, result));
    this.#listener.checkConcluded(check, instance, failure);
    this.#refresh(instance);
  }

  /** Takes an event of membership and performs, in order, the actions that the machine asks for. */
  #happen(instance: Instance, event: string): void {
    const { table } = this.#membership;
    const outcome = this.#membership.step(instance, eventIndex(table, event));
    const acceptsNew = (outcome & tagBit(table, 'acceptsNew')) !== 0;
    const serves = (outcome & tagBit(table, 'servesEstablished')) !== 0;
    this.#acceptsNew[instance] = acceptsNew ? 1 : 0;
    this.#isLeaving[instance] = serves && !acceptsNew ? 1 : 0;
    this.#noteWelcome(instance);
    if (!acceptsNew) this.#refresh(instance);
    for (const action of table.actionLists[outcome >>> actionListShift] ?? []) {
      this.#perform(table.actions[action] as string, instance);
    }
    if (acceptsNew) this.#refresh(instance);
  }

  #perform(action: string, instance: Instance): void {
    if (action === 'admit') {
      this.#health.reset(instance);
      const firstMs = this.#nowMs() + this.#parts.firstCheckMs(instance);
      this.#timers.set('checkStart', instance, firstMs);
    } else if (action === 'startDrain') {
      const overMs = this.#nowMs() + this.#parts.configuration.drainMs;
      this.#timers.set('drain', instance, overMs);
    } else if (action === 'resume') this.#timers.cancel('drain', instance);
    else if (action === 'cutConnections') {
      this.#listener.connectionsCut(instance, this.#endConnections(instance));
    } else if (action === 'forget') this.#forget(instance);
    else invariant(false, `membership asks for '${action}', which nobody performs`);
  }

  #forget(instance: Instance): void {
    this.#timers.cancelAll(instance);
    this.#checks.abandon(instance);
    this.#tenure[instance] = (this.#tenure[instance] as number) + 1;
    this.#putInForce(instance);
    this.#listener.instanceForgotten(instance);
  }

  #endConnections(instance: Instance): readonly Connection[] {
    const connections = this.#connections.endAll(instance);
    this.instances.active[instance] = 0;
    this.#scheduler.loadChanged(instance);
    return connections;
  }

  #wantsTraffic(instance: Instance): boolean {
    const eligible = tagBit(this.#health.table, 'eligible');
    return this.#acceptsNew[instance] === 1 && (this.#health.tags(instance) & eligible) !== 0;
  }

  /** Brings eligibility and weight up to date, once they have propagated. */
  #refresh(instance: Instance): void {
    const { propagationMs } = this.#parts;
    if (propagationMs === 0) {
      this.#putInForce(instance);
      return;
    }
    const inForceMs = this.#nowMs() + propagationMs;
    if (this.#timers.atMs('propagation', instance) > inForceMs) {
      this.#timers.set('propagation', instance, inForceMs);
    }
  }

  #putInForce(instance: Instance): void {
    const { weight, isEligible } = this.instances;
    if (weight[instance] !== this.#wantedWeight[instance]) {
      weight[instance] = this.#wantedWeight[instance] as number;
      this.#scheduler.weightChanged(instance);
    }
    const wantsTraffic = this.#wantsTraffic(instance);
    const wasEligible = isEligible[instance] === 1;
    isEligible[instance] = wantsTraffic ? 1 : 0;
    this.#noteWelcome(instance);
    if (wasEligible === wantsTraffic) return;
    this.#scheduler.eligibilityChanged(instance);
    this.#listener.eligibilityChanged(instance, wantsTraffic);
  }

  #noteWelcome(instance: Instance): void {
    const { weight, isEligible } = this.instances;
    const isWelcome =
      this.#acceptsNew[instance] === 1 && weight[instance] !== 0 && isEligible[instance] === 1;
    this.#welcomes[instance] = isWelcome ? (this.#tenure[instance] as number) : NONE;
  }

  #nowMs(): number {
    return this.now[0] as number;
  }

  #expectInstance(instance: Instance): void {
    invariant(
      Number.isInteger(instance) && instance >= 0 && instance < this.#instancesMax,
      `instance ${instance} is not one of ${this.#instancesMax}`,
    );
  }
}
