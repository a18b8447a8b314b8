/** Wrong implementations of checks and of what their results do. Knows how they are made, not how they are caught. */
import { compile } from '../../models/compile.ts';
import { type HealthInput, healthEvents, healthMachine } from '../../models/health.machine.ts';
import { eventIndex, type Stepper, tagBit } from '../../models/table.ts';
import type { Instance } from '../scheduling/scheduler.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import type { FailureReason } from '../spec/behaviour.ts';
import type { CheckConfiguration, CodeRange } from '../spec/configuration.ts';
import type { Defect } from './defect.ts';
import { ignored, type Rewrite, rewired } from './rewiring.ts';

/** The health machine with another input. */
export function compileHealth(edit: (input: HealthInput) => Partial<HealthInput>) {
  return (parts: ServiceParts): ServiceParts => {
    const input = parts.health.input as HealthInput;
    const health = compile(healthMachine, { ...input, ...edit(input) }, healthEvents);
    return { ...parts, health };
  };
}
function withCheck(edit: (check: CheckConfiguration) => Partial<CheckConfiguration>) {
  return (parts: ServiceParts): ServiceParts => {
    const { configuration } = parts;
    const check = { ...configuration.check, ...edit(configuration.check) };
    return { ...parts, configuration: { ...configuration, check } };
  };
}
function withHealth(rewrite: Rewrite) {
  return (parts: ServiceParts): ServiceParts => ({
    ...parts,
    health: rewired(parts.health, rewrite),
  });
}
function withCodes(edit: (codes: readonly CodeRange[]) => readonly CodeRange[]) {
  return withCheck(({ normalCodes }) => ({ normalCodes: edit(normalCodes) }));
}
const fewest = (threshold: number) => Math.max(1, threshold);

const thresholdDefects: readonly Defect[] = [
  {
    name: 'unhealthy-threshold-plus-one',
    sentence: 'An instance goes out one failed check too late.',
    breaks: ['health.unhealthy-threshold'],
    edit: compileHealth(({ unhealthyThreshold: n }) => ({ unhealthyThreshold: n + 1 })),
  },
  {
    name: 'unhealthy-threshold-minus-one',
    sentence: 'An instance goes out one failed check too early.',
    thread: 'statsd/statsd/pull/321',
    breaks: ['health.unhealthy-threshold'],
    edit: compileHealth(({ unhealthyThreshold: n }) => ({ unhealthyThreshold: fewest(n - 1) })),
  },
  {
    name: 'healthy-threshold-plus-one',
    sentence: 'An instance comes back one passed check too late.',
    breaks: ['health.healthy-threshold'],
    edit: compileHealth(({ healthyThreshold: n }) => ({ healthyThreshold: n + 1 })),
  },
  {
    name: 'healthy-threshold-minus-one',
    sentence: 'An instance comes back one passed check too early.',
    breaks: ['health.healthy-threshold'],
    edit: compileHealth(({ healthyThreshold: n }) => ({ healthyThreshold: fewest(n - 1) })),
  },
  {
    name: 'thresholds-swapped',
    sentence: 'Each threshold is taken for the other one.',
    breaks: ['health.unhealthy-threshold', 'health.healthy-threshold'],
    edit: compileHealth(({ unhealthyThreshold, healthyThreshold }) => ({
      unhealthyThreshold: healthyThreshold,
      healthyThreshold: unhealthyThreshold,
    })),
  },
  {
    name: 'cumulative-failures',
    sentence: 'A passed check does not clear the count of failures.',
    thread: 'blindsidenetworks/scalelite/issues/251',
    breaks: ['health.consecutive'],
    edit: withHealth((wire) =>
      wire.event === 'check.passed' && wire.tags.includes('eligible') ? ignored(wire) : wire,
    ),
  },
  {
    name: 'cumulative-passes',
    sentence: 'A failed check does not clear the count of passes of an instance that is out.',
    thread: 'blindsidenetworks/scalelite/issues/251',
    breaks: ['health.consecutive'],
    edit: withHealth((wire) =>
      wire.event === 'check.failed' && !wire.tags.includes('eligible') ? ignored(wire) : wire,
    ),
  },
  {
    name: 'never-back',
    sentence: 'An instance that went out stays out, whatever its checks say.',
    thread: 'haproxy/haproxy/issues/1234',
    breaks: ['schedule.recovery'],
    edit: withHealth((wire) => (wire.actions.includes('enterRotation') ? ignored(wire) : wire)),
  },
  {
    name: 'one-count-for-all',
    sentence: 'All instances share one count of results.',
    breaks: ['health.isolation'],
    edit: (parts) => ({
      ...parts,
      engine: (compiled, slots) => {
        const stepper = parts.engine(compiled, slots);
        return compiled === parts.health ? onFirstSlot(stepper) : stepper;
      },
    }),
  },
];

