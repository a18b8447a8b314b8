/**
 * Defects that show in some circumstances only: at a time, in a large fleet, while somebody is unwell, after a weight of 0.
 * Knows no clause beyond those that each breaks.
 */
import {
  type Instance,
  NONE,
  type SchedulerFactory,
  type Source,
} from '../scheduling/scheduler.ts';
import { mixed } from '../scheduling/source-hash.ts';
import type { BackendService, ServiceParts } from '../service/backend-service.ts';
import type { AlteredParts, Around, Defect } from './defect.ts';
import {
  delegating,
  firstSeen,
  type Misreading,
  rescheduled,
  withWeights,
} from './misread-columns.ts';
import { type Rewrite, rewired } from './rewiring.ts';
import {
  delegatingListener,
  delegatingTo,
  holding,
  type Membership,
  observed,
  watchingOutages,
} from './surrounding.ts';

const minuteMs = 60_000;
/** As many as some tables hold. */
const fleetMax = 16;

/** Goes on from where it stood only within a minute. */
function beginningAnewEachMinute(factory: SchedulerFactory, nowMs: () => number): SchedulerFactory {
  return (instances, sources) => {
    let scheduler = factory(instances, sources);
    let minute = 0;
    return {
      pick: (source) => {
        const now = Math.floor(nowMs() / minuteMs);
        if (now !== minute) scheduler = factory(instances, sources);
        minute = now;
        return scheduler.pick(source);
      },
      loadChanged: (instance) => scheduler.loadChanged(instance),
      eligibilityChanged: (instance) => scheduler.eligibilityChanged(instance),
      weightChanged: (instance) => scheduler.weightChanged(instance),
    };
  };
}

const firstSixteen: Misreading = ({ weight }, seen) => {
  seen.set(weight);
  seen.fill(0, fleetMax);
};

/** Counts whom it picked itself; where persistence sends somebody nobody asks it. */
function countingOwnPicks(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const before = new Int32Array(instances.active);
    const active = new Int32Array(instances.active);
    const scheduler = factory({ ...instances, active }, sources);
    let picked: Instance = NONE;
    return {
      ...delegating(scheduler),
      pick: (source) => {
        picked = scheduler.pick(source);
        return picked;
      },
      loadChanged: (instance) => {
        const by = (instances.active[instance] as number) - (before[instance] as number);
        before[instance] = instances.active[instance] as number;
        const isOwn = by < 0 || picked === instance;
        picked = NONE;
        active[instance] = Math.max(0, (active[instance] as number) + (isOwn ? by : 0));
        scheduler.loadChanged(instance);
      },
    };
  };
}

/** As long as some tables remember what is idle. */
const idleMs = 600_000;

/** The oldest are forgotten first, and the end of whom nobody remembers is none. */
function forgettingTheOld(factory: SchedulerFactory, nowMs: () => number): SchedulerFactory {
  return (instances, sources) => {
    const before = new Int32Array(instances.active);
    const active = new Int32Array(instances.active);
    const scheduler = factory({ ...instances, active }, sources);
    // those of before begin with it
    const begunMs = new Map(
      [...active].map((held, instance) => [instance, new Array<number>(held).fill(nowMs())]),
    );
    const count = (instance: Instance, own: readonly number[]): void => {
      active[instance] = own.length;
      scheduler.loadChanged(instance);
    };
    return {
      ...delegating(scheduler),
      pick: (source) => {
        for (const [instance, own] of begunMs) {
          const remembered = own.filter((ms) => nowMs() < ms + idleMs);
          if (remembered.length === own.length) continue;
          begunMs.set(instance, remembered);
          count(instance, remembered);
        }
        return scheduler.pick(source);
      },
      loadChanged: (instance) => {
        const by = (instances.active[instance] as number) - (before[instance] as number);
        before[instance] = instances.active[instance] as number;
        const own = begunMs.get(instance) ?? [];
        begunMs.set(instance, own);
        for (let one = 0; one < by; one++) own.push(nowMs());
        own.splice(0, Math.max(0, -by));
        count(instance, own);
      },
    };
  };
}

/** As many as some tables hold. */
const rememberedMax = 1000;

