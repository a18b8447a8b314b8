/**
 * The reference backend service as an interface: driven from outside, it owns no clock, no socket and no callback
 * into a caller's loop. Assembled from parts (`reference-parts.ts`), so that a defect edits parts and never the service.
 */
import type { CompiledMachine, Stepper } from '../../models/table.ts';
import type {
  Instance,
  InstanceColumns,
  SchedulerFactory,
  Source,
} from '../scheduling/scheduler.ts';
import type { FailureReason } from '../spec/behaviour.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';

/** Opaque handle, 31 bits; may be closed late: `close` then answers NONE. */
export type Connection = number;
export type Check = number;
/** number: an HTTP status. A TCP check knows only accepted and refused. */
export type CheckReply = 'accepted' | 'refused' | number;

export interface BackendService {
  /** [0] model time, ms; the caller writes it before each call, never backwards. A cell: a double that crosses a call is boxed. */
  readonly now: Float64Array;
  /** [0] when the service's next own timer is due (check, timeout, drain, propagation), Infinity if none. The service writes it. */
  readonly due: Float64Array;
  readonly instances: InstanceColumns;
  // hot: no allocation, no doubles, O(1) or O(log instances)
  /** Picks and counts a new connection: `route`, then `hold`. NONE: refused. */
  open(source: Source): Connection;
  /** Who is to serve a new connection of the source; nothing is counted before `hold`. NONE: it is refused. */
  route(source: Source): Instance;
  /** Counts a connection that the routed instance accepted. */
  hold(instance: Instance): Connection;
  /** Who will open next, as far as the caller knows: a hint that changes nothing but speed. */
  foreseeOpening(sources: Int32Array, count: number): void;
  /** The same of connections that will close. */
  foreseeClosing(connections: Int32Array, count: number): void;
  /** Who held it. NONE: the service or the instance ended it before; the holder just forgets it. */
  close(connection: Connection): Instance;
  instanceOf(connection: Connection): Instance;
  // cold: time. Tie rule, stated once for everyone: the service's timers due at t run before anything a caller does at t.
  /** Moves now[0] to due[0] and runs exactly one timer. A check that started must be answered before the next call; else NONE. */
  advance(): Check;
  checkOf(check: Check): { readonly instance: Instance };
  /** What the world replies, decided when the check starts: afterMs may exceed the timeout, Infinity is silence. */
  answer(check: Check, afterMs: number, reply: CheckReply): void;
  // cold: change
  register(instance: Instance, weight: number): void;
  reweigh(instance: Instance, weight: number): void;
  /** Starts the drain. */
  remove(instance: Instance): void;
  /** The instance dropped all its established connections (crash). Returns which. */
  reset(instance: Instance): readonly Connection[];
  /** Takes effect on timers started from now on; counts of machines start again only where their thresholds changed. */
  reconfigure(parts: ServiceParts): void;
}

/** Told synchronously and in causal order; cold paths only. */
export interface ServiceListener {
  checkConcluded(check: Check, instance: Instance, failure: FailureReason | null): void;
  eligibilityChanged(instance: Instance, isEligible: boolean): void;
  /** The service ended connections of its own accord (drain deadline). */
  connectionsCut(instance: Instance, connections: readonly Connection[]): void;
  instanceForgotten(instance: Instance): void;
}

/** THE SEAM. A service is assembled from this list; a seeded defect or an odd-but-right variant edits the list and never the service. */
export interface ServiceParts {
  readonly configuration: ServiceConfiguration;
  readonly health: CompiledMachine;
  readonly membership: CompiledMachine;
  readonly session: CompiledMachine;
  readonly engine: (compiled: CompiledMachine, slots: number) => Stepper;
  readonly scheduler: SchedulerFactory;
  readonly classify: (
    reply: CheckReply,
    afterMs: number,
    configuration: ServiceConfiguration,
  ) => FailureReason | null;
  /** What sessions and source hashing know a client by; applied where sources are numbered, outside the loop. */
  readonly sourceKey: (address: string, port: number) => string;
  readonly intervalFrom: 'start' | 'end';
  readonly firstCheckMs: (instance: Instance) => number;
  /** When the next check starts that is due then; `failure`: of the one before. */
  readonly nextCheckMs: (
    dueMs: number,
    instance: Instance,
    failure: FailureReason | null,
  ) => number;
  readonly propagationMs: number;
}
