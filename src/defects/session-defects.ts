/** Wrong implementations of persistence, draining and forwarding. Knows how they are made, not how they are caught. */
import type { ServiceParts } from '../service/backend-service.ts';
import type { Defect } from './defect.ts';
import { withoutLosses } from './misread-columns.ts';
import { ignored, type Rewrite, rewired } from './rewiring.ts';
import { observed, overlaid } from './surrounding.ts';

/** The page's persistence duration. */
const persistenceMs = 1_440_000;

function withPersistence(edit: (persistenceMs: number) => number) {
  return (parts: ServiceParts): ServiceParts => ({
    ...parts,
    configuration: {
      ...parts.configuration,
      persistenceMs: edit(parts.configuration.persistenceMs),
    },
  });
}
function withSession(rewrite: Rewrite) {
  return (parts: ServiceParts): ServiceParts => ({
    ...parts,
    session: rewired(parts.session, rewrite),
  });
}
function withMembership(rewrite: Rewrite) {
  return (parts: ServiceParts): ServiceParts => ({
    ...parts,
    membership: rewired(parts.membership, rewrite),
  });
}

const persistenceDefects: readonly Defect[] = [
  {
    name: 'session-expires-early',
    sentence: 'A session lasts a third of its duration.',
    thread: 'haproxy/haproxy/issues/472',
    breaks: ['persistence.sticks'],
    edit: withPersistence((durationMs) => durationMs / 3),
  },
  {
    name: 'session-never-expires',
    sentence: 'Sessions outlive their duration a hundredfold.',
    thread: 'haproxy/haproxy/issues/2147',
    breaks: ['persistence.expiry'],
    edit: withPersistence((durationMs) => durationMs * 100),
  },
  {
    name: 'session-per-port',
    sentence: 'A session is known by source address and source port.',
    breaks: ['persistence.source-address'],
    edit: (parts) =>
      parts.configuration.scheduling === 'source-ip'
        ? parts
        : { ...parts, sourceKey: (address, port) => `${address}:${port}` },
  },
  {
    name: 'session-per-network',
    sentence: 'A session is known by the first three octets of the address: neighbours share one.',
    breaks: ['persistence.source-address'],
    edit: (parts) =>
      parts.configuration.scheduling === 'source-ip'
        ? parts
        : { ...parts, sourceKey: (address) => address.split('.').slice(0, 3).join('.') },
  },
  {
    name: 'session-per-digits',
    sentence: 'A session is known by the digits of the address, wherever its dots are.',
    breaks: ['persistence.source-address'],
    edit: (parts) =>
      parts.configuration.scheduling === 'source-ip'
        ? parts
        : { ...parts, sourceKey: (address) => address.replaceAll('.', '') },
  },
  {
    name: 'session-a-little-short',
    sentence: 'A session ends one hundredth of its duration too early.',
    breaks: ['persistence.sticks'],
    edit: withPersistence((durationMs) => 0.99 * durationMs),
  },
  {
    name: 'session-a-little-long',
    sentence: 'A session outlives its duration by a twentieth.',
    breaks: ['persistence.expiry'],
    edit: withPersistence((durationMs) => 1.05 * durationMs),
  },
  {
    name: 'session-lost-on-change',
    sentence: 'Another configuration makes every client a stranger.',
    breaks: ['persistence.sticks'],
    edit: (parts) => ({
      ...parts,
      around: overlaid((service) => ({
        reconfigure: (other) => {
          // off for an instant forgets everybody
          service.reconfigure({
            ...other,
            configuration: { ...other.configuration, persistenceMs: 0 },
          });
          service.reconfigure(other);
        },
      })),
    }),
  },
  {
    name: 'session-always-on',
    sentence: 'Clients stay with their instance although persistence is off.',
    // under source IP a client that was moved by an outage stays where it was moved to
    breaks: ['persistence.off', 'schedule.source.return'],
    edit: withPersistence((durationMs) => (durationMs === 0 ? persistenceMs : durationMs)),
  },
  {
    name: 'session-overrides-health',
    sentence: 'A client stays with its instance after that went unhealthy.',
    breaks: ['persistence.unhealthy'],
    edit: withSession((wire) => (wire.event === 'instance.unhealthy' ? ignored(wire) : wire)),
  },
  {
    name: 'session-through-drain',
    sentence:
      'A known client may open new connections to an instance that drains or has no weight.',
    thread: 'kubernetes/kubernetes/issues/71809',
    breaks: ['persistence.draining', 'schedule.weight-zero'],
    edit: withSession((wire) => (wire.event === 'instance.removed' ? ignored(wire) : wire)),
  },
];

