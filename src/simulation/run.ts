/**
 * One run: a clock that jumps from event to event over the reference backend service. At one instant the service's own
 * timers come first, then the world (recoveries, failures, changes), then departures, then arrivals; within a kind, the
 * order of scheduling. Knows no file and no report; the loop allocates nothing.
 */
import { invariant } from '../errors/invariant.ts';
import { badInput } from '../errors/operator-error.ts';
import { type Instance, NONE } from '../scheduling/scheduler.ts';
import { assemble } from '../service/assemble.ts';
import type {
  BackendService,
  Check,
  CheckReply,
  Connection,
  ServiceListener,
  ServiceParts,
} from '../service/backend-service.ts';
import { referenceParts } from '../service/reference-parts.ts';
import { type Arrivals, batchSize } from '../traffic/arrivals.ts';
import { poissonArrivals } from '../traffic/poisson.ts';
import { replayArrivals } from '../traffic/replay.ts';
import { Detections } from './detections.ts';
import { Durations } from './durations.ts';
import { HistoryColumns, type HistorySink } from './history-columns.ts';
import { Metrics } from './metrics.ts';
import { type Change, connectionsMax, type Plan } from './plan.ts';
import { type Departures, type Serving, servingOf } from './serving.ts';
import { ServingMeasures } from './serving-measures.ts';
import { WheelQueue } from './wheel-queue.ts';
import { World, type WorldListener } from './world.ts';

/** Failures told one by one in a result; more are counted. */
const failuresNotedMax = 1000;

export interface RunOutcome {
  readonly simulatedMs: number;
  /** Arrivals happened from 0 to here; mean loads are over this part. */
  readonly spanMs: number;
  readonly events: number;
  readonly metrics: Metrics;
  /** Null: instances take whoever comes. */
  readonly serving: ServingMeasures | null;
  readonly detections: Detections;
  readonly durations: Durations;
  readonly addresses: Uint32Array;
}

/** Which stepper walks the machines; every one gives the same run. */
export interface RunOptions {
  readonly engine?: ServiceParts['engine'];
  /** Where the history goes; absent: none is kept. */
  readonly history?: HistorySink;
  /** Keeps the table of where every source went, however large. */
  readonly tellsEverySource?: boolean;
  /** A service of other parts, for a look at what a defect does to a run. */
  readonly edit?: (parts: ServiceParts) => ServiceParts;
}

export function runPlan(plan: Plan, options: RunOptions = {}): RunOutcome {
  return new Run(plan, options).toTheEnd();
}

class Run implements ServiceListener, WorldListener {
  readonly #plan: Plan;
  readonly #now = Float64Array.of(0);
  readonly #arrivals: Arrivals;
  readonly #service: BackendService;
  readonly #world: World;
  readonly #departures: Departures;
  readonly #serving: Serving | null;
  readonly #metrics: Metrics;
  readonly #detections: Detections;
  readonly #durations: Durations;
  readonly #history: HistoryColumns | null;
  /** Connections that wait for a silent instance: counted as failed when they were placed. */
  readonly #waiting: Int32Array;
  readonly #passingReply: CheckReply;
  /** The next arrival's place in its batch. */
  #next = 0;
  #batch = 0;
  #events = 0;
  /** Eligibility changes by the operator's hand say nothing about health. */
  #isChanging = false;