/** Every slot is the first. */
function onFirstSlot(stepper: Stepper): Stepper {
  return {
    table: stepper.table,
    step: (_, event) => stepper.step(0, event),
    tags: () => stepper.tags(0),
    state: () => stepper.state(0),
    reset: () => stepper.reset(0),
  };
}

const resultDefects: readonly Defect[] = [
  {
    name: 'ignores-timeout',
    sentence: 'A reply that comes after the timeout counts like one in time.',
    breaks: ['health.timeout'],
    edit: (parts) => ({
      ...parts,
      classify: (reply, afterMs, configuration) =>
        parts.classify(reply, Number.isFinite(afterMs) ? 0 : afterMs, configuration),
    }),
  },
  {
    name: 'codes-4xx-never-normal',
    sentence: 'A 4xx reply fails the check even where 4xx is a normal code.',
    breaks: ['health.http.codes'],
    edit: withCodes((codes) =>
      codes
        .map(({ from, to }) => ({ from, to: Math.min(to, 399) }))
        .filter(({ from, to }) => from <= to),
    ),
  },
  {
    name: 'codes-edge-too-far',
    sentence: 'The code just above a normal range is taken for normal: 300 for 2xx.',
    breaks: ['health.http.codes'],
    edit: withCodes((codes) => codes.map(({ from, to }) => ({ from, to: to + 1 }))),
  },
  {
    name: 'codes-widened',
    sentence: 'The class above the normal codes is normal, too.',
    breaks: ['health.http.codes'],
    edit: withCodes((codes) => codes.map(({ from, to }) => ({ from, to: to + 100 }))),
  },
  {
    name: 'codes-lone-class-misread',
    sentence: 'Where 3xx or 4xx is all that is normal nothing is.',
    breaks: ['health.http.codes'],
    edit: withCodes((codes) => {
      const [only] = codes;
      const isLoneClass = codes.length === 1 && only !== undefined && only.to - only.from === 99;
      return isLoneClass && only.from >= 300 ? [] : codes;
    }),
  },
  {
    name: 'tcp-check-never-fails',
    sentence: 'A TCP check that is refused passes.',
    breaks: ['health.tcp'],
    edit: (parts) => ({
      ...parts,
      classify: (reply, afterMs, configuration) =>
        configuration.check.method === 'tcp' && reply === 'refused'
          ? null
          : parts.classify(reply, afterMs, configuration),
    }),
  },
  {
    name: 'check-path-ignored',
    sentence: 'Checks ask for / whatever the configured path.',
    breaks: ['health.http.path'],
    edit: withCheck(() => ({ path: '/' })),
  },
  {
    name: 'check-port-ignored',
    sentence: 'Checks go to the traffic port whatever the configured check port.',
    breaks: ['health.port'],
    edit: withCheck(() => ({ port: null })),
  },
  {
    name: 'interval-doubled',
    sentence: 'Checks are two intervals apart.',
    breaks: ['health.interval'],
    edit: withCheck(({ intervalMs }) => ({ intervalMs: 2 * intervalMs })),
  },
];

/** Checks of one instance after which the forgetful stop: more than the thresholds need, less than a long drain has. */
const checksBeforeStop = 40;

