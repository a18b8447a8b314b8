/**
 * What any scheduler of an algorithm must do, as functions of its factory, so that several implementations can be
 * held to them. Each asserts over generated fleets with a fixed seed.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { NONE, type Scheduler, type SchedulerFactory } from './scheduler.ts';

const runs = { seed: 20261122, numRuns: 60 } as const;

/** A fleet whose connections are counted by hand, as the service does it. */
export class Fleet {
  readonly weight: Int32Array;
  readonly active: Int32Array;
  readonly isEligible: Uint8Array;
  readonly address: Uint32Array;
  readonly scheduler: Scheduler;

  constructor(factory: SchedulerFactory, weights: readonly number[], sourcesMax = 1) {
    const instancesMax = weights.length;
    this.weight = Int32Array.from(weights);
    this.active = new Int32Array(instancesMax);
    this.isEligible = new Uint8Array(instancesMax).fill(1);
    this.address = Uint32Array.from({ length: sourcesMax }, (_, source) => addressOf(source));
    const { weight, active, isEligible, address } = this;
    this.scheduler = factory({ instancesMax, weight, active, isEligible }, { sourcesMax, address });
  }

  pick(source = 0): number {
    return this.scheduler.pick(source);
  }
  /** Picks and holds. */
  open(source = 0): number {
    const instance = this.pick(source);
    if (instance !== NONE) this.#load(instance, 1);
    return instance;
  }
  close(instance: number): void {
    this.#load(instance, -1);
  }
  setEligible(instance: number, isEligible: boolean): void {
    this.isEligible[instance] = isEligible ? 1 : 0;
    this.scheduler.eligibilityChanged(instance);
  }
  reweigh(instance: number, weight: number): void {
    this.weight[instance] = weight;
    this.scheduler.weightChanged(instance);
  }
  /** Who takes part: eligible and of a positive weight. */
  participants(): readonly number[] {
    return [...this.weight.keys()].filter(
      (instance) => this.isEligible[instance] === 1 && (this.weight[instance] as number) > 0,
    );
  }
  total(): number {
    return this.participants().reduce(
      (sum, instance) => sum + (this.weight[instance] as number),
      0,
    );
  }
  cycle(): number {
    const weights = this.participants().map((instance) => this.weight[instance] as number);
    return this.total() / weights.reduce(gcd, 0);
  }

  #load(instance: number, by: number): void {
    this.active[instance] = (this.active[instance] as number) + by;
    this.scheduler.loadChanged(instance);
  }
}

/** Letters of the instances picked, `a` for the first. */
export function picks(fleet: Fleet, count: number, hold = false): string {
  return Array.from({ length: count }, () =>
    String.fromCharCode(97 + (hold ? fleet.open() : fleet.pick())),
  ).join('');
}

export function counts(picked: Iterable<number>, instances: number): readonly number[] {
  const count = new Array<number>(instances).fill(0);
  for (const instance of picked) count[instance] = (count[instance] ?? 0) + 1;
  return count;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
/** Addresses spread over 10.0.0.0/8 without a pattern in their low bits. */
function addressOf(source: number): number {
  return (0x0a000000 | (Math.imul(source + 1, 0x9e3779b1) >>> 8)) >>> 0;
}

const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 });
const restingToo = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
/** What happens to a fleet: a pick that is held, a close, an instance going or coming, another weight. */
const happenings = fc.array(
  fc.record({
    do: fc.constantFrom('open', 'close', 'flip', 'reweigh'),
    who: fc.nat(5),
    weight: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 80, size: 'max' },
);

/** Nobody who is out or of weight 0 is picked, and somebody always is while anybody takes part. */
export function picksOnlyParticipants(factory: SchedulerFactory): void {
  fc.assert(
    fc.property(restingToo, happenings, (initial, list) => {
      const fleet = new Fleet(factory, initial, 7);
      list.forEach((happening, step) => {
        const who = happening.who % initial.length;
        if (happening.do === 'open') {
          const taking = fleet.participants();
          const picked = fleet.open(step % 7);
          if (taking.length === 0) expect(picked).toBe(NONE);
          else expect(taking).toContain(picked);
        } else if (happening.do === 'flip') fleet.setEligible(who, fleet.isEligible[who] === 0);
        else if (happening.do === 'reweigh') fleet.reweigh(who, happening.weight);
        else if ((fleet.active[who] as number) > 0) fleet.close(who);
      });
    }),
    runs,
  );
}

/** After any changes, each of the next cycles gives each participant exactly its part. */
export function cyclesAreExact(factory: SchedulerFactory, washoutCycles = 0): void {
  fc.assert(
    fc.property(weights, happenings, fc.nat(200), (initial, list, offset) => {
      const fleet = new Fleet(factory, initial);
      for (const happening of list) {
        const who = happening.who % initial.length;
        if (happening.do === 'flip') fleet.setEligible(who, fleet.isEligible[who] === 0);
        else if (happening.do === 'reweigh') fleet.reweigh(who, happening.weight);
        else fleet.pick();
      }
      if (fleet.total() === 0) return;
      fleet.reweigh(0, fleet.weight[0] as number);
      const cycle = fleet.cycle();
      for (let skip = 0; skip < washoutCycles * cycle; skip++) fleet.pick();
      const aligned = [0, 1].map(() => counts(pickedBy(fleet, cycle), initial.length));
      const expected = expectedCounts(fleet, cycle);
      expect(aligned).toEqual([expected, expected]);
      // Every window, not only the aligned ones.
      pickedBy(fleet, offset);
      expect(counts(pickedBy(fleet, cycle), initial.length)).toEqual(expected);
    }),
    runs,
  );
}

function pickedBy(fleet: Fleet, count: number): readonly number[] {
  return Array.from({ length: count }, () => fleet.pick());
}
function expectedCounts(fleet: Fleet, picksMade: number): readonly number[] {
  const taking = fleet.participants();
  return [...fleet.weight].map((weight, instance) =>
    taking.includes(instance) ? (picksMade * weight) / fleet.total() : 0,
  );
}

/** Hold, close a skewed part that leaves nobody above target, refill: each holds its part within one. */
export function refillRestoresRatio(factory: SchedulerFactory): void {
  fc.assert(
    fc.property(
      weights,
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.nat(99)),
      (initial, multiple, shares) => {
        const fleet = new Fleet(factory, initial);
        const held = multiple * fleet.cycle();
        for (let connection = 0; connection < held; connection++) fleet.open();
        for (const instance of fleet.weight.keys()) {
          const target = (held * (fleet.weight[instance] as number)) / fleet.total();
          const keep = Math.floor((target * (shares.next().value as number)) / 100);
          while ((fleet.active[instance] as number) > keep) fleet.close(instance);
        }
        let open = fleet.active.reduce((sum, active) => sum + active, 0);
        for (; open < held; open++) fleet.open();
        for (const instance of fleet.weight.keys()) {
          const target = (held * (fleet.weight[instance] as number)) / fleet.total();
          expect(Math.abs((fleet.active[instance] as number) - target)).toBeLessThanOrEqual(1);
        }
      },
    ),
    runs,
  );
}

