/** Clients as dense numbers, in the order in which they are first seen. Knows their addresses and nothing they do. */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Source, SourceColumns } from '../../scheduling/scheduler.ts';

/** Each costs some 40 bytes in columns, made anew for every deployment; a case of the suite has a few thousand at most. */
const sourcesMax = 2 ** 14;

export class ClientNumbers {
  #columns: SourceColumns | null = null;
  readonly #numbers = new Map<string, Source>();

  /** Made on first use: they are most of what a deployment takes. */
  get columns(): SourceColumns {
    this.#columns ??= { sourcesMax, address: new Uint32Array(sourcesMax) };
    return this.#columns;
  }

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
  const address = addressBits(key);
  if (address !== null) return address;
  let hash = 0x811c9dc5;
  for (const character of key) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

const zero = 48;
const dot = 46;

/** Null: no four decimal parts. Read digit by digit: every connection from a new source comes through here. */
function addressBits(key: string): number | null {
  let bits = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (code === dot && digits > 0) {
      bits = (bits << 8) | part;
      part = 0;
      digits = 0;
      parts++;
    } else if (code >= zero && code < zero + 10 && digits < 3) {
      part = part * 10 + code - zero;
      digits++;
    } else return null;
  }
  return parts === 4 && digits > 0 ? ((bits << 8) | part) >>> 0 : null;
}
