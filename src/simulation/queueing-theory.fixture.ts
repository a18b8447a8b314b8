/**
 * Exact results of queueing theory, each with its source. Times in any unit, rates per that unit; `load` is what is
 * offered per slot, from 0 to 1. Knows no simulation: this is what simulations are held against.
 */

/** Mean wait in M/G/1, first in first out. F. Pollaczek 1930, A. Khinchine 1932: λ E[S²] / (2 (1 − ρ)). */
export function waitInMG1(rate: number, meanWork: number, meanSquareWork: number): number {
  return (rate * meanSquareWork) / (2 * (1 - rate * meanWork));
}

/** Share lost by `slots` without a queue at `offered` erlangs: A. K. Erlang 1917, by the recursion in the number of slots. */
export function erlangB(slots: number, offered: number): number {
  let lost = 1;
  for (let slot = 1; slot <= slots; slot++) lost = (offered * lost) / (slot + offered * lost);
  return lost;
}

/** Share that waits in M/M/c: A. K. Erlang 1917, from Erlang B. */
export function erlangC(slots: number, offered: number): number {
  const lost = erlangB(slots, offered);
  return lost / (1 - (offered / slots) * (1 - lost));
}

/** Mean wait in M/M/c: those that wait do so exponentially, with rate cμ − λ. */
export function waitInMMc(rate: number, meanWork: number, slots: number): number {
  return erlangC(slots, rate * meanWork) / (slots / meanWork - rate);
}

/** Share in M/M/c that waits longer than `time`. */
export function waitsLongerInMMc(
  rate: number,
  meanWork: number,
  slots: number,
  time: number,
): number {
  return erlangC(slots, rate * meanWork) * Math.exp(-(slots / meanWork - rate) * time);
}

/**
 * Mean response in M/G/c processor sharing. The number present is distributed as in M/M/c whatever the distribution of
 * work (J. W. Cohen, The multiple phase service network with generalized processor sharing, 1979); then J. Little's law.
 */
export function responseUnderSharing(rate: number, meanWork: number, slots: number): number {
  return waitInMMc(rate, meanWork, slots) + meanWork;
}

/**
 * Mean wait of each of `servers` exponential ones that take turns (E_c/M/1). Between two arrivals lie c exponential
 * gaps; L. Takács 1962 (GI/M/1): σ is the root below 1 of σ = A*(μ (1 − σ)), and the mean wait σ / (μ (1 − σ)).
 */
export function waitInTurns(rate: number, meanWork: number, servers: number): number {
  // The iteration rises to the root from 0, at a rate of the slope there, which is below 1.
  let sigma = 0;
  for (let round = 0; round < 1_000_000; round++) {
    const next = (rate / (rate + (1 - sigma) / meanWork)) ** servers;
    if (next - sigma < 1e-16) break;
    sigma = next;
  }
  return (sigma * meanWork) / (1 - sigma);
}

/** Mean response where arrivals join the shortest of `servers` exponential queues: the chain below, and Little's law. */
export function responseInShortestQueue(rate: number, meanWork: number, servers: number): number {
  return meanInSystem(rate, meanWork, servers) / rate;
}

/** The shortest queue is cut off at this probability; how much longer the longest is, where it is rarer by far. */
const cutOff = 1e-8;
const differenceMax = 13;

/**
 * Mean number of customers under join-the-shortest-queue, from the stationary distribution of the Markov chain of queue
 * lengths in rising order (J. F. C. Kingman, Two similar queues in parallel, 1961: which of equal queues is joined makes
 * no difference to it), cut off where it is rare. Gauss–Seidel sweeps settle how customers lie among the queues; between
 * sweeps, how many there are follows from the flow up and down being equal (aggregation and disaggregation).
 */
function meanInSystem(rate: number, meanWork: number, servers: number): number {
  const load = (rate * meanWork) / servers;
  const shortestMax = Math.ceil(Math.log(cutOff) / (servers * Math.log(load))) + 4;
  const chain = shortestQueueChain(rate, meanWork, servers, shortestMax);
  const shares = new Float64Array(chain.states.length).fill(1 / chain.states.length);
  let mean = 0;
  for (let round = 0; round < 10_000; round++) {
    sweep(chain, shares);
    const before = mean;
    mean = balanceLevels(chain, shares);
    if (round > 10 && Math.abs(mean - before) < 1e-9 * mean) return mean;
  }
  throw new RangeError('the chain did not settle');
}

function sweep({ flowsInto, outflow }: Chain, shares: Float64Array): void {
  for (let state = 0; state < shares.length; state++) {
    let inflow = 0;
    for (const [from, flow] of flowsInto[state] as readonly Flow[]) {
      inflow += (shares[from] as number) * flow;
    }
    shares[state] = inflow / (outflow[state] as number);
  }
}

