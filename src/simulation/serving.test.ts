/**
 * Goal: both disciplines do what their names say, whatever comes, also when instances drop everybody. Method: random
 * arrivals and failures against a reference that keeps lists and looks at all of them at every step; in order with whole
 * numbers, so that many things happen at one instant.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';
import type { ServingPlan } from './plan.ts';
import { servingOf } from './serving.ts';
import { ServingMeasures } from './serving-measures.ts';

const instanceCount = 3;
type Discipline = ServingPlan['discipline'];

interface Step {
  readonly after: number;
  readonly instance: number;
  /** Null: the instance drops everybody. */
  readonly work: number | null;
}
interface Finish {
  readonly connection: number;
  readonly atMs: number;
}
interface Course {
  readonly finished: readonly Finish[];
  readonly turnedAway: readonly number[];
  readonly delayMs: number;
  readonly busyMs: number;
}

const planOf = (discipline: Discipline, slots: number, queueMax: number): ServingPlan => ({
  discipline,
  slots: new Array<number>(instanceCount).fill(slots),
  queueMax: new Array<number>(instanceCount).fill(queueMax),
  warmUpMs: 0,
});

/** In whole units. */
const someSteps = fc.array(
  fc.record({
    after: fc.nat(5),
    instance: fc.nat(instanceCount - 1),
    work: fc.oneof(
      { arbitrary: fc.nat(12), weight: 9 },
      { arbitrary: fc.constant(null), weight: 1 },
    ),
  }),
  { maxLength: 80, size: 'max' },
);

function courseOf(plan: ServingPlan, steps: readonly Step[]): Course {
  const now = Float64Array.of(0);
  const holders: number[] = [];
  const gone = new Set<number>();
  const returned: number[] = [];
  const measures = new ServingMeasures(instanceCount, now, 0, Number.POSITIVE_INFINITY);
  const serving = servingOf(plan, measures, now, new EventQueue(), (each) => returned.push(each));
  const finished: Finish[] = [];
  const turnedAway: number[] = [];
  const runUntil = (untilMs: number) => {
    while ((serving.headMs[0] as number) <= untilMs) {
      const atMs = serving.headMs[0] as number;
      expect(atMs).toBeGreaterThanOrEqual(now[0] as number);
      now[0] = atMs;
      const connection = serving.pop();
      if (gone.has(connection)) returned.push(connection);
      else {
        finished.push({ connection, atMs });
        serving.served(holders[connection] as number);
      }
    }
  };
  for (const { after, instance, work } of steps) {
    const atMs = (now[0] as number) + after;
    runUntil(atMs);
    now[0] = atMs;
    if (work === null) {
      serving.dropAll(instance);
      const isDone = new Set(finished.map(({ connection }) => connection));
      holders.forEach((holder, connection) => {
        if (holder === instance && !isDone.has(connection)) gone.add(connection);
      });
      continue;
    }
    const connection = holders.push(instance) - 1;
    if (serving.offer(instance)) {
      serving.workMs[0] = work;
      serving.admit(connection, instance);
    } else {
      turnedAway.push(connection);
      holders[connection] = -1;
    }
  }
  const lastMs = now[0] as number;
  runUntil(Number.MAX_VALUE);
  // Handles of those that were dropped come back once each, or they would be lost.
  expect(returned.toSorted((a, b) => a - b)).toEqual([...gone].sort((a, b) => a - b));
  now[0] = Math.max(now[0] as number, lastMs);
  measures.conclude();
  const sum = (column: Float64Array) => column.reduce((total, each) => total + each, 0);
  expect(measures.turnedAway.reduce((total, each) => total + each, 0)).toBe(turnedAway.length);
  return { finished, turnedAway, delayMs: sum(measures.delaySumMs), busyMs: sum(measures.busyMs) };
}

interface Client {
  readonly connection: number;
  readonly arrivedMs: number;
  readonly work: number;
  left: number;
  /** What it is given of a slot just now. */
  share: number;
}

/** One instance, told by lists. */
class ReferenceInstance {
  readonly #plan: ServingPlan;
  readonly finished: Finish[] = [];
  delayMs = 0;
  busyMs = 0;
  #nowMs = 0;
  #clients: Client[] = [];

  constructor(plan: ServingPlan) {
    this.#plan = plan;
  }

  advance(toMs: number): void {
    for (;;) {
      const slots = this.#plan.slots[0] as number;
      const even = Math.min(1, slots / this.#clients.length);
      this.#clients.forEach((client, place) => {
        client.share = this.#plan.discipline === 'fifo' ? Number(place < slots) : even;
      });
      const first = this.#firstToLeave();
      if (first === undefined || first.left / first.share > toMs - this.#nowMs) break;
      this.#pass(first.left / first.share);
      this.#clients = this.#clients.filter((client) => client !== first);
      this.finished.push({ connection: first.connection, atMs: this.#nowMs });
      this.delayMs += this.#nowMs - first.arrivedMs - first.work;
    }
    if (Number.isFinite(toMs)) this.#pass(toMs - this.#nowMs);
  }

  #firstToLeave(): Client | undefined {
    const served = this.#clients.filter(({ share }) => share > 0);
    return served.reduce<Client | undefined>(
      (first, each) =>
        first === undefined || each.left / each.share < first.left / first.share ? each : first,
      undefined,
    );
  }

  #pass(ms: number): void {
    for (const client of this.#clients) {
      client.left = Math.max(client.left - ms * client.share, 0);
      this.busyMs += ms * client.share;
    }
    this.#nowMs += ms;
  }

