/** Wrong implementations of who is picked, by what they overlook: some instances, some loads, some time. Knows how they are made, not how they are caught. */
import {
  type Instance,
  type InstanceColumns,
  NONE,
  type Scheduler,
  type SchedulerFactory,
} from '../scheduling/scheduler.ts';
import { mixed } from '../scheduling/source-hash.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import type { Scheduling } from '../spec/configuration.ts';
import type { AlteredParts, Defect } from './defect.ts';
import {
  delegating,
  type Misreading,
  rescheduled,
  withoutLosses,
  withWeights,
} from './misread-columns.ts';
import { observed } from './surrounding.ts';

/** Weights as they are, then changed for those who take part. */
function misread(change: (weight: number, weights: readonly number[]) => number): Misreading {
  return ({ weight, isEligible }, seen) => {
    seen.set(weight);
    const taking = [...weight.keys()].filter(
      (instance) => isEligible[instance] === 1 && (weight[instance] as number) > 0,
    );
    const weights = taking.map((instance) => weight[instance] as number);
    for (const instance of taking) seen[instance] = change(weight[instance] as number, weights);
  };
}

/** The largest weight that source hashing has room for in either profile. */
const weightMax = 100;

/** Who is lighter than anybody registered, in rotation or not. */
const starvingLightest: Misreading = ({ weight }, seen) => {
  const weights = weight.filter((one) => one > 0);
  const least = Math.min(...weights);
  const isUneven = least < Math.max(...weights);
  weight.forEach((one, instance) => {
    seen[instance] = isUneven && one === least ? 0 : one;
  });
};

/** Picks again and again, from what it is told now. */
function picking(
  pick: (
    instances: InstanceColumns,
    sources: { readonly address: Uint32Array },
    turn: number,
    source: number,
  ) => Instance,
): SchedulerFactory {
  return (instances, sources) => {
    let turn = 0;
    return {
      pick: (source) => pick(instances, sources, turn++, source),
      loadChanged: () => {},
      eligibilityChanged: () => {},
      weightChanged: () => {},
    };
  };
}

function takers({ weight, isEligible }: InstanceColumns): readonly Instance[] {
  return [...weight.keys()].filter(
    (instance) => isEligible[instance] === 1 && (weight[instance] as number) > 0,
  );
}

function byWeight(instances: InstanceColumns, bits: number): Instance {
  const own = takers(instances);
  const total = own.reduce((sum, instance) => sum + (instances.weight[instance] as number), 0);
  if (total === 0) return NONE;
  let rest = bits % total;
  return (
    own.find((instance) => {
      rest -= instances.weight[instance] as number;
      return rest < 0;
    }) ?? NONE
  );
}

const atRandom = picking((instances, _, turn) => byWeight(instances, mixed(turn, 7)));
const fullest = picking((instances) => {
  const { active, weight } = instances;
  const load = (one: Instance) => (active[one] as number) / (weight[one] as number);
  return takers(instances).reduce<Instance>(
    (best, one) => (best === NONE || load(one) > load(best) ? one : best),
    NONE,
  );
});
/** Sees only the first few of those who take part. */
function amongFirst(factory: SchedulerFactory, count: number): SchedulerFactory {
  return (instances, sources) => {
    const isEligible = new Uint8Array(instances.isEligible.length);
    const scheduler = factory({ ...instances, isEligible }, sources);
    const look = (): void => {
      const own = new Set(takers(instances).slice(0, count));
      isEligible.forEach((was, instance) => {
        const is = own.has(instance) ? 1 : 0;
        if (is === was) return;
        isEligible[instance] = is;
        scheduler.eligibilityChanged(instance);
      });
    };
    return {
      ...delegating(scheduler),
      eligibilityChanged: look,
      weightChanged: (instance) => {
        scheduler.weightChanged(instance);
        look();
      },
    };
  };
}

/** Where the first finds nobody, the second does. */
function orElse(first: SchedulerFactory, second: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const [one, other] = [first(instances, sources), second(instances, sources)];
    const both = (tell: (scheduler: Scheduler) => void) => {
      tell(one);
      tell(other);
    };
    return {
      pick: (source) => {
        const picked = one.pick(source);
        return picked === NONE ? other.pick(source) : picked;
      },
      loadChanged: (instance) => both((scheduler) => scheduler.loadChanged(instance)),
      eligibilityChanged: (instance) => both((scheduler) => scheduler.eligibilityChanged(instance)),
      weightChanged: (instance) => both((scheduler) => scheduler.weightChanged(instance)),
    };
  };
}

