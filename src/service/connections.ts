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
/** The lower bits of a slot's first integer say who holds it: one of these, or an instance's number and `instances`. */
const holderBits = 20;
const holderMask = 2 ** holderBits - 1;
const free = 0;
const ended = 1;
const instances = 2;
export const instancesHeldMax = 2 ** holderBits - instances;
const generationBitsMax = 32 - holderBits;

/** The lowest bits of a handle are its slot: for columns of one's own over open connections. */
export function slotMaskOf(connectionsMax: number): number {
  return 2 ** slotBitsOf(connectionsMax) - 1;
}

function slotBitsOf(connectionsMax: number): number {
  return Math.max(1, Math.ceil(Math.log2(connectionsMax)));
}

export class Connections {
  /** [0] is kept with the connection that is opened next; after `close`, what was kept with that one. NaN: nobody knows. */
  readonly memo = Float32Array.of(0);
  readonly #slotBits: number;
  readonly #slotMask: number;
  readonly #generationMask: number;
  readonly #slotsMax: number;
  #slots = 0;
  /** A slot is two cells side by side: generation and holder, then what was kept, a float of the same memory. */
  #columns = new Int32Array(0);
  #memos = new Float32Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;
  /** Means nothing; keeps the reading from being optimised away. */
  #read = 0;

  constructor(connectionsMax: number) {
    invariant(connectionsMax >= 1 && connectionsMax <= 2 ** 24, 'from 1 to 2^24 connections');
    this.#slotsMax = connectionsMax;
    this.#slotBits = slotBitsOf(connectionsMax);
    this.#slotMask = slotMaskOf(connectionsMax);
    this.#generationMask = 2 ** Math.min(handleBits - this.#slotBits, generationBitsMax) - 1;
  }

  open(instance: Instance): number {
    if (this.#freeCount === 0) this.#makeRoom();
    const slot = this.#free[--this.#freeCount] as number;
    const columns = this.#columns;
    const generation = (columns[2 * slot] as number) >>> holderBits;
    columns[2 * slot] = (generation << holderBits) | (instance + instances);
    this.#memos[2 * slot + 1] = this.memo[0] as number;
    return (generation << this.#slotBits) | slot;
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
    const cell = this.#columns[2 * slot] as number;
    const holder = cell & holderMask;
    if (cell >>> holderBits !== handle >> this.#slotBits || holder === free) {
      this.memo[0] = Number.NaN;
      return NONE;
    }
    this.memo[0] = this.#memos[2 * slot + 1] as number;
    this.#release(slot);
    return holder === ended ? NONE : holder - instances;
  }

  /** NONE if it has ended. */
  instanceOf(handle: number): Instance {
    const slot = handle & this.#slotMask;
    const cell = this.#columns[2 * slot] as number;
    if (cell >>> holderBits !== handle >> this.#slotBits) return NONE;
    const holder = cell & holderMask;
    return holder < instances ? NONE : holder - instances;
  }

  /** Ends all that an instance holds; rare, so it looks at every slot rather than keeping lists. */
  endAll(instance: Instance): readonly number[] {
    const columns = this.#columns;
    const handles: number[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      const cell = columns[2 * slot] as number;
      if ((cell & holderMask) !== instance + instances) continue;
      const generation = cell >>> holderBits;
      columns[2 * slot] = (generation << holderBits) | ended;
      handles.push((generation << this.#slotBits) | slot);
    }
    return handles;
  }

  /**
   * The generation tells a second close of one handle. It may wrap: a slot is given away again only after its holder
   * has closed it, so no handle that somebody still holds can come to mean another connection.
   */
  #release(slot: number): void {
    const columns = this.#columns;
    const generation = ((columns[2 * slot] as number) >>> holderBits) + 1;
    columns[2 * slot] = ((generation & this.#generationMask) << holderBits) | free;
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
      const cell = this.#columns[2 * slot] as number;
      const isLastGeneration = cell >>> holderBits === this.#generationMask;
      if ((cell & holderMask) === ended && !isLastGeneration) this.#release(slot);
    }
  }

  #grow(): void {
    const slots = Math.min(this.#slotsMax, Math.max(slotsAtFirst, this.#slots * 2));
    this.#columns = grown(this.#columns, 2 * slots);
    this.#memos = new Float32Array(this.#columns.buffer);
    this.#free = grown(this.#free, slots);
    for (let slot = slots - 1; slot >= this.#slots; slot--) {
      this.#columns[2 * slot] = free;
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
