/**
 * Before the mutants of `models`: memories of modules are emptied before each test. Else a test would find the table that
 * another compiled, and nobody could say which of them reaches a mutant. Knows no module.
 */
import { beforeEach } from 'vitest';

class ForgetfulMap<K extends WeakKey, V> implements WeakMap<K, V> {
  readonly [Symbol.toStringTag] = 'WeakMap';
  #held = new Remembering<K, V>();

  constructor(entries: Iterable<readonly [K, V]> = []) {
    memories.push(this);
    for (const [key, value] of entries ?? []) this.set(key, value);
  }

  forget(): void {
    this.#held = new Remembering<K, V>();
  }
  get(key: K): V | undefined {
    return this.#held.get(key);
  }
  has(key: K): boolean {
    return this.#held.has(key);
  }
  delete(key: K): boolean {
    return this.#held.delete(key);
  }
  set(key: K, value: V): this {
    this.#held.set(key, value);
    return this;
  }
}

const Remembering = globalThis.WeakMap;
const memories: { forget(): void }[] = [];
// a thread runs several files of tests, and this before each of them
if (Remembering.name !== ForgetfulMap.name) globalThis.WeakMap = ForgetfulMap as WeakMapConstructor;

beforeEach(() => {
  for (const memory of memories) memory.forget();
});