/** Sees some slots only, whoever is in them. */
function amongSlots(
  factory: SchedulerFactory,
  isSeen: (slot: Instance) => boolean,
): SchedulerFactory {
  return (instances, sources) => {
    const isEligible = instances.isEligible.map((is, slot) => (isSeen(slot) ? is : 0));
    const scheduler = factory({ ...instances, isEligible }, sources);
    return {
      ...delegating(scheduler),
      eligibilityChanged: (instance) => {
        if (isSeen(instance)) isEligible[instance] = instances.isEligible[instance] as number;
        scheduler.eligibilityChanged(instance);
      },
    };
  };
}

/** A close is seen once the next connection has been placed. */
function seeingClosesLate(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const before = new Int32Array(instances.active);
    const active = new Int32Array(instances.active);
    const scheduler = factory({ ...instances, active }, sources);
    const closed = new Set<Instance>();
    return {
      ...delegating(scheduler),
      loadChanged: (instance) => {
        const now = instances.active[instance] as number;
        const isClose = now < (before[instance] as number);
        before[instance] = now;
        closed.add(instance);
        if (isClose) return;
        for (const one of closed) {
          active[one] = instances.active[one] as number;
          scheduler.loadChanged(one);
        }
        closed.clear();
      },
    };
  };
}

/** Those who came back are as heavy as the lightest from then on. */
function withoutWeightOnReturn(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const returned = new Set<Instance>();
    const weight = new Int32Array(instances.weight);
    const scheduler = factory({ ...instances, weight }, sources);
    const wasOut = new Set<Instance>();
    const seen = (instance: Instance) => {
      const now = instances.weight[instance] as number;
      weight[instance] = returned.has(instance) && now > 0 ? 1 : now;
      scheduler.weightChanged(instance);
    };
    return {
      ...delegating(scheduler),
      eligibilityChanged: (instance) => {
        if (instances.isEligible[instance] === 0) wasOut.add(instance);
        else if (wasOut.has(instance)) returned.add(instance);
        seen(instance);
        scheduler.eligibilityChanged(instance);
      },
      weightChanged: seen,
    };
  };
}

/** Loads as they were when somebody last came or went, plus what came since. */
function forgettingOnMembership(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const base = new Int32Array(instances.active.length);
    const active = new Int32Array(instances.active);
    const scheduler = factory({ ...instances, active }, sources);
    const look = (instance: Instance): void => {
      active[instance] = Math.max(
        0,
        (instances.active[instance] as number) - (base[instance] as number),
      );
      scheduler.loadChanged(instance);
    };
    return {
      ...delegating(scheduler),
      loadChanged: look,
      eligibilityChanged: (changed) => {
        base.set(instances.active);
        for (const instance of base.keys()) look(instance);
        scheduler.eligibilityChanged(changed);
      },
    };
  };
}

/** Loads are looked at every so often. */
const picksBetweenLooks = 12;
function lookingSeldom(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const active = new Int32Array(instances.active);
    const scheduler = factory({ ...instances, active }, sources);
    let picks = 0;
    return {
      ...delegating(scheduler),
      pick: (source) => {
        if (picks++ % picksBetweenLooks === 0) {
          active.set(instances.active);
          for (const instance of takers(instances)) scheduler.loadChanged(instance);
        }
        return scheduler.pick(source);
      },
      loadChanged: () => {},
    };
  };
}

/** With the time in it: every so often everybody is dealt out again. */
function timed(
  scheduling: Scheduling,
  make: (factory: SchedulerFactory, nowMs: () => number) => SchedulerFactory,
) {
  return (parts: ServiceParts): AlteredParts =>
    observed(parts, (own, _, nowMs) =>
      rescheduled(scheduling, (factory) => make(factory, nowMs))(own),
    );
}

/** Some minutes: longer than a look at the same set takes, shorter than anybody would call stable. */
const saltMs = 120_000;
function salted(factory: SchedulerFactory, nowMs: () => number): SchedulerFactory {
  return (instances, sources) => {
    let salt = 0;
    const address = new Uint32Array(sources.address.length);
    const scheduler: Scheduler = factory(instances, { ...sources, address });
    return {
      ...delegating(scheduler),
      pick: (source) => {
        salt = Math.floor(nowMs() / saltMs);
        address[source] = mixed(sources.address[source] as number, salt);
        return scheduler.pick(source);
      },
    };
  };
}

