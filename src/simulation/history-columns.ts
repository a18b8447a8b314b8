/**
 * What happens in a run, as columns of numbers in chunks of bounded length: the loop fills one, whoever drains them gives
 * back the next. Knows what the history's events mean for a simulation; no text and no file.
 */
import type { Instance } from '../scheduling/scheduler.ts';
import type { CheckReply, Connection } from '../service/backend-service.ts';
import { slotMaskOf } from '../service/connections.ts';
import { connectionsMax } from './plan.ts';

/** Events of a chunk: some 150 KB, and a megabyte of text. */
export const chunkLength = 8192;

/** One row an event. `subject` is a connection or a check by its number, an instance, or a place in the plan's changes. */
export interface EventColumns {
  readonly kind: Uint8Array;
  readonly atMs: Float64Array;
  readonly subject: Int32Array;
  /** A source's address, an instance, or one of the codes below. */
  readonly object: Int32Array;
}

export function columnsIn(buffer: ArrayBufferLike): EventColumns {
  return {
    atMs: new Float64Array(buffer, 0, chunkLength),
    subject: new Int32Array(buffer, 8 * chunkLength, chunkLength),
    object: new Int32Array(buffer, 12 * chunkLength, chunkLength),
    kind: new Uint8Array(buffer, 16 * chunkLength, chunkLength),
  };
}
export const chunkBytes = 17 * chunkLength;

/** Object of each in brackets. */
export const kinds = {
  /** [address] */
  opened: 0,
  /** [instance] */
  placed: 1,
  /** Nobody was eligible. */
  refused: 2,
  /** By the instance that was picked. */
  refusedByInstance: 3,
  closedByClient: 4,
  closedByInstance: 5,
  closedByBalancer: 6,
  /** Subject: the instance; [place in `manners`] */
  behaved: 7,
  /** Subject: the place in the plan's changes. */
  changed: 8,
  /** [instance] */
  checkStarted: 9,
  /** [0 passing, 1 refused] */
  checkReplied: 10,
  checkAbandoned: 11,
  /** Subject: the instance; [1 it is, 0 not] */
  eligible: 12,
} as const;

export const manners = ['up', 'refuses', 'silent'] as const;

export interface HistorySink {
  /** The chunk to be filled first. */
  readonly first: EventColumns;
  /** Takes a chunk with so many rows and gives one to be filled; it may be the same, and may let the caller wait. */
  readonly drain: (filled: EventColumns, length: number) => EventColumns;
}

const noCheck = -1;
/** In `#replies`: the check that is under way will not be answered. */
const silence = 2;

export class HistoryColumns {
  #columns: EventColumns;
  #length = 0;
  readonly #drain: HistorySink['drain'];
  readonly #now: Float64Array;
  readonly #addresses: Uint32Array;
  readonly #slotMask = slotMaskOf(connectionsMax);
  /** The number of the connection in each slot, counted from 0. */
  #numbers = new Int32Array(1024);
  #opened = 0;
  #checks = 0;
  /** By instance: the check under way, and what it will be answered. */
  readonly #checkOf: Int32Array;
  readonly #replies: Uint8Array;
  /** By instance: how it behaves; nobody knows before the first word on it. */
  readonly #manners: Int8Array;

  constructor(
    { first, drain }: HistorySink,
    now: Float64Array,
    addresses: Uint32Array,
    instances: number,
  ) {
    this.#columns = first;
    this.#drain = drain;
    this.#now = now;
    this.#addresses = addresses;
    this.#checkOf = new Int32Array(instances).fill(noCheck);
    this.#replies = new Uint8Array(instances);
    this.#manners = new Int8Array(instances).fill(-1);
  }

  /** Every arrival is one connection. */
  arrived(source: number): void {
    this.#note(kinds.opened, this.#opened++, (this.#addresses[source] as number) | 0);
  }

  refused(): void {
    this.#note(kinds.refused, this.#opened - 1, 0);
  }

  refusedByInstance(): void {
    this.#note(kinds.refusedByInstance, this.#opened - 1, 0);
  }

  /** The one that arrived last. */
  placed(connection: Connection, instance: Instance): void {
    const slot = connection & this.#slotMask;
    if (slot >= this.#numbers.length) this.#makeRoom(slot);
    this.#numbers[slot] = this.#opened - 1;
    this.#note(kinds.placed, this.#opened - 1, instance);
  }

  closedByClient(connection: Connection): void {
    this.#note(kinds.closedByClient, this.#numberOf(connection), 0);
  }

  closedTogether(connections: readonly Connection[], by: 'instance' | 'balancer'): void {
    const kind = by === 'instance' ? kinds.closedByInstance : kinds.closedByBalancer;
    for (const connection of connections) this.#note(kind, this.#numberOf(connection), 0);
  }

  /** Noted where it is something new. */
  behaves(instance: Instance, manner: (typeof manners)[number]): void {
    const code = manners.indexOf(manner);
    if (this.#manners[instance] === code) return;
    this.#manners[instance] = code;
    this.#note(kinds.behaved, instance, code);
  }

  changed(change: number): void {
    this.#note(kinds.changed, change, 0);
  }

  checkAnswered(instance: Instance, afterMs: number, reply: CheckReply): void {
    const check = this.#checks++;
    this.#note(kinds.checkStarted, check, instance);
    this.#checkOf[instance] = check;
    if (afterMs === Number.POSITIVE_INFINITY) this.#replies[instance] = silence;
    else this.#replies[instance] = reply === 'refused' ? 1 : 0;
  }

  checkEnded(instance: Instance): void {
    const check = this.#checkOf[instance] as number;
    if (check === noCheck) return;
    this.#checkOf[instance] = noCheck;
    const reply = this.#replies[instance] as number;
    if (reply === silence) this.#note(kinds.checkAbandoned, check, 0);
    else this.#note(kinds.checkReplied, check, reply);
  }

  /** The balancer forgot the instance; a check that was under way is given up. */
  checkForgotten(instance: Instance): void {
    this.#replies[instance] = silence;
    this.checkEnded(instance);
  }

  eligible(instance: Instance, isEligible: boolean): void {
    this.#note(kinds.eligible, instance, isEligible ? 1 : 0);
  }

  /** Hands over what the last chunk holds. */
  conclude(): void {
    if (this.#length > 0) this.#columns = this.#drain(this.#columns, this.#length);
    this.#length = 0;
  }

  #numberOf(connection: Connection): number {
    return this.#numbers[connection & this.#slotMask] as number;
  }

  #note(kind: number, subject: number, object: number): void {
    const { kind: kindColumn, atMs, subject: subjects, object: objects } = this.#columns;
    const row = this.#length;
    kindColumn[row] = kind;
    atMs[row] = this.#now[0] as number;
    subjects[row] = subject;
    objects[row] = object;
    this.#length = row + 1;
    if (row + 1 === chunkLength) this.conclude();
  }

  #makeRoom(slot: number): void {
    const longer = new Int32Array(2 ** Math.ceil(Math.log2(slot + 1)));
    longer.set(this.#numbers);
    this.#numbers = longer;
  }
}
