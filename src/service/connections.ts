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

export class Connections {
  readonly #slotBits: number;
  readonly #slotMask: number;
  readonly #generationMask: number;
  readonly #slotsMax: number;
  #slots = 0;
  #instance = new Int32Array(0);
  #generation = new Int32Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;

  constructor(connectionsMax: number) {
    invariant(connectionsMax >= 1 && connectionsMax <= 2 ** 24, 'from 1 to 2^24 connections');
    this.#slotsMax = connectionsMax;
    this.#slotBits = Math.max(1, Math.ceil(Math.log2(connectionsMax)));
    this.#slotMask = 2 ** this.#slotBits - 1;
    this.#generationMask = 2 ** (handleBits - this.#slotBits) - 1;
  }

  open(instance: Instance): number {
    if (this.#freeCount === 0) this.#makeRoom();
    const slot = this.#free[--this.#freeCount] as number;
    this.#instance[slot] = instance;
    return ((this.#generation[slot] as number) << this.#slotBits) | slot;
  }

  /** The instance that held it; NONE if it had ended before. */
  close(handle: number): Instance {
    const slot = handle & this.#slotMask;
    if (this.#generation[slot] !== handle >> this.#slotBits) return NONE;
    const instance = this.#instance[slot] as number;
    if (instance === free) return NONE;
    this.#release(slot);
    return instance === ended ? NONE : instance;
  }

  /** NONE if it has ended. */
  instanceOf(handle: number): Instance {
    const slot = handle & this.#slotMask;
    if (this.#generation[slot] !== handle >> this.#slotBits) return NONE;
    const instance = this.#instance[slot] as number;
    return instance < 0 ? NONE : instance;
  }

  /** Ends all that an instance holds; rare, so it looks at every slot rather than keeping lists. */
  endAll(instance: Instance): readonly number[] {
    const handles: number[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      if (this.#instance[slot] !== instance) continue;
      this.#instance[slot] = ended;
      handles.push(((this.#generation[slot] as number) << this.#slotBits) | slot);
    }
    return handles;
  }

  #release(slot: number): void {
    this.#instance[slot] = free;
    this.#generation[slot] = ((this.#generation[slot] as number) + 1) & this.#generationMask;
    this.#free[this.#freeCount++] = slot;
  }

  #makeRoom(): void {
    if (this.#slots < this.#slotsMax) this.#grow();
    else {
      // Slots whose holder never closed what the service had ended.
      for (let slot = 0; slot < this.#slots; slot++) {
        if (this.#instance[slot] === ended) this.#release(slot);
      }
    }
    if (this.#freeCount > 0) return;
    throw new OperatorError(`more than ${this.#slotsMax} connections are held at once`, {
      code: 'CONNECTIONS_EXHAUSTED',
      exitCode: exitCodes.badInput,
      hint: 'Let fewer connections arrive, or let them end sooner.',
    });
  }

  #grow(): void {
    const slots = Math.min(this.#slotsMax, Math.max(slotsAtFirst, this.#slots * 2));
    this.#instance = grown(this.#instance, slots);
    this.#generation = grown(this.#generation, slots);
    this.#free = grown(this.#free, slots);
    for (let slot = slots - 1; slot >= this.#slots; slot--) {
      this.#instance[slot] = free;
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
