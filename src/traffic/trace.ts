/**
 * A recorded list of connections as columns: when each began, how long it lasted, who opened it. Knows neither the
 * file format that it came from nor what becomes of a connection.
 */

export interface Trace {
  /** As the user named it, for messages. */
  readonly file: string;
  /** Since the first connection, ascending. */
  readonly atMs: Float64Array;
  /** NaN where the trace does not say. */
  readonly durationMs: Float64Array;
  /** Index into `addresses`. */
  readonly source: Int32Array;
  /** IPv4 addresses in order of first appearance. */
  readonly addresses: Uint32Array;
  /** Rows without a duration. */
  readonly durationsMissing: number;
  /** What a reader should know: rows left out, rows put in order. */
  readonly notes: readonly string[];
}

/** Everything has a limit; a trace beyond one is refused with a sentence, never read half. */
export interface TraceLimits {
  readonly lineBytesMax: number;
  readonly rowsMax: number;
  readonly sourcesMax: number;
  /** Of text, after decompression: a gzip file can grow a thousandfold. */
  readonly textBytesMax: number;
}
export const traceLimits: TraceLimits = {
  lineBytesMax: 64 * 1024,
  rowsMax: 5_000_000,
  sourcesMax: 200_000,
  textBytesMax: 1024 ** 3,
};

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The 32 bits of a dotted IPv4 address; null: it is none. */
export function parseAddress(text: string): number | null {
  const match = octets.exec(text);
  if (match === null) return null;
  let bits = 0;
  for (const octet of match.slice(1)) {
    if (Number(octet) > 255) return null;
    bits = bits * 256 + Number(octet);
  }
  return bits;
}

export function formatAddress(bits: number): string {
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.');
}
