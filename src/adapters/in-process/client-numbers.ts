/** Clients as dense numbers, in the order in which they are first seen. Knows their addresses and nothing they do. */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Source, SourceColumns } from '../../scheduling/scheduler.ts';

/** Each costs some 40 bytes in columns; a case of the suite has a few thousand at most. */
const sourcesMax = 2 ** 16;

export class ClientNumbers {
  readonly columns: SourceColumns = { sourcesMax, address: new Uint32Array(sourcesMax) };
  readonly #numbers = new Map<string, Source>();

  numberOf(key: string): Source {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number >= sourcesMax) {
      throw new OperatorError(`more than ${sourcesMax} different clients in one deployment`, {
        code: 'SOURCES_EXHAUSTED',
        exitCode: exitCodes.unavailable,
        hint: 'Use fewer source addresses in one timeline.',
      });
    }
    this.#numbers.set(key, number);
    this.columns.address[number] = hashable(key);
    return number;
  }
}

/** An IPv4 address as its 32 bits; any other key by FNV-1a (public domain; offset basis and prime of its 32-bit form). */
function hashable(key: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(key)?.slice(1).map(Number);
  if (parts !== undefined) return parts.reduce((bits, part) => (bits << 8) | part, 0) >>> 0;
  let hash = 0x811c9dc5;
  for (const character of key) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
