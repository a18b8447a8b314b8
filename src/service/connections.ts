/**
 * Which connection is held by which instance: integer handles over recycled slots. A connection that the service
 * ended keeps its slot until its holder closes it late, so that no handle ever means another connection. Stamps each
 * with the time; knows neither what time it is nor why a connection ends.
 */
import { invariant } from '../errors/invariant.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { type Instance, NONE } from '../scheduling/scheduler.ts';

const handleBits = 31;
const slotsAtFirst = 1024;
const free = NONE;
const ended = -2;

/** Side by side in one cache line: generation and holder as integers, then the time of opening as a double. */
const slotWidth = 4;
const generationOf = 0;
const holderOf = 1;
/** Of the same memory in doubles. */
const slotWidthInDoubles = slotWidth / 2;
const openedOf = 1;

export class Connections {
  /** [0] when the connection was opened that `close` gave back last. */
  readonly openedMs = Float64Array.of(0);
  readonly #now: Float64Array;
  readonly #slotBits: number;
  readonly #slotMask: number;
  readonly #generationMask: number;
  readonly #slotsMax: number;
  #slots = 0;
  #columns = new Int32Array(0);
  #times = new Float64Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;
  /** Means nothing; keeps the reading from being optimised away. */
  #read = 0;

  /** `now`: [0] is the time that a connection is stamped with. */
  constructor(connectionsMax: number, now: Float64Array) {
    this.#now = now;
    invariant(connectionsMax >= 1 && connectionsMax <= 2 ** 24, 'from 1 to 2^24 connections');
    this.#slotsMax = connectionsMax;
    this.#slotBits = Math.max(1, Math.ceil(Math.log2(connectionsMax)));
    this.#slotMask = 2 ** this.#slotBits - 1;
    this.#generationMask = 2 ** (handleBits - this.#slotBits) - 1;
  }

  open(instance: Instance): number {
    if (this.#freeCount === 0) this.#makeRoom();
    const slot = this.#free[--this.#freeCount] as number;
    this.#columns[slotWidth * slot + holderOf] = instance;
    this.#times[slotWidthInDoubles * slot + openedOf] = this.#now[0] as number;
    return ((this.#columns[slotWidth * slot + generationOf] as number) << this.#slotBits) | slot;
  }

  /** Reads what is known of connections that are about to end, so that the memory accesses overlap. */
  bringNear(handles: Int32Array, count: number): void {
    const columns = this.#columns;
    let read = 0;
    for (let at = 0; at < count; at++) {
      read ^= columns[slotWidth * ((handles[at] as number) & this.#slotMask)] as number;
    }
    this.#read ^= read;
  }

  /** The instance that held it; NONE if it had ended before. */
  close(handle: number): Instance {
    const slot = handle & this.#slotMask;
    const columns = this.#columns;
    if (columns[slotWidth * slot + generationOf] !== handle >> this.#slotBits) return NONE;
    const holder = columns[slotWidth * slot + holderOf] as number;
    if (holder === free) return NONE;
    this.openedMs[0] = this.#times[slotWidthInDoubles * slot + openedOf] as number;
    this.#release(slot);
    return holder === ended ? NONE : holder;
  }

  /** NONE if it has ended. */
  instanceOf(handle: number): Instance {
    const slot = handle & this.#slotMask;
    if (this.#columns[slotWidth * slot + generationOf] !== handle >> this.#slotBits) return NONE;
    const holder = this.#columns[slotWidth * slot + holderOf] as number;
    return holder < 0 ? NONE : holder;
  }

  /** Also of one that was ended and not yet closed late. */
  openedMsOf(handle: number): number {
    return this.#times[slotWidthInDoubles * (handle & this.#slotMask) + openedOf] as number;
  }

  /** Ends all that an instance holds; rare, so it looks at every slot rather than keeping lists. */
  endAll(instance: Instance): readonly number[] {
    const columns = this.#columns;
    const handles: number[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      const cell = slotWidth * slot;
      if (columns[cell + holderOf] !== instance) continue;
      columns[cell + holderOf] = ended;
      handles.push(((columns[cell + generationOf] as number) << this.#slotBits) | slot);
    }
    return handles;
  }

  /**
   * The generation tells a second close of one handle. It may wrap: a slot is given away again only after its holder
   * has closed it, so no handle that somebody still holds can come to mean another connection.
   */
  #release(slot: number): void {
    const columns = this.#columns;
    const cell = slotWidth * slot;
    columns[cell + holderOf] = free;
    columns[cell + generationOf] =
      ((columns[cell + generationOf] as number) + 1) & this.#generationMask;
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
      const cell = slotWidth * slot;
      const isLastGeneration = this.#columns[cell + generationOf] === this.#generationMask;
      if (this.#columns[cell + holderOf] === ended && !isLastGeneration) this.#release(slot);
    }
  }

  #grow(): void {
    const slots = Math.min(this.#slotsMax, Math.max(slotsAtFirst, this.#slots * 2));
    this.#columns = grown(this.#columns, slotWidth * slots);
    this.#times = new Float64Array(this.#columns.buffer);
    this.#free = grown(this.#free, slots);
    for (let slot = slots - 1; slot >= this.#slots; slot--) {
      this.#columns[slotWidth * slot + holderOf] = free;
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