const minuteMs = 60_000;
/** What it takes for gone comes late: the scheduler goes on with who has just gone out. */
function late(
  factory: SchedulerFactory,
  nowMs: () => number,
  isMember: (instance: Instance) => boolean,
): SchedulerFactory {
  return (instances, sources) => {
    const isEligible = new Uint8Array(instances.isEligible);
    const goneMs = new Map<Instance, number>();
    const scheduler = factory({ ...instances, isEligible }, sources);
    return {
      ...delegating(scheduler),
      pick: (source) => {
        for (const [instance, sinceMs] of goneMs) {
          if (nowMs() < sinceMs + minuteMs && isMember(instance)) continue;
          goneMs.delete(instance);
          isEligible[instance] = 0;
          scheduler.eligibilityChanged(instance);
        }
        return scheduler.pick(source);
      },
      eligibilityChanged: (instance) => {
        if (instances.isEligible[instance] === 1) {
          goneMs.delete(instance);
          isEligible[instance] = 1;
        } else if (!goneMs.has(instance)) goneMs.set(instance, nowMs());
        scheduler.eligibilityChanged(instance);
      },
    };
  };
}

/** Longer than any look at a refill takes, shorter than a drain. */
const releaseMs = 20_000;
/** An end takes a while to be counted; a connection is counted at once. */
function releasingLate(factory: SchedulerFactory, nowMs: () => number): SchedulerFactory {
  return (instances, sources) => {
    const before = new Int32Array(instances.active);
    const active = new Int32Array(instances.active);
    const scheduler = factory({ ...instances, active }, sources);
    const ended: { readonly instance: Instance; readonly atMs: number }[] = [];
    const count = (instance: Instance, by: number): void => {
      active[instance] = (active[instance] as number) + by;
      scheduler.loadChanged(instance);
    };
    return {
      ...delegating(scheduler),
      pick: (source) => {
        while (ended[0] !== undefined && ended[0].atMs + releaseMs <= nowMs()) {
          count((ended.shift() as { instance: Instance }).instance, -1);
        }
        return scheduler.pick(source);
      },
      loadChanged: (instance) => {
        const by = (instances.active[instance] as number) - (before[instance] as number);
        before[instance] = instances.active[instance] as number;
        if (by > 0) count(instance, by);
        for (let one = by; one < 0; one++) ended.push({ instance, atMs: nowMs() });
      },
    };
  };
}

/** Everybody's own round robin: each source is dealt out by itself, from the first instance on. */
function forEachSource(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const own = new Map<number, Scheduler>();
    const all = (tell: (scheduler: Scheduler) => void) => {
      for (const scheduler of own.values()) tell(scheduler);
    };
    return {
      pick: (source) => {
        const address = sources.address[source] as number;
        const scheduler = own.get(address) ?? factory(instances, sources);
        own.set(address, scheduler);
        return scheduler.pick(source);
      },
      loadChanged: () => {},
      eligibilityChanged: (instance) => all((one) => one.eligibilityChanged(instance)),
      weightChanged: (instance) => all((one) => one.weightChanged(instance)),
    };
  };
}