/** Whoever is emptied gets the next connections until it is level. */
export function releasedIsFilledFirst(factory: SchedulerFactory): void {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 9 }), (many, each) => {
      const fleet = new Fleet(factory, new Array<number>(many).fill(3));
      for (let connection = 0; connection < many * each; connection++) fleet.open();
      for (let connection = 0; connection < each; connection++) fleet.close(1);
      const next = Array.from({ length: each - 1 }, () => fleet.open());
      expect(new Set(next)).toEqual(new Set([1]));
    }),
    runs,
  );
}

/** A weight that changed decides the very next cycle. */
export function weightChangeCounts(factory: SchedulerFactory): void {
  fc.assert(
    fc.property(weights, fc.nat(7), fc.integer({ min: 1, max: 100 }), (initial, who, weight) => {
      const fleet = new Fleet(factory, initial);
      pickedBy(fleet, 13);
      fleet.reweigh(who % initial.length, weight);
      const cycle = fleet.cycle();
      expect(counts(pickedBy(fleet, cycle), initial.length)).toEqual(expectedCounts(fleet, cycle));
    }),
    runs,
  );
}

const sources = 300;
function places(fleet: Fleet): readonly number[] {
  return Array.from({ length: sources }, (_, source) => fleet.pick(source));
}

/** The same source goes to the same place; only those of an instance that goes move, and they come back with it. */
export function onlyOwnSourcesMove(factory: SchedulerFactory): void {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 8 }),
      fc.nat(7),
      (initial, index) => {
        const who = index % initial.length;
        const fleet = new Fleet(factory, initial, sources);
        const before = places(fleet);
        expect(places(fleet)).toEqual(before);
        fleet.setEligible(who, false);
        const without = places(fleet);
        for (const [source, place] of before.entries()) {
          if (place === who) expect(without[source]).not.toBe(who);
          else expect(without[source]).toBe(place);
        }
        fleet.setEligible(who, true);
        expect(places(fleet)).toEqual(before);
      },
    ),
    { ...runs, numRuns: 20 },
  );
}

/** When an instance gains weight, sources move only to it, and they go back when it loses it again. */
export function onlyFavouredSourcesCome(factory: SchedulerFactory): void {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 8 }),
      fc.nat(7),
      fc.integer({ min: 1, max: 80 }),
      (initial, index, gained) => {
        const who = index % initial.length;
        const own = initial[who] as number;
        const fleet = new Fleet(factory, initial, sources);
        const before = places(fleet);
        fleet.reweigh(who, own + gained);
        for (const [source, place] of places(fleet).entries()) {
          if (place !== who) expect(place).toBe(before[source]);
        }
        fleet.reweigh(who, own);
        expect(places(fleet)).toEqual(before);
      },
    ),
    { ...runs, numRuns: 20 },
  );
}

/** The part of many addresses that each instance gets strays from its weight by less than the tolerance. */
export function sharesFollowWeights(factory: SchedulerFactory, tolerance: number): void {
  const vectors = [[1, 1], [5, 1, 1], [1, 2, 3, 4], [100, 1], new Array<number>(20).fill(7)];
  for (const initial of vectors) {
    const fleet = new Fleet(factory, initial, 100_000);
    const picked = Array.from({ length: 100_000 }, (_, source) => fleet.pick(source));
    const total = fleet.total();
    counts(picked, initial.length).forEach((count, instance) => {
      const ideal = (initial[instance] as number) / total;
      expect(Math.abs(count / picked.length - ideal)).toBeLessThan(tolerance * ideal + 0.002);
    });
  }
}