const roundDefects: readonly Defect[] = [
  {
    name: 'interval-doubled-on-failure',
    sentence: 'After a failed check the next one is two intervals away.',
    breaks: ['health.interval'],
    edit: (parts) => ({
      ...parts,
      nextCheckMs: (dueMs, instance, failure) =>
        parts.nextCheckMs(dueMs, instance, failure) +
        (failure === null ? 0 : parts.configuration.check.intervalMs),
    }),
  },
  {
    name: 'checks-stop',
    sentence: `After ${checksBeforeStop} checks an instance is not checked any more.`,
    breaks: ['health.interval'],
    edit: (parts) => {
      const checks = new Map<Instance, number>();
      return {
        ...parts,
        nextCheckMs: (dueMs, instance, failure) => {
          const begun = (checks.get(instance) ?? 0) + 1;
          checks.set(instance, begun);
          const nextMs = parts.nextCheckMs(dueMs, instance, failure);
          return begun < checksBeforeStop ? nextMs : Number.POSITIVE_INFINITY;
        },
      };
    },
  },
  {
    name: 'bad-status-out-at-once',
    sentence: 'A reply with a wrong status takes the instance out at once, whatever the threshold.',
    thread: 'envoyproxy/envoy/issues/7171',
    breaks: ['health.unhealthy-threshold'],
    edit: byReason((failure) => (failure === 'HTTP_CODE_MISMATCH' ? Number.POSITIVE_INFINITY : 1)),
  },
  {
    name: 'refusal-out-at-once',
    sentence: 'A refused check takes the instance out at once, whatever the threshold.',
    breaks: ['health.unhealthy-threshold'],
    edit: byReason((failure) => (failure === 'CONNECT_FAILED' ? Number.POSITIVE_INFINITY : 1)),
  },
  {
    name: 'timeout-a-little-long',
    sentence: 'A reply passes up to a twentieth of the timeout after it.',
    breaks: ['health.timeout'],
    edit: (parts) => ({
      ...parts,
      classify: (reply, afterMs, configuration) =>
        parts.classify(reply, afterMs / 1.05, configuration),
    }),
  },
  {
    name: 'timeout-at-most-half-a-minute',
    sentence: 'A timeout of more than half a minute is taken for one of half a minute.',
    breaks: ['health.timeout'],
    edit: withCheck(({ timeoutMs }) => ({ timeoutMs: Math.min(timeoutMs, 30_000) })),
  },
  {
    name: 'path-cut-at-64',
    sentence: 'Of a longer path checks ask for the first 64 characters.',
    breaks: ['health.http.path'],
    edit: withCheck(({ path }) => ({ path: path.slice(0, 64) })),
  },
  {
    name: 'path-without-last-slash',
    sentence: 'A slash at the end of a path is left out of what checks ask for.',
    breaks: ['health.http.path'],
    edit: withCheck(({ path }) => ({ path: path.replace(/(.)\/$/, '$1') })),
  },
  {
    name: 'timeout-at-most-ten-seconds',
    sentence: 'A timeout of more than ten seconds is taken for one of ten.',
    breaks: ['health.timeout'],
    edit: withCheck(({ timeoutMs }) => ({ timeoutMs: Math.min(timeoutMs, 10_000) })),
  },
  {
    name: 'silence-never-counts',
    sentence: 'A check that nothing answers in time counts neither as failed nor as passed.',
    breaks: ['health.timeout'],
    edit: byReason((failure) => (failure === 'RECEIVE_RESPONSE_TIMEOUT' ? 0 : 1)),
  },
];

/** How often a failure counts, by its reason; infinitely often: until the instance is out. */
function byReason(timesOf: (failure: FailureReason) => number) {
  return (parts: ServiceParts): ServiceParts => {
    const failures = new Map<Instance, FailureReason | null>();
    return {
      ...parts,
      // told of each result just before the machine is
      nextCheckMs: (dueMs, instance, failure) => {
        failures.set(instance, failure);
        return parts.nextCheckMs(dueMs, instance, failure);
      },
      engine: (compiled, slots) => {
        const stepper = parts.engine(compiled, slots);
        if (compiled !== parts.health) return stepper;
        const { table } = stepper;
        const eligible = tagBit(table, 'eligible');
        const failed = eventIndex(table, 'check.failed');
        const step = (slot: number, event: number) => {
          const failure = failures.get(slot) ?? null;
          if (event !== failed || failure === null) return stepper.step(slot, event);
          const times = timesOf(failure);
          const wasIn = (stepper.tags(slot) & eligible) !== 0;
          if (times === 1 || (times > 1 && !wasIn)) return stepper.step(slot, event);
          let outcome = 0;
          while (times > 1 && (stepper.tags(slot) & eligible) !== 0) {
            outcome = stepper.step(slot, event);
          }
          return outcome;
        };
        return {
          table,
          step,
          tags: (slot) => stepper.tags(slot),
          state: (slot) => stepper.state(slot),
          reset: (slot) => stepper.reset(slot),
        };
      },
    };
  };
}

export const healthDefects: readonly Defect[] = [
  ...thresholdDefects,
  ...resultDefects,
  ...roundDefects,
];