  /** False: turned away. */
  arrive(connection: number, work: number): boolean {
    const { slots, queueMax } = this.#plan;
    if (this.#clients.length >= (slots[0] as number) + (queueMax[0] as number)) return false;
    this.#clients.push({ connection, arrivedMs: this.#nowMs, work, left: work, share: 0 });
    return true;
  }

  dropAll(): void {
    this.#clients = [];
  }
}

function referenceCourse(plan: ServingPlan, steps: readonly Step[]): Course {
  const instances = Array.from({ length: instanceCount }, () => new ReferenceInstance(plan));
  const turnedAway: number[] = [];
  let nowMs = 0;
  let connections = 0;
  for (const { after, instance, work } of steps) {
    nowMs += after;
    for (const each of instances) each.advance(nowMs);
    if (work === null) instances[instance]?.dropAll();
    else if (instances[instance]?.arrive(connections, work) === false)
      turnedAway.push(connections++);
    else connections++;
  }
  for (const each of instances) each.advance(Number.POSITIVE_INFINITY);
  const sum = (value: (each: ReferenceInstance) => number) =>
    instances.reduce((total, each) => total + value(each), 0);
  return {
    finished: instances.flatMap(({ finished }) => finished),
    turnedAway,
    delayMs: sum(({ delayMs }) => delayMs),
    busyMs: sum(({ busyMs }) => busyMs),
  };
}

const byConnection = (a: Finish, b: Finish) => a.connection - b.connection;

function expectLikeReference(discipline: Discipline, hasTies: boolean): void {
  // Two units without a common measure keep departures and arrivals apart.
  const [gapMs, workMs] = hasTies ? [1, 1] : [Math.PI / 4, Math.SQRT2];
  fc.assert(
    fc.property(
      someSteps,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0, 1, 4, Number.POSITIVE_INFINITY),
      (whole, slots, queueMax) => {
        const plan = planOf(discipline, slots, queueMax);
        const steps = whole.map(({ after, instance, work }) => ({
          after: after * gapMs,
          instance,
          work: work === null ? null : work * workMs,
        }));
        const observed = courseOf(plan, steps);
        const expected = referenceCourse(plan, steps);
        expect(observed.turnedAway).toEqual(expected.turnedAway);
        expect(observed.delayMs).toBeCloseTo(expected.delayMs, 6);
        expect(observed.busyMs).toBeCloseTo(expected.busyMs, 6);
        const [one, other] = [observed, expected].map(({ finished }) =>
          finished.toSorted(byConnection),
        );
        expect(one?.map(({ connection }) => connection)).toEqual(
          other?.map(({ connection }) => connection),
        );
        one?.forEach(({ atMs }, at) => void expect(atMs).toBeCloseTo(other?.[at]?.atMs ?? -1, 6));
      },
    ),
    { seed: 1, numRuns: 400 },
  );
}

describe('serving', () => {
  it('in order is what a list of those that wait says, with ties', () => {
    expectLikeReference('fifo', true);
  });
  it('in order is what a list of those that wait says, without ties', () => {
    expectLikeReference('fifo', false);
  });
  it('by sharing is what giving everybody an even share step by step comes to', () => {
    expectLikeReference('processor-sharing', false);
  });

  it('by sharing lets those who finish together leave in the order in which they came', () => {
    const steps = Array.from({ length: 50 }, () => ({ after: 0, instance: 0, work: 7 }));
    const { finished } = courseOf(planOf('processor-sharing', 2, Number.POSITIVE_INFINITY), steps);
    expect(finished.map(({ connection }) => connection)).toEqual([...steps.keys()]);
    expect(finished[0]?.atMs).toBeCloseTo((50 * 7) / 2, 9);
  });

  it('leaves clients that give up to their own time', () => {
    for (const discipline of ['fifo', 'processor-sharing'] as const) {
      const now = Float64Array.of(0);
      const measures = new ServingMeasures(instanceCount, now, 0, 100);
      const plan = planOf(discipline, 1, 0);
      const serving = servingOf(plan, measures, now, new EventQueue(), () => {});
      serving.atMs[0] = 5;
      serving.push(~77);
      expect(serving.offer(0)).toBe(true);
      serving.workMs[0] = 10;
      serving.admit(3, 0);
      expect(serving.headMs[0]).toBe(5);
      expect(serving.pop()).toBe(~77);
      expect(serving.headMs[0]).toBe(10);
      now[0] = 10;
      expect(serving.pop()).toBe(3);
      expect(serving.headMs[0]).toBe(Number.POSITIVE_INFINITY);
    }
  });
});
