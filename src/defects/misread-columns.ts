/**
 * Schedulers that see other weights or loads than there are: the algorithm is right, its view is wrong. Knows the
 * columns and no algorithm.
 */
import type { InstanceColumns, Scheduler, SchedulerFactory } from '../scheduling/scheduler.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import type { Scheduling } from '../spec/configuration.ts';

/** Edits the scheduler of services that are configured for this algorithm. */
export function rescheduled(
  scheduling: Scheduling,
  edit: (factory: SchedulerFactory) => SchedulerFactory,
) {
  return (parts: ServiceParts): ServiceParts =>
    parts.configuration.scheduling === scheduling
      ? { ...parts, scheduler: edit(parts.scheduler) }
      : parts;
}

/** Fills `seen` with the weights that the scheduler is to believe in. */
export type Misreading = (instances: InstanceColumns, seen: Int32Array) => void;

export function withWeights(factory: SchedulerFactory, misread: Misreading): SchedulerFactory {
  return (instances, sources) => {
    const weight = new Int32Array(instances.instancesMax);
    misread(instances, weight);
    const scheduler = factory({ ...instances, weight }, sources);
    const changed = (instance: number) => {
      misread(instances, weight);
      scheduler.weightChanged(instance);
    };
    return { ...delegating(scheduler), eligibilityChanged: changed, weightChanged: changed };
  };
}

/** Weight 0 stays 0: what rests is another matter. */
export const allAlike: Misreading = ({ weight }, seen) => {
  for (let instance = 0; instance < weight.length; instance++) {
    seen[instance] = weight[instance] === 0 ? 0 : 1;
  }
};

/** The heaviest gets the lightest one's weight, and so on. */
export const swapped: Misreading = ({ weight, isEligible }, seen) => {
  seen.set(weight);
  const taking = [...weight.keys()].filter(
    (instance) => isEligible[instance] === 1 && (weight[instance] as number) > 0,
  );
  const rising = taking.toSorted((a, b) => (weight[a] as number) - (weight[b] as number));
  rising.forEach((instance, rank) => {
    seen[instance] = weight[rising[rising.length - 1 - rank] as number] as number;
  });
};

/** The first weight ever seen of an instance; weight 0 is another matter. */
export const firstSeen: Misreading = ({ weight }, seen) => {
  for (let instance = 0; instance < weight.length; instance++) {
    if (seen[instance] === 0 || weight[instance] === 0) seen[instance] = weight[instance] as number;
  }
};

/** The scheduler notices who comes, and of those who go only whom it does not overlook. */
export function withoutLosses(
  factory: SchedulerFactory,
  isOverlooked: (instance: number) => boolean,
): SchedulerFactory {
  return (instances, sources) => {
    const isEligible = new Uint8Array(instances.isEligible);
    const scheduler = factory({ ...instances, isEligible }, sources);
    return {
      ...delegating(scheduler),
      pick: (source) => {
        // an instance that was overlooked may be gone for good by now
        isEligible.forEach((taken, instance) => {
          if (taken === 0 || instances.isEligible[instance] === 1 || isOverlooked(instance)) return;
          isEligible[instance] = 0;
          scheduler.eligibilityChanged(instance);
        });
        return scheduler.pick(source);
      },
      eligibilityChanged: (instance) => {
        const isKept = isEligible[instance] === 1 && isOverlooked(instance);
        isEligible[instance] = isKept ? 1 : (instances.isEligible[instance] as number);
        scheduler.eligibilityChanged(instance);
      },
    };
  };
}

/** What the scheduler takes for an instance's load, from what it is, was, and was taken for. */
export type LoadMisreading = (now: number, before: number, seen: number) => number;

export function withLoad(factory: SchedulerFactory, misread: LoadMisreading): SchedulerFactory {
  return (instances, sources) => {
    const before = new Int32Array(instances.active);
    const active = before.map((load) => misread(load, load, load));
    const scheduler = factory({ ...instances, active }, sources);
    return {
      ...delegating(scheduler),
      loadChanged: (instance) => {
        const now = instances.active[instance] as number;
        const seen = active[instance] as number;
        active[instance] = misread(now, before[instance] as number, seen);
        before[instance] = now;
        scheduler.loadChanged(instance);
      },
    };
  };
}

/** Passes everything on; what differs is laid over it. */
export function delegating(scheduler: Scheduler): Scheduler {
  return {
    pick: (source) => scheduler.pick(source),
    loadChanged: (instance) => scheduler.loadChanged(instance),
    eligibilityChanged: (instance) => scheduler.eligibilityChanged(instance),
    weightChanged: (instance) => scheduler.weightChanged(instance),
  };
}
