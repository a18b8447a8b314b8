/** Wrong implementations of edits to a running service, of its load and of outages. Knows how they are made, not how they are caught. */
import type { Stepper } from '../../models/table.ts';
import { type Instance, NONE, type SchedulerFactory } from '../scheduling/scheduler.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import type { AlteredParts, Around, Defect } from './defect.ts';
import { compileHealth } from './health-defects.ts';
import { rescheduled, withLoad } from './misread-columns.ts';
import { ignored, rewired } from './rewiring.ts';
import { holding, observed, overlaid, watchingOutages } from './surrounding.ts';

function surrounded(around: Around) {
  return (parts: ServiceParts): AlteredParts => ({ ...parts, around });
}

/** After each change of the kind, what the checks said of some is as it was before the first one. */
function forgettingHealth(
  isForgotten: (isEligible: boolean) => boolean,
  on: 'membership' | 'reconfiguration' = 'membership',
) {
  return (parts: ServiceParts): AlteredParts => {
    let health: Stepper | null = null;
    const engine: ServiceParts['engine'] = (compiled, slots) => {
      const stepper = parts.engine(compiled, slots);
      if (compiled === parts.health) health = stepper;
      return stepper;
    };
    const around = overlaid((service) => {
      const members = new Map<Instance, number>();
      const forget = (kind: typeof on) => {
        if (kind !== on) return;
        for (const [instance, weight] of members) {
          if (!isForgotten(service.instances.isEligible[instance] === 1)) continue;
          health?.reset(instance);
          // asks for what it has, so that eligibility is looked at again
          service.reweigh(instance, weight);
        }
      };
      return {
        register: (instance, weight) => {
          service.register(instance, weight);
          forget('membership');
          members.set(instance, weight);
        },
        reweigh: (instance, weight) => {
          service.reweigh(instance, weight);
          members.set(instance, weight);
          forget('membership');
        },
        remove: (instance) => {
          members.delete(instance);
          service.remove(instance);
          forget('membership');
        },
        reconfigure: (other) => {
          service.reconfigure(other);
          forget('reconfiguration');
        },
      };
    });
    return { ...parts, engine, around };
  };
}

/** Another configuration is in force, but for one part of it, which stays as it was. */
function keeping(
  kept: (
    before: ServiceParts['configuration'],
    after: ServiceParts['configuration'],
  ) => ServiceParts['configuration'],
) {
  return (parts: ServiceParts): AlteredParts => {
    let before = parts.configuration;
    return surrounded(
      overlaid((service) => ({
        reconfigure: (other) => {
          before = kept(before, other.configuration);
          service.reconfigure({ ...other, configuration: before });
        },
      })),
    )(parts);
  };
}

const partsIgnored: readonly Defect[] = [
  {
    name: 'reconfiguration-keeps-timeout',
    sentence: 'Another response timeout is accepted, and checks go on waiting as long as before.',
    breaks: ['change.effective'],
    edit: keeping((before, after) => ({
      ...after,
      check: { ...after.check, timeoutMs: before.check.timeoutMs },
    })),
  },
  {
    name: 'reconfiguration-keeps-codes',
    sentence: 'Other normal status codes are accepted, and replies are judged by the first ones.',
    breaks: ['change.effective'],
    edit: keeping((before, after) => ({
      ...after,
      check: { ...after.check, normalCodes: before.check.normalCodes },
    })),
  },
  {
    name: 'reconfiguration-keeps-drain',
    sentence: 'Another drain duration is accepted, and drains last as long as before.',
    breaks: ['change.effective'],
    edit: keeping((before, after) => ({ ...after, drainMs: before.drainMs })),
  },
];

