// @ts-check
/**
 * A start for an adapter in TypeScript or, as here, in JavaScript that the TypeScript compiler checks: a balancer that
 * only knows weighted round robin, on the call plane in stepped time. Everything else is declared unsupported: take it
 * from there. What is asked of an adapter stands in docs/adapter-protocol.md of the package. In this folder:
 *
 *     npx counterpoise adapter test module:./adapter.mjs
 *     npx counterpoise conform module:./adapter.mjs
 */

/** @import { Adapter, CallDeployment, Description, InstanceAt } from 'counterpoise/adapter' */

const supported = /** @type {const} */ ({ supported: true, providedBy: 'balancer' });
const missing = { supported: false, note: 'not yet' };

/** @type {Description} */
const description = {
  protocol: 1,
  name: 'my balancer',
  version: '0',
  plane: 'call',
  time: ['stepped'],
  floorsMs: { checkTimeout: 0, persistence: 0, drain: 0 },
  capabilities: {
    configuration: missing,
    'schedule.wrr': supported,
    'schedule.wlc': missing,
    'schedule.source': missing,
    'check.tcp': missing,
    'check.http': missing,
    persistence: missing,
    'persistence.draining': missing,
    drain: missing,
    'drain.deadline': missing,
    'change.weight': supported,
    'change.configuration': missing,
  },
  traits: {
    'wrr.schedulers': { reading: 1, providedBy: 'balancer' },
    refusal: { reading: 'reset', providedBy: 'balancer' },
  },
  profiles: ['console'],
  limits: { deploymentsMax: 100, instancesMax: 100, connectionsMax: 100_000 },
};

/** @returns {Adapter} */
export default function create() {
  return {
    describe: () => description,
    deploy: ({ configuration, instances }) => ({
      outcome: { is: 'accepted' },
      readBack: configuration,
      deployment: deploymentOf(configuration, instances),
    }),
    dispose: () => {},
  };
}

/**
 * @param {any} configuration
 * @param {readonly InstanceAt[]} listed
 * @returns {CallDeployment}
 */
function deploymentOf(configuration, listed) {
  const { port } = configuration.backendServices[0];
  /** @type {Set<number>} */
  const open = new Set();
  let members = listed.map((instance) => ({ instance, turn: 0 }));
  return {
    plane: 'call',
    connect({ connection }) {
      const chosen = nextInTurn(members);
      if (chosen === undefined) return { refused: 'reset' };
      open.add(connection);
      return { placed: chosen.name, port: chosen.port ?? port };
    },
    carry: ({ connection }) => ({ carried: open.has(connection) }),
    close({ connection }) {
      open.delete(connection);
    },
    advance: ({ toMs }) => ({ nowMs: toMs, probes: [], cut: [] }),
    setInstances({ instances }) {
      members = instances.map((instance) => ({ instance, turn: 0 }));
      return { is: 'accepted' };
    },
    reconfigure: () => ({ is: 'unsupported', note: 'not yet' }),
    settle() {},
    dispose() {
      open.clear();
    },
  };
}

/**
 * Smooth weighted round robin.
 * @param {{ instance: InstanceAt, turn: number }[]} members
 */
function nextInTurn(members) {
  let total = 0;
  let best = members[0];
  for (const member of members) {
    member.turn += member.instance.weight;
    total += member.instance.weight;
    if (best === undefined || member.turn > best.turn) best = member;
  }
  if (best !== undefined) best.turn -= total;
  return best?.instance;
}