  constructor(plan: Plan, { engine, edit, history, tellsEverySource = false }: RunOptions) {
    this.#plan = plan;
    const { service: configuration, instances } = plan;
    this.#arrivals = arrivalsOf(plan);
    const { addresses, spanMs, meanGapMs, meanHoldMs } = this.#arrivals;
    const parts = {
      ...referenceParts(configuration),
      ...(engine === undefined ? {} : { engine }),
      // Spread over the interval, as a balancer's own checks are: all at one instant would make every failure alike.
      firstCheckMs: (instance: number) =>
        (configuration.check.intervalMs * instance) / instances.length,
    };
    this.#history =
      history === undefined
        ? null
        : new HistoryColumns(history, this.#now, addresses, instances.length);
    this.#waiting = new Int32Array(instances.length);
    this.#passingReply =
      configuration.check.method === 'tcp'
        ? 'accepted'
        : (configuration.check.normalCodes[0]?.from ?? 200);
    this.#detections = new Detections(instances.length, failuresNotedMax);
    const departures = new WheelQueue(meanGapMs, meanHoldMs, (connections, count) => {
      if (plan.serving === null) this.#service.foreseeClosing(connections, count);
    });
    this.#serving = this.#servingOver(departures);
    this.#departures = this.#serving ?? departures;
    this.#world = new World(plan, this);
    const sources = { sourcesMax: addresses.length, address: addresses };
    this.#service = assemble(edit?.(parts) ?? parts, sources, this.#now, this, {
      instancesMax: instances.length,
      connectionsMax,
    });
    this.#durations = new Durations(this.#now, connectionsMax, plan.serving === null);
    this.#metrics = new Metrics(
      this.#service.instances,
      instances.length,
      addresses.length,
      this.#now,
      spanMs,
      plan.bucketsMax,
      tellsEverySource,
    );
    instances.forEach(({ weight, isPresent }, instance) => {
      this.#noteManner(instance);
      if (isPresent) this.#byHand(instance, () => this.#service.register(instance, weight));
    });
  }

  #servingOver(departures: Departures): Serving | null {
    const { serving, instances } = this.#plan;
    if (serving === null) return null;
    const { spanMs } = this.#arrivals;
    const measures = new ServingMeasures(instances.length, this.#now, serving.warmUpMs, spanMs);
    return servingOf(serving, measures, this.#now, departures, (connection) =>
      this.#service.close(connection),
    );
  }

  toTheEnd(): RunOutcome {
    const now = this.#now;
    const { due } = this.#service;
    const world = this.#world.queue.headMs;
    const departure = this.#departures.headMs;
    const arrival = this.#arrivals.atMs;
    const { boundaryMs } = this.#metrics;
    const { eventsMax } = this.#plan;
    this.#drawArrivals();
    for (;;) {
      const departureMs = departure[0] as number;
      const arrivalMs = arrival[this.#next] as number;
      const isDeparture = departureMs <= arrivalMs;
      const nextMs = isDeparture ? departureMs : arrivalMs;
      // Arrivals and departures are nearly all events. At one instant everything else comes before them.
      if (
        (due[0] as number) <= nextMs ||
        (world[0] as number) <= nextMs ||
        (boundaryMs[0] as number) <= nextMs
      ) {
        if (!this.#runRare(nextMs)) break;
        continue;
      }
      if (++this.#events > eventsMax) throw this.#tooLong();
      now[0] = nextMs;
      if (isDeparture) this.#depart();
      else this.#arrive();
    }
    return this.#conclude();
  }

  /** Time goes on to a boundary, to the service's timer or to the world's event, the first of them. False: it is over. */
  #runRare(trafficMs: number): boolean {
    const dueMs = this.#service.due[0] as number;
    const worldMs = this.#world.queue.headMs[0] as number;
    const boundaryMs = this.#metrics.boundaryMs[0] as number;
    const nextMs = Math.min(dueMs, worldMs, trafficMs);
    const areAllGone = trafficMs === Number.POSITIVE_INFINITY && this.#metrics.activeTotal === 0;
    if (areAllGone && nextMs > this.#arrivals.spanMs) return false;
    if (boundaryMs <= nextMs) {
      this.#now[0] = boundaryMs;
      this.#metrics.cross();
      return true;
    }
    if (++this.#events > this.#plan.eventsMax) throw this.#tooLong();
    if (dueMs <= worldMs) this.#advance();
    else {
      this.#now[0] = worldMs;
      this.#world.runNext(worldMs);
    }
    return true;
  }

  #drawArrivals(): void {
    const { atMs, source } = this.#arrivals;
    this.#bookBatch();
    this.#next = 0;
    this.#batch = this.#arrivals.nextBatch();
    this.#service.foreseeOpening(source, this.#batch);
    // A batch that is not full is the last one.
    if (this.#batch < atMs.length) atMs[this.#batch] = Number.POSITIVE_INFINITY;
  }

  #bookBatch(): void {
    this.#metrics.noteSources(this.#arrivals.source, this.#batch);
    this.#durations.book(this.#arrivals.holdMs, this.#batch);
  }

  #conclude(): RunOutcome {
    const { spanMs, addresses } = this.#arrivals;
    while ((this.#metrics.boundaryMs[0] as number) <= spanMs) {
      this.#now[0] = this.#metrics.boundaryMs[0] as number;
      this.#metrics.cross();
    }
    this.#now[0] = Math.max(this.#now[0] as number, spanMs);
    this.#bookBatch();
    this.#metrics.conclude();
    this.#history?.conclude();
    this.#serving?.measures.conclude();
    return {
      simulatedMs: this.#now[0],
      spanMs,
      events: this.#events,
      metrics: this.#metrics,
      serving: this.#serving?.measures ?? null,
      detections: this.#detections,
      durations: this.#durations,
      addresses,
    };
  }

  #arrive(): void {
    const next = this.#next;
    const { holdMs } = this.#arrivals;
    const source = this.#arrivals.source[next] as number;
    const metrics = this.#metrics;
    metrics.arrived++;
    if (this.#history !== null) this.#history.arrived(source);
    const instance = this.#service.route(source);
    if (instance === NONE) {
      this.#durations.strikeOut(holdMs, next);
      metrics.noteRefused(source);
      this.#history?.refused();
    } else {
      metrics.notePlaced(source, instance);
      if (this.#world.downReasons[instance] !== 0) {
        metrics.noteFailed(source);
        this.#durations.strikeOut(holdMs, next);
        this.#failToConnect(instance);
      } else if (this.#serving !== null) this.#serve(this.#serving, instance);
      else {
        const connection = this.#hold(instance);
        this.#durations.held(connection, holdMs, next);
        this.#departures.atMs[0] = (this.#now[0] as number) + (holdMs[next] as number);
        this.#departures.push(connection);
      }
    }
    this.#next = next + 1;
    if (next + 1 === batchSize) this.#drawArrivals();
  }

  #hold(instance: Instance): Connection {
    const connection = this.#service.hold(instance);
    this.#metrics.noteOpened(instance);
    if (this.#history !== null) this.#history.placed(connection, instance);
    return connection;
  }

  #serve(serving: Serving, instance: Instance): void {
    if (!serving.offer(instance)) {
      this.#history?.refusedByInstance();
      return;
    }
    serving.workMs[0] = this.#arrivals.holdMs[this.#next] as number;
    const connection = this.#hold(instance);
    this.#durations.admitted(connection);
    serving.admit(connection, instance);
  }

  /** Nobody noticed yet that the instance is down. */
  #failToConnect(instance: Instance): void {
    const { failed } = this.#metrics;
    failed[instance] = (failed[instance] as number) + 1;
    if (this.#world.silentReasons[instance] === 0 || this.#plan.connectTimeoutMs === 0) {
      this.#durations.failedAtOnce();
      this.#history?.refusedByInstance();
      return;
    }
    this.#waiting[instance] = (this.#waiting[instance] as number) + 1;
    const connection = this.#hold(instance);
    this.#durations.waits(connection, this.#plan.connectTimeoutMs);
    this.#departures.atMs[0] = (this.#now[0] as number) + this.#plan.connectTimeoutMs;
    // The complement, a negative number, marks a client that gives up.
    this.#departures.push(~connection);
  }

  #depart(): void {
    const payload = this.#departures.pop();
    const isGivingUp = payload < 0;
    const connection = isGivingUp ? ~payload : payload;
    const instance = this.#service.close(connection);
    if (instance === NONE) {
      this.#durations.leftLate(connection, isGivingUp);
      return;
    }
    this.#metrics.noteClosed(instance);
    if (this.#history !== null) this.#history.closedByClient(connection);
    if (isGivingUp) {
      this.#waiting[instance] = (this.#waiting[instance] as number) - 1;
      this.#durations.gaveUp(connection);
      return;
    }
    this.#metrics.completed++;
    if (this.#serving !== null) {
      this.#durations.served(connection);
      this.#serving.served(instance);
    }
  }

  #advance(): void {
    const check = this.#service.advance();
    if (check === NONE) return;
    const { instance } = this.#service.checkOf(check);
    if (this.#world.downReasons[instance] === 0) this.#answer(check, 0, this.#passingReply);
    else if (this.#world.silentReasons[instance] === 0) this.#answer(check, 0, 'refused');
    else this.#answer(check, Number.POSITIVE_INFINITY, 'refused');
  }

  #answer(check: Check, afterMs: number, reply: CheckReply): void {
    this.#noteManner(this.#service.checkOf(check).instance);
    this.#history?.checkAnswered(this.#service.checkOf(check).instance, afterMs, reply);
    this.#service.answer(check, afterMs, reply);
  }

  /** A further outage may make an instance silent that refuses already. */
  #noteManner(instance: Instance): void {
    if (this.#history === null) return;
    const isSilent = this.#world.silentReasons[instance] !== 0;
    const isDown = this.#world.downReasons[instance] !== 0;
    this.#history.behaves(instance, isSilent ? 'silent' : isDown ? 'refuses' : 'up');
  }

  // The world

  failed(instance: number): void {
    const { isEligible } = this.#service.instances;
    this.#detections.failed(instance, this.#now[0] as number, isEligible[instance] === 1);
    this.#noteManner(instance);
    const dropped = this.#service.reset(instance);
    this.#history?.closedTogether(dropped, 'instance');
    this.#metrics.noteEnded(instance, dropped.length);
    this.#durations.lost(dropped);
    this.#serving?.dropAll(instance);
    const { lost } = this.#metrics;
    lost[instance] = (lost[instance] as number) + dropped.length - this.#forgetWaiting(instance);
  }

  recovered(instance: number): void {
    this.#detections.recovered(instance, this.#now[0] as number);
    this.#noteManner(instance);
  }

  changed(change: Change): void {
    const { instance } = change;
    this.#history?.changed(this.#plan.changes.indexOf(change));
    this.#byHand(instance, () => {
      if (change.does === 'remove') this.#service.remove(instance);
      else if (change.does === 'register') this.#service.register(instance, change.weight);
      else this.#service.reweigh(instance, change.weight);
    });
  }

  #byHand(instance: number, change: () => void): void {
    this.#isChanging = true;
    change();
    this.#isChanging = false;
    const isEligible = this.#service.instances.isEligible[instance] === 1;
    this.#metrics.noteEligibility(instance, isEligible);
  }

  // The service

  checkConcluded(_check: Check, instance: Instance): void {
    this.#history?.checkEnded(instance);
  }

  eligibilityChanged(instance: number, isEligible: boolean): void {
    this.#history?.eligible(instance, isEligible);
    if (this.#isChanging) return;
    this.#metrics.noteEligibility(instance, isEligible);
    const now = this.#now[0] as number;
    if (isEligible) this.#detections.returned(instance, now);
    else this.#detections.takenOut(instance, now);
  }

  connectionsCut(instance: number, connections: readonly number[]): void {
    this.#metrics.noteEnded(instance, connections.length);
    this.#durations.cutByDrain(connections);
    this.#history?.closedTogether(connections, 'balancer');
    this.#serving?.dropAll(instance);
    const { cut } = this.#metrics;
    cut[instance] = (cut[instance] as number) + connections.length - this.#forgetWaiting(instance);
  }

  instanceForgotten(instance: Instance): void {
    this.#history?.checkForgotten(instance);
  }

  /** All connections of an instance ended; those that waited in vain were counted as failed already. */
  #forgetWaiting(instance: number): number {
    const waiting = this.#waiting[instance] as number;
    this.#waiting[instance] = 0;
    return waiting;
  }

  #tooLong(): Error {
    const seconds = Math.round((this.#now[0] as number) / 1000);
    return badInput(
      `the run takes more than ${this.#plan.eventsMax} events (limits.eventsMax): after ${seconds} simulated seconds ` +
        `${this.#metrics.arrived} connections had arrived and ${this.#metrics.activeTotal} were open`,
      'SIMULATION_TOO_LONG',
      'Shorten the traffic, give holdSeconds a lighter tail, or raise limits.eventsMax in the scenario.',
    );
  }
}

function arrivalsOf({ traffic, seed, replication }: Plan): Arrivals {
  const arrivals =
    traffic.kind === 'poisson'
      ? poissonArrivals(traffic, seed, replication)
      : replayArrivals(traffic, seed, replication);
  invariant(arrivals.addresses.length > 0, 'traffic comes from somewhere');
  return arrivals;
}