/** Rescales the shares of all states with as many customers, level by level; returns the mean number. */
function balanceLevels({ states, flowsInto }: Chain, shares: Float64Array): number {
  const sizes = states.map((lengths) => sumOf(lengths));
  const levels = Math.max(...sizes) + 1;
  const [held, up, down] = [0, 0, 0].map(() => new Float64Array(levels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const add = (column: Float64Array, level: number, share: number) => {
    column[level] = (column[level] as number) + share;
  };
  shares.forEach((share, state) => {
    add(held, sizes[state] as number, share);
    for (const [from, flow] of flowsInto[state] as readonly Flow[]) {
      const level = sizes[from] as number;
      add(level < (sizes[state] as number) ? up : down, level, (shares[from] as number) * flow);
    }
  });
  const factor = new Float64Array(levels).fill(1);
  for (let level = 1; level < levels; level++) {
    const rises = (up[level - 1] as number) * (factor[level - 1] as number);
    // The highest levels hold only states that nothing leads into.
    factor[level] = rises === 0 ? 0 : rises / (down[level] as number);
  }
  const total = held.reduce((sum, share, level) => sum + share * (factor[level] as number), 0);
  shares.forEach((share, state) => {
    shares[state] = (share * (factor[sizes[state] as number] as number)) / total;
  });
  return shares.reduce((sum, share, state) => sum + share * (sizes[state] as number), 0);
}

type Flow = readonly [from: number, rate: number];
interface Chain {
  readonly states: readonly (readonly number[])[];
  readonly flowsInto: readonly (readonly Flow[])[];
  readonly outflow: Float64Array;
}

function shortestQueueChain(
  rate: number,
  meanWork: number,
  servers: number,
  shortestMax: number,
): Chain {
  const states: number[][] = [];
  const grow = (lengths: number[]) => {
    if (lengths.length === servers) {
      states.push(lengths);
      return;
    }
    const [shortest = 0] = lengths;
    const from = lengths.at(-1) ?? 0;
    const to = lengths.length === 0 ? shortestMax : shortest + differenceMax;
    for (let next = from; next <= to; next++) grow([...lengths, next]);
  };
  grow([]);
  const indexOf = new Map(states.map((lengths, index) => [lengths.join(), index]));
  const flowsInto = states.map((): Flow[] => []);
  const outflow = new Float64Array(states.length);
  states.forEach((lengths, from) => {
    const flow = (queue: number, change: 1 | -1, flowRate: number) => {
      const to = indexOf.get(moved(lengths, queue, change).join());
      if (to === undefined) return;
      flowsInto[to]?.push([from, flowRate]);
      outflow[from] = (outflow[from] as number) + flowRate;
    };
    flow(0, 1, rate);
    lengths.forEach((length, queue) => {
      if (length > 0) flow(queue, -1, 1 / meanWork);
    });
  });
  return { states, flowsInto, outflow };
}

function moved(lengths: readonly number[], queue: number, change: 1 | -1): number[] {
  return lengths
    .map((length, at) => (at === queue ? length + change : length))
    .sort((a, b) => a - b);
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/**
 * Time in which a queue forgets how it began, in units of mean work: that of M/M/1, (1 − √ρ)^−2 (J. Cohen, The single
 * server queue, 1969), scaled by the variability of work as in heavy traffic and by the slots that share the queue, and
 * the time of those in service.
 */
export function relaxationInWorks(load: number, squaredVariation: number, slots: number): number {
  return 2 + (1 + squaredVariation) / 2 / slots / (1 - Math.sqrt(load)) ** 2;
}

/**
 * Mean number that a drain cuts: of those that came at `rate` during `before` and stay for times of survival 1 − G, so
 * many are still there `drain` after the last: rate × ∫ (1 − G) from `drain` to `drain + before` (Campbell's theorem).
 * `survivalBeyond(x)`: ∫ (1 − G) from x to infinity.
 */
export function cutByDrain(
  rate: number,
  before: number,
  drain: number,
  survivalBeyond: (time: number) => number,
): number {
  return rate * (survivalBeyond(drain) - survivalBeyond(drain + before));
}

/**
 * Mean number of sessions that one source begins within `span`, coming at `rate` and remembered for `duration` after each
 * connection: its first arrival, and every one that no other precedes by less than `duration`.
 */
export function sessionsBegun(rate: number, span: number, duration: number): number {
  const gapIsLonger = Math.exp(-rate * duration);
  return 1 - gapIsLonger + rate * (span - duration) * gapIsLonger;
}