/** Who was forgotten meanwhile is dealt out anew. */
function rememberingThousand(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const salts = new Map<number, number>();
    const address = new Uint32Array(sources.address.length);
    const scheduler = factory(instances, { ...sources, address });
    let dealt = 0;
    return {
      ...delegating(scheduler),
      pick: (source) => {
        // sources are numbered anew when nobody needs their numbers any more
        const own = sources.address[source] as number;
        const salt = salts.get(own) ?? Math.floor(dealt++ / rememberedMax);
        salts.delete(own);
        salts.set(own, salt);
        const [oldest = own] = salts.keys();
        if (salts.size > rememberedMax) salts.delete(oldest);
        address[source] = mixed(own, salt);
        return scheduler.pick(source);
      },
    };
  };
}

/** A weight that was 0 stays 0, but nobody is told. */
function restingForGood(parts: ServiceParts): AlteredParts {
  const resting = new Set<Instance>();
  const around: Around = holding((service) => ({
    register: (instance, weight) => {
      if (weight === 0) resting.add(instance);
      else resting.delete(instance);
      service.register(instance, weight);
    },
    reweigh: (instance, weight) => {
      if (weight === 0) resting.add(instance);
      service.reweigh(instance, resting.has(instance) ? 0 : weight);
    },
  }));
  return { ...parts, around };
}

/** Whether its checks are what keeps a member out. */
function isUnwell(service: BackendService, membership: Membership, instance: Instance): boolean {
  return membership(instance) === 'in' && service.instances.isEligible[instance] === 0;
}

function cuttingTheUnwell(parts: ServiceParts): AlteredParts {
  return observed(parts, (own, membership) => ({
    ...own,
    around: holding((service, { cut }) => ({
      remove: (instance) => {
        const wasUnwell = isUnwell(service, membership, instance);
        service.remove(instance);
        if (wasUnwell) cut(instance);
      },
    })),
  }));
}

/** Clients are known for good by where they went last. */
function refusingTheBereft(parts: ServiceParts): AlteredParts {
  if (parts.configuration.persistenceMs === 0) return parts;
  return observed(parts, (own, membership) => ({
    ...own,
    around: holding((service) => {
      const homes = new Map<Source, Instance>();
      return {
        open: (source) => {
          const home = homes.get(source);
          if (home !== undefined && isUnwell(service, membership, home)) return NONE;
          const connection = service.open(source);
          if (connection !== NONE) homes.set(source, service.instanceOf(connection));
          return connection;
        },
      };
    }),
  }));
}

/** Whoever goes out takes the connections of all others along. */
function cuttingOthers(parts: ServiceParts): AlteredParts {
  return watchingOutages(parts, ({ instances }, { cut }) => ({
    wentOut: (instance) => {
      for (let other = 0; other < instances.weight.length; other++) {
        if (other !== instance && instances.isEligible[other] === 1) cut(other);
      }
    },
  }));
}

/** Whoever has been out before and goes out once more loses its connections. */
function cuttingAtRelapses(parts: ServiceParts): AlteredParts {
  return watchingOutages(parts, (service, { cut }) => {
    const before = new Set<Instance>();
    return {
      wentOut: (instance) => {
        if (before.has(instance)) cut(instance);
        before.add(instance);
      },
      register: (instance, weight) => {
        before.delete(instance);
        service.register(instance, weight);
      },
    };
  });
}

/** A failure leaves an instance that is out with one of several passes. */
const onePassLeft: Rewrite = (wire) =>
  wire.event === 'check.failed' && /^down passes=[2-9]/.test(wire.state)
    ? { next: 'down passes=1', actions: [] }
    : wire;

/** Sessions are off for an instant, which forgets everybody, once somebody's drain is over. */
function forgettingAtDrainEnds(parts: ServiceParts): AlteredParts {
  if (parts.configuration.persistenceMs === 0) return parts;
  return {
    ...parts,
    around: (assembled, listener) => {
      let isOver = false;
      let inForce = parts;
      const service = assembled({
        ...delegatingListener(listener),
        instanceForgotten: (instance) => {
          isOver = true;
          listener.instanceForgotten(instance);
        },
      });
      return {
        ...delegatingTo(service),
        reconfigure: (other) => {
          inForce = other;
          service.reconfigure(other);
        },
        open: (source) => {
          if (isOver) {
            const configuration = { ...inForce.configuration, persistenceMs: 0 };
            service.reconfigure({ ...inForce, configuration });
            service.reconfigure(inForce);
          }
          isOver = false;
          return service.open(source);
        },
      };
    },
  };
}

