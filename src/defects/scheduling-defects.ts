/** Wrong implementations of who gets a connection. Knows how they are made, not how they are caught. */
import { type InstanceColumns, NONE, type SchedulerFactory } from '../scheduling/scheduler.ts';
import { mixed } from '../scheduling/source-hash.ts';
import { weightedRoundRobin } from '../scheduling/weighted-round-robin.ts';
import type { Defect } from './defect.ts';
import {
  allAlike,
  firstSeen,
  rescheduled,
  swapped,
  withLoad,
  withoutLosses,
  withWeights,
} from './misread-columns.ts';
import { observed } from './surrounding.ts';

/** A table of as many entries as the weights sum to: whoever leaves moves everyone. */
const plainTable: SchedulerFactory = (instances, sources) => ({
  pick: (source) => {
    const entries = entriesOf(instances);
    if (entries.length === 0) return NONE;
    return entries[mixed(sources.address[source] as number, 0) % entries.length] as number;
  },
  loadChanged: () => {},
  eligibilityChanged: () => {},
  weightChanged: () => {},
});
function entriesOf({ weight, isEligible }: InstanceColumns): readonly number[] {
  return [...weight.keys()].flatMap((instance) =>
    isEligible[instance] === 1 ? new Array<number>(weight[instance] as number).fill(instance) : [],
  );
}

/** Several schedulers in turn, one of which does not see the weights. */
const oneOfTwoBlind: SchedulerFactory = (instances, sources) => {
  const both = [
    weightedRoundRobin(instances),
    withWeights(weightedRoundRobin, allAlike)(instances, sources),
  ] as const;
  let picks = 0;
  return {
    pick: (source) => (picks++ % 2 === 0 ? both[0] : both[1]).pick(source),
    loadChanged: () => {},
    eligibilityChanged: (instance) => {
      for (const scheduler of both) scheduler.eligibilityChanged(instance);
    },
    weightChanged: (instance) => {
      for (const scheduler of both) scheduler.weightChanged(instance);
    },
  };
};

/** A source stays with whoever took it last for as long as that one takes anybody. */
function withMemory(factory: SchedulerFactory): SchedulerFactory {
  return (instances, sources) => {
    const scheduler = factory(instances, sources);
    const last = new Map<number, number>();
    return {
      pick: (source) => {
        const address = sources.address[source] as number;
        const known = last.get(address);
        const isUsable = (one: number) =>
          instances.isEligible[one] === 1 && (instances.weight[one] as number) > 0;
        const picked = known !== undefined && isUsable(known) ? known : scheduler.pick(source);
        last.set(address, picked);
        return picked;
      },
      loadChanged: (instance) => scheduler.loadChanged(instance),
      eligibilityChanged: (instance) => scheduler.eligibilityChanged(instance),
      weightChanged: (instance) => scheduler.weightChanged(instance),
    };
  };
}

export const schedulingDefects: readonly Defect[] = [
  {
    name: 'wrr-weights-swapped',
    sentence: 'Round robin gives the heaviest instance the weight of the lightest, and so on.',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', (factory) => withWeights(factory, swapped)),
  },
  {
    name: 'wrr-ignores-weight',
    sentence: 'Round robin gives each instance one connection in turn, whatever its weight.',
    thread: 'traefik/traefik/issues/2986',
    breaks: ['schedule.wrr.cycle'],
    edit: rescheduled('weighted-round-robin', (factory) => withWeights(factory, allAlike)),
  },
  {
    name: 'wrr-one-scheduler-blind',
    sentence: 'Of two schedulers that take turns, one does not see the weights.',
    traits: { 'wrr.schedulers': 'n' },
    breaks: ['schedule.wrr.share'],
    edit: rescheduled('weighted-round-robin', () => oneOfTwoBlind),
  },
  {
    name: 'wrr-weight-update-ignored',
    sentence: 'Round robin keeps the first weight that an instance ever had.',
    thread: 'envoyproxy/envoy/issues/14360',
    breaks: ['schedule.weight-change'],
    edit: rescheduled('weighted-round-robin', (factory) => withWeights(factory, firstSeen)),
  },
  {
    name: 'wlc-is-round-robin',
    sentence:
      'Least connections hands out connections by weight, without a look at who holds how many.',
    thread: 'apache/apisix/issues/7088',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', () => weightedRoundRobin),
  },
  {
    name: 'wlc-counts-total',
    sentence: 'Least connections counts connections that have ended, too.',
    breaks: ['schedule.wlc.active-only'],
    edit: rescheduled('weighted-least-connections', (factory) =>
      withLoad(factory, (now, before, seen) => (now > before ? seen + 1 : seen)),
    ),
  },
  {
    name: 'wlc-ignores-weight',
    sentence: 'Least connections levels the connections, whatever the weights.',
    breaks: ['schedule.wlc.ratio'],
    edit: rescheduled('weighted-least-connections', (factory) => withWeights(factory, allAlike)),
  },
  {
    name: 'source-hash-with-port',
    sentence: 'The source port goes into the hash along with the source address.',
    breaks: ['schedule.source.sticky'],
    edit: (parts) =>
      parts.configuration.scheduling === 'source-ip'
        ? { ...parts, sourceKey: (address, port) => `${address}:${port}` }
        : parts,
  },
  {
    name: 'source-reshuffles',
    sentence: 'When one instance goes, the sources of all the others are dealt out again.',
    thread: 'envoyproxy/envoy/issues/22558',
    breaks: ['schedule.source.disruption'],
    edit: rescheduled('source-ip', () => plainTable),
  },
  {
    name: 'source-never-returns',
    sentence: 'Sources that had to leave an instance stay where they went after it has recovered.',
    breaks: ['schedule.source.return'],
    edit: rescheduled('source-ip', withMemory),
  },
  {
    name: 'source-sticks-to-dead',
    sentence: 'Sources keep being sent to an instance that went out.',
    breaks: ['schedule.eligible'],
    edit: (parts) =>
      observed(parts, (own, membership) =>
        rescheduled('source-ip', (factory) =>
          withoutLosses(factory, (instance) => membership(instance) === 'in'),
        )(own),
      ),
  },
  {
    name: 'source-ignores-weight',
    sentence: 'Source hashing gives each instance the same share, whatever its weight.',
    thread: 'envoyproxy/gateway/issues/9775',
    breaks: ['schedule.source.share'],
    edit: rescheduled('source-ip', (factory) => withWeights(factory, allAlike)),
  },
];