const editDefects: readonly Defect[] = [
  {
    name: 'reconfiguration-ignored',
    sentence: 'Another configuration is accepted and changes nothing.',
    breaks: ['change.effective'],
    edit: surrounded(overlaid(() => ({ reconfigure: () => {} }))),
  },
  {
    name: 'reconfiguration-cuts-all',
    sentence: 'Another configuration ends every established connection.',
    breaks: ['change.keeps-established'],
    edit: surrounded(
      holding((service, { cut }) => ({
        reconfigure: (parts) => {
          service.reconfigure(parts);
          service.instances.active.forEach((active, instance) => {
            if (active > 0) cut(instance);
          });
        },
      })),
    ),
  },
  {
    name: 'port-change-cuts-all',
    sentence: 'Another port of the service ends every established connection.',
    breaks: ['change.keeps-established'],
    edit: (parts) => {
      let { port } = parts.configuration;
      return surrounded(
        holding((service, { cut }) => ({
          reconfigure: (other) => {
            service.reconfigure(other);
            const isMoved = other.configuration.port !== port;
            port = other.configuration.port;
            service.instances.active.forEach((active, instance) => {
              if (isMoved && active > 0) cut(instance);
            });
          },
        })),
      )(parts);
    },
  },
  {
    name: 'least-connections-begins-at-zero',
    sentence: 'Where least connections takes over, connections held since before do not count.',
    breaks: ['change.effective'],
    edit: rescheduled('weighted-least-connections', (factory) =>
      // what is there when the scheduler begins has not changed since
      withLoad(factory, (now, before, seen) =>
        now === before ? 0 : Math.max(0, seen + now - before),
      ),
    ),
  },
  {
    name: 'return-keeps-weight',
    sentence: 'An instance that comes back while it drains keeps the weight that it had.',
    breaks: ['schedule.wrr.cycle'],
    edit: surrounded(
      overlaid((service) => {
        const weights = new Map<Instance, number>();
        return {
          register: (instance, weight) => {
            const isDraining = (service.instances.active[instance] ?? 0) > 0;
            const kept = isDraining ? (weights.get(instance) ?? weight) : weight;
            weights.set(instance, kept);
            service.register(instance, kept);
          },
        };
      }),
    ),
  },
  {
    name: 'registration-cuts-all',
    sentence: 'A new instance makes the balancer start anew, and every connection is lost.',
    breaks: ['change.keeps-established'],
    edit: surrounded(
      holding((service, { cut }) => ({
        register: (instance, weight) => {
          service.register(instance, weight);
          service.instances.active.forEach((active, other) => {
            if (active > 0 && other !== instance) cut(other);
          });
        },
      })),
    ),
  },
  {
    name: 'second-addition-lost',
    sentence: 'Of several new instances that one list brings, only the first is taken.',
    breaks: ['change.effective'],
    edit: surrounded(
      overlaid((service) => {
        let lastMs = 0;
        // whoever comes back is no addition
        const known = new Set<Instance>();
        return {
          register: (instance, weight) => {
            const nowMs = service.now[0] ?? 0;
            if (nowMs > 0 && nowMs === lastMs && !known.has(instance)) return;
            lastMs = nowMs;
            known.add(instance);
            service.register(instance, weight);
          },
        };
      }),
    ),
  },
  {
    name: 'removal-cuts-others',
    sentence: 'A removal ends the connections of another instance, too.',
    thread: 'cilium/cilium/issues/14844',
    breaks: ['draining.others'],
    edit: surrounded(
      holding((service, { cut }) => ({
        remove: (instance) => {
          service.remove(instance);
          const other = service.instances.active.findIndex(
            (active, index) => active > 0 && index !== instance,
          );
          if (other >= 0) cut(other);
        },
      })),
    ),
  },
  {
    name: 'reweigh-cuts',
    sentence: 'An instance that gets another weight loses its connections.',
    breaks: ['schedule.weight-change'],
    edit: surrounded(
      holding((service, { cut }) => ({
        reweigh: (instance, weight) => {
          service.reweigh(instance, weight);
          if (weight > 0) cut(instance);
        },
      })),
    ),
  },
  {
    name: 'change-heals-all',
    sentence: 'When anybody comes, goes or gets another weight, all that are out come in again.',
    thread: 'haproxy/haproxy/issues/918',
    breaks: ['schedule.eligible'],
    edit: forgettingHealth((isEligible) => !isEligible),
  },
  {
    name: 'change-forgets-failures',
    sentence: 'When anybody comes, goes or gets another weight, failures count from nothing again.',
    breaks: ['health.unhealthy-threshold'],
    edit: forgettingHealth((isEligible) => isEligible),
  },
  {
    name: 'reconfiguration-heals-all',
    sentence: 'Another configuration brings all that are out in again.',
    breaks: ['schedule.eligible'],
    edit: forgettingHealth((isEligible) => !isEligible, 'reconfiguration'),
  },
  ...partsIgnored,
  {
    name: 'weight-zero-cuts',
    sentence: 'An instance that gets weight 0 loses its connections at once.',
    breaks: ['schedule.weight-zero'],
    edit: surrounded(
      holding((service, { cut }) => ({
        reweigh: (instance, weight) => {
          service.reweigh(instance, weight);
          if (weight === 0) cut(instance);
        },
      })),
    ),
  },
  {
    name: 'weight-zero-is-one',
    sentence: 'Weight 0 is taken for 1.',
    thread: 'acassen/keepalived/issues/1757',
    breaks: ['schedule.weight-zero'],
    edit: surrounded(
      overlaid((service) => ({
        reweigh: (instance, weight) => service.reweigh(instance, Math.max(1, weight)),
      })),
    ),
  },
];

