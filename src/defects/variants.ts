/**
 * Implementations that are right and unusual: a suite that fails one of them is wrong. Each declares the readings in
 * which it differs; what no trait covers is free.
 */
import { compile } from '../../models/compile.ts';
import { type HealthInput, healthEvents, healthMachine } from '../../models/health.machine.ts';
import { membershipEvents, membershipMachine } from '../../models/membership.machine.ts';
import { sessionEvents, sessionMachine } from '../../models/session.machine.ts';
import type { Instance } from '../scheduling/scheduler.ts';
import { mixed } from '../scheduling/source-hash.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import { usingAnybody } from './change-defects.ts';
import type { AlteredParts, Variant } from './defect.ts';
import { rescheduled, withLoad } from './misread-columns.ts';
import {
  drawnByWeight,
  inBursts,
  interleaved,
  maglevHash,
  plainHash,
  ringHash,
  severalWorkers,
  shuffled,
  startingAnywhere,
} from './odd-schedulers.ts';
import { ignored, rewired } from './rewiring.ts';
import { overlaid } from './surrounding.ts';

function withHealth(edit: Partial<HealthInput>) {
  return (parts: ServiceParts): AlteredParts => {
    const input = { ...(parts.health.input as HealthInput), ...edit };
    return { ...parts, health: compile(healthMachine, input, healthEvents) };
  };
}

/** Later than the interval by no more than is declared. */
const slackMs = 400;
/** Accepted changes, and whatever else the scheduler hears, come so much late. */
const slowMs = 3000;
const workers = 3;
/** More than any case opens connections. */
const drawnWorkers = 1_000_000;

/** Longer than any case lasts, yet not for good: a configuration, also the same again, brings a waiting check near. */
const pausedMs = 1e9;

function pausingChecks(parts: ServiceParts): AlteredParts {
  const removed = new Set<Instance>();
  const nextCheckMs: ServiceParts['nextCheckMs'] = (dueMs, instance, failure) =>
    parts.nextCheckMs(dueMs, instance, failure) + (removed.has(instance) ? pausedMs : 0);
  let inForce: ServiceParts = { ...parts, nextCheckMs };
  const around = overlaid((service) => ({
    register: (instance, weight) => {
      service.register(instance, weight);
      if (removed.delete(instance)) service.reconfigure(inForce);
    },
    remove: (instance) => {
      removed.add(instance);
      service.remove(instance);
    },
    reconfigure: (other) => {
      inForce = { ...other, nextCheckMs };
      service.reconfigure(inForce);
    },
  }));
  return { ...inForce, around };
}

function beginningAnywhere(parts: ServiceParts): AlteredParts {
  const beginnings = { count: 0 };
  const edited = rescheduled('weighted-round-robin', (factory) =>
    startingAnywhere(factory, beginnings),
  );
  const around = overlaid((service) => ({
    reconfigure: (other) => {
      beginnings.count++;
      service.reconfigure(other);
    },
  }));
  return { ...edited(parts), around };
}