const drainDefects: readonly Defect[] = [
  {
    name: 'drain-accepts-new',
    sentence: 'A removed instance gets new connections until its drain is over.',
    thread: 'kubernetes-sigs/aws-load-balancer-controller/issues/2366',
    breaks: ['draining.no-new'],
    edit: (parts) =>
      observed(parts, (own, membership) => ({
        ...own,
        scheduler: withoutLosses(own.scheduler, (instance) => membership(instance) === 'leaving'),
      })),
  },
  {
    name: 'drain-cuts-at-once',
    sentence: 'Established connections of a removed instance are cut at once.',
    thread: 'kubernetes/kubernetes/issues/57841',
    breaks: ['draining.established'],
    edit: withMembership((wire) =>
      wire.actions.includes('startDrain')
        ? { next: wire.next, actions: ['startDrain', 'cutConnections'] }
        : wire,
    ),
  },
  {
    name: 'drain-never-ends',
    sentence: 'Established connections of a removed instance are kept beyond the deadline.',
    breaks: ['draining.deadline'],
    edit: (parts) =>
      // A drain of 0 s is another clause's.
      parts.configuration.drainMs === 0
        ? parts
        : withMembership((wire) => (wire.event === 'drain.expired' ? ignored(wire) : wire))(parts),
  },
  {
    name: 'drain-zero-ignored',
    sentence: 'With a drain of 0 s a removal has no effect: new connections still arrive.',
    breaks: ['draining.zero'],
    edit: (parts) =>
      parts.configuration.drainMs === 0
        ? withMembership((wire) => (wire.event === 'instance.removed' ? ignored(wire) : wire))(
            parts,
          )
        : parts,
  },
  {
    name: 'drain-a-little-long',
    sentence: 'Connections of a removed instance are ended a tenth of the duration too late.',
    breaks: ['draining.deadline'],
    edit: (parts) => {
      const { configuration } = parts;
      return {
        ...parts,
        configuration: { ...configuration, drainMs: 1.1 * configuration.drainMs },
      };
    },
  },
  {
    name: 'drain-zero-is-the-default',
    sentence: 'A drain of 0 s is taken for one of 300 s: new connections stop, held ones go on.',
    breaks: ['draining.zero'],
    edit: (parts) => {
      const { configuration } = parts;
      const { drainMs } = configuration;
      return {
        ...parts,
        configuration: { ...configuration, drainMs: drainMs === 0 ? 300_000 : drainMs },
      };
    },
  },
  {
    name: 'drain-default-zero',
    sentence: 'A drain duration that was not given is taken for 0 s.',
    breaks: ['config.draining.default', 'draining.default'],
    reading: (document) => ({
      ...document,
      backendServices: document.backendServices.map((service) => ({
        ...service,
        connectionDraining: {
          durationSeconds: service.connectionDraining?.durationSeconds ?? 0,
        },
      })),
    }),
  },
];

const forwardDefects: readonly Defect[] = [
  {
    name: 'service-port-only',
    sentence: "Traffic goes to the service's port although the instance has one of its own.",
    breaks: ['forward.port'],
    trafficPort: (_, servicePort) => servicePort,
  },
  {
    name: 'loses-later-data',
    sentence: 'Data pass once on each connection and are lost after that.',
    breaks: ['forward.data'],
    carries: (exchange) => exchange <= 1,
  },
];

export const sessionDefects: readonly Defect[] = [
  ...persistenceDefects,
  ...drainDefects,
  ...forwardDefects,
];