export const pickingDefects: readonly Defect[] = [
  {
    name: 'wrr-heaviest-once-more',
    sentence: 'The heaviest instance gets one connection too many in each cycle.',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', (factory) =>
      withWeights(
        factory,
        misread((weight, all) => (weight === Math.max(...all) ? weight + 1 : weight)),
      ),
    ),
  },
  {
    name: 'wrr-starves-lightest',
    sentence: 'An instance that is lighter than the others gets nothing.',
    thread: 'envoyproxy/envoy/pull/32233',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', (factory) => withWeights(factory, starvingLightest)),
  },
  {
    name: 'wrr-at-random',
    sentence: 'Round robin draws at random, by the weights.',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', () => atRandom),
  },
  {
    name: 'wrr-overlooks-fourth',
    sentence: 'Round robin never comes to the fourth instance.',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', (factory) =>
      amongSlots(factory, (slot) => slot !== 3),
    ),
  },
  {
    name: 'wrr-forgets-weight-on-return',
    sentence: 'An instance that comes back counts for 1 whatever its weight.',
    thread: 'traefik/traefik/issues/2986',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', withoutWeightOnReturn),
  },
  {
    name: 'wrr-for-each-source',
    sentence:
      'Round robin deals out the connections of each source by themselves, from the first instance on.',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', forEachSource),
  },
  {
    name: 'wrr-ignores-health',
    sentence: 'Round robin deals out to all members, whatever their checks say.',
    breaks: ['schedule.eligible'],
    edit: (parts) =>
      observed(parts, (own, membership) =>
        rescheduled('weighted-round-robin', (factory) =>
          withoutLosses(factory, (instance) => membership(instance) === 'in'),
        )(own),
      ),
  },
  {
    name: 'wrr-share-tilted',
    sentence: 'Several schedulers are declared, and all of them give the heaviest a fifth more.',
    traits: { 'wrr.schedulers': 'n' },
    breaks: ['schedule.wrr.share'],
    edit: rescheduled('weighted-round-robin', (factory) =>
      withWeights(
        factory,
        misread((weight, all) => (weight === Math.max(...all) ? 17 * weight : 10 * weight)),
      ),
    ),
  },
  {
    name: 'wlc-picks-fullest',
    sentence: 'Least connections picks whoever has the most.',
    thread: 'pgdogdev/pgdog/pull/703',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', () => fullest),
  },
  {
    name: 'wlc-few-only',
    sentence: 'Least connections looks at the first two instances only.',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', (factory) => amongFirst(factory, 2)),
  },
  {
    name: 'wlc-weights-squared',
    sentence: 'Least connections weighs by the square of the weights.',
    thread: 'apache/guacamole-client/pull/161',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', (factory) =>
      withWeights(
        factory,
        misread((weight) => weight * weight),
      ),
    ),
  },
  {
    name: 'wlc-looks-seldom',
    sentence: `Least connections looks at the loads once in ${picksBetweenLooks} picks.`,
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', lookingSeldom),
  },
  {
    name: 'wlc-forgets-on-membership-change',
    sentence: 'When anybody comes or goes least connections starts to count anew.',
    thread: 'apache/apisix/issues/13666',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', forgettingOnMembership),
  },
  {
    name: 'wlc-is-random',
    sentence: 'Least connections draws at random, by the weights.',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', () => atRandom),
  },
  {
    name: 'wlc-sees-closes-late',
    sentence: 'Least connections sees that connections ended one placement late.',
    breaks: ['schedule.wlc.release'],
    edit: rescheduled('weighted-least-connections', seeingClosesLate),
  },
  {
    name: 'wlc-releases-late',
    sentence: `Least connections counts a connection for ${releaseMs / 1000} s after it has ended.`,
    breaks: ['schedule.wlc.release'],
    edit: timed('weighted-least-connections', releasingLate),
  },
  {
    name: 'source-salted-by-time',
    sentence: 'Every two minutes the sources are dealt out again.',
    breaks: ['schedule.source.sticky'],
    edit: timed('source-ip', salted),
  },
  {
    name: 'source-ignores-source',
    sentence: 'Source hashing draws at random, by the weights.',
    breaks: ['schedule.source.sticky'],
    edit: rescheduled('source-ip', () => atRandom),
  },
  {
    name: 'source-few-only',
    sentence: 'Source hashing spreads over the first two instances only.',
    breaks: ['schedule.source.share'],
    edit: rescheduled('source-ip', (factory) =>
      orElse(
        amongSlots(factory, (slot) => slot < 2),
        factory,
      ),
    ),
  },
  {
    name: 'source-weights-squared',
    sentence: 'Source hashing spreads by the square of the weights.',
    breaks: ['schedule.source.share'],
    edit: rescheduled('source-ip', (factory) =>
      withWeights(
        factory,
        misread((weight) => Math.min(weight * weight, weightMax)),
      ),
    ),
  },
  {
    name: 'out-a-minute-late',
    sentence: 'An instance that went out gets new connections for another minute.',
    thread: 'aws/containers-roadmap/issues/470',
    breaks: ['health.detection-time'],
    edit: (parts) =>
      observed(parts, (own, membership, nowMs) => ({
        ...own,
        // a removal is heard of at once
        scheduler: late(own.scheduler, nowMs, (instance) => membership(instance) === 'in'),
      })),
  },
];