export const variants: readonly Variant[] = [
  {
    name: 'burst-round-robin',
    sentence: 'Round robin gives each instance its whole part of a cycle in one burst.',
    traits: {},
    edit: rescheduled('weighted-round-robin', () => inBursts),
  },
  {
    name: 'least-connections-plus-one',
    sentence: 'Least connections compares what an instance would hold: (n + 1) / weight.',
    traits: {},
    edit: rescheduled('weighted-least-connections', (factory) =>
      withLoad(factory, (now) => now + 1),
    ),
  },
  {
    name: 'interval-from-end',
    sentence: 'The next check starts an interval after the end of the one before.',
    traits: { 'health.intervalFrom': 'end' },
    edit: (parts) => ({ ...parts, intervalFrom: 'end' }),
  },
  {
    name: 'starts-down',
    sentence: 'A new instance is out until it has passed enough checks.',
    traits: { 'health.initial': 'down' },
    edit: withHealth({ initial: 'down' }),
  },
  {
    name: 'session-from-creation',
    sentence: 'The clock of a session runs from its first connection and is never started again.',
    traits: { 'persistence.clock': 'creation' },
    edit: (parts) => ({
      ...parts,
      session: compile(sessionMachine, { clock: 'creation' }, sessionEvents),
    }),
  },
  {
    name: 'leaves-after-drain',
    sentence: 'Connections that outlive their drain are left alone.',
    traits: { 'draining.deadline': 'leave', 'draining.zero': 'leave' },
    edit: (parts) => ({
      ...parts,
      membership: compile(membershipMachine, { deadline: 'leave' }, membershipEvents),
    }),
  },
  {
    name: 'interleaved-round-robin',
    sentence: 'Round robin goes round those whose weight is not used up, the heaviest first.',
    traits: {},
    edit: rescheduled('weighted-round-robin', () => interleaved),
  },
  {
    name: 'shuffled-round-robin',
    sentence: 'Round robin goes through each cycle in another order.',
    traits: {},
    edit: rescheduled('weighted-round-robin', () => shuffled),
  },
  {
    name: 'round-robin-from-anywhere',
    sentence:
      'Round robin begins its cycle somewhere else after each change, also one that changes nothing.',
    traits: {},
    edit: beginningAnywhere,
  },
  {
    name: 'several-workers',
    sentence: `${workers} workers go round independently, and any of them takes the next connection.`,
    traits: { 'wrr.schedulers': workers },
    edit: rescheduled('weighted-round-robin', () => severalWorkers(workers)),
  },
  {
    name: 'drawn-by-weight',
    sentence: 'Each connection is drawn by the weights alone, as by more workers than connections.',
    traits: { 'wrr.schedulers': drawnWorkers },
    edit: rescheduled('weighted-round-robin', () => drawnByWeight),
  },
  {
    name: 'plain-hash',
    sentence:
      'Source IP takes the hash modulo the sum of the weights: whoever leaves moves almost all.',
    traits: { 'source.disruption': 'any' },
    edit: rescheduled('source-ip', () => plainHash),
  },
  {
    name: 'ring-hash',
    sentence: 'Source IP looks for the next point on a ring; shares stray.',
    traits: { 'source.shareTolerance': 0.15 },
    edit: rescheduled('source-ip', () => ringHash),
  },
  {
    name: 'maglev-hash',
    sentence: 'Source IP looks into a Maglev table: others may move, too, when somebody leaves.',
    traits: { 'source.disruption': 'any' },
    edit: rescheduled('source-ip', () => maglevHash),
  },
  {
    name: 'sessions-last-longer',
    sentence: 'Sessions last three times as long as asked for.',
    traits: { 'persistence.clock': 'longer' },
    edit: (parts) => {
      const { configuration } = parts;
      const persistenceMs = 3 * configuration.persistenceMs;
      return { ...parts, configuration: { ...configuration, persistenceMs } };
    },
  },
  {
    name: 'fails-open',
    sentence: 'With nobody left in rotation everybody is used.',
    traits: { 'schedule.noneEligible': 'all' },
    edit: usingAnybody,
  },
  {
    name: 'starts-pending',
    sentence: 'A new instance is neither in nor out until enough checks agree.',
    traits: { 'health.initial': 'pending' },
    edit: withHealth({ initial: 'pending' }),
  },
  {
    name: 'first-result-decides',
    sentence: 'The first result of a new instance decides alone.',
    traits: { 'health.first': 'decides' },
    edit: withHealth({ first: 'decides' }),
  },
  {
    name: 'propagates-slowly',
    sentence: `Whatever changes is in effect ${slowMs} ms later, as declared, and a drain begins then.`,
    traits: { 'change.propagationMs': slowMs },
    edit: (parts) => {
      const { configuration } = parts;
      const drainMs = configuration.drainMs + slowMs;
      return {
        ...parts,
        propagationMs: slowMs,
        configuration: { ...configuration, drainMs },
      };
    },
  },
  {
    name: 'pauses-checks-in-drains',
    sentence: 'Once removed, an instance is checked at most once more, until it is listed again.',
    traits: {},
    edit: pausingChecks,
  },
  {
    name: 'checks-early',
    sentence: 'Checks come up to a third of an interval early.',
    traits: {},
    edit: (parts) => {
      let checks = 0;
      const { intervalMs } = parts.configuration.check;
      const early = () => (intervalMs * (mixed(checks++, 3) % 100)) / 300;
      return { ...parts, nextCheckMs: (dueMs) => dueMs - early() };
    },
  },
  {
    name: 'checks-late',
    sentence: `Checks come up to ${slackMs} ms late, as declared.`,
    traits: { 'health.timerSlackMs': slackMs },
    edit: (parts) => {
      let checks = 0;
      return { ...parts, nextCheckMs: (dueMs) => dueMs + (mixed(checks++, 5) % slackMs) };
    },
  },
  {
    name: 'drains-to-the-deadline',
    sentence: 'A drain lasts for its whole duration, with or without connections.',
    traits: { 'draining.earlyFinish': 'at-deadline' },
    edit: (parts) => ({
      ...parts,
      membership: rewired(parts.membership, (wire) =>
        wire.state === 'draining' && wire.event === 'connections.ended' ? ignored(wire) : wire,
      ),
    }),
  },
];

export function variantNamed(name: string): Variant | undefined {
  return variants.find((variant) => variant.name === name);
}