/** More than any client of the suite but a load holds at once. */
const crowd = 180;

/** With a crowd of connections open, the first who may takes everything. */
const firstInACrowd = (factory: SchedulerFactory): SchedulerFactory => {
  return (instances, sources) => {
    const scheduler = factory(instances, sources);
    return {
      pick: (source) => {
        const open = instances.active.reduce((sum, active) => sum + active, 0);
        const first = instances.isEligible.indexOf(1);
        return open > crowd && first >= 0 ? first : scheduler.pick(source);
      },
      loadChanged: (instance) => scheduler.loadChanged(instance),
      eligibilityChanged: (instance) => scheduler.eligibilityChanged(instance),
      weightChanged: (instance) => scheduler.weightChanged(instance),
    };
  };
};

const loadDefects: readonly Defect[] = [
  {
    name: 'refuses-a-crowd',
    sentence: `Of more than ${crowd} connections at once the rest are refused.`,
    thread: 'loxilb-io/loxilb/issues/810',
    breaks: ['load.no-loss'],
    edit: surrounded(
      holding((service, { count }) => ({
        open: (source) => (count() >= crowd ? NONE : service.open(source)),
      })),
    ),
  },
  {
    name: 'wrr-piles-up-under-load',
    sentence: `With more than ${crowd} connections open, round robin sends new ones to the first instance.`,
    thread: 'iqiyi/dpvs/pull/730',
    breaks: ['load.share'],
    edit: rescheduled('weighted-round-robin', firstInACrowd),
  },
  {
    name: 'source-piles-up-under-load',
    sentence: `With more than ${crowd} connections open, source hashing sends new ones to the first instance.`,
    breaks: ['load.share'],
    edit: rescheduled('source-ip', firstInACrowd),
  },
];

const outageDefects: readonly Defect[] = [
  {
    name: 'unhealthy-cuts-connections',
    sentence: 'Connections of an instance that goes unhealthy are declared to be kept, and cut.',
    thread: 'envoyproxy/envoy/pull/11241',
    breaks: ['health.live-connections'],
    edit: (parts) => watchingOutages(parts, (_, { cut }) => ({ wentOut: cut })),
  },
  {
    name: 'uses-all-when-none-eligible',
    sentence:
      'With nobody left in rotation clients are declared to be refused, and sent to anybody.',
    thread: 'envoyproxy/envoy/issues/14968',
    breaks: ['schedule.none-eligible'],
    edit: usingAnybody,
  },
  {
    name: 'refuses-when-none-eligible',
    sentence: 'With nobody left in rotation all are declared to be used, and clients are refused.',
    traits: { 'schedule.noneEligible': 'all' },
    breaks: ['schedule.none-eligible'],
  },
  {
    name: 'starts-down-undeclared',
    sentence:
      'A new instance is declared to be in rotation at once, and has to pass its checks first.',
    breaks: ['health.initial'],
    edit: compileHealth(() => ({ initial: 'down' })),
  },
  {
    name: 'first-result-decides-undeclared',
    sentence: 'The first result is declared to count like any other, and decides alone.',
    thread: 'haproxy/haproxy/issues/51',
    breaks: ['health.initial'],
    edit: compileHealth(() => ({ first: 'decides' })),
  },
];

