/**
 * The instances' own lives, which no load balancer knows: scripted outages, random failures, and the operator's
 * changes, as one queue of rare events. Says what happened; what it does to traffic is the run's business.
 */
import { samplerOf } from '../random/distributions.ts';
import { openStream } from '../random/stream.ts';
import { EventQueue } from './event-queue.ts';
import type { Change, Manner, Plan } from './plan.ts';

/** Kinds in the order in which they happen at one instant: what ends makes room for what begins. */
const outageEnds = 0;
const repair = 1;
const outageBegins = 2;
const failure = 3;
const change = 4;
const kinds = 8;

export interface WorldListener {
  failed(instance: number): void;
  recovered(instance: number): void;
  changed(change: Change): void;
}

export class World {
  readonly queue = new EventQueue();
  /** 0: up; an instance may be down for several reasons at once. */
  readonly downReasons: Uint8Array;
  /** Those of them that make it silent: one is enough, whatever the others do. */
  readonly silentReasons: Uint8Array;
  readonly #plan: Plan;
  readonly #listener: WorldListener;
  readonly #lifetimes: ((kind: 'between' | 'repair') => number)[];

  constructor(plan: Plan, listener: WorldListener) {
    this.#plan = plan;
    this.#listener = listener;
    this.silentReasons = new Uint8Array(plan.instances.length);
    this.downReasons = new Uint8Array(plan.instances.length);
    this.#lifetimes = plan.instances.map((_, instance) => lifetimesOf(plan, instance));
    this.#script();
    if (plan.failures === null) return;
    for (let instance = 0; instance < plan.instances.length; instance++) {
      this.#schedule(this.#lifetime(instance, 'between'), failure, instance);
    }
  }

  /** Runs the event at the head of the queue, the clock standing there. */
  runNext(nowMs: number): void {
    const payload = this.queue.pop();
    const kind = payload % kinds;
    const index = Math.floor(payload / kinds);
    switch (kind) {
      case outageBegins: {
        const outage = this.#plan.outages[index];
        if (outage !== undefined) this.#fail(outage.instance, outage.manner);
        return;
      }
      case outageEnds: {
        const outage = this.#plan.outages[index];
        if (outage !== undefined) this.#recover(outage.instance, outage.manner);
        return;
      }
      case failure:
        this.#fail(index, this.#failureManner);
        this.#schedule(nowMs + this.#lifetime(index, 'repair'), repair, index);
        return;
      case repair:
        this.#recover(index, this.#failureManner);
        this.#schedule(nowMs + this.#lifetime(index, 'between'), failure, index);
        return;
      default: {
        const asked = this.#plan.changes[index];
        if (asked !== undefined) this.#listener.changed(asked);
      }
    }
  }

  #script(): void {
    const { outages, changes } = this.#plan;
    const scripted = [
      ...outages.map((outage, index) => ({ atMs: outage.toMs, kind: outageEnds, index })),
      ...outages.map((outage, index) => ({ atMs: outage.fromMs, kind: outageBegins, index })),
      ...changes.map(({ atMs }, index) => ({ atMs, kind: change, index })),
    ].filter(({ atMs }) => Number.isFinite(atMs));
    scripted.sort((a, b) => a.atMs - b.atMs || a.kind - b.kind || a.index - b.index);
    for (const { atMs, kind, index } of scripted) this.#schedule(atMs, kind, index);
  }

  #schedule(atMs: number, kind: number, index: number): void {
    this.queue.atMs[0] = atMs;
    this.queue.push(index * kinds + kind);
  }

  get #failureManner(): Manner {
    return this.#plan.failures?.manner ?? 'refuses';
  }

  #lifetime(instance: number, kind: 'between' | 'repair'): number {
    return this.#lifetimes[instance]?.(kind) ?? Number.POSITIVE_INFINITY;
  }

  #fail(instance: number, manner: Manner): void {
    this.#count(instance, manner, 1);
    if (this.downReasons[instance] === 1) this.#listener.failed(instance);
  }

  #recover(instance: number, manner: Manner): void {
    this.#count(instance, manner, -1);
    if (this.downReasons[instance] === 0) this.#listener.recovered(instance);
  }

  #count(instance: number, manner: Manner, more: 1 | -1): void {
    this.downReasons[instance] = (this.downReasons[instance] as number) + more;
    if (manner === 'refuses') return;
    this.silentReasons[instance] = (this.silentReasons[instance] as number) + more;
  }
}

/** Each instance has streams of its own, so that one more instance does not change the fate of the others. */
function lifetimesOf(plan: Plan, instance: number): (kind: 'between' | 'repair') => number {
  const { failures, seed, replication } = plan;
  if (failures === null) return () => Number.POSITIVE_INFINITY;
  const name = plan.instances[instance]?.name ?? '';
  const stream = (purpose: string) => openStream(seed, `${purpose}.${name}`, replication);
  const sampleBetween = samplerOf(failures.betweenMs, stream('failures'));
  const sampleRepair = samplerOf(failures.repairMs, stream('repairs'));
  const cell = new Float64Array(1);
  return (kind) => {
    (kind === 'between' ? sampleBetween : sampleRepair)(cell);
    return cell[0] as number;
  };
}
