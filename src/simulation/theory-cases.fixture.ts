/**
 * Simulations of what queueing theory knows exactly, and the rule by which they agree with it. Seeds, numbers of
 * replications and the rule were fixed before any result was seen: see `judged`.
 */
import { actionBit } from '../../models/table.ts';
import { type Distribution, meanSquareOf } from '../random/distributions.ts';
import { engines } from './engines.ts';
import { valuesOf } from './log-linear-histogram.ts';
import { instancesWeighing, planWith, poisson, service } from './plan.fixture.ts';
import type { Plan, ServingPlan } from './plan.ts';
import * as theory from './queueing-theory.fixture.ts';
import { type RunOptions, type RunOutcome, runPlan } from './run.ts';
import type { ServingMeasures } from './serving-measures.ts';

interface Quantity {
  readonly name: string;
  readonly exact: number;
}
export interface TheoryCase {
  readonly name: string;
  readonly quantities: readonly Quantity[];
  /** One replication: a value for each quantity. `effort` 1 is what CI can afford. */
  readonly observe: (seed: string, replication: number, effort: number) => readonly number[];
}

// The rule

export const replications = 20;
/** Student's t with 19 degrees of freedom: |t| is greater once in a thousand times. */
export const criticalT = 3.883;

export interface Judged extends Quantity {
  readonly observed: number;
  readonly standardError: number;
  readonly t: number;
}

/** Block `first`, and, where a quantity of it is further off than the critical t, once more with block `retest`: both decide. */
export function judged(
  { name, quantities, observe }: TheoryCase,
  block: 'first' | 'retest',
  effort = 1,
): readonly Judged[] {
  const rows = Array.from({ length: replications }, (_, replication) =>
    observe(`theory/${name}/${block}`, replication, effort),
  );
  return quantities.map((quantity, at) => {
    const values = rows.map((row) => row[at] as number);
    const observed = meanOf(values);
    const squares = meanOf(values.map((value) => (value - observed) ** 2));
    const standardError = Math.sqrt(squares / (replications - 1));
    return { ...quantity, observed, standardError, t: (observed - quantity.exact) / standardError };
  });
}

