/** Schedulers that keep every promise in their own way: other orders, other hashes, several at once. Knows no trait. */
import { Participants } from '../scheduling/participants.ts';
import {
  type Instance,
  type InstanceColumns,
  NONE,
  type SchedulerFactory,
} from '../scheduling/scheduler.ts';
import { mixed } from '../scheduling/source-hash.ts';
import { weightedRoundRobin } from '../scheduling/weighted-round-robin.ts';
import { delegating } from './misread-columns.ts';

/** Picks from a list that is made anew whenever anybody comes, goes or gets another weight. */
function fromList(
  make: (participants: readonly Instance[], instances: InstanceColumns) => readonly Instance[],
  pick: (list: readonly Instance[], turn: number, address: number) => Instance,
): SchedulerFactory {
  return (instances, sources) => {
    const participants = new Participants(instances);
    let turn = 0;
    let list: readonly Instance[] = [];
    const remake = () => {
      participants.rebuild();
      list = make([...participants.list.subarray(0, participants.count)], instances);
      turn = 0;
    };
    remake();
    return {
      pick: (source) =>
        list.length === 0 ? NONE : pick(list, turn++, sources.address[source] as number),
      loadChanged: () => {},
      eligibilityChanged: remake,
      weightChanged: remake,
    };
  };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Each as often as its part of one cycle. */
function cycleOf(participants: readonly Instance[], { weight }: InstanceColumns) {
  const divisor = participants.reduce((sum, one) => gcd(sum, weight[one] as number), 0);
  return participants.map((instance) => ({
    instance,
    turns: (weight[instance] as number) / divisor,
  }));
}

const inTurn = (list: readonly Instance[], turn: number) => list[turn % list.length] as Instance;

function burstsOf(participants: readonly Instance[], instances: InstanceColumns) {
  return cycleOf(participants, instances).flatMap(({ instance, turns }) =>
    new Array<Instance>(turns).fill(instance),
  );
}

/** Each instance gets its whole part of a cycle in one burst, then the next one does. */
export const inBursts: SchedulerFactory = fromList(burstsOf, inTurn);

/** Round by round, those whose weight is not used up: the classic order of LVS. */
export const interleaved: SchedulerFactory = fromList((participants, instances) => {
  const cycle = cycleOf(participants, instances);
  const rounds = Math.max(0, ...cycle.map(({ turns }) => turns));
  return Array.from({ length: rounds }, (_, round) =>
    cycle.filter(({ turns }) => turns >= rounds - round).map(({ instance }) => instance),
  ).flat();
}, inTurn);

/** Each cycle in an order of its own. */
export const shuffled: SchedulerFactory = fromList(burstsOf, (list, turn) => {
  const place = turn % list.length;
  const order = (one: number) => mixed(one, turn - place);
  const places = list.map((_, index) => index).toSorted((a, b) => order(a) - order(b));
  return list[places[place] as number] as Instance;
});

/** How often a cycle was to begin somewhere else. */
export interface Beginnings {
  count: number;
}

/** The same cycle, begun somewhere else each time that anything changes, and as often as `beginnings` says. */
export function startingAnywhere(
  factory: SchedulerFactory,
  beginnings: Beginnings,
): SchedulerFactory {
  return (instances, sources) => {
    const scheduler = factory(instances, sources);
    let begun = -1;
    return {
      ...delegating(scheduler),
      pick: (source) => {
        const skipped = begun === beginnings.count ? 0 : mixed(beginnings.count, 11) % 7;
        begun = beginnings.count;
        for (let skip = 0; skip < skipped; skip++) scheduler.pick(source);
        return scheduler.pick(source);
      },
      eligibilityChanged: (instance) => {
        scheduler.eligibilityChanged(instance);
        beginnings.count++;
      },
      weightChanged: (instance) => {
        scheduler.weightChanged(instance);
        beginnings.count++;
      },
    };
  };
}

/** Workers that do not know of each other; which of them takes a connection is anybody's guess. */
export function severalWorkers(count: number): SchedulerFactory {
  return (instances, sources) => {
    const workers = Array.from({ length: count }, () => weightedRoundRobin(instances));
    let connections = 0;
    const each = (tell: (worker: (typeof workers)[number]) => void) => workers.forEach(tell);
    return {
      pick: (source) => {
        const worker = workers[mixed(connections++, sources.sourcesMax) % count];
        return worker?.pick(source) ?? NONE;
      },
      loadChanged: () => {},
      eligibilityChanged: (instance) => each((worker) => worker.eligibilityChanged(instance)),
      weightChanged: (instance) => each((worker) => worker.weightChanged(instance)),
    };
  };
}

/** By the hash of client and turn: as many workers as there are connections, of which each gives one. */
export const drawnByWeight: SchedulerFactory = (instances, sources) => {
  const participants = new Participants(instances);
  let turn = 0;
  return {
    pick: (source) => {
      const { list, count } = participants;
      const own = list.subarray(0, count);
      const sum = own.reduce((total, one) => total + (instances.weight[one] as number), 0);
      let left = (mixed(sources.address[source] as number, turn++) / 2 ** 32) * sum;
      for (const one of own) {
        left -= instances.weight[one] as number;
        if (left < 0) return one;
      }
      return NONE;
    },
    loadChanged: () => {},
    eligibilityChanged: () => participants.rebuild(),
    weightChanged: () => participants.rebuild(),
  };
};

/** A table with as many entries as the weights sum to: whoever leaves moves almost everyone. */
export const plainHash: SchedulerFactory = fromList(
  (participants, { weight }) =>
    participants.flatMap((one) => new Array<Instance>(weight[one] as number).fill(one)),
  (list, _, address) => list[mixed(address, 0) % list.length] as Instance,
);

const pointsPerWeight = 160;
/** Points on a ring, as Ketama has them: only the sources of who leaves move, and shares stray. */
export const ringHash: SchedulerFactory = (instances, sources) => {
  const participants = new Participants(instances);
  let ring: { readonly at: number; readonly instance: Instance }[] = [];
  const remake = () => {
    participants.rebuild();
    ring = [...participants.list.subarray(0, participants.count)]
      .flatMap((instance) =>
        Array.from(
          { length: pointsPerWeight * (instances.weight[instance] as number) },
          (_, point) => ({
            at: mixed(point * 7919, instance + 1),
            instance,
          }),
        ),
      )
      .toSorted((a, b) => a.at - b.at || a.instance - b.instance);
  };
  remake();
  return {
    pick: (source) => {
      if (ring.length === 0) return NONE;
      const place = mixed(sources.address[source] as number, 0);
      let low = 0;
      let high = ring.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ring[middle]?.at ?? 0) < place) low = middle + 1;
        else high = middle;
      }
      return (ring[low % ring.length] as (typeof ring)[number]).instance;
    },
    loadChanged: () => {},
    eligibilityChanged: remake,
    weightChanged: remake,
  };
};

/** A prime, as Maglev asks for (Eisenbud et al., NSDI 2016, 3.4); small, for few instances. */
const maglevSize = 2039;
/** Each fills in turn the next free entry of its own order, as often as its weight says. */
export const maglevHash: SchedulerFactory = fromList(
  (participants, { weight }) => {
    if (participants.length === 0) return [];
    const table = new Array<Instance>(maglevSize).fill(NONE);
    const orders = participants.map((instance) => ({
      instance,
      at: mixed(instance, 1) % maglevSize,
      skip: (mixed(instance, 2) % (maglevSize - 1)) + 1,
    }));
    let filled = 0;
    while (filled < maglevSize) {
      for (const order of orders) {
        for (
          let turn = 0;
          turn < (weight[order.instance] as number) && filled < maglevSize;
          turn++
        ) {
          while (table[order.at] !== NONE) order.at = (order.at + order.skip) % maglevSize;
          table[order.at] = order.instance;
          filled++;
        }
      }
    }
    return table;
  },
  (list, _, address) => list[mixed(address, 0) % list.length] as Instance,
);
