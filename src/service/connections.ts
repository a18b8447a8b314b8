/**
 * Which connection is held by which instance: integer handles over recycled slots. A connection that the service
 * ended keeps its slot until its holder closes it late, so that no handle ever means another connection. Knows
 * neither time nor why a connection ends.
 */
import { invariant } from '../errors/invariant.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { type Instance, NONE } from '../scheduling/scheduler.ts';

const handleBits = 31;
const slotsAtFirst = 1024;
const free = NONE;
const ended = -2;

/** Two integers a slot, side by side in one cache line: generation, then holder. */
const generationOf = 0;
const holderOf = 1;

/** The lowest bits of a handle are a slot that nobody else has before the handle is closed: for columns of its holder's own. */
export function slotMaskOf(connectionsMax: number): number {
  return 2 ** Math.max(1, Math.ceil(Math.log2(connectionsMax))) - 1;
}

export class Connections {
  readonly #slotBits: number;
  readonly #slotMask: number;
  readonly #generationMask: number;
  readonly #slotsMax: number;
  #slots = 0;
  #columns = new Int32Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;
  /** Means nothing; keeps the reading from being optimised away. */
  #read = 0;

  constructor(connectionsMax: number) {
    invariant(connectionsMax >= 1 && connectionsMax <= 2 ** 24, 'from 1 to 2^24 connections');
    this.#slotsMax = connectionsMax;
    this.#slotMask = slotMaskOf(connectionsMax);
    this.#slotBits = Math.log2(this.#slotMask + 1);
    this.#generationMask = 2 ** (handleBits - this.#slotBits) - 1;
  }

  open(instance: Instance): number {
    if (this.#freeCount === 0) this.#makeRoom();
    const slot = this.#free[--this.#freeCount] as number;
    this.#columns[2 * slot + holderOf] = instance;
    return ((this.#columns[2 * slot] as number) << this.#slotBits) | slot;
  }

  /** Reads what is known of connections that are about to end, so that the memory accesses overlap. */
  bringNear(handles: Int32Array, count: number): void {
    const columns = this.#columns;
    let read = 0;
    for (let at = 0; at < count; at++) {
      read ^= columns[2 * ((handles[at] as number) & this.#slotMask)] as number;
    }
    this.#read ^= read;
  }

  /** The instance that held it; NONE if it had ended before. */
  close(handle: number): Instance {
    const slot = handle & this.#slotMask;
    const columns = this.#columns;
    if (columns[2 * slot + generationOf] !== handle >> this.#slotBits) return NONE;
    const holder = columns[2 * slot + holderOf] as number;
    if (holder === free) return NONE;
    this.#release(slot);
    return holder === ended ? NONE : holder;
  }

  /** NONE if it has ended. */
  instanceOf(handle: number): Instance {
    const slot = handle & this.#slotMask;
    if (this.#columns[2 * slot + generationOf] !== handle >> this.#slotBits) return NONE;
    const holder = this.#columns[2 * slot + holderOf] as number;
    return holder < 0 ? NONE : holder;
  }

  /** Ends all that an instance holds; rare, so it looks at every slot rather than keeping lists. */
  endAll(instance: Instance): readonly number[] {
    const columns = this.#columns;
    const handles: number[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      if (columns[2 * slot + holderOf] !== instance) continue;
      columns[2 * slot + holderOf] = ended;
      handles.push(((columns[2 * slot + generationOf] as number) << this.#slotBits) | slot);
    }
    return handles;
  }

  /**
   * The generation tells a second close of one handle. It may wrap: a slot is given away again only after its holder
   * has closed it, so no handle that somebody still holds can come to mean another connection.
   */
  #release(slot: number): void {
    const columns = this.#columns;
    columns[2 * slot + holderOf] = free;
    columns[2 * slot + generationOf] =
      ((columns[2 * slot + generationOf] as number) + 1) & this.#generationMask;
    this.#free[this.#freeCount++] = slot;
  }

  #makeRoom(): void {
    if (this.#slots < this.#slotsMax) this.#grow();
    else this.#reclaim();
    if (this.#freeCount > 0) return;
    throw new OperatorError(`more than ${this.#slotsMax} connections are held at once`, {
      code: 'CONNECTIONS_EXHAUSTED',
      exitCode: exitCodes.badInput,
      hint: 'Let fewer connections arrive, or let them end sooner.',
    });
  }

  /** Slots whose holder never closed what the service had ended: each as long as no old handle could fit it again. */
  #reclaim(): void {
    for (let slot = 0; slot < this.#slots; slot++) {
      const isLastGeneration = this.#columns[2 * slot + generationOf] === this.#generationMask;
      if (this.#columns[2 * slot + holderOf] === ended && !isLastGeneration) this.#release(slot);
    }
  }

  #grow(): void {
    const slots = Math.min(this.#slotsMax, Math.max(slotsAtFirst, this.#slots * 2));
    this.#columns = grown(this.#columns, 2 * slots);
    this.#free = grown(this.#free, slots);
    for (let slot = slots - 1; slot >= this.#slots; slot--) {
      this.#columns[2 * slot + holderOf] = free;
      this.#free[this.#freeCount++] = slot;
    }
    this.#slots = slots;
  }
}

function grown(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(column);
  return longer;
}
