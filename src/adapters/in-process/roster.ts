/**
 * Which instance by name has which slot of the service. A name keeps its slot after it is gone, so that its sources
 * find it again, until the slot is needed for another. Knows no health and no traffic.
 */
import { invariant } from '../../errors/invariant.ts';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Instance, InstanceColumns } from '../../scheduling/scheduler.ts';
import type { InstanceAt } from '../contract.ts';

export class Roster {
  /** The list as last set. */
  listed: ReadonlyMap<string, InstanceAt> = new Map();
  readonly #slotOf = new Map<string, Instance>();
  readonly #known: (InstanceAt | undefined)[];
  readonly #isForgotten: boolean[];

  constructor(slots: number) {
    this.#known = new Array<undefined>(slots).fill(undefined);
    this.#isForgotten = new Array<boolean>(slots).fill(true);
  }

  slotOf(name: string): Instance {
    const slot = this.#slotOf.get(name);
    invariant(slot !== undefined, `instance ${name} has no slot`);
    return slot;
  }

  at(slot: Instance): InstanceAt {
    const known = this.#known[slot];
    invariant(known !== undefined, `slot ${slot} is nobody's`);
    return known;
  }

  known(): readonly InstanceAt[] {
    return this.#known.filter((known) => known !== undefined);
  }

  forget(slot: Instance): void {
    this.#isForgotten[slot] = true;
  }

  /** The slot of an instance that comes in, or that is listed with another port or weight. */
  settle(instance: InstanceAt, columns: InstanceColumns): Instance {
    const slot = this.#slotOf.get(instance.name) ?? this.#freeSlot(columns);
    const former = this.#known[slot];
    if (former !== undefined && former.name !== instance.name) this.#slotOf.delete(former.name);
    this.#slotOf.set(instance.name, slot);
    this.#known[slot] = instance;
    this.#isForgotten[slot] = false;
    return slot;
  }

  #freeSlot({ active }: InstanceColumns): Instance {
    const unused = this.#known.indexOf(undefined);
    if (unused >= 0) return unused;
    const slot = this.#isForgotten.findIndex((is, index) => is && active[index] === 0);
    if (slot >= 0) return slot;
    throw new OperatorError(
      `more than ${this.#known.length} instances are listed or still drain in one deployment`,
      {
        code: 'INSTANCES_EXHAUSTED',
        exitCode: exitCodes.unavailable,
        hint: 'Add fewer instances in one timeline, or let removed ones finish their drains first.',
      },
    );
  }
}
