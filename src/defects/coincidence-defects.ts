/**
 * Defects that show only where two things meet: two instances that turn at one instant, an edit between results that are
 * counted, a shorter interval while a check waits. Knows no clause beyond those that each breaks.
 */
import { compile } from '../../models/compile.ts';
import type { HealthInput } from '../../models/health.machine.ts';
import { sessionEvents, sessionMachine } from '../../models/session.machine.ts';
import { eventIndex, type Stepper, tagBit } from '../../models/table.ts';
import type { Instance } from '../scheduling/scheduler.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import type { AlteredParts, Defect } from './defect.ts';
import { rewired } from './rewiring.ts';
import { observed, overlaid, watchingOutages } from './surrounding.ts';

/** The result that would turn a second instance at the very instant at which another one turned is lost. */
function oneTurnAnInstant(stepper: Stepper, nowMs: () => number): Stepper {
  const { table } = stepper;
  const eligible = tagBit(table, 'eligible');
  let last: { readonly slot: number; readonly ms: number } | null = null;
  return {
    table,
    step: (slot, event) => {
      const next = table.next[stepper.state(slot) * table.events.length + event] as number;
      const isTurn = ((stepper.tags(slot) ^ (table.stateTags[next] as number)) & eligible) !== 0;
      if (isTurn && last !== null && last.ms === nowMs() && last.slot !== slot) return 0;
      if (isTurn) last = { slot, ms: nowMs() };
      return stepper.step(slot, event);
    },
    tags: (slot) => stepper.tags(slot),
    state: (slot) => stepper.state(slot),
    reset: (slot) => stepper.reset(slot),
  };
}

function withHealthSteps(
  parts: ServiceParts,
  edit: (stepper: Stepper, nowMs: () => number) => Stepper,
): AlteredParts {
  return observed(parts, (own, _, nowMs) => ({
    ...own,
    engine: (compiled, slots) => {
      const stepper = own.engine(compiled, slots);
      return compiled === parts.health ? edit(stepper, nowMs) : stepper;
    },
  }));
}

function turningOneByOne(parts: ServiceParts): AlteredParts {
  return withHealthSteps(parts, oneTurnAnInstant);
}

/** As if a check had failed just then, of who is out and has another weight. */
function forgettingPasses(parts: ServiceParts): AlteredParts {
  let health: Stepper | null = null;
  const forget = (instance: Instance) => {
    if (health === null) return;
    const isOut = (health.tags(instance) & tagBit(health.table, 'eligible')) === 0;
    if (isOut) health.step(instance, eventIndex(health.table, 'check.failed'));
  };
  return {
    ...parts,
    engine: (compiled, slots) => {
      const stepper = parts.engine(compiled, slots);
      if (compiled === parts.health) health = stepper;
      return stepper;
    },
    around: overlaid((service) => ({
      reweigh: (instance, weight) => {
        service.reweigh(instance, weight);
        forget(instance);
      },
    })),
  };
}

/** The longer interval stays in force, and every check from the next one on comes sooner by the difference. */
function waitingByTheLonger(parts: ServiceParts): AlteredParts {
  let longerMs = parts.configuration.check.intervalMs;
  return {
    ...parts,
    around: overlaid((service) => ({
      reconfigure: (other) => {
        const { check } = other.configuration;
        longerMs = Math.max(longerMs, check.intervalMs);
        const soonerMs = longerMs - check.intervalMs;
        service.reconfigure({
          ...other,
          configuration: { ...other.configuration, check: { ...check, intervalMs: longerMs } },
          nextCheckMs: (dueMs, instance, failure) =>
            other.nextCheckMs(dueMs - soonerMs, instance, failure),
        });
      },
    })),
  };
}

/** Nobody is left in rotation when it goes out. */
function cuttingTheLast(parts: ServiceParts): AlteredParts {
  return watchingOutages(parts, ({ instances }, { cut }) => ({
    wentOut: (instance) => {
      if (!instances.isEligible.includes(1)) cut(instance);
    },
  }));
}

/** A fourth failure in a row makes the count zero. Several at one instant are no checks: so states are carried over. */
function inTwoBits(stepper: Stepper, nowMs: () => number): Stepper {
  const { table } = stepper;
  const failed = eventIndex(table, 'check.failed');
  const lastMs = new Map<number, number>();
  return {
    table,
    step: (slot, event) => {
      const isCheck = lastMs.get(slot) !== nowMs();
      lastMs.set(slot, nowMs());
      const isFull = table.states[stepper.state(slot)] === 'up failures=3';
      return stepper.step(
        slot,
        isCheck && isFull && event === failed ? eventIndex(table, 'check.passed') : event,
      );
    },
    tags: (slot) => stepper.tags(slot),
    state: (slot) => stepper.state(slot),
    reset: (slot) => stepper.reset(slot),
  };
}

