/**
 * What stands around a service: who holds which connection, what was told of whom, and what time it is, for wrong
 * implementations that do something a part cannot. Knows no defect in particular.
 */
import type { CompiledMachine, Stepper } from '../../models/table.ts';
import { tagBit } from '../../models/table.ts';
import { type Instance, NONE } from '../scheduling/scheduler.ts';
import type {
  BackendService,
  Connection,
  ServiceListener,
  ServiceParts,
} from '../service/backend-service.ts';
import type { AlteredParts, Around } from './defect.ts';

/** Passes everything on; what differs is laid over it. */
export function delegatingTo(service: BackendService): BackendService {
  return {
    now: service.now,
    due: service.due,
    instances: service.instances,
    open: (source) => service.open(source),
    route: (source) => service.route(source),
    hold: (instance) => service.hold(instance),
    foreseeOpening: (sources, count) => service.foreseeOpening(sources, count),
    foreseeClosing: (connections, count) => service.foreseeClosing(connections, count),
    close: (connection) => service.close(connection),
    instanceOf: (connection) => service.instanceOf(connection),
    advance: () => service.advance(),
    checkOf: (check) => service.checkOf(check),
    answer: (check, afterMs, reply) => service.answer(check, afterMs, reply),
    register: (instance, weight) => service.register(instance, weight),
    reweigh: (instance, weight) => service.reweigh(instance, weight),
    remove: (instance) => service.remove(instance),
    reset: (instance) => service.reset(instance),
    reconfigure: (parts) => service.reconfigure(parts),
  };
}

/** Lays something over a service. */
export function overlaid(lay: (service: BackendService) => Partial<BackendService>): Around {
  return (assembled, listener) => {
    const service = assembled(listener);
    return { ...delegatingTo(service), ...lay(service) };
  };
}

/** Who holds which connection, and a way to end all that one holds. */
export interface Holdings {
  readonly count: () => number;
  readonly cut: (instance: Instance) => void;
}

/** Lays something over a service that knows who holds what. */
export function holding(
  lay: (service: BackendService, holdings: Holdings) => Partial<BackendService>,
): Around {
  return (assembled, listener) => {
    const held = new Map<Connection, Instance>();
    const forgetting: ServiceListener = {
      ...delegatingListener(listener),
      connectionsCut: (instance, connections) => {
        for (const connection of connections) held.delete(connection);
        listener.connectionsCut(instance, connections);
      },
    };
    const service = assembled(forgetting);
    const counting: BackendService = {
      ...delegatingTo(service),
      open: (source) => {
        const connection = service.open(source);
        if (connection !== NONE) held.set(connection, service.instanceOf(connection));
        return connection;
      },
      close: (connection) => {
        held.delete(connection);
        return service.close(connection);
      },
    };
    const cut = (instance: Instance) => {
      const own = [...held].filter(([, holder]) => holder === instance).map(([one]) => one);
      for (const connection of own) held.delete(connection);
      listener.connectionsCut(instance, own);
    };
    return { ...counting, ...lay(counting, { count: () => held.size, cut }) };
  };
}

/** Told of each member that goes out of rotation, and able to end what anybody holds. */
export function watchingOutages(
  parts: ServiceParts,
  watch: (
    service: BackendService,
    holdings: Holdings,
  ) => { readonly wentOut: (instance: Instance) => void } & Partial<BackendService>,
): AlteredParts {
  return observed(parts, (own, membership) => ({
    ...own,
    around: (assembled, listener) => {
      let tell: (instance: Instance) => void = () => {};
      const telling: ServiceListener = {
        ...delegatingListener(listener),
        eligibilityChanged: (instance, isEligible) => {
          listener.eligibilityChanged(instance, isEligible);
          if (!isEligible && membership(instance) === 'in') tell(instance);
        },
      };
      return holding((service, holdings) => {
        const { wentOut, ...overlay } = watch(service, holdings);
        tell = wentOut;
        return overlay;
      })(assembled, telling);
    },
  }));
}

export function delegatingListener(listener: ServiceListener): ServiceListener {
  return {
    checkConcluded: (check, instance, failure) => listener.checkConcluded(check, instance, failure),
    eligibilityChanged: (instance, isEligible) => listener.eligibilityChanged(instance, isEligible),
    connectionsCut: (instance, connections) => listener.connectionsCut(instance, connections),
    instanceForgotten: (instance) => listener.instanceForgotten(instance),
  };
}

/** Whether an instance is a member that takes new connections, as far as membership goes. */
export type Membership = (instance: Instance) => 'in' | 'leaving' | 'out';

/** Parts that can be asked for membership and the time, which no part is told. */
export function observed(
  parts: ServiceParts,
  edit: (parts: ServiceParts, membership: Membership, nowMs: () => number) => AlteredParts,
): AlteredParts {
  let stepper: Stepper | null = null;
  let now: Float64Array | null = null;
  const membership: Membership = (instance) => {
    if (stepper === null) return 'in';
    const tags = stepper.tags(instance);
    const { table } = stepper;
    if ((tags & tagBit(table, 'acceptsNew')) !== 0) return 'in';
    return (tags & tagBit(table, 'servesEstablished')) !== 0 ? 'leaving' : 'out';
  };
  const engine = (compiled: CompiledMachine, slots: number): Stepper => {
    const made = parts.engine(compiled, slots);
    if (compiled === parts.membership) stepper = made;
    return made;
  };
  const edited = edit({ ...parts, engine }, membership, () => now?.[0] ?? 0);
  return {
    ...edited,
    around: (assembled, listener) => {
      const service = edited.around?.(assembled, listener) ?? assembled(listener);
      now = service.now;
      return service;
    },
  };
}