/** With nobody left in rotation every member that has a weight is used in turn. */
export function usingAnybody(parts: ServiceParts): AlteredParts {
  return observed(parts, (own, membership) => ({
    ...own,
    scheduler: anybodyElse(own.scheduler, (instance) => membership(instance) === 'in'),
  }));
}

function anybodyElse(
  factory: SchedulerFactory,
  isMember: (instance: Instance) => boolean,
): SchedulerFactory {
  return (instances, sources) => {
    const scheduler = factory(instances, sources);
    let turn = 0;
    const anybody = () => {
      const { weight } = instances;
      for (let step = 0; step < weight.length; step++) {
        turn = (turn + 1) % weight.length;
        if ((weight[turn] as number) > 0 && isMember(turn)) return turn;
      }
      return NONE;
    };
    return {
      pick: (source) => {
        const picked = scheduler.pick(source);
        return picked === NONE ? anybody() : picked;
      },
      loadChanged: (instance) => scheduler.loadChanged(instance),
      eligibilityChanged: (instance) => scheduler.eligibilityChanged(instance),
      weightChanged: (instance) => scheduler.weightChanged(instance),
    };
  };
}

const drainEndDefects: readonly Defect[] = [
  {
    name: 'drain-ends-with-one-left',
    sentence: 'A drain is over when one connection is left, which is cut.',
    breaks: ['draining.established'],
    edit: (parts) =>
      observed(parts, (own, membership) =>
        surrounded(
          holding((service, { cut }) => ({
            close: (connection) => {
              const instance = service.instanceOf(connection);
              const closed = service.close(connection);
              const isLeaving = instance !== NONE && membership(instance) === 'leaving';
              if (isLeaving && service.instances.active[instance] === 1) cut(instance);
              return closed;
            },
          })),
        )(own),
      ),
  },
  {
    name: 'drain-default-is-a-minute',
    sentence: 'A drain that was given no duration is read back as 300 s, and lasts a minute.',
    breaks: ['draining.default'],
    meaning: withDrainWhereUnsaid(60),
  },
  {
    name: 'drain-waits-for-deadline',
    sentence:
      'A drain is declared to end with its last connection, and lasts for its whole duration.',
    breaks: ['draining.early-finish'],
    edit: (parts) => ({
      ...parts,
      membership: rewired(parts.membership, (wire) =>
        wire.state === 'draining' && wire.event === 'connections.ended' ? ignored(wire) : wire,
      ),
    }),
  },
  {
    name: 'return-cuts-connections',
    sentence:
      'An instance that comes back while it drains is declared to resume, and its connections are cut.',
    breaks: ['draining.return'],
    edit: (parts) => ({
      ...parts,
      membership: rewired(parts.membership, (wire) =>
        wire.state === 'draining' && wire.event === 'instance.registered'
          ? { next: wire.next, actions: ['resume', 'cutConnections'] }
          : wire,
      ),
    }),
  },
  {
    name: 'drain-tenfold-shorter',
    sentence: 'A drain ends after a tenth of its duration.',
    breaks: ['draining.established'],
    edit: (parts) => {
      const { configuration } = parts;
      return { ...parts, configuration: { ...configuration, drainMs: configuration.drainMs / 10 } };
    },
  },
];

function withDrainWhereUnsaid(durationSeconds: number) {
  return (document: ConfigurationDocument): ConfigurationDocument => {
    const backendServices = document.backendServices.map((service) => {
      const said = service.connectionDraining?.durationSeconds;
      return { ...service, connectionDraining: { durationSeconds: said ?? durationSeconds } };
    });
    return { ...document, backendServices };
  };
}

export const changeDefects: readonly Defect[] = [
  ...editDefects,
  ...loadDefects,
  ...outageDefects,
  ...drainEndDefects,
];