export function disagrees({ t }: Judged): boolean {
  return !(Math.abs(t) <= criticalT);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// Queues

const workMs = 100;
/** Power of two at which a histogram has an edge, so that counts beyond it are exact. */
const longMs = 256;

const works = {
  exponential: { kind: 'exponential', mean: workMs },
  constant: { kind: 'constant', value: workMs },
  erlang: { kind: 'erlang', mean: workMs, phases: 4 },
  hyperexponential: { kind: 'hyperexponential', mean: workMs, variation: 2 },
  lognormal: { kind: 'lognormal', median: workMs * Math.exp(-0.5), sigma: 1 },
} as const satisfies Record<string, Distribution>;
type Work = keyof typeof works;

/** In CI, 20 times as many connections as this pass through a case: the closer to 1, the longer a queue remembers. */
function connectionsAt({ load, queueMax }: QueueCase): number {
  if (queueMax === 0) return 20_000;
  if (load > 0.96) return 80_000;
  if (load > 0.92) return 60_000;
  if (load > 0.8) return 40_000;
  return load > 0.6 ? 20_000 : 10_000;
}

/** Beginning empty is forgotten to exp(−5) after so many. */
const relaxationsOfWarmUp = 5;

/** Where nobody waits, nothing but those in service is remembered. */
function relaxationOf(queue: QueueCase): number {
  const { load, queueMax, slots } = queue;
  if (queueMax === 0) return 4;
  return theory.relaxationInWorks(load, squaredVariationOf(queue), slots[0] as number);
}

interface QueueCase {
  readonly work: Work;
  readonly load: number;
  readonly discipline: ServingPlan['discipline'];
  readonly scheduling: Plan['service']['scheduling'];
  readonly slots: readonly number[];
  readonly queueMax: number;
  readonly weights: readonly number[];
}
const singleQueue: QueueCase = {
  work: 'exponential',
  load: 0.5,
  discipline: 'fifo',
  scheduling: 'weighted-round-robin',
  slots: [1],
  queueMax: Number.POSITIVE_INFINITY,
  weights: [1],
};

const ratePerMsOf = ({ load, slots }: QueueCase) => (load * sumOf(slots)) / workMs;
const squaredVariationOf = ({ work }: QueueCase) => meanSquareOf(works[work]) / workMs ** 2 - 1;

function planOfQueue(queue: QueueCase, seed: string, replication: number, effort: number): Plan {
  const { work, discipline, scheduling, slots, queueMax, weights } = queue;
  const ratePerMs = ratePerMsOf(queue);
  const warmUpMs = relaxationsOfWarmUp * workMs * relaxationOf(queue);
  return planWith({
    seed,
    replication,
    // No check falls into the run.
    service: { ...service, scheduling, check: { ...service.check, intervalMs: 1e12 } },
    instances: instancesWeighing(...weights),
    traffic: {
      ...poisson,
      ratePerMs,
      spanMs: warmUpMs + (effort * connectionsAt(queue)) / ratePerMs,
      sourceCount: 1,
      holdMs: works[work],
    },
    serving: { discipline, slots, queueMax: slots.map(() => queueMax), warmUpMs },
    eventsMax: 1e9,
  });
}

type Observed = 'delay' | 'delayed' | 'response' | 'busy' | 'turned away' | 'long delays';

const observers: Readonly<
  Record<Observed, (measures: ServingMeasures, queue: QueueCase) => number>
> = {
  delay: (m) => sumOf(m.delaySumMs) / sumOf(m.servedMeasured),
  delayed: (m) => sumOf(m.delayedMeasured) / sumOf(m.servedMeasured),
  response: (m) => sumOf(m.responseSumMs) / sumOf(m.servedMeasured),
  busy: (m, { slots }) => sumOf(m.busyMs) / (m.measuredToMs - m.measuredFromMs) / sumOf(slots),
  'turned away': (m) => sumOf(m.turnedAwayMeasured) / sumOf(m.offeredMeasured),
  'long delays': (m) => {
    const long = valuesOf(m.delays.counts()).filter(({ value }) => value > longMs);
    return sumOf(long.map(({ count }) => count)) / sumOf(m.servedMeasured);
  },
};

/** `options`: for mistakes that the case must notice. */
function queueCase(
  name: string,
  change: Partial<QueueCase>,
  exact: (queue: QueueCase, ratePerMs: number) => Partial<Record<Observed, number>>,
  options: RunOptions & { readonly mistake?: Partial<QueueCase> } = {},
): TheoryCase {
  const queue = { ...singleQueue, ...change };
  const quantities = Object.entries(exact(queue, ratePerMsOf(queue)));
  const { mistake, ...runOptions } = options;
  return {
    name: `${name} at load ${queue.load}`,
    quantities: quantities.map(([quantity, value]) => ({ name: quantity, exact: value })),
    observe: (seed, replication, effort) => {
      const plan = planOfQueue({ ...queue, ...mistake }, seed, replication, effort);
      const { serving } = runPlan(plan, runOptions);
      return quantities.map(([quantity]) =>
        serving === null ? Number.NaN : observers[quantity as Observed](serving, queue),
      );
    },
  };
}

const inOneQueue = (queue: QueueCase, rate: number) => ({
  ...inManySlots(queue, rate),
  'long delays': theory.waitsLongerInMMc(rate, workMs, queue.slots[0] as number, longMs),
});
/** With very many slots a long delay is too rare to be counted. */
const inManySlots = ({ load, slots: [slots = 1] }: QueueCase, rate: number) => ({
  delay: theory.waitInMMc(rate, workMs, slots),
  delayed: theory.erlangC(slots, load * slots),
  response: theory.waitInMMc(rate, workMs, slots) + workMs,
  busy: load,
});
const underKhinchine = ({ load, work }: QueueCase, rate: number) => ({
  delay: theory.waitInMG1(rate, workMs, meanSquareOf(works[work])),
  delayed: load,
  busy: load,
});
const sharedEvenly = ({ load, slots: [slots = 1] }: QueueCase, rate: number) => ({
  response: theory.responseUnderSharing(rate, workMs, slots),
  busy: load,
});
const withoutQueue = ({ load, slots }: QueueCase) => {
  const lost = theory.erlangB(sumOf(slots), load * sumOf(slots));
  return { 'turned away': lost, busy: load * (1 - lost) };
};
const inTurns = ({ load, slots }: QueueCase, rate: number) => ({
  delay: theory.waitInTurns(rate, workMs, slots.length),
  busy: load,
});
const inShortestQueue = ({ load, slots }: QueueCase, rate: number) => ({
  response: theory.responseInShortestQueue(rate, workMs, slots.length),
  busy: load,
});

const ones = (count: number) => new Array<number>(count).fill(1);
const sharing = { discipline: 'processor-sharing' } as const;
const noQueue = { queueMax: 0 } as const;
const fewest = { scheduling: 'weighted-least-connections' } as const;
const alike = (count: number) => ({ slots: ones(count), weights: ones(count) });

const queueCases: readonly TheoryCase[] = [
  ...[0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98].map((load) =>
    queueCase('M/M/1, one slot, exponential work', { load }, inOneQueue),
  ),
  ...(['constant', 'erlang', 'lognormal', 'hyperexponential'] as const).flatMap((work) =>
    [0.3, 0.7, 0.9].map((load) =>
      queueCase(`M/G/1, one slot, ${work} work`, { work, load }, underKhinchine),
    ),
  ),
  queueCase('M/D/1, one slot, constant work', { work: 'constant', load: 0.98 }, underKhinchine),
  ...(
    [
      [2, 0.5],
      [2, 0.95],
      [8, 0.7],
      [8, 0.9],
      [8, 0.98],
    ] as const
  ).map(([slots, load]) =>
    queueCase(`M/M/c, ${slots} slots`, { slots: [slots], load }, inOneQueue),
  ),
  queueCase('M/M/c, 50 slots', { slots: [50], load: 0.9 }, inManySlots),
  ...(['exponential', 'constant', 'lognormal', 'hyperexponential'] as const).flatMap((work) =>
    [0.3, 0.7, 0.95].map((load) =>
      queueCase(
        `Erlang B, 10 slots, ${work} work`,
        { ...noQueue, work, slots: [10], load },
        withoutQueue,
      ),
    ),
  ),
  ...(['exponential', 'lognormal'] as const).map((work) =>
    queueCase(
      `pooled Erlang B, least connections over 3 × 4 slots, ${work} work`,
      { ...noQueue, ...fewest, work, load: 0.7, slots: [4, 4, 4], weights: [1, 1, 1] },
      withoutQueue,
    ),
  ),
  queueCase(
    'pooled Erlang B, least connections over 8, 4 and 4 slots of weights 2, 1 and 1',
    { ...noQueue, ...fewest, load: 0.9, slots: [8, 4, 4], weights: [2, 1, 1] },
    withoutQueue,
  ),
  ...(
    [
      ['exponential', 1, 0.1],
      ['exponential', 1, 0.5],
      ['exponential', 1, 0.95],
      ['constant', 1, 0.9],
      ['lognormal', 1, 0.7],
      ['hyperexponential', 1, 0.9],
      ['hyperexponential', 4, 0.7],
      ['constant', 4, 0.9],
    ] as const
  ).map(([work, slots, load]) =>
    queueCase(
      `M/G/${slots} processor sharing, ${work} work`,
      { ...sharing, work, slots: [slots], load },
      sharedEvenly,
    ),
  ),
  ...(
    [
      [2, 0.5],
      [2, 0.9],
      [4, 0.7],
      [4, 0.95],
    ] as const
  ).map(([servers, load]) =>
    queueCase(`E_c/M/1, round robin over ${servers}`, { ...alike(servers), load }, inTurns),
  ),
  ...(
    [
      [2, 0.3],
      [2, 0.7],
      [2, 0.95],
      [3, 0.5],
      [3, 0.9],
    ] as const
  ).map(([servers, load]) =>
    queueCase(
      `shortest queue, least connections over ${servers}`,
      { ...alike(servers), ...fewest, load },
      inShortestQueue,
    ),
  ),
];

/** What each case is held against when something is wrong; every one must be noticed, or the cases prove nothing. */
export const mistakes: readonly TheoryCase[] = [
  queueCase(
    'shared where it should be in order',
    { work: 'hyperexponential', load: 0.7 },
    underKhinchine,
    {
      mistake: sharing,
    },
  ),
  queueCase(
    'in order where it should be shared',
    { ...sharing, work: 'constant', load: 0.7 },
    sharedEvenly,
    {
      mistake: { discipline: 'fifo' },
    },
  ),
  queueCase('nine slots for ten', { ...noQueue, slots: [10], load: 0.7 }, withoutQueue, {
    mistake: { slots: [9], load: (0.7 * 10) / 9 },
  }),
  queueCase(
    'a queue of one where there should be none',
    { ...noQueue, slots: [10], load: 0.7 },
    withoutQueue,
    {
      mistake: { queueMax: 1 },
    },
  ),
  queueCase(
    'in turns where the shortest queue should be joined',
    { ...alike(2), ...fewest, load: 0.7 },
    inShortestQueue,
    {
      mistake: { scheduling: 'weighted-round-robin' },
    },
  ),
  queueCase('the shortest queue where it should be in turns', { ...alike(2), load: 0.7 }, inTurns, {
    mistake: fewest,
  }),
  queueCase(
    'least connections that misses every tenth change of load',
    { ...alike(2), ...fewest, load: 0.7 },
    inShortestQueue,
    {
      edit: (parts) => ({
        ...parts,
        scheduler: (instances, sources) => {
          const scheduler = parts.scheduler(instances, sources);
          const { loadChanged } = scheduler;
          let changes = 0;
          scheduler.loadChanged = (instance) => {
            if (++changes % 10 !== 0) loadChanged.call(scheduler, instance);
          };
          return scheduler;
        },
      }),
    },
  ),
  queueCase(
    'pooled slots whose weights are not counted',
    { ...noQueue, ...fewest, load: 0.9, slots: [8, 4, 4], weights: [2, 1, 1] },
    withoutQueue,
    { mistake: { weights: [1, 1, 1] } },
  ),
];

// Drains, sessions, shares

const unlimited = { spanMs: 5000, drainMs: 150, ratePerMs: 0.4 };

function drainCase(
  kind: string,
  holdMs: Distribution,
  survivalBeyond: (ms: number) => number,
): TheoryCase {
  const { spanMs, drainMs, ratePerMs } = unlimited;
  // Placed in turns, each of two gets every second one; at `spanMs` one of them is removed.
  const exact = theory.cutByDrain(ratePerMs / 2, spanMs, drainMs, survivalBeyond);
  return {
    name: `cut by a drain, ${kind} holds`,
    quantities: [{ name: 'cut', exact }],
    observe: (seed, replication, effort) => {
      const drains = 20 * effort;
      const cut = Array.from({ length: drains }, (_, at) => {
        const plan = planWith({
          seed: `${seed}/${at}`,
          replication,
          service: { ...service, drainMs },
          instances: instancesWeighing(1, 1),
          traffic: { ...poisson, ratePerMs, spanMs: spanMs + 1, sourceCount: 1, holdMs },
          changes: [{ atMs: spanMs, instance: 1, does: 'remove' }],
        });
        return runPlan(plan).metrics.cut[1] as number;
      });
      return [meanOf(cut)];
    },
  };
}

const holdMs = 200;
const half = (1 + Math.sqrt(3 / 5)) / 2;
const drainCases: readonly TheoryCase[] = [
  drainCase(
    'exponential',
    { kind: 'exponential', mean: holdMs },
    (ms) => holdMs * Math.exp(-ms / holdMs),
  ),
  drainCase('constant', { kind: 'constant', value: holdMs }, (ms) => Math.max(holdMs - ms, 0)),
  // Survival (m / x)^a beyond the minimum m: its integral from x is m (m / x)^(a − 1) / (a − 1).
  drainCase(
    'Pareto',
    { kind: 'pareto', minimum: 100, shape: 1.5 },
    (ms) => (100 * (100 / ms) ** 0.5) / 0.5,
  ),
  // Balanced means with squared variation 4: shares p and 1 − p of means m / 2p and m / 2(1 − p), p = (1 + √(3/5)) / 2.
  drainCase('hyperexponential', { kind: 'hyperexponential', mean: holdMs, variation: 2 }, (ms) =>
    [half, 1 - half].reduce((sum, share) => {
      const mean = holdMs / (2 * share);
      return sum + share * mean * Math.exp(-ms / mean);
    }, 0),
  ),
];

const persistenceMs = 5000;
function sessionCase(zipfExponent: number): TheoryCase {
  const [sourceCount, ratePerMs] = [20, 0.01];
  const spanOf = (effort: number) => 500_000 * effort;
  const weights = Array.from({ length: sourceCount }, (_, rank) => (rank + 1) ** -zipfExponent);
  const begun = (spanMs: number) =>
    sumOf(
      weights.map((weight) =>
        theory.sessionsBegun((ratePerMs * weight) / sumOf(weights), spanMs, persistenceMs),
      ),
    );
  return {
    name: `clients that stick, Zipf exponent ${zipfExponent}`,
    quantities: [{ name: 'sessions begun over expected', exact: 1 }],
    observe: (seed, replication, effort) => {
      const spanMs = spanOf(effort);
      const plan = planWith({
        seed,
        replication,
        service: { ...service, persistenceMs },
        traffic: { ...poisson, ratePerMs, spanMs, sourceCount, zipfExponent },
      });
      return [sessionsBegunIn(plan) / begun(spanMs)];
    },
  };
}

/** How often the session machine bound a source to an instance. */
function sessionsBegunIn(plan: Plan): number {
  let begun = 0;
  runPlan(plan, {
    engine: (compiled, slots) => {
      const stepper = engines.table(compiled, slots);
      const bind = actionBit(stepper.table, 'bind');
      const { step } = stepper;
      stepper.step = (slot, event) => {
        const outcome = step.call(stepper, slot, event);
        if ((outcome & bind) !== 0) begun++;
        return outcome;
      };
      return stepper;
    },
  });
  return begun;
}

const zipfExponent = 1;
const clients = 50;
const skewPlan = (seed: string, replication: number, connections: number) =>
  planWith({
    seed,
    replication,
    service: { ...service, scheduling: 'source-ip' },
    traffic: {
      ...poisson,
      ratePerMs: 1,
      spanMs: connections,
      sourceCount: clients,
      zipfExponent,
      holdMs: { kind: 'constant', value: 1 },
    },
  });

/** Given where the hash puts each client, an instance's share is the sum of its clients' shares. */
function skewCase(): TheoryCase {
  const { metrics } = runPlan(skewPlan('where clients go', 0, 100_000));
  const width = metrics.instanceCount + 1;
  const weights = Array.from({ length: clients }, (_, rank) => (rank + 1) ** -zipfExponent);
  const shareOf = (instance: number) =>
    sumOf(
      weights.map((weight, source) =>
        metrics.placedBySource[source * width + instance] === 0 ? 0 : weight,
      ),
    ) / sumOf(weights);
  const sharesOf = ({ metrics: { placed, arrived } }: RunOutcome) =>
    Array.from(placed, (count) => count / arrived);
  return {
    name: 'shares by source IP, Zipf clients',
    quantities: [0, 1, 2].map((instance) => ({
      name: `share of instance ${instance}`,
      exact: shareOf(instance),
    })),
    observe: (seed, replication, effort) =>
      sharesOf(runPlan(skewPlan(seed, replication, 10_000 * effort))),
  };
}

export const theoryCases: readonly TheoryCase[] = [
  ...queueCases,
  ...drainCases,
  sessionCase(0),
  sessionCase(1),
  skewCase(),
];

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
