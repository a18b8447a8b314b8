/**
 * A service driven at random by plain data, with all that it says written down, and what must hold of it after every
 * step whatever its parts are. Knows the interface only.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { NONE } from '../scheduling/scheduler.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import { assemble } from './assemble.ts';
import type { BackendService, ServiceListener, ServiceParts } from './backend-service.ts';
import { referenceParts } from './reference-parts.ts';

export const configuration: ServiceConfiguration = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  persistenceMs: 0,
  drainMs: 20_000,
  check: {
    method: 'http',
    port: null,
    path: '/',
    timeoutMs: 3000,
    intervalMs: 5000,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    normalCodes: [{ from: 200, to: 399 }],
  },
};

const fleetSize = 4;
const clients = 6;

export interface Act {
  readonly do:
    | 'open'
    | 'close'
    | 'wait'
    | 'register'
    | 'remove'
    | 'reweigh'
    | 'reset'
    | 'reconfigure';
  readonly who: number;
  readonly amount: number;
}
export const acts = fc.array(
  fc.record<Act>({
    do: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('open' as const, 'wait' as const) },
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          'close' as const,
          'register' as const,
          'remove' as const,
          'reweigh' as const,
          'reset' as const,
          'reconfigure' as const,
        ),
      },
    ),
    who: fc.nat(23),
    amount: fc.nat(20),
  }),
  { maxLength: 120, size: 'max' },
);
export const configurations = fc.record({
  scheduling: fc.constantFrom(
    'weighted-round-robin' as const,
    'weighted-least-connections' as const,
    'source-ip' as const,
  ),
  persistenceMs: fc.constantFrom(0, 12_000),
  drainMs: fc.constantFrom(0, 7000, 20_000),
});

/** The harness's own book of who is a member and who holds what, kept beside the service. */
export class Drive implements ServiceListener {
  readonly said: string[] = [];
  readonly now = Float64Array.of(0);
  readonly service: BackendService;
  readonly #held = new Map<number, number>();
  readonly #members = new Set<number>();
  readonly #draining = new Set<number>();
  readonly #edit: (parts: ServiceParts) => ServiceParts;

  constructor(
    start: ServiceConfiguration,
    edit: (parts: ServiceParts) => ServiceParts = (parts) => parts,
  ) {
    this.#edit = edit;
    const address = Uint32Array.from({ length: clients }, (_, client) => 0x0a000001 + client);
    const capacity = { instancesMax: fleetSize, connectionsMax: 256 };
    const sources = { sourcesMax: clients, address };
    const parts = edit(referenceParts(start));
    this.service = assemble(parts, sources, this.now, this, capacity);
    for (let instance = 0; instance < fleetSize; instance++) this.#register(instance, instance + 1);
  }

