/**
 * Folds the lines of a Zeek log into a trace, one line at a time. Knows no bytes, no compression and no file system;
 * every complaint names the file and the line.
 */
import { badInput, type OperatorError } from '../errors/operator-error.ts';
import { parseAddress, type Trace, type TraceLimits } from './trace.ts';
import { type Columns, ZeekHeader } from './zeek-header.ts';

const decimal = /^\d+(\.\d+)?$/;

export class ZeekRows {
  readonly #file: string;
  readonly #limits: TraceLimits;
  readonly #header = new ZeekHeader();
  readonly #sourceOf = new Map<string, number>();
  readonly #addresses: number[] = [];
  /** Microseconds since 1970: whole numbers below 2^53, so differences are exact. */
  readonly #micros: number[] = [];
  readonly #durationMs: number[] = [];
  readonly #source: number[] = [];
  #lines = 0;
  #otherProtocols = 0;
  #otherAddresses = 0;
  #hasOpenEnd = false;

  constructor(file: string, limits: TraceLimits) {
    this.#file = file;
    this.#limits = limits;
  }

  get lines(): number {
    return this.#lines;
  }

  /** `isEnded` false: the file stops here without a line end. */
  see(line: string, isEnded: boolean): void {
    this.#lines++;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text === '') return;
    if (text.startsWith('#')) this.#header.see(text, this.#place());
    else this.#row(text, isEnded);
  }

  conclude(): Trace {
    if (this.#lines === 0) throw badInput(`${this.#file}  the trace is empty`, 'TRACE_EMPTY');
    if (this.#micros.length === 0) {
      const left = this.#otherProtocols + this.#otherAddresses;
      throw badInput(
        `${this.#file}  no TCP connection over IPv4 in ${this.#lines} lines` +
          (left === 0
            ? ''
            : ` (rows of other protocols: ${this.#otherProtocols}, of IPv6: ${this.#otherAddresses})`),
        'TRACE_WITHOUT_CONNECTIONS',
      );
    }
    return this.#sorted();
  }

  #row(text: string, isEnded: boolean): void {
    const columns = this.#header.columns;
    if (columns === null) throw this.#notZeek(text);
    const values = text.split(this.#header.separator);
    if (values.length !== columns.count) throw this.#miscounted(values.length, columns, isEnded);
    if (!isEnded) this.#hasOpenEnd = true;
    if (columns.protocol >= 0 && values[columns.protocol] !== 'tcp') {
      this.#otherProtocols++;
      return;
    }
    const source = this.#number(values[columns.address] as string);
    if (source === null) {
      this.#otherAddresses++;
      return;
    }
    if (this.#micros.length === this.#limits.rowsMax) {
      throw badInput(
        `${this.#place()}  more than ${this.#limits.rowsMax} connections`,
        'TRACE_TOO_LONG',
        'Cut the trace into shorter ones.',
      );
    }
    this.#micros.push(Math.round(this.#seconds(values[columns.time] as string, 'ts') * 1e6));
    this.#durationMs.push(this.#duration(columns.duration < 0 ? null : values[columns.duration]));
    this.#source.push(source);
  }

  #duration(value: string | null | undefined): number {
    if (value === null || value === undefined) return Number.NaN;
    if (value === this.#header.unset || value === this.#header.empty) return Number.NaN;
    return this.#seconds(value, 'duration') * 1000;
  }

  #seconds(value: string, field: string): number {
    if (decimal.test(value) && value.length <= 20) return Number(value);
    throw badInput(
      `${this.#place()}  ${field} is ${quoted(value)}, where seconds such as 1521911720.615923 belong`,
      'TRACE_NUMBER',
    );
  }

  /** The dense index of a source address; null for IPv6, which source hashing here does not know. */
  #number(address: string): number | null {
    const known = this.#sourceOf.get(address);
    if (known !== undefined) return known;
    const bits = parseAddress(address);
    if (bits === null && address.includes(':')) return null;
    if (bits === null) {
      throw badInput(
        `${this.#place()}  id.orig_h is ${quoted(address)}, where an IP address belongs`,
        'TRACE_ADDRESS',
      );
    }
    if (this.#addresses.length === this.#limits.sourcesMax) {
      throw badInput(
        `${this.#place()}  more than ${this.#limits.sourcesMax} source addresses`,
        'TRACE_TOO_MANY_SOURCES',
      );
    }
    this.#addresses.push(bits);
    this.#sourceOf.set(address, this.#addresses.length - 1);
    return this.#addresses.length - 1;
  }

  #notZeek(text: string): OperatorError {
    const place = this.#place();
    if (text.startsWith('{')) {
      return badInput(`${place}  a JSON log; only Zeek's TSV form is read`, 'TRACE_JSON');
    }
    return badInput(
      `${place}  ${quoted(text)} comes before any #fields line`,
      'TRACE_HEADER',
      "A trace is a Zeek conn or ssl log in its TSV form, with its header lines, plain or gzip'ed.",
    );
  }

  #miscounted(count: number, columns: Columns, isEnded: boolean): OperatorError {
    const place = this.#place();
    if (!isEnded) {
      return badInput(
        `${place}  the trace is cut in the middle of line ${this.#lines} (${count} of ${columns.count} fields, no line end)`,
        'TRACE_CUT',
        'Copy the file again, or delete its last line.',
      );
    }
    return badInput(
      `${place}  ${count} fields, where #fields names ${columns.count}`,
      'TRACE_FIELD_COUNT',
    );
  }

  #sorted(): Trace {
    const rows = Int32Array.from(this.#micros.keys());
    const micros = Float64Array.from(this.#micros);
    let disordered = 0;
    for (let row = 1; row < micros.length; row++) {
      if ((micros[row] as number) < (micros[row - 1] as number)) disordered++;
    }
    // Sorting is stable: equal times keep the order of the file.
    rows.sort((a, b) => (micros[a] as number) - (micros[b] as number));
    const first = micros[rows[0] as number] as number;
    const pick = (column: readonly number[]) => (row: number) => column[row] as number;
    const durationMs = Float64Array.from(rows, pick(this.#durationMs));
    return {
      file: this.#file,
      atMs: Float64Array.from(rows, (row) => ((micros[row] as number) - first) / 1000),
      durationMs,
      source: Int32Array.from(rows, pick(this.#source)),
      addresses: Uint32Array.from(this.#addresses),
      durationsMissing: durationMs.reduce((count, ms) => count + (Number.isNaN(ms) ? 1 : 0), 0),
      notes: this.#notes(disordered),
    };
  }

  #notes(disordered: number): string[] {
    const notes: string[] = [];
    const say = (what: string, count: number) => {
      if (count > 0) notes.push(`${this.#file}: ${what}: ${count}`);
    };
    say('rows left out, being of another protocol than TCP', this.#otherProtocols);
    say('rows left out, their sources being IPv6', this.#otherAddresses);
    say('rows put in order (a log is written as connections end)', disordered);
    if (this.#hasOpenEnd) {
      notes.push(`${this.#file}: the last line has no line end and may be cut; taken as it stands`);
    }
    return notes;
  }

  #place(): string {
    return `${this.#file}:${this.#lines}`;
  }
}

/** The bytes of a binary file come out escaped, and never at length. */
function quoted(text: string): string {
  const short = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return short.replace(/[^ -~…]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