function countingInTwoBits(parts: ServiceParts): AlteredParts {
  return withHealthSteps(parts, inTwoBits);
}

/** Who comes back has all the failures but one that took it out, until its next pass. */
function keepingFailures(parts: ServiceParts): ServiceParts {
  const { unhealthyThreshold } = parts.health.input as HealthInput;
  if (unhealthyThreshold === 1) return parts;
  const next = `up failures=${unhealthyThreshold - 1}`;
  const health = rewired(parts.health, (wire) =>
    wire.actions.includes('enterRotation') ? { ...wire, next } : wire,
  );
  return { ...parts, health };
}

/** Sessions are off for an instant, which forgets everybody, where other thresholds come. */
function forgettingForThresholds(parts: ServiceParts): AlteredParts {
  let { check } = parts.configuration;
  return {
    ...parts,
    around: overlaid((service) => ({
      reconfigure: (other) => {
        const { unhealthyThreshold, healthyThreshold } = other.configuration.check;
        const isOther =
          unhealthyThreshold !== check.unhealthyThreshold ||
          healthyThreshold !== check.healthyThreshold;
        const configuration = { ...other.configuration, persistenceMs: 0 };
        if (isOther) service.reconfigure({ ...other, configuration });
        check = other.configuration.check;
        service.reconfigure(other);
      },
    })),
  };
}

const configurationsHeeded = 2;

function heedingTheFirst(parts: ServiceParts): AlteredParts {
  let heeded = 0;
  return {
    ...parts,
    around: overlaid((service) => ({
      reconfigure: (other) => {
        if (heeded++ < configurationsHeeded) service.reconfigure(other);
      },
    })),
  };
}

function reweighingTheWellOnly(parts: ServiceParts): AlteredParts {
  return observed(parts, (own, membership) => ({
    ...own,
    around: overlaid((service) => ({
      reweigh: (instance, weight) => {
        const isOut = membership(instance) === 'in' && service.instances.isEligible[instance] === 0;
        if (!isOut) service.reweigh(instance, weight);
      },
    })),
  }));
}

export const coincidenceDefects: readonly Defect[] = [
  {
    name: 'last-one-out-is-cut',
    sentence: 'The last instance in rotation loses its connections when it goes out.',
    breaks: ['health.live-connections'],
    edit: cuttingTheLast,
  },
  {
    name: 'failures-in-two-bits',
    sentence: 'Failures are counted in two bits, so that four in a row are never reached.',
    breaks: ['health.unhealthy-threshold'],
    edit: countingInTwoBits,
  },
  {
    name: 'recovery-keeps-failures',
    sentence: 'Failures that took an instance out are still counted when it comes back.',
    breaks: ['health.unhealthy-threshold'],
    edit: keepingFailures,
  },
  {
    name: 'thresholds-forget-sessions',
    sentence: 'Other thresholds make every client a stranger.',
    breaks: ['persistence.sticks'],
    edit: forgettingForThresholds,
  },
  {
    name: 'third-configuration-ignored',
    sentence: 'The first two other configurations are followed, later ones are accepted only.',
    breaks: ['change.effective'],
    edit: heedingTheFirst,
  },
  {
    name: 'weight-lost-while-out',
    sentence: 'Another weight of an instance that is out is accepted and lost.',
    breaks: ['schedule.weight-change'],
    edit: reweighingTheWellOnly,
  },
  {
    name: 'turns-one-at-a-time',
    sentence: 'Of several instances that go out or come in at one instant only the first does.',
    breaks: ['health.unhealthy-threshold', 'health.healthy-threshold'],
    edit: turningOneByOne,
  },
  {
    name: 'reweighing-forgets-passes',
    sentence: 'Another weight makes an instance that is coming back begin again.',
    breaks: ['health.healthy-threshold'],
    edit: forgettingPasses,
  },
  {
    name: 'shorter-interval-waits',
    sentence: 'A shorter interval holds from the next check on only.',
    breaks: ['change.effective'],
    edit: waitingByTheLonger,
  },
  {
    name: 'least-connections-session-from-creation',
    sentence: 'Under least connections the clock of a session runs from its first connection.',
    breaks: ['persistence.expiry'],
    edit: (parts) =>
      parts.configuration.scheduling === 'weighted-least-connections'
        ? { ...parts, session: compile(sessionMachine, { clock: 'creation' }, sessionEvents) }
        : parts,
  },
];