  act({ do: what, who, amount }: Act): void {
    const instance = who % fleetSize;
    if (what === 'open') this.#open(who % clients);
    else if (what === 'close') this.#close(amount);
    else if (what === 'wait') this.#wait(500 * amount);
    else if (what === 'register' && !this.#members.has(instance)) {
      this.#register(instance, 1 + (amount % 5));
    } else if (what === 'remove' && this.#members.has(instance)) this.#remove(instance);
    else if (what === 'reweigh') this.service.reweigh(instance, amount % 4);
    else if (what === 'reconfigure') this.#reconfigure(amount);
    else if (what === 'reset') {
      const dropped = this.#heldBy(instance);
      for (const connection of dropped) this.#held.delete(connection);
      expect(this.service.reset(instance).toSorted()).toEqual(dropped.toSorted());
      for (const connection of dropped) expect(this.service.close(connection)).toBe(NONE);
    }
    this.expectBooksToAgree();
  }

  /** Counts equal what is held, and only members that are up are eligible. */
  expectBooksToAgree(): void {
    const { active, isEligible } = this.service.instances;
    for (let instance = 0; instance < fleetSize; instance++) {
      expect(active[instance]).toBe(this.#heldBy(instance).length);
      if (!this.#members.has(instance)) expect(isEligible[instance]).toBe(0);
    }
    for (const instance of this.#draining) {
      expect(active[instance]).toBeGreaterThan(0);
    }
  }

  checkConcluded(check: number, instance: number, failure: string | null): void {
    this.said.push(`${this.now[0]} check ${check} of ${instance}: ${failure}`);
  }
  eligibilityChanged(instance: number, isEligible: boolean): void {
    this.said.push(`${this.now[0]} ${instance} eligible ${isEligible}`);
  }
  connectionsCut(instance: number, connections: readonly number[]): void {
    this.said.push(`${this.now[0]} ${instance} cut ${connections.join()}`);
    expect(new Set(connections)).toEqual(new Set(this.#heldBy(instance)));
    for (const connection of connections) {
      this.#held.delete(connection);
      expect(this.service.instanceOf(connection)).toBe(NONE);
      expect(this.service.close(connection)).toBe(NONE);
    }
  }
  instanceForgotten(instance: number): void {
    this.said.push(`${this.now[0]} ${instance} forgotten`);
    this.#draining.delete(instance);
  }

  #heldBy(instance: number): readonly number[] {
    return [...this.#held.keys()].filter((connection) => this.#held.get(connection) === instance);
  }
  #open(client: number): void {
    const { isEligible, weight } = this.service.instances;
    const taking = [...isEligible.keys()].filter(
      (instance) => isEligible[instance] === 1 && (weight[instance] as number) > 0,
    );
    const connection = this.service.open(client);
    const instance = connection === NONE ? NONE : this.service.instanceOf(connection);
    this.said.push(`${this.now[0]} client ${client} to ${instance}`);
    if (taking.length === 0) expect(connection).toBe(NONE);
    else {
      expect(taking).toContain(instance);
      expect(this.#held.has(connection)).toBe(false);
      this.#held.set(connection, instance);
    }
  }
  #close(amount: number): void {
    const connection = [...this.#held.keys()][amount % Math.max(1, this.#held.size)];
    if (connection === undefined) return;
    const instance = this.#held.get(connection);
    this.#held.delete(connection);
    expect(this.service.close(connection)).toBe(instance);
    expect(this.service.close(connection)).toBe(NONE);
  }
  #register(instance: number, weight: number): void {
    this.#members.add(instance);
    this.#draining.delete(instance);
    this.service.register(instance, weight);
  }
  #remove(instance: number): void {
    this.#members.delete(instance);
    this.#draining.add(instance);
    this.service.remove(instance);
  }
  /** Any of the things that may change, by the bits of a number. */
  #reconfigure(amount: number): void {
    const threshold = 1 + (amount % 3);
    const { check } = configuration;
    const isEligible = [...this.service.instances.isEligible];
    this.service.reconfigure(
      this.#edit(
        referenceParts({
          ...configuration,
          scheduling: amount % 2 === 0 ? 'weighted-least-connections' : 'weighted-round-robin',
          persistenceMs: amount % 5 === 0 ? 0 : 1000 * amount,
          drainMs: 1000 * (amount % 4),
          check: { ...check, unhealthyThreshold: threshold, healthyThreshold: 4 - threshold },
        }),
      ),
    );
    expect([...this.service.instances.isEligible]).toEqual(isEligible);
  }
  /** Checks are answered by a rule that only looks at their number, so that two services hear the same. */
  #wait(forMs: number): void {
    const toMs = (this.now[0] as number) + forMs;
    while ((this.service.due[0] as number) <= toMs) {
      const check = this.service.advance();
      if (check === NONE) continue;
      const instance = this.service.checkOf(check).instance;
      const turn = Math.floor(check / fleetSize / 9) + instance;
      if (turn % 3 === 0) this.service.answer(check, 10, 503);
      else if (turn % 7 === 0) this.service.answer(check, Number.POSITIVE_INFINITY, 'accepted');
      else this.service.answer(check, 10, 200);
    }
    this.now[0] = toMs;
  }
}