/** Another configuration ends the connections of members that are out. */
function cuttingTheUnwellAtEdits(parts: ServiceParts): AlteredParts {
  return observed(parts, (own, membership) => ({
    ...own,
    around: holding((service, { cut }) => ({
      reconfigure: (other) => {
        service.reconfigure(other);
        for (let instance = 0; instance < service.instances.weight.length; instance++) {
          if (isUnwell(service, membership, instance)) cut(instance);
        }
      },
    })),
  }));
}

export const circumstanceDefects: readonly Defect[] = [
  {
    name: 'wrr-begins-anew-each-minute',
    sentence: 'Round robin begins its cycle anew each minute.',
    breaks: ['schedule.wrr.cycle'],
    edit: (parts) =>
      observed(parts, (own, _, nowMs) =>
        rescheduled('weighted-round-robin', (factory) => beginningAnewEachMinute(factory, nowMs))(
          own,
        ),
      ),
  },
  {
    name: 'wrr-sixteen-at-most',
    sentence: `Round robin goes round the first ${fleetMax} instances only.`,
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', (factory) => withWeights(factory, firstSixteen)),
  },
  {
    name: 'wlc-overlooks-known-clients',
    sentence: 'Least connections does not count the connections that persistence placed.',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', countingOwnPicks),
  },
  {
    name: 'wlc-forgets-the-old',
    sentence: `Least connections does not count connections of more than ${idleMs / 60_000} minutes.`,
    breaks: ['schedule.wlc.ratio'],
    edit: (parts) =>
      observed(parts, (own, _, nowMs) =>
        rescheduled('weighted-least-connections', (factory) => forgettingTheOld(factory, nowMs))(
          own,
        ),
      ),
  },
  {
    name: 'source-remembers-a-thousand',
    sentence: `Source hashing deals out anew whoever is not among the last ${rememberedMax} sources.`,
    breaks: ['schedule.source.sticky'],
    edit: rescheduled('source-ip', rememberingThousand),
  },
  {
    name: 'source-keeps-first-weights',
    sentence: 'Source hashing keeps the first weight that an instance ever had.',
    breaks: ['schedule.weight-change'],
    edit: rescheduled('source-ip', (factory) => withWeights(factory, firstSeen)),
  },
  {
    name: 'weight-zero-is-for-good',
    sentence: 'Whoever had weight 0 once keeps it, whatever is asked for later.',
    breaks: ['schedule.weight-change'],
    edit: restingForGood,
  },
  {
    name: 'removal-cuts-the-unwell',
    sentence: 'Connections of an instance that is out are cut when it is removed.',
    breaks: ['draining.established'],
    edit: cuttingTheUnwell,
  },
  {
    name: 'refuses-who-lost-its-instance',
    sentence: 'A known client whose instance is out is refused instead of sent elsewhere.',
    breaks: ['persistence.unhealthy'],
    edit: refusingTheBereft,
  },
  {
    name: 'outage-cuts-others',
    sentence: 'When an instance goes out, the connections of all others are cut.',
    breaks: ['health.isolation'],
    edit: cuttingOthers,
  },
  {
    name: 'relapse-cuts-connections',
    sentence: 'From its second outage on the connections of an instance are cut.',
    breaks: ['health.live-connections'],
    edit: cuttingAtRelapses,
  },
  {
    name: 'failure-leaves-one-pass',
    sentence: 'A failed check leaves an instance that is out one of the passes it had.',
    breaks: ['health.consecutive'],
    edit: (parts) => ({ ...parts, health: rewired(parts.health, onePassLeft) }),
  },
  {
    name: 'session-lost-at-drain-end',
    sentence: 'The end of a drain makes every client a stranger.',
    breaks: ['persistence.sticks'],
    edit: forgettingAtDrainEnds,
  },
  {
    name: 'reconfiguring-cuts-the-unwell',
    sentence: 'Another configuration cuts the connections of instances that are out.',
    breaks: ['change.keeps-established'],
    edit: cuttingTheUnwellAtEdits,
  },
];
